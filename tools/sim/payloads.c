/* SPDX-License-Identifier: MIT */
#include "sim/payloads.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sim/team.h"

#define TEXT_MAX ((size_t)64 * 1024)

const slack_json_t *sim_payload_event(sim_ids_t *ids, sim_json_builder_t *json,
                                      const slack_json_t *event)
{
    char id[SIM_ID_SIZE];
    sim_ids_next(ids, "Ev0", id);
    return sim_json(json,
                    "{token: %s, team_id: %s, context_team_id: %s, context_enterprise_id: null,"
                    " api_app_id: %s, event: %p, type: 'event_callback', event_id: %s,"
                    " event_time: %" PRId64 ", authorizations: [{enterprise_id: null, team_id: %s,"
                    " user_id: %s, is_bot: true, is_enterprise_install: false}],"
                    " is_ext_shared_channel: false, event_context: '4-%s'}",
                    SIM_VERIFICATION_TOKEN, SIM_TEAM_ID, SIM_TEAM_ID, SIM_APP_ID, event, id,
                    slack__wall_ms(ids->clock) / 1000, SIM_TEAM_ID, sim_user_bot()->id, id);
}

/* --- events --- */

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

const slack_json_t *sim_event_home_opened(sim_json_builder_t *json, const sim_channel_t *im,
                                          const sim_view_t *home, const char *ts)
{
    const slack_json_t *event = sim_json(
        json, "{type: 'app_home_opened', user: %s, channel: %s, tab: 'home', event_ts: %s}",
        im->user_id, im->id, ts);
    if (!home) return event;
    return sim_json_merged(json, event,
                           sim_json(json, "{view: %p}", sim_payload_view(json, home, NULL)));
}

const slack_json_t *sim_event_assistant(sim_json_builder_t *json, const char *type,
                                        const sim_message_t *head, const sim_channel_t *context,
                                        const char *ts)
{
    return sim_json(json,
                    "{type: %s, assistant_thread: {user_id: %s, context: {channel_id: %s,"
                    " team_id: %s, enterprise_id: null}, channel_id: %s, thread_ts: %s},"
                    " event_ts: %s}",
                    type, head->channel->user_id, context->id, SIM_TEAM_ID, head->channel->id,
                    head->ts, ts);
}

static const char *type_of_input(const slack_json_t *value)
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
                              type_of_input(it.value), it.key, it.key));
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

/* --- what people write --- */

/* The length of the reference that `s` starts with ("<@U…>", "<#C…|name>", "<!here>", a link), 0
 * when it starts with none. */
static size_t reference_len(const char *s)
{
    const char *end = *s == '<' ? strchr(s, '>') : NULL;
    if (!end || end - s < 3) return 0;
    if (s[1] == '@' || s[1] == '#' || s[1] == '!') return (size_t)(end - s) + 1;
    return strncmp(s + 1, "http", 4) == 0 ? (size_t)(end - s) + 1 : 0;
}

/* "@ann" or "#general" at the start of `s`: its length with the reference in `ret`, else 0. */
static size_t named_len(const char *s, char ret[SIM_ID_SIZE * 2])
{
    char name[SIM_ID_SIZE];
    size_t len = strspn(s + 1, "abcdefghijklmnopqrstuvwxyz0123456789_-");
    if (len == 0 || len + 2 > sizeof name) return 0;
    snprintf(name, sizeof name, "%.*s", (int)len + 1, s);
    const sim_user_t *user = *s == '@' ? sim_user_find(name) : NULL;
    const sim_channel_t *channel = *s == '#' ? sim_channel_find(name) : NULL;
    if (user) snprintf(ret, SIM_ID_SIZE * 2, "<@%s>", user->id);
    if (channel) snprintf(ret, SIM_ID_SIZE * 2, "<#%s|%s>", channel->id, channel->name);
    return user || channel ? len + 1 : 0;
}

const char *sim_text_markup(slack_arena_t *arena, const char *typed)
{
    slack_buf_t buf;
    int rc = 0;
    slack__buf_init(&buf, TEXT_MAX);
    while (*typed && rc == 0) {
        char named[SIM_ID_SIZE * 2];
        size_t len = reference_len(typed);
        if (len > 0) {
            rc = slack__buf_append(&buf, typed, len);
        } else if ((*typed == '@' || *typed == '#') && (len = named_len(typed, named)) > 0) {
            rc = slack__buf_append_slice(&buf, slack__slice(named));
        } else {
            const char *escaped = *typed == '&'   ? "&amp;"
                                  : *typed == '<' ? "&lt;"
                                  : *typed == '>' ? "&gt;"
                                                  : NULL;
            len = 1;
            rc = escaped ? slack__buf_append_slice(&buf, slack__slice(escaped))
                         : slack__buf_append_char(&buf, *typed);
        }
        typed += len;
    }
    const char *text = NULL;
    if (rc == 0) text = slack__arena_strndup(arena, slack__buf_ptr(&buf), buf.len);
    slack__buf_done(&buf);
    return text;
}

/* One element of rich text for a reference. */
static const slack_json_t *rich_reference(sim_json_builder_t *json, const char *s, size_t len)
{
    const char *bar = memchr(s, '|', len);
    size_t id_len = (bar ? (size_t)(bar - s) : len - 1) - 2;
    switch (s[1]) {
    case '@': return sim_json(json, "{type: 'user', user_id: %.*s}", (int)id_len, s + 2);
    case '#': return sim_json(json, "{type: 'channel', channel_id: %.*s}", (int)id_len, s + 2);
    case '!': return sim_json(json, "{type: 'broadcast', range: %.*s}", (int)id_len, s + 2);
    default: return sim_json(json, "{type: 'link', url: %.*s}", (int)id_len + 1, s + 1);
    }
}

const slack_json_t *sim_person_content(sim_json_builder_t *json, const char *text)
{
    sim_list_t elements;
    sim_list_begin(json, &elements, '[');
    for (const char *s = text; *s;) {
        size_t len = reference_len(s), plain = 0;
        if (len > 0) {
            sim_list_add(json, &elements, rich_reference(json, s, len));
            s += len;
            continue;
        }
        while (s[plain] && reference_len(s + plain) == 0)
            plain++;
        sim_list_add(json, &elements, sim_json(json, "{type: 'text', text: %.*s}", (int)plain, s));
        s += plain;
    }
    const slack_json_t *rich = sim_list_end(json, &elements);
    return sim_json(json,
                    "{text: %s, blocks: [{type: 'rich_text', block_id: 'person',"
                    " elements: [{type: 'rich_text_section', elements: %p}]}]}",
                    text, rich);
}

/* --- commands and interactions --- */

const slack_json_t *sim_payload_command(sim_json_builder_t *json, const sim_command_t *command)
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

const slack_json_t *sim_payload_interaction(sim_json_builder_t *json, const char *type,
                                            const sim_user_t *user)
{
    return sim_json(json,
                    "{type: %s, user: {id: %s, username: %s, name: %s, team_id: %s},"
                    " api_app_id: %s, token: %s, team: {id: %s, domain: %s}, enterprise: null,"
                    " is_enterprise_install: false}",
                    type, user->id, user->name, user->name, SIM_TEAM_ID, SIM_APP_ID,
                    SIM_VERIFICATION_TOKEN, SIM_TEAM_ID, SIM_TEAM_DOMAIN);
}

const slack_json_t *sim_payload_step(sim_json_builder_t *json, const sim_step_t *step,
                                     const sim_user_t *user, const char *trigger_id)
{
    return sim_json(json,
                    "{bot_access_token: %s, function_data: {execution_id: %s,"
                    " function: {callback_id: %s}, inputs: %p},"
                    " interactivity: {interactor: {secret: 'simulated', id: %s},"
                    " interactivity_pointer: %s}}",
                    step->token, step->id, step->callback_id, step->inputs, user->id, trigger_id);
}

const slack_json_t *sim_payload_view(sim_json_builder_t *json, const sim_view_t *view,
                                     const slack_json_t *values)
{
    if (!values) values = sim_json(json, "{}");
    return sim_json_merged(json, view->body, sim_json(json, "{state: {values: %p}}", values));
}

const slack_json_t *sim_payload_place(sim_json_builder_t *json, const sim_message_t *message,
                                      const sim_view_t *view)
{
    if (view)
        return sim_json(json, "{container: {type: 'view', view_id: %s}, view: %p}", view->id,
                        sim_payload_view(json, view, NULL));
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
    /* An app gets no copy of what only one person can see. */
    if (message->only_for) return place;
    return sim_json_merged(json, place, sim_json(json, "{message: %p}", message->body));
}

const slack_json_t *sim_payload_action(sim_json_builder_t *json, const sim_element_iter_t *element,
                                       const slack_json_t *state, const char *action_ts)
{
    const slack_json_t *own = sim_json(
        json, "{type: %s, action_id: %s, block_id: %s, action_ts: %s}",
        slack_json_str(element->element, "/type"), slack_json_str(element->element, "/action_id"),
        slack_json_str(element->block, "/block_id"), action_ts);
    own = sim_json_merged(json, own, state);
    /* A button tells its own text and value. */
    if (strcmp(slack_json_str(element->element, "/type"), "button") != 0) return own;
    return sim_json_merged(json, own, element->element);
}
