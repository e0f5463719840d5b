/* SPDX-License-Identifier: MIT */
#ifndef SIM_BLOCKS_H
#define SIM_BLOCKS_H

#include "sim/json_builder.h"
#include "sim/problem.h"

/*
 * Block Kit: what Slack refuses, what it adds, and what a person's choices look like. Pure.
 */

#define SIM_MESSAGE_BLOCKS_MAX 50
#define SIM_VIEW_BLOCKS_MAX    100

/* Check an array of blocks. True when Slack would take it; else a sentence in Slack's manner is in
 * `problem`: "missing required field: text [json-pointer:/blocks/0/text]". */
bool sim_blocks_check(const slack_json_t *blocks, size_t max, char problem[SIM_PROBLEM_SIZE]);

/* Blocks as Slack stores them: with the block_id and action_id of those that came without. */
const slack_json_t *sim_blocks_named(sim_json_builder_t *json, const slack_json_t *blocks);

/* Steps through the elements that a person can act on. Zero-initialise it. */
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
 * What an element holds when `given` was entered or chosen (NULL: nothing was touched, so its
 * initial value), as in state.values: {type, value}. Choices are named by their value or their
 * text, several are separated by commas. NULL with a sentence in `problem` when it cannot be
 * chosen.
 */
const slack_json_t *sim_element_state(sim_json_builder_t *json, const slack_json_t *element,
                                      const char *given, char problem[SIM_PROBLEM_SIZE]);
/* Whether such a state holds nothing, so that an input which is not optional cannot be submitted.
 */
bool sim_element_state_empty(const slack_json_t *state);

#endif
