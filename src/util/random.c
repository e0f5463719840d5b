/* SPDX-License-Identifier: MIT */
#include "util/random.h"

#include <unistd.h>
#ifdef __APPLE__
#include <sys/random.h>
#endif

#include "util/clock.h"

/* The kernel is asked every time: a fraction of a microsecond, for a number that is wanted once per
 * wait or per map. No state, so nothing to seed, to lock, or to be shared after a fork. */
uint64_t slack__random_u64(void)
{
    uint64_t n;
    if (getentropy(&n, sizeof n) == 0) return n;

    /* A kernel without it: the clock and an address, mixed (the finalizer of splitmix64). */
    n = slack__mono_us(&slack__clock_system) ^ (uint64_t)(uintptr_t)&n;
    n = (n ^ (n >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    n = (n ^ (n >> 27)) * UINT64_C(0x94d049bb133111eb);
    return n ^ (n >> 31);
}
