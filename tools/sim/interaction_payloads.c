/* SPDX-License-Identifier: MIT */
#include "sim/interaction_payloads.h"

#include <string.h>

#include "sim/team.h"

const slack_json_t *sim_command_payload(sim_json_builder_t *json, const sim_command_t *command)
{
    return sim_json(json,
                    "{token: %s, team_id: %s, team_domain: %s, channel_id: %s, channel_name: %s,"
                    " user_id: %s, user_name: %s, command: %s, text: %s, api_app_id: %s,"
                    " is_enterprise_install: 'false', response_url: %s, trigger_id: %s}",
                    SIM_VERIFICATION_TOKEN, SIM_TEAM_ID, SIM_TEAM_DOMAIN, command->channel->id,
                    sim_channel_command_name(command->channel), command->user->id,
                    command->user->name, command->name, command->text, SIM_APP_ID,
                    command->response_url, command->trigger_id);
}

const slack_json_t *sim_interaction_payload(sim_json_builder_t *json, const char *type,
                                            const sim_user_t *user)
{
    return sim_json(json,
                    "{type: %s, user: {id: %s, username: %s, name: %s, team_id: %s},"
                    " api_app_id: %s, token: %s, team: {id: %s, domain: %s}, enterprise: null,"
                    " is_enterprise_install: false}",
                    type, user->id, user->name, user->name, SIM_TEAM_ID, SIM_APP_ID,
                    SIM_VERIFICATION_TOKEN, SIM_TEAM_ID, SIM_TEAM_DOMAIN);
}

const slack_json_t *sim_interaction_step(sim_json_builder_t *json, const sim_step_t *step,
                                         const sim_user_t *user, const char *trigger_id)
{
    return sim_json(json,
                    "{bot_access_token: %s, function_data: {execution_id: %s,"
                    " function: {callback_id: %s}, inputs: %p},"
                    " interactivity: {interactor: {secret: 'simulated', id: %s},"
                    " interactivity_pointer: %s}}",
                    step->token, step->id, step->callback_id, step->inputs, user->id, trigger_id);
}

const slack_json_t *sim_interaction_place(sim_json_builder_t *json, const sim_message_t *message,
                                          const sim_view_t *view)
{
    if (view)
        return sim_json(json, "{container: {type: 'view', view_id: %s}, view: %p}", view->id,
                        sim_view_with_state(json, view, NULL));
    const slack_json_t *ephemeral = sim_json_bool(json, message->only_for != NULL);
    const slack_json_t *container =
        sim_json(json, "{type: 'message', message_ts: %s, channel_id: %s, is_ephemeral: %p}",
                 message->ts, message->channel->id, ephemeral);
    if (*message->thread_ts)
        container =
            sim_json_merged(json, container, sim_json(json, "{thread_ts: %s}", message->thread_ts));
    const slack_json_t *place =
        sim_json(json, "{container: %p, channel: {id: %s, name: %s}}", container,
                 message->channel->id, sim_channel_command_name(message->channel));
    /* The app gets no copy of an ephemeral message. */
    if (message->only_for) return place;
    return sim_json_merged(json, place, sim_json(json, "{message: %p}", message->body));
}

const slack_json_t *sim_interaction_action(sim_json_builder_t *json,
                                           const sim_element_iter_t *element,
                                           const slack_json_t *state, const char *action_ts)
{
    const char *type = slack_json_str(element->element, "/type");
    const slack_json_t *own =
        sim_json(json, "{type: %s, action_id: %s, block_id: %s, action_ts: %s}", type,
                 slack_json_str(element->element, "/action_id"),
                 slack_json_str(element->block, "/block_id"), action_ts);
    own = sim_json_merged(json, own, state);
    /* The text and the value of a button go along; feedback_buttons has those of the pressed one.
     */
    if (strcmp(type, "button") != 0 && strcmp(type, "icon_button") != 0 &&
        strcmp(type, "workflow_button") != 0)
        return own;
    return sim_json_merged(json, own, element->element);
}
