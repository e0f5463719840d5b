/* SPDX-License-Identifier: MIT */
#include "sim/interaction_payloads.h"

#include <string.h>

const slack_json_t *sim_command_payload(sim_json_builder_t *json, const sim_command_t *command)
{
    const sim_team_t *team = command->user->team;
    return sim_json(json,
                    "{token: %s, team_id: %s, team_domain: %s, enterprise_id?: %s,"
                    " enterprise_name?: %s, channel_id: %s, channel_name: %s,"
                    " user_id: %s, user_name: %s, command: %s, text: %s, api_app_id: %s,"
                    " is_enterprise_install: %s, response_url: %s, trigger_id: %s}",
                    SIM_VERIFICATION_TOKEN, team->id, team->domain, sim_team_enterprise_id(team),
                    team->org ? team->org->name : NULL, command->channel->id,
                    sim_channel_command_name(command->channel), command->user->id,
                    command->user->name, command->name, command->text, SIM_APP_ID,
                    sim_team_is_org_wide(team) ? "true" : "false", command->response_url,
                    command->trigger_id);
}

/* Slack sends an app that is installed org-wide no team with these
 * (https://github.com/slackapi/bolt-js/blob/main/src/types/shortcuts/global-shortcut.ts). */
static bool is_without_place(const char *type)
{
    return strcmp(type, "shortcut") == 0 || strcmp(type, "view_submission") == 0 ||
           strcmp(type, "view_closed") == 0;
}

const slack_json_t *sim_interaction_payload(sim_json_builder_t *json, const char *type,
                                            const sim_user_t *user)
{
    const sim_team_t *team = user->team;
    const sim_org_t *org = team->org;
    const bool org_wide = sim_team_is_org_wide(team);
    const slack_json_t *enterprise = NULL;
    const slack_json_t *workspace = sim_json(json, "{id: %s, domain: %s}", team->id, team->domain);
    if (org) {
        enterprise = sim_json(json, "{id: %s, name: %s}", org->id, org->name);
        workspace = sim_json_merged(
            json, workspace,
            sim_json(json, "{enterprise_id: %s, enterprise_name: %s}", org->id, org->name));
    }
    return sim_json(json,
                    "{type: %s, user: {id: %s, username: %s, name: %s, team_id: %s},"
                    " api_app_id: %s, token: %s, team: %p, enterprise: %p,"
                    " is_enterprise_install: %p}",
                    type, user->id, user->name, user->name, team->id, SIM_APP_ID,
                    SIM_VERIFICATION_TOKEN, org_wide && is_without_place(type) ? NULL : workspace,
                    enterprise, sim_json_bool(json, org_wide));
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
