/* SPDX-License-Identifier: MIT */
#ifndef SIM_BLOCKS_H
#define SIM_BLOCKS_H

#include "sim/json_builder.h"
#include "sim/problem.h"

/* Block Kit: what Slack refuses, which ids it adds, and the states of elements. Pure. */

/* Whether Slack would accept the `blocks` and `attachments` of a message, or a view. If not,
 * `problem` gets its words: "missing required field: text [json-pointer:/blocks/0]". It refuses
 * kinds and members that it does not know. */
bool sim_blocks_check(const slack_json_t *message, char problem[SIM_PROBLEM_SIZE]);
bool sim_blocks_check_view(const slack_json_t *view, char problem[SIM_PROBLEM_SIZE]);

/* Blocks as Slack stores them: each has a block_id, each element an action_id. */
const slack_json_t *sim_blocks_named(sim_json_builder_t *json, const slack_json_t *blocks);

/* Iterates over the elements that a person can act on. Starts as {0}. */
typedef struct sim_element_iter {
    const slack_json_t *block;
    const slack_json_t *element;
    slack_json_iter_t blocks; /* private */
    slack_json_iter_t elements;
} sim_element_iter_t;

bool sim_element_next(const slack_json_t *blocks, sim_element_iter_t *it);

/* The first element with that action_id, and block_id unless that is NULL. */
bool sim_element_find(const slack_json_t *blocks, const char *block_id, const char *action_id,
                      sim_element_iter_t *ret);

/*
 * The state of an element, as in state.values: {type, value}. `given` is what the person entered or
 * chose; NULL: nothing, so that the initial value counts. A choice is named by its value or its
 * text; several choices are separated by commas. NULL with a sentence in `problem` for no such
 * choice.
 */
const slack_json_t *sim_element_state(sim_json_builder_t *json, const slack_json_t *element,
                                      const char *given, char problem[SIM_PROBLEM_SIZE]);
/* The same from what the page sends: an object with the member that a state and an action of such
 * an element have, such as selected_option. */
const slack_json_t *sim_element_chosen(sim_json_builder_t *json, const slack_json_t *element,
                                       const slack_json_t *chosen, char problem[SIM_PROBLEM_SIZE]);
/* Whether a state holds nothing, so that only an optional input can be submitted with it. */
bool sim_element_state_empty(const slack_json_t *state);

#endif
