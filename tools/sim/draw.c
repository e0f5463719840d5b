/* SPDX-License-Identifier: MIT */
#include "sim/draw.h"

#include "util/str.h"

/* The last step of SplitMix64: https://prng.di.unimi.it/splitmix64.c, public domain. */
uint64_t sim_draw(uint64_t seed, const char *name, uint64_t nth, uint64_t limit)
{
    uint64_t z = slack__hash(seed, name) + (nth + 1) * 0x9e3779b97f4a7c15U;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return (z ^ (z >> 31)) % limit;
}
