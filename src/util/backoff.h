/* SPDX-License-Identifier: MIT */
#ifndef SLACK_UTIL_BACKOFF_H
#define SLACK_UTIL_BACKOFF_H

#include <stdint.h>

#include "util/random.h"

/* Exponential backoff with full jitter: wait n is a random time in [0, min(cap, base * 2^n)], and
 * at least `floor_ms`. Pure: the caller passes the randomness. */
typedef struct slack_backoff {
    uint64_t base_ms;
    uint64_t cap_ms;
    unsigned attempt; /* waits since the last reset */
} slack_backoff_t;

/* The next wait. `random` is a 64-bit random number. `floor_ms` is the wait that the peer asked for
 * (Retry-After), 0 if it asked for no wait. The cap does not apply to it. */
uint64_t slack__backoff_next_ms(slack_backoff_t *backoff, uint64_t floor_ms, uint64_t random);
void slack__backoff_reset(slack_backoff_t *backoff);

#endif
