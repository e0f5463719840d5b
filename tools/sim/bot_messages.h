/* SPDX-License-Identifier: MIT */
#ifndef SIM_BOT_MESSAGES_H
#define SIM_BOT_MESSAGES_H

#include "sim/services.h"

/*
 * The bot's messages. Posting, editing and deleting one changes the workspace, adds a line to the
 * transcript and, unless only one person sees the message, sends the app the event for it.
 */

/* `author` NULL: the bot. `by_app` is set here. `ret` optional. 0, SLACK_ENOMEM. */
int sim_bot_message_post(const sim_services_t *services, const sim_message_draft_t *draft,
                         sim_message_t **ret);
/* Replace the content. 0, SLACK_ENOMEM. */
int sim_bot_message_edit(const sim_services_t *services, sim_message_t *message,
                         const slack_json_t *content);
/* A streamed message has ended; `how` says more of it, or is "". */
void sim_bot_message_streamed(const sim_services_t *services, sim_json_builder_t *json,
                              const sim_message_t *message, const char *how);
void sim_bot_message_delete(const sim_services_t *services, sim_message_t *message);

/* Send the app an event without waiting for its ack. Does nothing when no app was ever connected,
 * or the workspace has not installed the app. */
void sim_event_send(const sim_services_t *services, sim_json_builder_t *json,
                    const slack_json_t *event);

/* Attach previews of links, of the app, to a message of anybody: it is not edited, but changed. 0,
 * SLACK_ENOMEM. */
int sim_bot_message_unfurl(const sim_services_t *services, sim_message_t *message,
                           const slack_json_t *attachments);

#endif
