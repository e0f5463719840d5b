/* SPDX-License-Identifier: MIT */
#ifndef SLACK_MESSAGE_H
#define SLACK_MESSAGE_H

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
