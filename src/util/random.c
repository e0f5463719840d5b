/* SPDX-License-Identifier: MIT */
#include "util/random.h"

#include <unistd.h>
#ifdef __APPLE__
#include <sys/random.h>
#endif

#include "util/clock.h"

/* Asks the kernel every time, which takes a fraction of a microsecond for a number per wait or per
 * map. There is no state to seed, to lock, or to share after a fork. */
uint64_t slack__random_u64(void)
{
    uint64_t n;
    if (getentropy(&n, sizeof n) == 0) return n;

    /* On a kernel without getentropy(): the finalizer of splitmix64 over the clock and an address.
     */
    n = slack__mono_us(&slack__clock_system) ^ (uint64_t)(uintptr_t)&n;
    n = (n ^ (n >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    n = (n ^ (n >> 27)) * UINT64_C(0x94d049bb133111eb);
    return n ^ (n >> 31);
}

bool slack__random_secret(void *ret, size_t len)
{
    char *at = ret;
    while (len > 0) {
        const size_t part = len < 256 ? len : 256; /* getentropy() gives no more at once */
        if (getentropy(at, part) != 0) return false;
        at += part;
        len -= part;
    }
    return true;
}
