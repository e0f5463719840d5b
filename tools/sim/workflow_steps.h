/* SPDX-License-Identifier: MIT */
#ifndef SIM_WORKFLOW_STEPS_H
#define SIM_WORKFLOW_STEPS_H

#include "sim/channels.h"
#include "sim/ids.h"
#include "sim/problem.h"

/*
 * Running steps of workflows. A step runs until the app completes or fails it; its token is valid
 * until then, for 15 minutes at most. At the limit the oldest step is forgotten. No I/O.
 * https://docs.slack.dev/workflows/workflow-steps
 */

#define SIM_STEPS_MAX 64

typedef struct sim_step {
    slack_arena_t *arena; /* of what it points to; NULL in an empty place of the ring */
    char id[SIM_ID_SIZE]; /* "Fx…" */
    char workflow_id[SIM_ID_SIZE];
    char token[SIM_ID_SIZE * 2]; /* "xwfp-…" */
    uint64_t token_until_ms;     /* monotonic */
    const char *callback_id;
    const slack_json_t *inputs; /* an object */
    bool ended;
} sim_step_t;

typedef struct sim_steps {
    sim_ids_t *ids; /* borrowed */
    uint64_t count; /* begun so far */
    sim_step_t ring[SIM_STEPS_MAX];
} sim_steps_t;

void sim_steps_init(sim_steps_t *steps, sim_ids_t *ids);
void sim_steps_done(sim_steps_t *steps);

/* The inputs of a step from an array of "NAME=VALUE". The values "@ann" and "#general" become ids.
 * Any other value is read as JSON, or else as a text. NULL with a sentence in `problem`. */
const slack_json_t *sim_step_inputs(sim_json_builder_t *json, sim_channels_t *channels,
                                    const slack_json_t *values, char problem[SIM_PROBLEM_SIZE]);

/* Begin a step, borrowed until SIM_STEPS_MAX more have begun. `inputs`, copied, is an object. 0;
 * SLACK_ENOMEM. */
int sim_step_begin(sim_steps_t *steps, const char *callback_id, const slack_json_t *inputs,
                   sim_step_t **ret);

/* NULL if there is none. "" finds nothing. */
sim_step_t *sim_step_by_id(sim_steps_t *steps, const char *id);
sim_step_t *sim_step_by_token(sim_steps_t *steps, slack_slice_t token);

bool sim_step_token_valid(const sim_steps_t *steps, const sim_step_t *step);

#endif
