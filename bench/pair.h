/* SPDX-License-Identifier: MIT */
#ifndef SLACK_BENCH_PAIR_H
#define SLACK_BENCH_PAIR_H

#include <stdint.h>

/* Two ways of doing the same are measured in turns, on a machine that other programs disturb. The
 * figures are the medians of the pairs. */
#define BENCH_PAIRS_MAX 1000

typedef struct bench_speed {
    double rate;   /* a second */
    double cpu_us; /* processor time of this process for one */
} bench_speed_t;

typedef struct bench_clock {
    uint64_t since_ns;
    double cpu_us;
} bench_clock_t;

bench_clock_t bench_clock_start(void);
bench_speed_t bench_clock_stop(bench_clock_t clock, unsigned count);

/* Prints the rates, the processor times, and the ratios of the first to the second. The names get
 * these prefixes. `count` is at most BENCH_PAIRS_MAX. */
void bench_pairs_print(bench_speed_t (*pairs)[2], unsigned count, const char *first,
                       const char *second);

#endif
