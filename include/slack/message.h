/* SPDX-License-Identifier: MIT */
#ifndef SLACK_MESSAGE_H
#define SLACK_MESSAGE_H

#include "call.h"
#include "error.h"
#include "export.h"
#include "json.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * @file message.h  Replies, changes, deletions and reactions.
 *
 * The functions here that call Slack keep the delivery open until Slack answers, and a failure of
 * the call fails the delivery. They return as slack_say() (call.h), and SLACK_EINVAL if the
 * delivery lacks what the call needs. All may also be called on a worker that runs the delivery's
 * handler.
 */

/** Post a text in a thread: the delivery's thread, or a new one below its message (slack_ctx_ts()).
 * `format` has printf conversions. Calls chat.postMessage.
 * @return as slack_say(); SLACK_EINVAL if the delivery is not about a message, for example a
 *         command. */
SLACK_API int slack_reply(slack_ctx_t *ctx, const char *format, ...) SLACK_PRINTF(2, 3);

/** Post a message in a thread, as slack_reply() does. Returns as slack_reply(). */
SLACK_API int slack_reply_json(slack_ctx_t *ctx, const slack_json_t *message);

/** Post a text that only the delivery's user sees. `format` has printf conversions. Calls
 * chat.postEphemeral. */
SLACK_API int slack_say_ephemeral(slack_ctx_t *ctx, const char *format, ...) SLACK_PRINTF(2, 3);

/**
 * Post a message as slack_say_json() does, and continue in `fn` when Slack has answered:
 * slack_response_ts() and slack_response_channel() say where the message is. The delivery stays
 * open until `fn` has returned.
 *
 * @param fn Optional. Default: as slack_say_json().
 * @param user_data borrowed until `fn` returns.
 * @return as slack_say(); SLACK_EALREADY if the delivery has ended.
 */
SLACK_API int slack_say_then(slack_ctx_t *ctx, const slack_json_t *message, slack_then_fn fn,
                             void *user_data);

/** @{ */
/**
 * Read the timestamp and the channel of the last message that this delivery posted with
 * slack_say(), slack_reply() and their like. Together they identify the message; a program can
 * store them for later deliveries. On a worker they name the last message of this handler.
 *
 * @return borrowed; "" before Slack has answered.
 */
SLACK_API const char *slack_ctx_said_ts(slack_ctx_t *ctx);
SLACK_API const char *slack_ctx_said_channel(slack_ctx_t *ctx);
/** @} */

/** Replace the last message that the delivery posted. Calls chat.update. If Slack has not answered
 * the post yet, the change waits for the answer; if the post fails, no change is sent.
 * @return as slack_say(); SLACK_EINVAL if the delivery has posted no message. */
SLACK_API int slack_update_said(slack_ctx_t *ctx, const slack_json_t *message);

/** Delete the last message that the delivery posted. Calls chat.delete. Returns as
 * slack_update_said(). */
SLACK_API int slack_delete_said(slack_ctx_t *ctx);

/** Change a message in the delivery's channel. Calls chat.update.
 * @param ts the timestamp of the message.
 * @param message the new message. It may name another channel. */
SLACK_API int slack_update(slack_ctx_t *ctx, const char *ts, const slack_json_t *message);

/** Delete a message in the delivery's channel. Calls chat.delete.
 * @param ts the timestamp of the message. */
SLACK_API int slack_delete(slack_ctx_t *ctx, const char *ts);

/** Add a reaction to the delivery's message (slack_ctx_ts()). Calls reactions.add. If the bot has
 * added this reaction before, the call succeeds. So does slack_unreact() if there is no such
 * reaction, and slack_delete() if there is no such message.
 * @param emoji the name without colons: "thumbsup".
 * @return as slack_say(); SLACK_EINVAL if the delivery is not about a message. */
SLACK_API int slack_react(slack_ctx_t *ctx, const char *emoji);

/** Remove a reaction of the bot from the delivery's message. Calls reactions.remove.
 * @param emoji the name without colons. */
SLACK_API int slack_unreact(slack_ctx_t *ctx, const char *emoji);

#ifdef __cplusplus
}
#endif
#endif
