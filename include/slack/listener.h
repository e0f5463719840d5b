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
 * ended; one that fails does not stop the rest; those that run on workers come after those on the
 * loop. Kinds that Slack waits for an answer to (command, action, shortcut, view submission,
 * options) run the first listener that matches; a payload with several actions is matched once for
 * each of them.
 */

/** What a delivery is. The names are those of docs/events.md. */
enum slack_kind {
    SLACK_KIND_UNKNOWN = 0,      /* acked, logged, not dispatched */
    SLACK_KIND_EVENT,            /* event_callback: `event.type` says which */
    SLACK_KIND_COMMAND,          /* a slash command */
    SLACK_KIND_ACTION,           /* block_actions, interactive_message */
    SLACK_KIND_SHORTCUT,         /* shortcut, message_action */
    SLACK_KIND_VIEW_SUBMISSION,  /* a modal was submitted */
    SLACK_KIND_VIEW_CLOSED,      /* a modal was closed */
    SLACK_KIND_OPTIONS,          /* block_suggestion, dialog_suggestion */
    SLACK_KIND_DIALOG,           /* dialog_submission, dialog_cancellation */
    SLACK_KIND_APP_RATE_LIMITED, /* Slack drops events of this app */
    SLACK_KIND_JOB               /* the program's own: see inbox.h */
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

/** Who runs a handler. */
enum slack_run {
    SLACK_RUN_LOOP = 0, /* the loop's thread: it returns at once, and may not block */
    SLACK_RUN_WORKER    /* a thread of the app's own, which may block: see worker.h */
};

/** A middleware, and what it is given. */
typedef struct slack_middleware {
    slack_handler_fn fn; /* Required. */
    void *user_data;     /* borrowed */
} slack_middleware_t;

/** How a listener's match string is compared. */
enum slack_match {
    SLACK_MATCH_EXACT = 0, /* the whole of it, byte by byte */
    SLACK_MATCH_CONTAINS, /* anywhere, upper and lower case told apart, each character for itself */
    SLACK_MATCH_REGEX     /* a Perl-compatible pattern, found anywhere; "(?i)" at its beginning
                           * takes upper and lower case for the same, "(?s)" has "." match line
                           * ends. slack_ctx_match() reads what its groups captured. The work for
                           * one text is bounded: a pattern that needs more does not match, and the
                           * log says so. */
};

/** Where a message or another event has to be; or-ed together. Of the channel types one of those
 * that are named is enough. */
enum slack_where {
    SLACK_IN_THREAD = 1,     /* in a thread, as a reply */
    SLACK_NOT_IN_THREAD = 2, /* in the channel itself */
    SLACK_TO_BOT = 4,        /* the text begins with a mention of the bot */
    SLACK_IN_CHANNEL = 8,    /* a public channel */
    SLACK_IN_GROUP = 16,     /* a private channel */
    SLACK_IN_IM = 32,        /* a direct message */
    SLACK_IN_MPIM = 64       /* a direct message among several */
};

/** All that a listener can be. Zero what is not needed; of what is given, all has to match. */
typedef struct slack_listener {
    enum slack_kind kind; /* Required. */
    const char *match;    /* Optional, copied. NULL matches every delivery of the kind. Compared
                           * with: event.type; a message's text; the command with its slash; an
                           * action's or option's action_id; a shortcut's or view's callback_id.
                           * Attachments and dialogs, which have no action_id: their callback_id. */
    enum slack_match how; /* Optional. Default SLACK_MATCH_EXACT. */
    int message;          /* Optional. Nonzero: kind is SLACK_KIND_EVENT, and messages are meant:
                           * event.type is "message", `match` is compared with event.text, and the
                           * default of `subtypes` is what carries somebody's words. */
    int assistant; /* Optional. Nonzero: kind is SLACK_KIND_EVENT, and what a user writes in a
                    * thread of an assistant's is meant: see assistant.h. `match` is compared
                    * with event.text. */
    int function;  /* Optional. Nonzero: kind is SLACK_KIND_EVENT, and steps of workflows are
                    * meant: event.type is "function_executed", `match` is compared with
                    * the function's callback_id. */
    const char *block_id;       /* Optional, copied. Actions and options: the element's block_id. */
    enum slack_match block_how; /* Optional. Default SLACK_MATCH_EXACT. */
    const char *callback_id;    /* Optional, copied. Actions and options: the callback_id of the
                                 * view or of the attachment that they are in. Exact. */
    const char *type;     /* Optional, copied. The body's own `type`, where a kind has several:
                           * "message_action", "dialog_cancellation", … Exact. */
    const char *subtypes; /* Optional, copied. Events: the subtypes that are meant, separated
                           * by commas, "none" for events without one. Default: all; of
                           * messages "none,bot_message,file_share,thread_broadcast". */
    int own;        /* Optional. Nonzero: events of the bot's own doing as well, which are left
                     * out otherwise: it would talk to itself. One that says something needs
                     * a condition on which it stops. */
    unsigned where; /* Optional. Events: enum slack_where. Default: anywhere. */
    const slack_middleware_t *middleware; /* Optional, copied. Run around this listener alone, the
                                           * first outermost; one without fn ends the array. */
    int ordered; /* Optional. Nonzero: of one conversation (channel and thread) it runs for
                  * one delivery at a time, in the order of their arrival. One that failed
                  * and waits for its next attempt does not hold up the others. */
    unsigned
        max_running;    /* Optional. For so many deliveries at once. Default: as many as there are;
                         * what has to wait for it does so before its ack, where it gives one. */
    const char *name;   /* Optional, copied. Stable name, in logs and for slack_unlisten(). Default:
                         * kind and match. */
    enum slack_run run; /* Optional. Default SLACK_RUN_LOOP. */
    slack_handler_fn fn; /* Required. */
    void *user_data;     /* Optional, borrowed until user_data_free is called. */
    void (*user_data_free)(
        void *user_data); /* Optional. Called when the listener was removed or the
                           * app is freed, and nothing of it runs any more. */
} slack_listener_t;

/**
 * Register a listener. Before or after the start; a delivery sees the listeners of the moment at
 * which it is dispatched.
 *
 * @return 0; SLACK_EINVAL (no fn, a kind that is not dispatched, an empty match, a pattern that is
 *         none, a constraint that the kind does not have): slack_app_error() says which;
 *         SLACK_ENOMEM; SLACK_EBUSY past 100000. user_data stays the caller's unless it is 0.
 */
SLACK_API int slack_listen(slack_app_t *app, const slack_listener_t *listener);

/**
 * Remove every listener of this name. None of them is called any more once this has returned; what
 * has begun goes on to its end. Legal in a handler.
 *
 * @return 0; SLACK_ENOTFOUND where there is none.
 */
SLACK_API int slack_unlisten(slack_app_t *app, const char *name);

/** Events of a type ("app_mention", "reaction_added", …); NULL for all. */
SLACK_API int slack_on_event(slack_app_t *app, const char *type, slack_handler_fn fn,
                             void *user_data);

/** Messages whose text contains `text`; NULL for all. Edits and deletions are no messages here. */
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

/** A closed modal's callback_id. Slack tells it of views that have `notify_on_close`. */
SLACK_API int slack_on_view_closed(slack_app_t *app, const char *callback_id, slack_handler_fn fn,
                                   void *user_data);

/** The action_id of an external select that asks for its options; a legacy menu's or dialog's
 * callback_id. */
SLACK_API int slack_on_options(slack_app_t *app, const char *action_id, slack_handler_fn fn,
                               void *user_data);

/** A legacy dialog's callback_id, submitted or cancelled: `type` in the body tells which. */
SLACK_API int slack_on_dialog(slack_app_t *app, const char *callback_id, slack_handler_fn fn,
                              void *user_data);

/** A step of a workflow that this app provides, by its callback_id. The handler ends the step by
 * slack_complete() or slack_fail(), at once or later. */
SLACK_API int slack_on_function(slack_app_t *app, const char *callback_id, slack_handler_fn fn,
                                void *user_data);

/** Slack's notice that it drops events of this app (30,000 an hour and workspace). */
SLACK_API int slack_on_app_rate_limited(slack_app_t *app, slack_handler_fn fn, void *user_data);

#ifdef __cplusplus
}
#endif
#endif
