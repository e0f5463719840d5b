/* SPDX-License-Identifier: MIT */
#ifndef SUPPORT_DICE_H
#define SUPPORT_DICE_H

#include <stdint.h>

/* A number below `sides` from the state `dice`, which is not 0: xorshift, so a seed gives the same
 * numbers in every run. */
static inline uint64_t dice_roll(uint64_t *dice, uint64_t sides)
{
    *dice ^= *dice << 13;
    *dice ^= *dice >> 7;
    *dice ^= *dice << 17;
    return *dice % sides;
}

#endif
