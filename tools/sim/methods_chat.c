/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "sim/bot_messages.h"
#include "sim/message_content.h"
#include "sim/methods.h"
#include "sim/streams.h"

/* The content in the arguments. NULL with the answer in *ret_failure. */
static const slack_json_t *call_content(sim_call_t *call, const slack_json_t **ret_failure)
{
    char problem[SIM_PROBLEM_SIZE];
    const slack_json_t *content = NULL;
    const char *error = sim_message_content(call->json, call->args, &content, problem);
    if (!error) return content;
    *ret_failure = sim_call_error_with(call, error, "%s", problem);
    return NULL;
}

static bool call_is_markdown(const sim_call_t *call)
{
    return *sim_call_arg(call, "markdown_text") != '\0';
}

static const slack_json_t *chat_post_message(sim_call_t *call)
{
    const slack_json_t *failure = NULL, *content = NULL;
    const char *thread_ts = sim_call_arg(call, "thread_ts");
    const sim_channel_t *channel = sim_call_own_channel(call, "channel", &failure);
    if (channel) content = call_content(call, &failure);
    if (!content) return failure;
    if (*thread_ts && !sim_is_ts(thread_ts)) return sim_call_error(call, "invalid_thread_ts");
    const sim_message_t *head =
        sim_message_find(&call->services->workspace->messages, channel, thread_ts);
    if (head && head->only_for) return sim_call_error(call, "cannot_reply_to_message");

    sim_message_t *message = NULL;
    const sim_message_draft_t draft = {
        .channel = channel,
        .author = sim_call_actor(call),
        .thread_ts = thread_ts,
        .broadcast = sim_call_bool(call, "reply_broadcast"),
        .content = content,
        .markdown = call_is_markdown(call),
        .step_id = call->step ? call->step->id : "",
    };
    if (sim_bot_message_post(call->services, &draft, &message) != 0) return NULL;
    return sim_json(call->json, "{ok: true, channel: %s, ts: %s, message: %p}", channel->id,
                    message->ts, message->body);
}

static const slack_json_t *chat_post_ephemeral(sim_call_t *call)
{
    const slack_json_t *failure = NULL, *content = NULL;
    const sim_user_t *user =
        sim_user_by_id(&call->services->workspace->users, sim_call_arg(call, "user"));
    const sim_channel_t *channel = sim_call_own_channel(call, "channel", &failure);
    if (!channel) return failure;
    bool stranger = channel->user_id && user && strcmp(channel->user_id, user->id) != 0;
    if (!user || stranger) return sim_call_error(call, "user_not_in_channel");
    content = call_content(call, &failure);
    if (!content) return failure;

    sim_message_t *message = NULL;
    const sim_message_draft_t draft = {
        .channel = channel,
        .only_for = user,
        .thread_ts = sim_call_arg(call, "thread_ts"),
        .content = content,
        .markdown = call_is_markdown(call),
        .step_id = call->step ? call->step->id : "",
    };
    if (sim_bot_message_post(call->services, &draft, &message) != 0) return NULL;
    return sim_json(call->json, "{ok: true, message_ts: %s}", message->ts);
}

/* The message that the actor has posted at this time. NULL: *ret_failure is the answer. */
static sim_message_t *own_message(sim_call_t *call, const char *of_others,
                                  const slack_json_t **ret_failure)
{
    const char *ts = sim_call_arg(call, "ts");
    const sim_channel_t *channel = sim_call_own_channel(call, "channel", ret_failure);
    if (!channel) return NULL;
    sim_message_t *message = sim_message_find(&call->services->workspace->messages, channel, ts);
    if (message && !message->only_for && message->author == sim_call_actor(call)) return message;
    *ret_failure =
        sim_call_error(call, message && !message->only_for ? of_others : "message_not_found");
    return NULL;
}

static const slack_json_t *chat_update(sim_call_t *call)
{
    const slack_json_t *failure = NULL, *content = NULL;
    sim_message_t *message = own_message(call, "cant_update_message", &failure);
    if (!message) return failure;
    if (sim_stream_is_open(call->services->streams, message))
        return sim_call_error(call, "streaming_state_conflict");
    content = call_content(call, &failure);
    if (!content) return failure;
    message->markdown = call_is_markdown(call);
    if (sim_bot_message_edit(call->services, message, content) != 0) return NULL;
    return sim_json(call->json, "{ok: true, channel: %s, ts: %s, text: %s, message: %p}",
                    message->channel->id, message->ts, slack_json_str(message->body, "/text"),
                    message->body);
}

static const slack_json_t *chat_delete(sim_call_t *call)
{
    const slack_json_t *failure = NULL;
    sim_message_t *message = own_message(call, "cant_delete_message", &failure);
    if (!message) return failure;
    const slack_json_t *answer =
        sim_json(call->json, "{ok: true, channel: %s, ts: %s}", message->channel->id, message->ts);
    sim_bot_message_delete(call->services, message);
    return answer;
}

/* --- previews of links --- */

/* The attachments of a message with previews, {URL: attachment}: a second preview of a link
 * replaces the first one. NULL with the answer in *ret_failure. */
static const slack_json_t *with_unfurls(sim_call_t *call, const sim_message_t *message,
                                        const slack_json_t *unfurls,
                                        const slack_json_t **ret_failure)
{
    sim_json_builder_t *json = call->json;
    char problem[SIM_PROBLEM_SIZE];
    slack_json_iter_t it = {0};
    unsigned id = 0;
    sim_list_t list;
    sim_list_begin(json, &list, '[');
    while (slack_json_next(slack_json_get(message->body, "/attachments"), &it)) {
        const char *url = slack_json_str(it.value, "/app_unfurl_url");
        if (*url && slack__json_member(unfurls, slack__slice(url))) continue;
        sim_list_add(json, &list, it.value);
        id++;
    }
    for (it = (slack_json_iter_t){0}; slack_json_next(unfurls, &it);) {
        const slack_json_t *own = sim_json(
            json,
            "{id: %u, from_url: %s, original_url: %s, app_unfurl_url: %s, is_app_unfurl: true,"
            " bot_id: %s, app_id: %s}",
            ++id, it.key, it.key, it.key, call->services->team->bot_id, SIM_APP_ID);
        sim_list_add(json, &list, sim_json_merged(json, own, it.value));
    }
    const slack_json_t *all = sim_list_end(json, &list);
    if (json->rc != 0) return NULL;
    if (sim_blocks_check(sim_json(json, "{attachments: %p}", all), problem)) return all;
    *ret_failure = sim_call_error_with(call, "cannot_parse_attachment", "%s", problem);
    return NULL;
}

/* The message in `channel` and `ts`, or in the unfurl_id of a link_shared. NULL with the answer in
 * *ret_failure. */
static sim_message_t *unfurled_message(sim_call_t *call, const slack_json_t **ret_failure)
{
    const sim_workspace_t *workspace = call->services->workspace;
    const char *id = sim_call_arg(call, "channel"), *ts = sim_call_arg(call, "ts");
    const char *unfurl_id = sim_call_arg(call, "unfurl_id"), *dash = strchr(unfurl_id, '-');
    if (!*id && !*ts && dash) {
        id = slack__arena_strndup(call->json->arena, unfurl_id, (size_t)(dash - unfurl_id));
        ts = dash + 1;
    }
    if (!id) return NULL;
    *ret_failure = sim_call_error(call, !*id ? "missing_channel" : "missing_ts");
    if (!*id || !*ts) return NULL;
    const sim_channel_t *channel = sim_channel_find(&call->services->workspace->channels, id);
    sim_message_t *message = channel ? sim_message_find(&workspace->messages, channel, ts) : NULL;
    if (message && !message->only_for) return message;
    *ret_failure = sim_call_error(call, channel ? "cannot_find_message" : "cannot_find_channel");
    return NULL;
}

static const slack_json_t *chat_unfurl(sim_call_t *call)
{
    const slack_json_t *failure = NULL, *unfurls = NULL;
    slack_json_iter_t it = {0};
    const bool read = sim_call_json(call, "unfurls", &unfurls);
    if (read && slack_json_count(unfurls, "") == 0) return sim_call_error(call, "missing_unfurls");
    if (!read || slack_json_type(unfurls) != SLACK_JSON_OBJECT)
        return sim_call_error(call, "cannot_parse_attachment");
    sim_message_t *message = unfurled_message(call, &failure);
    if (!message) return failure;
    while (slack_json_next(unfurls, &it)) {
        if (slack_json_type(it.value) != SLACK_JSON_OBJECT)
            return sim_call_error(call, "cannot_parse_attachment");
        if (!strstr(slack_json_str(message->body, "/text"), it.key))
            return sim_call_error(call, "cannot_unfurl_message");
    }
    const slack_json_t *all = with_unfurls(call, message, unfurls, &failure);
    if (!all) return failure;
    return sim_bot_message_unfurl(call->services, message, all) == 0
               ? sim_json(call->json, "{ok: true}")
               : NULL;
}

const sim_method_t sim_methods_chat[] = {
    {"chat.postMessage", SIM_TOKEN_BOT, chat_post_message},
    {"chat.postEphemeral", SIM_TOKEN_BOT, chat_post_ephemeral},
    {"chat.delete", SIM_TOKEN_BOT, chat_delete},
    {"chat.update", SIM_TOKEN_BOT, chat_update},
    {"chat.unfurl", SIM_TOKEN_BOT, chat_unfurl},
    {NULL, 0, NULL},
};
