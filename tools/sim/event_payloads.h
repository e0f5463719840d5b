/* SPDX-License-Identifier: MIT */
#ifndef SIM_EVENT_PAYLOADS_H
#define SIM_EVENT_PAYLOADS_H

#include "sim/messages.h"
#include "sim/views.h"
#include "sim/workflow_steps.h"

/* Events as Slack sends them to apps. Pure, but for the new ids and timestamps. */

/* The body of the Events API around an event, which gets an event_ts if it has none. NULL: a body
 * without an event. */
const slack_json_t *sim_event_payload(const sim_team_t *team, sim_ids_t *ids,
                                      sim_json_builder_t *json, const slack_json_t *event);

const slack_json_t *sim_event_message(sim_json_builder_t *json, const sim_message_t *message);
const slack_json_t *sim_event_mention(sim_json_builder_t *json, const sim_message_t *message);
const slack_json_t *sim_event_changed(sim_ids_t *ids, sim_json_builder_t *json,
                                      const sim_message_t *message, const slack_json_t *before);
const slack_json_t *sim_event_deleted(sim_ids_t *ids, sim_json_builder_t *json,
                                      const sim_message_t *message);
/* A reaction was added to the message, or removed. */
const slack_json_t *sim_event_reaction(sim_json_builder_t *json, const sim_message_t *message,
                                       const char *name, const sim_user_t *user, bool added);
/* A message has a link to a domain of the app. */
const slack_json_t *sim_event_link_shared(sim_json_builder_t *json, const sim_message_t *message,
                                          const char *url, slack_slice_t host);
const slack_json_t *sim_event_file_shared(sim_json_builder_t *json, const char *file_id,
                                          const sim_user_t *user, const sim_channel_t *channel);
/* A person opened a tab of the app, "home" or "messages", in the direct message `im`. `home`, NULL
 * for none, is the view of the home tab. */
const slack_json_t *sim_event_home_opened(sim_json_builder_t *json, const char *tab,
                                          const sim_channel_t *im, const sim_view_t *home,
                                          const char *ts);
/* assistant_thread_started or assistant_thread_context_changed: a person opened an assistant's
 * thread beside the channel `context`, or went to that channel. */
const slack_json_t *sim_event_assistant(sim_json_builder_t *json, const char *type,
                                        const sim_message_t *head, const sim_channel_t *context,
                                        const char *ts);
/* agent_session_stopped: a person stopped the streams with these timestamps. */
const slack_json_t *sim_event_stopped(sim_json_builder_t *json, const sim_channel_t *channel,
                                      const char *thread_ts, const sim_user_t *user,
                                      const slack_json_t *streams);
/* A workflow came to a step of the app. */
const slack_json_t *sim_event_function(sim_ids_t *ids, sim_json_builder_t *json,
                                       const sim_step_t *step);

#endif
