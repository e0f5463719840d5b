/* SPDX-License-Identifier: MIT */
#ifndef SIM_DRAW_H
#define SIM_DRAW_H

#include <stdint.h>

/* The nth number of a random sequence, below `limit`. A seed and a name have one sequence, the same
 * in every run. Pure. */
uint64_t sim_draw(uint64_t seed, const char *name, uint64_t nth, uint64_t limit);

#endif
