/* SPDX-License-Identifier: MIT */
#include "util/backoff.h"

uint64_t slack__backoff_next_ms(slack_backoff_t *backoff, uint64_t floor_ms, uint64_t random)
{
    /* min(cap, base * 2^attempt), without an overflow on the way. */
    uint64_t ceiling = backoff->base_ms ? backoff->cap_ms : 0;
    if (backoff->attempt < 64 && backoff->base_ms <= backoff->cap_ms >> backoff->attempt)
        ceiling = backoff->base_ms << backoff->attempt;
    uint64_t wait = ceiling == UINT64_MAX ? random : random % (ceiling + 1);
    if (backoff->attempt < UINT32_MAX) backoff->attempt++;
    return wait > floor_ms ? wait : floor_ms;
}

void slack__backoff_reset(slack_backoff_t *backoff)
{
    backoff->attempt = 0;
}
