/* SPDX-License-Identifier: MIT */
#ifndef SIM_MESSAGE_CONTENT_H
#define SIM_MESSAGE_CONTENT_H

#include "sim/blocks.h"

/* The content of messages: text, blocks, attachments and metadata. Pure. */

/* Check and complete what an app sent, in arguments or in JSON. NULL on success, else Slack's word
 * for the error, with a sentence in `problem` or "". */
const char *sim_message_content(sim_json_builder_t *json, const slack_json_t *from,
                                const slack_json_t **ret, char problem[SIM_PROBLEM_SIZE]);

/* The content of an assistant's thread's first message. `title` may be "". */
const slack_json_t *sim_assistant_content(sim_json_builder_t *json, const char *title);

#endif
