/* SPDX-License-Identifier: MIT */
#ifndef SIM_SAY_H
#define SIM_SAY_H

#include "sim/sim.h"

/*
 * What the app says: messages by the Web API, by response URLs and by the acknowledgement of a
 * command all end here.
 */

/* What a message says, out of arguments, or of JSON: text, blocks, attachments, metadata, checked.
 * NULL on success, else the error's word, with a sentence in `problem` or "". */
const char *sim_content(sim_json_builder_t *json, const slack_json_t *from,
                        const slack_json_t **ret, char problem[SIM_PROBLEM_SIZE]);

/* The content of the message that an assistant's thread begins with. `title` may be "". */
const slack_json_t *sim_assistant_content(sim_json_builder_t *json, const char *title);

/* Say it: it is remembered, it is in the transcript, and, unless only one person sees it, the app
 * gets the event that any message makes. `author` is set here. 0, SLACK_ENOMEM. */
int sim_say(sim_t *sim, const sim_message_draft_t *draft, sim_message_t **ret);
/* Say something else in its place. 0, SLACK_ENOMEM. */
int sim_say_instead(sim_t *sim, sim_message_t *message, const slack_json_t *content);
/* Delete it. */
void sim_unsay(sim_t *sim, sim_message_t *message);

/* Send an event to the app, without waiting for its acknowledgement. Nothing when there is no app.
 */
void sim_tell(sim_t *sim, sim_json_builder_t *json, const slack_json_t *event);

#endif
