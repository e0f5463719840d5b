/* SPDX-License-Identifier: MIT */
#ifndef SLACK_LISTENER_H
#define SLACK_LISTENER_H

#include "app.h"
#include "error.h"
#include "export.h"
#include "json.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * @file listener.h  Which handler takes which delivery.
 *
 * Events run every listener that matches, in order of registration, each after the one before has
 * ended; one that fails does not stop the rest. Kinds that Slack waits for an answer to (command,
 * action, shortcut, view submission, options) run the first listener that matches; a payload with
 * several actions is matched once for each of them.
 */

/** What a delivery is. The names are those of docs/events.md. */
enum slack_kind {
    SLACK_KIND_UNKNOWN = 0,     /* acked, logged, not dispatched */
    SLACK_KIND_EVENT,           /* event_callback: `event.type` says which */
    SLACK_KIND_COMMAND,         /* a slash command */
    SLACK_KIND_ACTION,          /* block_actions, interactive_message */
    SLACK_KIND_SHORTCUT,        /* shortcut, message_action */
    SLACK_KIND_VIEW_SUBMISSION, /* a modal was submitted */
    SLACK_KIND_VIEW_CLOSED,     /* a modal was closed */
    SLACK_KIND_OPTIONS,         /* block_suggestion, dialog_suggestion */
    SLACK_KIND_DIALOG,          /* dialog_submission, dialog_cancellation */
    SLACK_KIND_APP_RATE_LIMITED /* Slack drops events of this app */
};

/** The kind's name for logs: "event", "command", …; never NULL. */
SLACK_API const char *slack_kind_name(enum slack_kind kind);

/**
 * Handles a delivery.
 *
 * @return 0, or a negative error, which fails the delivery. A handler that is not done when it
 *         returns calls slack_ctx_hold() first and slack_ctx_release() later.
 */
typedef int (*slack_handler_fn)(slack_ctx_t *ctx, void *user_data);

/** How a listener's match string is compared. */
enum slack_match { SLACK_MATCH_EXACT = 0, SLACK_MATCH_CONTAINS };

/** All that a listener can be. Zero what is not needed. */
typedef struct slack_listener {
    enum slack_kind kind; /* Required. */
    const char *match;    /* Optional, copied. NULL matches every delivery of the kind. Compared
                           * with: event.type; a message's text; the command with its slash; an
                           * action's or option's action_id; a shortcut's or view's callback_id.
                           * Attachments and dialogs, which have no action_id: their callback_id. */
    enum slack_match how; /* Optional. Default SLACK_MATCH_EXACT. */
    int message;          /* Optional. Nonzero: kind is SLACK_KIND_EVENT, and only messages that
                           * carry somebody's text are meant: event.type "message", no subtype or
                           * bot_message, file_share, thread_broadcast; `match` is compared with
                           * event.text. */
    const char *name;     /* Optional, copied. Stable name in logs. Default: kind and match. */
    slack_handler_fn fn;  /* Required. */
    void *user_data;      /* Optional, borrowed until user_data_free is called. */
    void (*user_data_free)(void *user_data); /* Optional. Called when the app is freed. */
} slack_listener_t;

/**
 * Register a listener. Before or after the start; a delivery sees the listeners of the moment at
 * which it is dispatched.
 *
 * @return 0; SLACK_EINVAL (no fn, a kind that is not dispatched, an empty match); SLACK_ENOMEM.
 */
SLACK_API int slack_listen(slack_app_t *app, const slack_listener_t *listener);

/** Events of a type ("app_mention", "reaction_added", …); NULL for all. */
SLACK_API int slack_on_event(slack_app_t *app, const char *type, slack_handler_fn fn,
                             void *user_data);

/** Messages whose text contains `text`; NULL for all. */
SLACK_API int slack_on_message(slack_app_t *app, const char *text, slack_handler_fn fn,
                               void *user_data);

/** A slash command, with its slash: "/deploy". */
SLACK_API int slack_on_command(slack_app_t *app, const char *command, slack_handler_fn fn,
                               void *user_data);

/** A block element's action_id. slack_ctx_action() is the action itself. */
SLACK_API int slack_on_action(slack_app_t *app, const char *action_id, slack_handler_fn fn,
                              void *user_data);

/** A global or message shortcut's callback_id. */
SLACK_API int slack_on_shortcut(slack_app_t *app, const char *callback_id, slack_handler_fn fn,
                                void *user_data);

/** A submitted modal's callback_id. */
SLACK_API int slack_on_view_submission(slack_app_t *app, const char *callback_id,
                                       slack_handler_fn fn, void *user_data);

/** The action_id of an external select that asks for its options. */
SLACK_API int slack_on_options(slack_app_t *app, const char *action_id, slack_handler_fn fn,
                               void *user_data);

/**
 * Add a middleware. Middleware run in order of registration around the listeners; each decides
 * whether the chain goes on by calling slack_next(), and sees what comes back from it.
 *
 * @return 0; SLACK_EINVAL; SLACK_ENOMEM.
 */
SLACK_API int slack_use(slack_app_t *app, slack_handler_fn fn, void *user_data);

/**
 * Go on to the next middleware or to the listeners; at most once per middleware.
 *
 * @return what the rest of the chain returned; 0 also when it is not done yet (slack_ctx_on_done()
 *         tells the end); SLACK_EALREADY at a second call, or outside of a middleware.
 */
SLACK_API int slack_next(slack_ctx_t *ctx);

#ifdef __cplusplus
}
#endif
#endif
