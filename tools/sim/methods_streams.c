/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "sim/message_content.h"
#include "sim/methods.h"
#include "sim/stream_chunks.h"
#include "sim/streams.h"
#include "sim/team.h"

/* The addition of a call to a stream. */
typedef struct addition {
    const char *text;           /* with the texts of the chunks */
    const slack_json_t *chunks; /* NULL: none */
} addition_t;

/* `stream`, NULL for a new one, must have room for it. False with the answer in *ret_failure. */
static bool call_addition(sim_call_t *call, const sim_stream_t *stream, addition_t *ret,
                          const slack_json_t **ret_failure)
{
    char problem[SIM_PROBLEM_SIZE] = "";
    const char *error = sim_call_json(call, "chunks", &ret->chunks) ? NULL : "invalid_chunks";
    if (!error && ret->chunks) error = sim_chunks_check(ret->chunks, problem);
    ret->text = sim_chunks_text(call->json->arena, sim_call_arg(call, "markdown_text"),
                                error ? NULL : ret->chunks);
    if (!ret->text) return false;
    if (!error && !sim_stream_has_room(stream, ret->text)) error = "msg_too_long";
    if (!error) return true;
    *ret_failure = sim_call_error_with(call, error, "%s", problem);
    return false;
}

/* Whom a channel shows the stream to; a direct message needs no recipient. NULL: all is well. */
static const char *check_recipient(const sim_call_t *call, const sim_channel_t *channel)
{
    const char *user = sim_call_arg(call, "recipient_user_id");
    const char *team = sim_call_arg(call, "recipient_team_id");
    if (channel->kind != SIM_CHANNEL_IM && !*user) return "missing_recipient_user_id";
    if (channel->kind != SIM_CHANNEL_IM && !*team) return "missing_recipient_team_id";
    if (*user && !sim_user_by_id(&call->services->workspace->users, user)) return "user_not_found";
    return *team && strcmp(team, call->services->team->id) != 0 ? "team_not_found" : NULL;
}

/* The answer to a call that was made, or that failed with `rc`. */
static const slack_json_t *stream_answer(sim_call_t *call, int rc, const sim_channel_t *channel,
                                         const char *ts)
{
    if (rc == SLACK_EBUSY) return sim_call_error(call, "message_limit_exceeded");
    return rc ? NULL : sim_json(call->json, "{ok: true, channel: %s, ts: %s}", channel->id, ts);
}

/* Slack's documentation calls thread_ts optional; a call without it is refused
 * (https://github.com/NangoHQ/integration-templates/pull/676). */
static const slack_json_t *chat_start_stream(sim_call_t *call)
{
    const slack_json_t *failure = NULL;
    addition_t addition;
    const char *mode = sim_call_arg(call, "task_display_mode");
    const sim_channel_t *channel = sim_call_own_channel(call, "channel", &failure);
    if (!channel) return failure;
    if (!*sim_call_arg(call, "thread_ts")) return sim_call_missing(call, "thread_ts");
    if (!sim_is_ts(sim_call_arg(call, "thread_ts")) ||
        (*mode && strcmp(mode, "timeline") != 0 && strcmp(mode, "plan") != 0))
        return sim_call_error(call, "invalid_arguments");
    const char *error = check_recipient(call, channel);
    if (error) return sim_call_error(call, error);
    if (!call_addition(call, NULL, &addition, &failure)) return failure;

    sim_stream_t *stream = NULL;
    const sim_message_draft_t draft = {
        .channel = channel,
        .author = call->services->team->bot,
        .thread_ts = sim_call_arg(call, "thread_ts"),
        .content = sim_json(call->json, "{text: ''}"),
        .step_id = call->step ? call->step->id : "",
    };
    int rc = call->json->rc;
    if (rc == 0) rc = sim_stream_begin(call->services->streams, &draft, &stream);
    if (rc != 0) return stream_answer(call, rc, channel, "");
    rc = sim_stream_append(stream, addition.text, addition.chunks);
    const slack_json_t *answer = stream_answer(call, rc, channel, stream->ts);
    if (rc != 0) (void)sim_stream_stop(stream, NULL);
    return answer;
}

/* The stream that the arguments name. NULL with the answer in *ret_failure. */
static sim_stream_t *call_stream(sim_call_t *call, const char *when_stopped,
                                 const slack_json_t **ret_failure)
{
    const char *ts = sim_call_arg(call, "ts"), *error = NULL;
    const sim_channel_t *channel = sim_call_own_channel(call, "channel", ret_failure);
    if (!channel) return NULL;
    const sim_message_t *message =
        sim_message_find(&call->services->workspace->messages, channel, ts);
    sim_stream_t *stream = sim_stream_find(call->services->streams, channel, ts);
    if (!message || message->only_for)
        error = "message_not_found";
    else if (!message->author->bot)
        error = "message_not_owned_by_app";
    else if (!stream)
        error = "message_not_in_streaming_state";
    else if (stream->stopped_by)
        error = when_stopped;
    if (!error) return stream;
    *ret_failure = sim_call_error(call, error);
    return NULL;
}

static const slack_json_t *chat_append_stream(sim_call_t *call)
{
    const slack_json_t *failure = NULL;
    addition_t addition;
    sim_stream_t *stream = call_stream(call, "stopped_by_user", &failure);
    if (!stream || !call_addition(call, stream, &addition, &failure)) return failure;
    if (!*addition.text && slack_json_count(addition.chunks, "") == 0)
        return sim_call_error(call, "no_text");
    const int rc = sim_stream_append(stream, addition.text, addition.chunks);
    return stream_answer(call, rc, stream->channel, stream->ts);
}

/* Blocks and metadata in the arguments, as a message has them. False with the answer in
 * *ret_failure. */
static bool call_end(sim_call_t *call, const slack_json_t **ret, const slack_json_t **ret_failure)
{
    char problem[SIM_PROBLEM_SIZE];
    const slack_json_t *content = NULL;
    const slack_json_t *from =
        sim_json(call->json, "{text: '-', blocks: %p, metadata: %p}",
                 slack_json_get(call->args, "/blocks"), slack_json_get(call->args, "/metadata"));
    const char *error = sim_message_content(call->json, from, &content, problem);
    if (error) {
        *ret_failure = sim_call_error_with(call, error, "%s", problem);
        return false;
    }
    *ret = sim_json(call->json, "{blocks: %p, metadata: %p}", slack_json_get(content, "/blocks"),
                    slack_json_get(content, "/metadata"));
    return call->json->rc == 0;
}

/* After a person's stop Slack has ended the stream already. The errors of chat.stopStream do not
 * have stopped_by_user. */
static const slack_json_t *chat_stop_stream(sim_call_t *call)
{
    const slack_json_t *failure = NULL, *end = NULL;
    addition_t addition;
    sim_stream_t *stream = call_stream(call, "message_not_in_streaming_state", &failure);
    if (!stream || !call_addition(call, stream, &addition, &failure) ||
        !call_end(call, &end, &failure))
        return failure;
    const sim_channel_t *channel = stream->channel;
    const char *ts = slack__arena_strdup(call->json->arena, stream->ts);
    int rc = ts ? sim_stream_append(stream, addition.text, addition.chunks) : SLACK_ENOMEM;
    if (rc == 0) rc = sim_stream_stop(stream, end);
    const slack_json_t *answer = stream_answer(call, rc, channel, ts);
    const sim_message_t *message =
        ts ? sim_message_find(&call->services->workspace->messages, channel, ts) : NULL;
    if (rc != 0 || !message) return answer;
    return sim_json_merged(call->json, answer,
                           sim_json(call->json, "{message: %p}", message->body));
}

const sim_method_t sim_methods_streams[] = {
    {"chat.startStream", SIM_TOKEN_BOT, chat_start_stream},
    {"chat.appendStream", SIM_TOKEN_BOT, chat_append_stream},
    {"chat.stopStream", SIM_TOKEN_BOT, chat_stop_stream},
    {NULL, 0, NULL},
};
