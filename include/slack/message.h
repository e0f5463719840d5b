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
 * @file message.h  What a handler does about messages, besides saying something (call.h).
 *
 * All of them hold the delivery open, and a call that fails fails it. They return as slack_say():
 * 0 when the call is on its way; SLACK_EINVAL where the delivery lacks what is needed.
 */

/** Say a text in a thread: the delivery's, or a new one below its message. printf's conversions. */
SLACK_API int slack_reply(slack_ctx_t *ctx, const char *format, ...) SLACK_PRINTF(2, 3);

/** Say a text that only the delivery's user sees. printf's conversions. */
SLACK_API int slack_say_ephemeral(slack_ctx_t *ctx, const char *format, ...) SLACK_PRINTF(2, 3);

/**
 * Told what came of a message: slack_response_ts() and slack_response_channel() say where it is.
 * On the loop; on a worker, before slack_say_then() returns there.
 * @param response as for a slack_call_fn.
 * @return 0, or a negative error, which fails the delivery. A message that failed is this
 *         function's to deal with: `return slack_response_status(response);` fails the delivery.
 */
typedef int (*slack_said_fn)(slack_ctx_t *ctx, const slack_response_t *response, void *user_data);

/** slack_say_json(), and go on when Slack has answered. The delivery is held open until `fn` has
 * returned, and is alive in it. Returns as slack_say(); SLACK_EALREADY when the delivery has ended.
 */
SLACK_API int slack_say_then(slack_ctx_t *ctx, const slack_json_t *message, slack_said_fn fn,
                             void *user_data);

/** @{ */
/**
 * Where the last message is that this delivery's handlers have said by slack_say(), slack_reply()
 * and their like; "" before Slack has answered. On a worker: of what this handler said, at once. To
 * be kept for later deliveries, with the channel: the two name a message.
 */
SLACK_API const char *slack_ctx_said_ts(slack_ctx_t *ctx);
SLACK_API const char *slack_ctx_said_channel(slack_ctx_t *ctx);
/** @} */

/** Put another message in the place of that one.
 * @return as slack_say(); SLACK_EBUSY while Slack has not answered: do it in a slack_said_fn;
 *         SLACK_EINVAL where nothing was said. */
SLACK_API int slack_update_said(slack_ctx_t *ctx, const slack_json_t *message);

/** Delete that message. Returns as slack_update_said(). */
SLACK_API int slack_delete_said(slack_ctx_t *ctx);

/** Change a message that was said in the delivery's channel: chat.update.
 * @param ts the message's; `message` may name another channel. */
SLACK_API int slack_update(slack_ctx_t *ctx, const char *ts, const slack_json_t *message);

/** Delete a message in the delivery's channel: chat.delete. */
SLACK_API int slack_delete(slack_ctx_t *ctx, const char *ts);

/** Add a reaction to the delivery's message. `emoji`: its name without colons, "thumbsup". */
SLACK_API int slack_react(slack_ctx_t *ctx, const char *emoji);

/** Take a reaction of the bot's back. */
SLACK_API int slack_unreact(slack_ctx_t *ctx, const char *emoji);

#ifdef __cplusplus
}
#endif
#endif
