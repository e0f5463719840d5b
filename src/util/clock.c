/* SPDX-License-Identifier: MIT */
#include "util/clock.h"

#include <stddef.h>
#include <time.h>

_Static_assert(sizeof(time_t) >= sizeof(int64_t),
               "a time_t of 32 bits ends in 2038: define _TIME_BITS=64");

/* CLOCK_MONOTONIC stands still during a suspend on Linux, but not on macOS. */
#ifdef CLOCK_BOOTTIME
#define MONO_CLOCK CLOCK_BOOTTIME
#else
#define MONO_CLOCK CLOCK_MONOTONIC
#endif

static uint64_t system_mono_us(void *user_data)
{
    (void)user_data;
    struct timespec now = {0};
    clock_gettime(MONO_CLOCK, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static int64_t system_wall_ms(void *user_data)
{
    (void)user_data;
    struct timespec now = {0};
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

const slack_clock_t slack__clock_system = {system_mono_us, system_wall_ms, NULL};
