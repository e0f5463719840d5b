/* SPDX-License-Identifier: MIT */
#include "pair.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include <uv.h>

static double cpu_now_us(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

bench_clock_t bench_clock_start(void)
{
    return (bench_clock_t){uv_hrtime(), cpu_now_us()};
}

bench_speed_t bench_clock_stop(bench_clock_t clock, unsigned count)
{
    return (bench_speed_t){count * 1e9 / (double)(uv_hrtime() - clock.since_ns),
                           (cpu_now_us() - clock.cpu_us) / count};
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double median(double *values, unsigned count)
{
    qsort(values, count, sizeof *values, compare);
    return values[count / 2];
}

void bench_pairs_print(bench_speed_t (*pairs)[2], unsigned count, const char *first,
                       const char *second)
{
    static double figures[6][BENCH_PAIRS_MAX];
    for (unsigned i = 0; i < count; i++) {
        const bench_speed_t a = pairs[i][0], b = pairs[i][1];
        const double row[] = {a.rate,   b.rate,   a.rate / b.rate,
                              a.cpu_us, b.cpu_us, a.cpu_us / b.cpu_us};
        for (unsigned j = 0; j < 6; j++)
            figures[j][i] = row[j];
    }
    printf("%srate=%.0f %srate=%.0f ratio=%.2f ", first, median(figures[0], count), second,
           median(figures[1], count), median(figures[2], count));
    printf("%scpu_us=%.1f %scpu_us=%.1f cpu_ratio=%.2f\n", first, median(figures[3], count), second,
           median(figures[4], count), median(figures[5], count));
}
