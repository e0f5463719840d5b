/* SPDX-License-Identifier: MIT */
#ifndef SLACK_STREAM_H
#define SLACK_STREAM_H

#include <stdbool.h>

#include "app.h"
#include "error.h"
#include "export.h"
#include "json.h"
#include "listener.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * @file stream.h  Messages that grow while their text is being made, as answers of language models
 * do. docs/guides/streams.md is the guide, examples/agent.c an example.
 * https://docs.slack.dev/reference/methods/chat.startStream
 *
 *     slack_stream_t *stream = slack_stream(ctx, NULL);
 *     while (next_token(&token))
 *         if (slack_stream_append(stream, token) != 0) break;
 *     return slack_stream_stop(stream, NULL, NULL);
 *
 * A part is sent when it has 256 characters, or after a quarter of a second, whichever is first.
 * One call of a stream is under way at a time, and the calls keep within Slack's rates, however
 * fast the text comes. A message ends behind a word, and a fenced block of code that does not end
 * there is closed, and opened again in the next message.
 *
 * The text goes on in another message where Slack would refuse more of it: before a message has
 * 12,000 characters, and before Slack ends its stream, about five minutes after its start. Where
 * Slack refuses to stream, and when a call fails, the message is edited in place of it
 * (chat.update, with the whole message), so that no part is lost or shown twice. A list of lines
 * then stands for the task cards. Only if the answer of chat.startStream is lost, the stream fails,
 * because the message is not known.
 *
 * A stream of a delivery does not keep the delivery open by itself. If its handler has returned,
 * and no hold, no call and no list is left, the library stops the streams that the handler has left
 * open, and the delivery ends after them. When the app stops, it stops the streams shortly before
 * the end of its drain. If the process crashes, Slack ends the stream after about five minutes.
 *
 * A user can stop a message (the event agent_session_stopped, to which the app should be
 * subscribed). The stream then ends with SLACK_ESTOPPED, and so does the next append: end what
 * makes the text, and return 0.
 *
 * The functions with a stream are for the loop's thread, and for a worker that runs the handler of
 * its delivery. On a worker slack_stream_append() waits if Slack is slower than the text, and
 * slack_stream_stop() until all is sent.
 */

/** The number of streams of an app that are open at one time. */
#define SLACK_STREAMS_MAX 256

/** A message that grows, or several. */
typedef struct slack_stream slack_stream_t;

/**
 * Receives the end of a stream. It runs on the loop, exactly once, and never before the function
 * that began the stream has returned.
 *
 * @param status as slack_stream_status().
 * @return 0, or a negative error, which fails the delivery, if the stream has one.
 */
typedef int (*slack_stream_fn)(slack_stream_t *stream, int status, void *user_data);

/** The place and the end of a stream. A struct of zeros means all defaults. */
typedef struct slack_stream_options {
    /** Optional for a delivery, copied. The channel's id. Default: that of the delivery. */
    const char *channel;
    /** Optional, copied. The message that is answered. "": none; Slack may then refuse to stream.
     * Default: in the delivery's channel, its thread or its message. */
    const char *thread_ts;
    /** Optional, copied. The user whom the stream is for: Slack requires it in channels. Default:
     * the user who acts. */
    const char *user_id;
    /** Optional, copied. The workspace of this user. Default: that of the user who acts. */
    const char *team_id;
    /** Optional. Tasks are shown together as a plan. Default: between the texts. */
    bool plan;
    /** Optional for a delivery. Receives the end. Without it, a failure of the stream fails its
     * delivery, unless a function with the stream has returned the error; SLACK_ESTOPPED does not.
     */
    slack_stream_fn fn;
    /** Optional, borrowed until `fn` has returned. Passed to `fn`. */
    void *user_data;
} slack_stream_options_t;

/**
 * Begin a stream for a delivery. Slack learns of it with the first part of the text.
 *
 * @param options Optional, copied.
 * @return the stream, which lives until the delivery ends; NULL if memory is out. The functions
 *         below take NULL for a stream without memory. If the stream could not begin, they return
 *         the error: SLACK_EINVAL without a channel, SLACK_EBUSY if SLACK_STREAMS_MAX are open.
 */
SLACK_API slack_stream_t *slack_stream(slack_ctx_t *ctx, const slack_stream_options_t *options);

/**
 * Begin a stream outside of a delivery. The program has to stop it; the stream ends with its last
 * call, and is freed when options->fn has returned: no function takes it from then on. Loop thread
 * only.
 *
 * @param client must live until the end of the stream.
 * @param options Required: a channel and fn. Copied.
 * @return the stream; NULL if there is no channel or no fn, if the app does not run, if
 * SLACK_STREAMS_MAX streams are open, or if memory is out; the log has the cause.
 */
SLACK_API slack_stream_t *slack_client_stream(slack_client_t *client,
                                              const slack_stream_options_t *options);

/**
 * Append a text in markdown. https://docs.slack.dev/block-kit/formatting-with-markdown
 *
 * @param text borrowed until the return. It may end anywhere, even within a character.
 * @return 0. SLACK_ESTOPPED if a user has stopped the message. SLACK_EBUSY on the loop if 64 KiB
 * wait already: append it again later. SLACK_ETOOBIG for a text of more than 64 KiB. SLACK_EALREADY
 *         after slack_stream_stop(). SLACK_ECANCELED if the app stops. SLACK_ENOMEM. The error with
 *         which the stream has failed, as slack_response_status().
 */
SLACK_API int slack_stream_append(slack_stream_t *stream, const char *text);

/**
 * Append a chunk: a task, a plan, or blocks.
 * https://docs.slack.dev/reference/methods/chat.appendStream#chunks
 *
 *     slack_stream_chunkf(
 *         stream, "{type: 'task_update', id: 'read', title: %s, status: 'in_progress'}", title);
 *     slack_stream_chunkf(stream, "{type: 'plan_update', title: 'Find the cause'}");
 *     slack_stream_chunkf(stream, "{type: 'blocks', blocks: %p}", blocks);
 *
 * A task with the id of an earlier one takes its place. It has a title and a status: pending,
 * in_progress, complete or error. slack_options_t.check_blocks also checks chunks.
 *
 * @param chunk_template as for slack_jsonf(); borrowed until the return.
 * @return as slack_stream_append(); SLACK_ETEMPLATE for a malformed template; SLACK_EINVAL for a
 *         chunk without a type; SLACK_EBUSY on the loop if 50 chunks wait already.
 */
SLACK_API int slack_stream_chunkf(slack_stream_t *stream, const char *chunk_template, ...)
    SLACK_PRINTF(2, 3);

#ifdef __GNUC__ /* as slack_jsonf() */
#define slack_stream_chunkf(...) (__extension__ slack_stream_chunkf(__VA_ARGS__))
#endif

/**
 * End the stream: what waits is sent, and the message is complete. A stream without text, chunks
 * and blocks posts no message.
 *
 * @param blocks Optional, copied. An array of blocks below the message, such as feedback buttons.
 * @param metadata Optional, copied. {event_type, event_payload}, which the message then has.
 * @return on the loop: 0 when the end is on its way; the delivery stays open until then. On a
 *         worker: the result of the stream. Else as slack_stream_append().
 */
SLACK_API int slack_stream_stop(slack_stream_t *stream, const slack_json_t *blocks,
                                const slack_json_t *metadata);

/** Read how the stream fares.
 * @return 0 while it goes on, and if it has ended well; SLACK_ESTOPPED if a user has stopped the
 *         message; the error with which it has failed. */
SLACK_API int slack_stream_status(slack_stream_t *stream);

/** Read the timestamp of the message that the stream writes, or has written last.
 * @return the timestamp; "" before Slack's first answer. It lives until the delivery ends, and
 *         without a delivery until the next call of a function with the stream. */
SLACK_API const char *slack_stream_ts(slack_stream_t *stream);

#ifdef __cplusplus
}
#endif
#endif
