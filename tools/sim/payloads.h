/* SPDX-License-Identifier: MIT */
#ifndef SIM_PAYLOADS_H
#define SIM_PAYLOADS_H

#include "sim/workflow_steps.h"
#include "sim/views.h"
#include "sim/messages.h"

/*
 * What Slack sends to apps, as JSON. How it is put on a wire is the delivery's business. Pure.
 */

/* An Events API body around an event. */
const slack_json_t *sim_payload_event(sim_ids_t *ids, sim_json_builder_t *json,
                                      const slack_json_t *event);

/* Events. */
const slack_json_t *sim_event_message(sim_json_builder_t *json, const sim_message_t *message);
const slack_json_t *sim_event_mention(sim_json_builder_t *json, const sim_message_t *message);
const slack_json_t *sim_event_changed(sim_ids_t *ids, sim_json_builder_t *json,
                                      const sim_message_t *message, const slack_json_t *before);
const slack_json_t *sim_event_deleted(sim_ids_t *ids, sim_json_builder_t *json,
                                      const sim_message_t *message);
/* A person looks at the app's home tab; `home` is what it shows, or NULL. */
const slack_json_t *sim_event_home_opened(sim_json_builder_t *json, const sim_channel_t *im,
                                          const sim_view_t *home, const char *ts);
/* A person opened an assistant's thread, or looks elsewhere beside it: `type` says which. */
const slack_json_t *sim_event_assistant(sim_json_builder_t *json, const char *type,
                                        const sim_message_t *head, const sim_channel_t *context,
                                        const char *ts);
/* A workflow has come to a step of the app's. */
const slack_json_t *sim_event_function(sim_ids_t *ids, sim_json_builder_t *json,
                                       const sim_step_t *step);

/* What a person writes: text, and the rich text that Slack makes of it. `text` is in Slack's own
 * markup, see sim_text_markup(). */
const slack_json_t *sim_person_content(sim_json_builder_t *json, const char *text);
/* Text as typed, in Slack's markup: @name and #name of those who exist become references, &, < and
 * > are escaped; references that are there already stay. NULL when memory is out. */
const char *sim_text_markup(slack_arena_t *arena, const char *typed);

/* The fields of a slash command, all of them strings. */
typedef struct sim_command {
    const sim_user_t *user;
    const sim_channel_t *channel;
    const char *name; /* "/echo" */
    const char *text;
    const char *response_url;
    const char *trigger_id;
} sim_command_t;
const slack_json_t *sim_payload_command(sim_json_builder_t *json, const sim_command_t *command);

/* What all interactions have in common. */
const slack_json_t *sim_payload_interaction(sim_json_builder_t *json, const char *type,
                                            const sim_user_t *user);
/* Where an element was used: members container, message or view, channel. One of the two is
 * NULL. */
const slack_json_t *sim_payload_place(sim_json_builder_t *json, const sim_message_t *message,
                                      const sim_view_t *view);
/* What an interaction carries that came out of a step. */
const slack_json_t *sim_payload_step(sim_json_builder_t *json, const sim_step_t *step,
                                     const sim_user_t *user, const char *trigger_id);
/* A view with a state (NULL: an empty one). */
const slack_json_t *sim_payload_view(sim_json_builder_t *json, const sim_view_t *view,
                                     const slack_json_t *values);
/* An entry of `actions`: the element, and what was chosen. */
const slack_json_t *sim_payload_action(sim_json_builder_t *json, const sim_element_iter_t *element,
                                       const slack_json_t *state, const char *action_ts);

#endif
