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
 *
 * What the user looks at beside a thread, its context, Slack tells when the thread is started and
 * when it changes, but not with the user's messages. With any listener below, the app keeps it by
 * itself, and handlers of messages read it by slack_ctx_assistant_context().
 *
 * It is kept for 30 days from its last change in the app's store (options.store): processes that
 * share the store share it, it outlives a restart with "sqlite:", and no call to Slack is made for
 * it. A context is in the store before the program's own listeners of the event run, and what Slack
 * tells late does not replace what is newer. slack_assistant_store() puts another place in the
 * place of it.
 */

/** A user opened a new thread: slack_say() greets in it, slack_set_prompts() offers something to
 * ask. */
SLACK_API int slack_on_assistant_started(slack_app_t *app, slack_handler_fn fn, void *user_data);

/** What the user looks at beside the thread has changed: slack_ctx_assistant_context(). */
SLACK_API int slack_on_assistant_context(slack_app_t *app, slack_handler_fn fn, void *user_data);

/**
 * A user wrote in a thread of the assistant's: a message, or a file with one, in a direct message's
 * thread. With slack_listener_t's `assistant` it may have a pattern, middleware or a worker.
 *
 * The assistant answers alone: what one of these listeners takes is not given to listeners of
 * messages (slack_on_message(), slack_listener_t's `message`). Those of the event itself
 * (slack_on_event() with "message" or NULL) see it all the same.
 */
SLACK_API int slack_on_assistant_message(slack_app_t *app, slack_handler_fn fn, void *user_data);

/** What the user looks at beside the thread, `channel_id` among it: as the delivery itself tells,
 * or, in handlers of the assistant's messages, as it was kept. NULL where nothing is known. */
SLACK_API const slack_json_t *slack_ctx_assistant_context(const slack_ctx_t *ctx);

/**
 * Keep contexts elsewhere, in a database of the program's for one. Before the start. Team, channel
 * and thread of the ctx say whose they are; `event.event_ts` of what is saved says how new it is.
 *
 * @param save a handler: keeps slack_ctx_assistant_context(), which is NULL for one that says
 *        nothing. One that is not done when it returns holds the ctx and releases it later; its
 *        failure is the delivery's. NULL: the app's store.
 * @param find a middleware around the handlers of messages: hands over what it finds by
 *        slack_ctx_set_assistant_context(), if anything, and goes on by slack_next(), at once or
 *        later. NULL: the app's store.
 * @param user_data of both; borrowed.
 */
SLACK_API void slack_assistant_store(slack_app_t *app, slack_handler_fn save, slack_handler_fn find,
                                     void *user_data);

/** What slack_ctx_assistant_context() is to return in this delivery. Copied.
 * @return 0; SLACK_ETEMPLATE where `context` is NULL for a malformed template; SLACK_EINVAL;
 *         SLACK_ENOMEM. */
SLACK_API int slack_ctx_set_assistant_context(slack_ctx_t *ctx, const slack_json_t *context);

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
