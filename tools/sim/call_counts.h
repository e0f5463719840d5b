/* SPDX-License-Identifier: MIT */
#ifndef SIM_CALL_COUNTS_H
#define SIM_CALL_COUNTS_H

#include <stdint.h>

#include "sim/json_builder.h"

/* The number of times that the app has called each method, or posted to each kind of URL. Pure. */

#define SIM_CALL_COUNTS_MAX 512

typedef struct sim_call_count {
    const char *method; /* of a table */
    uint64_t calls;
    uint64_t ratelimited; /* those of them that a rate limit has refused; not by a fault */
} sim_call_count_t;

typedef struct sim_call_counts {
    uint64_t last_number; /* of a call */
    size_t count;
    sim_call_count_t list[SIM_CALL_COUNTS_MAX];
} sim_call_counts_t;

/* Count a call. A method that Slack does not have is counted as "unknown". */
void sim_call_counts_add(sim_call_counts_t *counts, const char *method, bool ratelimited);

/* [{method, calls, ratelimited}], in the order of the first calls. */
const slack_json_t *sim_call_counts_json(const sim_call_counts_t *counts, sim_json_builder_t *json);

#endif
