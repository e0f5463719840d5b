/* SPDX-License-Identifier: MIT */
#ifndef SIM_INTERACTION_PAYLOADS_H
#define SIM_INTERACTION_PAYLOADS_H

#include "sim/messages.h"
#include "sim/views.h"
#include "sim/workflow_steps.h"

/* Commands and interactions as Slack sends them to apps. Pure. */

typedef struct sim_command {
    const sim_user_t *user;
    const sim_channel_t *channel;
    const char *name; /* "/echo" */
    const char *text;
    const char *response_url;
    const char *trigger_id;
} sim_command_t;
const slack_json_t *sim_command_payload(sim_json_builder_t *json, const sim_command_t *command);

/* The members that all interactions have. */
const slack_json_t *sim_interaction_payload(sim_json_builder_t *json, const char *type,
                                            const sim_user_t *user);
/* The members that say where an element was used: container, message or view, channel. One of
 * `message` and `view` is NULL. */
const slack_json_t *sim_interaction_place(sim_json_builder_t *json, const sim_message_t *message,
                                          const sim_view_t *view);
/* The members that say from which workflow step the message or view came. */
const slack_json_t *sim_interaction_step(sim_json_builder_t *json, const sim_step_t *step,
                                         const sim_user_t *user, const char *trigger_id);
/* An entry of `actions`: the element and its state. */
const slack_json_t *sim_interaction_action(sim_json_builder_t *json,
                                           const sim_element_iter_t *element,
                                           const slack_json_t *state, const char *action_ts);

#endif
