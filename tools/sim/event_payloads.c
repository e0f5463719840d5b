/* SPDX-License-Identifier: MIT */
#include "sim/event_payloads.h"

#include <inttypes.h>

const slack_json_t *sim_event_payload(const sim_team_t *team, sim_ids_t *ids,
                                      sim_json_builder_t *json, const slack_json_t *event)
{
    const char *enterprise_id = sim_team_enterprise_id(team);
    const bool org_wide = sim_team_is_org_wide(team);
    char id[SIM_ID_SIZE], ts[SIM_TS_SIZE];
    sim_ids_next(ids, "Ev0", id);
    sim_ids_ts(ids, ts);
    if (event) event = sim_json_merged(json, event, sim_json(json, "{event_ts: %s}", ts));
    return sim_json(
        json,
        "{token: %s, team_id: %s, context_team_id: %s, context_enterprise_id: %s,"
        " enterprise_id?: %s, api_app_id: %s, event: %p, type: 'event_callback', event_id: %s,"
        " event_time: %" PRId64 ", authorizations: [{enterprise_id: %s, team_id: %s,"
        " user_id: %s, is_bot: %p, is_enterprise_install: %p}],"
        " is_ext_shared_channel: false, event_context: '4-%s'}",
        SIM_VERIFICATION_TOKEN, team->id, team->id, enterprise_id, enterprise_id, SIM_APP_ID, event,
        id, slack__wall_ms(ids->clock) / 1000, enterprise_id, org_wide ? NULL : team->id,
        (team->person ? team->person : team->bot)->id, sim_json_bool(json, !team->person),
        sim_json_bool(json, org_wide), id);
}

const slack_json_t *sim_event_message(sim_json_builder_t *json, const sim_message_t *message)
{
    return sim_json_merged(json, message->body,
                           sim_json(json, "{channel: %s, event_ts: %s, channel_type: %s}",
                                    message->channel->id, message->ts,
                                    sim_channel_type(message->channel)));
}

const slack_json_t *sim_event_mention(sim_json_builder_t *json, const sim_message_t *message)
{
    const slack_json_t *own = sim_json(json, "{type: 'app_mention', channel: %s, event_ts: %s}",
                                       message->channel->id, message->ts);
    return sim_json_merged(json, own, message->body);
}

const slack_json_t *sim_event_changed(sim_ids_t *ids, sim_json_builder_t *json,
                                      const sim_message_t *message, const slack_json_t *before)
{
    char ts[SIM_TS_SIZE];
    sim_ids_ts(ids, ts);
    return sim_json(json,
                    "{type: 'message', subtype: 'message_changed', message: %p,"
                    " previous_message: %p, channel: %s, hidden: true, ts: %s, event_ts: %s,"
                    " channel_type: %s}",
                    message->body, before, message->channel->id, ts, ts,
                    sim_channel_type(message->channel));
}

const slack_json_t *sim_event_deleted(sim_ids_t *ids, sim_json_builder_t *json,
                                      const sim_message_t *message)
{
    char ts[SIM_TS_SIZE];
    sim_ids_ts(ids, ts);
    return sim_json(json,
                    "{type: 'message', subtype: 'message_deleted', previous_message: %p,"
                    " channel: %s, hidden: true, deleted_ts: %s, ts: %s, event_ts: %s,"
                    " channel_type: %s}",
                    message->body, message->channel->id, message->ts, ts, ts,
                    sim_channel_type(message->channel));
}

const slack_json_t *sim_event_reaction(sim_json_builder_t *json, const sim_message_t *message,
                                       const char *name, const sim_user_t *user, bool added)
{
    return sim_json(json,
                    "{type: %s, user: %s, reaction: %s, item_user: %s,"
                    " item: {type: 'message', channel: %s, ts: %s}}",
                    added ? "reaction_added" : "reaction_removed", user->id, name,
                    message->author->id, message->channel->id, message->ts);
}

/* https://docs.slack.dev/reference/events/link_shared */
const slack_json_t *sim_event_link_shared(sim_json_builder_t *json, const sim_message_t *message,
                                          const char *url, slack_slice_t host)
{
    const char *thread_ts = *message->thread_ts ? message->thread_ts : NULL;
    return sim_json(json,
                    "{type: 'link_shared', channel: %s, is_bot_user_member: %p, user: %s,"
                    " message_ts: %s, thread_ts?: %s, unfurl_id: '%s-%s', event_ts: %s,"
                    " source: 'conversations_history', links: [{domain: %.*s, url: %s}]}",
                    message->channel->id,
                    sim_json_bool(json, sim_channel_has_bot(message->channel)), message->author->id,
                    message->ts, thread_ts, message->channel->id, message->ts, message->ts,
                    (int)host.len, host.ptr, url);
}

const slack_json_t *sim_event_file_shared(sim_json_builder_t *json, const char *file_id,
                                          const sim_user_t *user, const sim_channel_t *channel)
{
    return sim_json(json,
                    "{type: 'file_shared', file_id: %s, user_id: %s, file: {id: %s},"
                    " channel_id: %s}",
                    file_id, user->id, file_id, channel->id);
}

const slack_json_t *sim_event_home_opened(sim_json_builder_t *json, const char *tab,
                                          const sim_channel_t *im, const sim_view_t *home,
                                          const char *ts)
{
    const slack_json_t *event =
        sim_json(json, "{type: 'app_home_opened', user: %s, channel: %s, tab: %s, event_ts: %s}",
                 im->user_id, im->id, tab, ts);
    if (!home) return event;
    return sim_json_merged(json, event,
                           sim_json(json, "{view: %p}", sim_view_with_state(json, home, NULL)));
}

const slack_json_t *sim_event_assistant(sim_json_builder_t *json, const char *type,
                                        const sim_message_t *head, const sim_channel_t *context,
                                        const char *ts)
{
    return sim_json(json,
                    "{type: %s, assistant_thread: {user_id: %s, context: {channel_id: %s,"
                    " team_id: %s, enterprise_id: %s}, channel_id: %s, thread_ts: %s},"
                    " event_ts: %s}",
                    type, head->channel->user_id, context->id, context->team->id,
                    sim_team_enterprise_id(context->team), head->channel->id, head->ts, ts);
}

const slack_json_t *sim_event_stopped(sim_json_builder_t *json, const sim_channel_t *channel,
                                      const char *thread_ts, const sim_user_t *user,
                                      const slack_json_t *streams)
{
    return sim_json(json,
                    "{type: 'agent_session_stopped', channel: %s, user: %s, thread_ts: %s,"
                    " streaming_message_ts: %p}",
                    channel->id, user->id, thread_ts, streams);
}

static const char *input_type(const slack_json_t *value)
{
    switch (slack_json_type(value)) {
    case SLACK_JSON_NUMBER: return "number";
    case SLACK_JSON_BOOL: return "boolean";
    case SLACK_JSON_ARRAY: return "array";
    case SLACK_JSON_OBJECT: return "object";
    default: return "string";
    }
}

const slack_json_t *sim_event_function(sim_ids_t *ids, sim_json_builder_t *json,
                                       const sim_step_t *step)
{
    char ts[SIM_TS_SIZE];
    slack_json_iter_t it = {0};
    sim_list_t parameters;
    sim_ids_ts(ids, ts);
    sim_list_begin(json, &parameters, '[');
    while (slack_json_next(step->inputs, &it))
        sim_list_add(json, &parameters,
                     sim_json(json,
                              "{type: %s, name: %s, description: '', title: %s, is_required: true}",
                              input_type(it.value), it.key, it.key));
    const slack_json_t *function =
        sim_json(json,
                 "{id: 'Fn0SIM00001', callback_id: %s, title: %s, description: '', type: 'app',"
                 " input_parameters: %p, output_parameters: [], app_id: %s, date_created: %d,"
                 " date_updated: %d, date_deleted: 0, form_enabled: false}",
                 step->callback_id, step->callback_id, sim_list_end(json, &parameters), SIM_APP_ID,
                 SIM_FOUNDED_S, SIM_FOUNDED_S);
    return sim_json(json,
                    "{type: 'function_executed', function: %p, inputs: %p,"
                    " function_execution_id: %s, workflow_execution_id: %s, event_ts: %s,"
                    " bot_access_token: %s}",
                    function, step->inputs, step->id, step->workflow_id, ts, step->token);
}
