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

const sim_method_t sim_methods_chat[] = {
    {"chat.postMessage", SIM_TOKEN_BOT, chat_post_message},
    {"chat.postEphemeral", SIM_TOKEN_BOT, chat_post_ephemeral},
    {"chat.delete", SIM_TOKEN_BOT, chat_delete},
    {"chat.update", SIM_TOKEN_BOT, chat_update},
    {NULL, 0, NULL},
};
