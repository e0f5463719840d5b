/* SPDX-License-Identifier: MIT */
#ifndef SLACK_UTIL_CLOCK_H
#define SLACK_UTIL_CLOCK_H

#include <stdint.h>

/*
 * The only source of time. Deadlines use the monotonic clock, which also runs while the machine is
 * suspended (CLOCK_BOOTTIME, if the system has it). Signatures and logs use the wall clock.
 */
typedef struct slack_clock {
    uint64_t (*mono_us)(void *user_data);
    int64_t (*wall_ms)(void *user_data); /* since 1970, UTC */
    void *user_data;
} slack_clock_t;

/* The clock of the machine. */
extern const slack_clock_t slack__clock_system;

static inline uint64_t slack__mono_us(const slack_clock_t *clock)
{
    return clock->mono_us(clock->user_data);
}

static inline uint64_t slack__mono_ms(const slack_clock_t *clock)
{
    return clock->mono_us(clock->user_data) / 1000;
}

static inline int64_t slack__wall_ms(const slack_clock_t *clock)
{
    return clock->wall_ms(clock->user_data);
}

#endif
