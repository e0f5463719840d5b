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
 * @file assistant.h  Threads of the assistant: the panel in which a user talks to the app.
 * https://docs.slack.dev/ai/developing-ai-apps
 *
 * The context of a thread is what the user looks at beside it, for example a channel. Slack sends
 * the context when the thread starts and when the context changes, but not with the user's
 * messages. If the app has a listener from this header, it keeps the contexts, and
 * slack_ctx_assistant_context() reads them in handlers of messages.
 *
 * The app keeps a context in its store (slack_options_t.store) for 30 days after the last change.
 * It needs no call to Slack for that. Processes that share the store share the contexts; with
 * "sqlite:" they outlive a restart. The app stores a context before the program's listeners of the
 * event run. An event that arrives late does not replace a newer context. slack_assistant_store()
 * replaces this storage.
 *
 * The slack_on_…() functions return as slack_listen(). The slack_set_…() functions keep the
 * delivery open and return as slack_say(), and SLACK_EINVAL if the delivery does not belong to a
 * thread of the assistant. They may also be called on a worker that runs the delivery's handler.
 */

/** Listen to new threads. The handler may greet the user with slack_say() and offer questions with
 * slack_set_prompts(). */
SLACK_API int slack_on_assistant_started(slack_app_t *app, slack_handler_fn fn, void *user_data);

/** Listen to changes of a thread's context. slack_ctx_assistant_context() reads the new one. */
SLACK_API int slack_on_assistant_context(slack_app_t *app, slack_handler_fn fn, void *user_data);

/**
 * Listen to messages of users in threads of the assistant: texts and files in a thread of a direct
 * message. For a pattern, middleware or a worker use slack_listen() with
 * slack_listener_t.assistant.
 *
 * A message that such a listener takes does not run the listeners of messages (slack_on_message(),
 * slack_listener_t.message), so that only one of them answers. Listeners of the event
 * (slack_on_event() with "message" or NULL) run as usual.
 */
SLACK_API int slack_on_assistant_message(slack_app_t *app, slack_handler_fn fn, void *user_data);

/** Read the context of the thread. A handler of the assistant's messages reads the context that the
 * app has kept; any other handler reads the one in the delivery.
 * @return an object, `channel_id` among its members; NULL if the context is not known. */
SLACK_API const slack_json_t *slack_ctx_assistant_context(const slack_ctx_t *ctx);

/**
 * Keep contexts elsewhere, for example in the program's database. Call this before the start of the
 * app. The team, the channel and the thread of the ctx identify a context.
 *
 * @param save Optional. A handler that stores slack_ctx_assistant_context(), which is NULL if the
 *        event has no context. `event.event_ts` says how new the context is. Like any handler it
 *        may hold the ctx and finish later, and its failure fails the delivery. Default: the app's
 *        store.
 * @param find Optional. A middleware around the handlers of the assistant's messages. It passes the
 *        context that it finds to slack_ctx_set_assistant_context(), and calls slack_next(), at
 *        once or later. Default: the app's store.
 * @param user_data borrowed until the app is freed. Passed to both.
 */
SLACK_API void slack_assistant_store(slack_app_t *app, slack_handler_fn save, slack_handler_fn find,
                                     void *user_data);

/** Set the context that slack_ctx_assistant_context() returns in this delivery.
 * @param context copied.
 * @return 0; SLACK_EINVAL if `context` is NULL; the error of a failed value; SLACK_ENOMEM. */
SLACK_API int slack_ctx_set_assistant_context(slack_ctx_t *ctx, const slack_json_t *context);

/** Show a status below the thread: "is thinking…". It disappears with the next message, or after
 * two minutes. Calls assistant.threads.setStatus.
 * @param status the text; "" or NULL removes it. */
SLACK_API int slack_set_status(slack_ctx_t *ctx, const char *status);

/** Set the title of the thread in the user's list of threads. Calls assistant.threads.setTitle.
 * @param title the text. */
SLACK_API int slack_set_title(slack_ctx_t *ctx, const char *title);

/**
 * Offer prompts to choose from. Calls assistant.threads.setSuggestedPrompts.
 *
 * @param title Optional. A title above the prompts.
 * @param prompts an array of 1 to 4 objects with `title` and `message`. More objects are
 *        SLACK_ETOOBIG, an empty array is SLACK_EINVAL.
 */
SLACK_API int slack_set_prompts(slack_ctx_t *ctx, const char *title, const slack_json_t *prompts);

#ifdef __cplusplus
}
#endif
#endif
