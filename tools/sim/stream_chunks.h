/* SPDX-License-Identifier: MIT */
#ifndef SIM_STREAM_CHUNKS_H
#define SIM_STREAM_CHUNKS_H

#include "sim/blocks.h"

/* The text and the chunks that an app appends to a stream. Pure.
 * https://docs.slack.dev/reference/methods/chat.appendStream */

/* Check an array of chunks. NULL on success, else Slack's word for the error, with a sentence in
 * `problem`. */
const char *sim_chunks_check(const slack_json_t *chunks, char problem[SIM_PROBLEM_SIZE]);

/* `text` with the texts of the chunks behind it, in `arena`. NULL without memory. */
const char *sim_chunks_text(slack_arena_t *arena, const char *text, const slack_json_t *chunks);
/* `blocks`, NULL for none, with what the other chunks add: a task_card or a plan takes the place of
 * an earlier one, and blocks follow at the end. */
const slack_json_t *sim_chunks_blocks(sim_json_builder_t *json, const slack_json_t *blocks,
                                      const slack_json_t *chunks);

#endif
