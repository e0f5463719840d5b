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
 * @file listener.h  Listeners: which handler runs for which delivery.
 *
 * An event runs every listener that matches it, in order of registration, one after the other.
 * Listeners on workers run after those on the loop. A listener that fails does not stop the others.
 * Any other delivery runs the first listener that matches it; a payload with several actions is
 * matched once for each action.
 */

/** The kind of a delivery. docs/payloads.md says how each is recognised. */
enum slack_kind {
    SLACK_KIND_UNKNOWN = 0,      /* no other kind: acknowledged and logged, runs no listener */
    SLACK_KIND_EVENT,            /* event_callback; `event.type` is the type of the event */
    SLACK_KIND_COMMAND,          /* a slash command */
    SLACK_KIND_ACTION,           /* block_actions, interactive_message */
    SLACK_KIND_SHORTCUT,         /* shortcut, message_action */
    SLACK_KIND_VIEW_SUBMISSION,  /* the user submitted a modal */
    SLACK_KIND_VIEW_CLOSED,      /* the user closed a modal */
    SLACK_KIND_OPTIONS,          /* block_suggestion, dialog_suggestion */
    SLACK_KIND_DIALOG,           /* dialog_submission, dialog_cancellation */
    SLACK_KIND_APP_RATE_LIMITED, /* Slack drops events of this app */
    SLACK_KIND_JOB               /* deferred by the program: see inbox.h */
};

/** Name a kind, for logs: "event", "command", … Any thread.
 * @return static text, never NULL. */
SLACK_API const char *slack_kind_name(enum slack_kind kind);

/**
 * Handles a delivery. It runs on the loop, or on a worker (slack_listener_t.run). A handler that
 * finishes later calls slack_ctx_hold() before it returns, and slack_ctx_release() when it has
 * finished.
 *
 * @param ctx borrowed until the return, or until the last hold is released.
 * @return 0, or a negative error, which fails the delivery.
 */
typedef int (*slack_handler_fn)(slack_ctx_t *ctx, void *user_data);

/** The thread that runs a handler. */
enum slack_run {
    SLACK_RUN_LOOP = 0, /* the loop's thread: the handler must return at once */
    SLACK_RUN_WORKER    /* a worker: the handler may block, see worker.h */
};

/** A middleware of a listener. */
typedef struct slack_middleware {
    slack_handler_fn fn; /* Required. */
    void *user_data;     /* Optional, borrowed until the listener is freed. */
} slack_middleware_t;

/** How a listener's match string is compared. */
enum slack_match {
    SLACK_MATCH_EXACT = 0, /* equal, byte by byte */
    SLACK_MATCH_CONTAINS,  /* found anywhere, byte by byte; upper and lower case differ */
    SLACK_MATCH_REGEX      /* a Perl-compatible regular expression, found anywhere. "(?i)" at its
                            * beginning ignores case, "(?s)" lets "." match line ends. \\w, \\d, \\s and
                            * \\b know all of Unicode: \\w matches "ü", \\s a no-break space, and
                            * \\d the digits of every script. [0-9] matches only ASCII digits.
                            * slack_ctx_match() reads its groups.
                            *
                            * The work for one delivery is limited to about 3 ms: the patterns of
                            * all listeners together take at most 1,000,000 steps, and each at most
                            * half of the steps that are left. A step is a character that the search
                            * passes; trying one item of the pattern takes four or more, trying a
                            * back reference also the length of its group. A text of more than
                            * 160,000 bytes is not searched: Slack's messages are shorter.
                            * If a limit ends the search, the listener does not match. The log then
                            * names it, once; pattern_limits_total counts it each time. */
};

/** Where an event must be; combine with '|'. If several types of channel are named, one of them is
 * enough. The type is event.channel_type. Some events, such as app_mention, do not have it; then
 * only the first letter of the channel's id says what the channel is. "D…" is a direct message.
 * "C…" is a public channel, a private channel, or a direct message among several people: such an
 * event matches only if all three are named (SLACK_IN_CHANNEL | SLACK_IN_GROUP | SLACK_IN_MPIM). To
 * tell them apart call conversations.info. */
enum slack_where {
    SLACK_IN_THREAD = 1,     /* a reply in a thread */
    SLACK_NOT_IN_THREAD = 2, /* not a reply in a thread */
    SLACK_TO_BOT = 4,        /* the text begins with a mention of the bot; blanks may precede it */
    SLACK_IN_CHANNEL = 8,    /* in a public channel */
    SLACK_IN_GROUP = 16,     /* in a private channel */
    SLACK_IN_IM = 32,        /* in a direct message */
    SLACK_IN_MPIM = 64       /* in a direct message among several people */
};

/** A handler and the conditions under which it runs. A field of zero sets no condition; a delivery
 * has to meet all conditions that are set. */
typedef struct slack_listener {
    /** Required. */
    enum slack_kind kind;
    /** Optional, copied, not empty. The app compares it with: the event.type of an event; a command
     * with its slash, which must be there; the action_id of an action or a request for options, or
     * the callback_id if there is no action_id; the callback_id of a shortcut, a view or a dialog;
     * the name of a job. Not for SLACK_KIND_APP_RATE_LIMITED. Default: every delivery of the kind.
     */
    const char *match;
    /** Optional. How `match` is compared. Default SLACK_MATCH_EXACT. */
    enum slack_match how;
    /** Optional, for events. Nonzero: the listener takes only messages. `match` is compared with
     * event.text, and `subtypes` has another default. */
    int message;
    /** Optional, for events. Nonzero: the listener takes only messages of users in a thread of the
     * assistant (assistant.h). `match` is compared with event.text. */
    int assistant;
    /** Optional, for events. Nonzero: the listener takes only steps of workflows (event.type
     * "function_executed"). `match` is compared with the callback_id of the function. Not together
     * with `message`. */
    int function;
    /** Optional, copied, not empty. For actions and options: the block_id of the element. */
    const char *block_id;
    /** Optional. How `block_id` is compared. Default SLACK_MATCH_EXACT. */
    enum slack_match block_how;
    /** Optional, copied, not empty. For actions and options: the callback_id of the view or the
     * attachment around the element. Compared exactly. */
    const char *callback_id;
    /** Optional, copied, not empty. For interactions (not for events, commands and jobs): the
     * `type` of the body, for kinds that have several: "message_action", "dialog_cancellation", …
     * Compared exactly. */
    const char *type;
    /** Optional, copied, not empty. For events: the subtypes, separated by commas; "none" is an
     * event without a subtype. Default: all; with `message`
     * "none,bot_message,file_share,thread_broadcast"; with `assistant` "none,file_share". */
    const char *subtypes;
    /** Optional, for events. Nonzero: also the bot's own events. Otherwise the listener does not
     * run for them, so that the bot does not answer itself. A listener that posts messages then
     * needs a condition under which it stops. */
    int own;
    /** Optional, for events. A combination of enum slack_where. Default: anywhere. */
    unsigned where;
    /** Optional, copied. Middleware around this listener alone. The first entry is the outermost;
     * an entry without `fn` ends the array. */
    const slack_middleware_t *middleware;
    /** Optional. Nonzero: the listener runs for one delivery of a conversation (a channel, or a
     * thread in it) at a time, in the order of arrival. For events this holds for all processes
     * that share the store. A delivery that failed and waits for its next attempt does not delay
     * the others. */
    int ordered;
    /** Optional. The listener runs for at most this many deliveries at once. For events and jobs
     * this holds for all processes that share the store; for other kinds each process counts for
     * itself. Other deliveries wait for it; if the handler sends their acks, the acks wait too.
     * Default: no limit. */
    unsigned max_running;
    /** Optional, for events and jobs alone; other deliveries have one attempt. The number of
     * attempts that the listener has at most, counted as docs/guarantees.md says: with 1, a failed
     * handler does not run again. Default, and upper limit: slack_options_t.max_attempts. */
    unsigned attempts;
    /** Optional, copied, not empty. A stable name, for the log and slack_unlisten(). Default: kind
     * and match, "command:/deploy". */
    const char *name;
    /** Optional. The thread that runs `fn`. Default SLACK_RUN_LOOP. */
    enum slack_run run;
    /** Required. The handler. */
    slack_handler_fn fn;
    /** Optional, borrowed until user_data_free is called. Passed to `fn`. */
    void *user_data;
    /** Optional. Called on the loop once the listener is removed or the app is freed, and no
     * delivery uses the listener any more. */
    void (*user_data_free)(void *user_data);
} slack_listener_t;

/**
 * Register a listener, before or after the start of the app. A delivery runs the listeners that are
 * registered when it is dispatched.
 *
 * @param listener copied.
 * @return 0; SLACK_EINVAL for a listener without `fn`, an unknown kind, an empty string, a
 *         malformed pattern, or a condition that the kind does not have: slack_app_error() says
 *         which; SLACK_ETOOBIG if 100000 listeners are registered; SLACK_ENOMEM. On failure
 *         user_data stays the caller's.
 */
SLACK_API int slack_listen(slack_app_t *app, const slack_listener_t *listener);

/**
 * Remove every listener with this name. After the return no delivery starts them. A handler that
 * has begun, or that is queued for a worker, still runs to its end. A handler may call this.
 *
 * @return 0; SLACK_ENOTFOUND if there is none.
 */
SLACK_API int slack_unlisten(slack_app_t *app, const char *name);

/**
 * Declare methods of the Web API that the program calls, for its description (docs/describe.md):
 * nobody can look into a handler of C. Functions count as the methods that they call:
 * slack_say() as chat.postMessage, slack_view_open() as views.open. More calls add more methods.
 *
 * Once a program has declared a method, the log names others that it calls and that need a scope,
 * each once. Slack gets these calls all the same.
 *
 *     slack_declare_calls(app, "chat.postMessage, users.info");
 *
 * @param methods names, separated by blanks or commas; copied.
 * @return 0; SLACK_EINVAL for NULL, and for a name that is not a method's: slack_app_error() says
 *         which; SLACK_ETOOBIG if the names have more than 64 KiB; SLACK_ENOMEM. On failure none of
 *         them is declared.
 */
SLACK_API int slack_declare_calls(slack_app_t *app, const char *methods);

/* ---- short forms of slack_listen() ----
 *
 * They return as slack_listen(). The string is copied; NULL matches every delivery of the kind.
 * user_data is borrowed until the app is freed. */

/** Listen to events of a type: "app_mention", "reaction_added", … */
SLACK_API int slack_on_event(slack_app_t *app, const char *type, slack_handler_fn fn,
                             void *user_data);

/** Listen to messages whose text contains `text`. Edits and deletions are events of type "message",
 * but not messages here: see slack_listener_t.subtypes. */
SLACK_API int slack_on_message(slack_app_t *app, const char *text, slack_handler_fn fn,
                               void *user_data);

/** Listen to a slash command: "/deploy". */
SLACK_API int slack_on_command(slack_app_t *app, const char *command, slack_handler_fn fn,
                               void *user_data);

/** Listen to the actions of a block element, by its action_id, or of a legacy attachment, by its
 * callback_id. slack_ctx_action() reads the action. */
SLACK_API int slack_on_action(slack_app_t *app, const char *action_id, slack_handler_fn fn,
                              void *user_data);

/** Listen to a global or message shortcut, by its callback_id. */
SLACK_API int slack_on_shortcut(slack_app_t *app, const char *callback_id, slack_handler_fn fn,
                                void *user_data);

/** Listen to submissions of a modal, by its callback_id. */
SLACK_API int slack_on_view_submission(slack_app_t *app, const char *callback_id,
                                       slack_handler_fn fn, void *user_data);

/** Listen to the closing of a modal, by its callback_id. Slack reports it for views with
 * `notify_on_close`. */
SLACK_API int slack_on_view_closed(slack_app_t *app, const char *callback_id, slack_handler_fn fn,
                                   void *user_data);

/** Listen to requests for the options of an external select, by its action_id, or of a legacy menu
 * or dialog, by its callback_id. */
SLACK_API int slack_on_options(slack_app_t *app, const char *action_id, slack_handler_fn fn,
                               void *user_data);

/** Listen to a legacy dialog, by its callback_id. `type` in the body says whether the user
 * submitted or cancelled it. */
SLACK_API int slack_on_dialog(slack_app_t *app, const char *callback_id, slack_handler_fn fn,
                              void *user_data);

/** Listen to a workflow step that the app provides, by its callback_id. The handler ends the step
 * with slack_complete() or slack_fail(), at once or later (function.h). */
SLACK_API int slack_on_function(slack_app_t *app, const char *callback_id, slack_handler_fn fn,
                                void *user_data);

/** Listen to Slack's notice that it drops events of this app: more than 30,000 in an hour from one
 * workspace. https://docs.slack.dev/reference/events/app_rate_limited */
SLACK_API int slack_on_app_rate_limited(slack_app_t *app, slack_handler_fn fn, void *user_data);

#ifdef __cplusplus
}
#endif
#endif
