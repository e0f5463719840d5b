/* SPDX-License-Identifier: MIT */
#ifndef SLACK_ASSISTANT_H
#define SLACK_ASSISTANT_H

#include "app.h"
#include "error.h"
#include "export.h"
#include "json.h"
#include "listener.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * @file assistant.h  Threads of an assistant: the panel in which a user talks to an app.
 *
 * The functions that say something hold the delivery open, and return as slack_say(); SLACK_EINVAL
 * where the delivery belongs to no thread. https://docs.slack.dev/ai/developing-ai-apps
 */

/** A user opened a new thread: slack_say() greets in it, slack_set_prompts() offers something to
 * ask. */
SLACK_API int slack_on_assistant_started(slack_app_t *app, slack_handler_fn fn, void *user_data);

/** What the user looks at beside the thread has changed: slack_ctx_assistant_context(). */
SLACK_API int slack_on_assistant_context(slack_app_t *app, slack_handler_fn fn, void *user_data);

/** A user wrote in a thread of the assistant's: a message, or a file with one, in a direct
 * message's thread. Listeners of messages that match take it as well. */
SLACK_API int slack_on_assistant_message(slack_app_t *app, slack_handler_fn fn, void *user_data);

/** What the user looks at beside the thread, `channel_id` among it, as the delivery itself tells:
 * that it was started or its context changed. NULL for others. A program that wants it when the
 * user writes keeps it, by team, channel and thread. */
SLACK_API const slack_json_t *slack_ctx_assistant_context(const slack_ctx_t *ctx);

/** Show a status below the thread ("is thinking…") until the next message, two minutes at most; ""
 * takes it back. */
SLACK_API int slack_set_status(slack_ctx_t *ctx, const char *status);

/** Name the thread in the user's list of threads. */
SLACK_API int slack_set_title(slack_ctx_t *ctx, const char *title);

/**
 * Offer prompts to choose from.
 *
 * @param title above them; NULL for none.
 * @param prompts an array of 1 to 4 objects with `title` and `message`; more are SLACK_ETOOBIG.
 */
SLACK_API int slack_set_prompts(slack_ctx_t *ctx, const char *title, const slack_json_t *prompts);

#ifdef __cplusplus
}
#endif
#endif
