/* SPDX-License-Identifier: MIT */
#ifndef SIM_STEPS_H
#define SIM_STEPS_H

#include "sim/blocks.h"
#include "sim/world.h"

/*
 * Steps of workflows that apps provide: each runs until the app completes or fails it, and has a
 * token of its own until then, for 15 minutes at most. No I/O. The oldest is forgotten when there
 * are too many. https://docs.slack.dev/workflows/workflow-steps
 */

#define SIM_STEPS_MAX 64

typedef struct sim_step {
    slack_arena_t *arena; /* of what it points to; NULL: there is none */
    char id[SIM_ID_SIZE]; /* "Fx…" */
    char workflow_id[SIM_ID_SIZE];
    char token[SIM_ID_SIZE * 2]; /* "xwfp-…" */
    uint64_t token_until_ms;     /* monotonic */
    const char *callback_id;
    const slack_json_t *inputs; /* an object */
    bool ended;
} sim_step_t;

typedef struct sim_steps {
    sim_world_t *world;
    uint64_t count; /* begun so far */
    sim_step_t ring[SIM_STEPS_MAX];
} sim_steps_t;

void sim_steps_init(sim_steps_t *steps, sim_world_t *world);
void sim_steps_done(sim_steps_t *steps);

/* The inputs of a step out of what was typed: "NAME=VALUE", an array. A value is a person or a
 * channel ("@ann", "#general"), which becomes an id, JSON, or else a text. NULL with a sentence in
 * `problem`. */
const slack_json_t *sim_step_inputs(sim_json_builder_t *json, const slack_json_t *values,
                                    char problem[SIM_PROBLEM_SIZE]);

/* Begin one, borrowed until SIM_STEPS_MAX more have begun. `inputs`, copied, is an object. 0;
 * SLACK_ENOMEM. */
int sim_step_begin(sim_steps_t *steps, const char *callback_id, const slack_json_t *inputs,
                   sim_step_t **ret);

/* NULL where there is none. "" finds nothing. */
sim_step_t *sim_step_by_id(sim_steps_t *steps, const char *id);
sim_step_t *sim_step_by_token(sim_steps_t *steps, slack_slice_t token);

/* Whether its token is good. */
bool sim_step_token_lives(const sim_steps_t *steps, const sim_step_t *step);

#endif
