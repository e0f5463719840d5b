/* SPDX-License-Identifier: MIT */
#ifndef SLACK_CONTEXT_H
#define SLACK_CONTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "app.h"
#include "error.h"
#include "export.h"
#include "json.h"
#include "listener.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * @file context.h  A delivery, as its handlers see it.
 *
 * A ctx, and every pointer that it returns, lives until the delivery has ended. A delivery ends
 * when all listeners are done and nothing keeps it open: slack_ctx_hold() keeps it open until
 * slack_ctx_release(), slack_call_then() and slack_say_then() until their function has returned,
 * and a call without a callback until Slack has answered. After that a program must not use the
 * ctx. The test kit, and a debug build of the library (or any build with
 * -Dcheck_lifetimes=enabled), recognise such a use. The function then logs an error with its own
 * name and the name of the listener, and returns SLACK_EALREADY; a reader returns what it returns
 * for a missing value. If the ctx is NULL, a function returns SLACK_EINVAL, and a reader the same
 * as for a missing value. These builds also recognise what the program has kept of a delivery, a
 * response or a pool after its end: a JSON value is then a failed value, a response has no answer,
 * and a text is "(delivery over)".
 *
 * A reader returns "" if the payload has no such string. docs/payloads.md
 * lists where each reader looks.
 *
 * Any thread may call the readers while the ctx lives. The functions that set, hold, release or add
 * something are for the loop's thread and for a worker that runs the delivery's handler.
 */

/** Read the kind of the delivery. */
SLACK_API enum slack_kind slack_ctx_kind(const slack_ctx_t *ctx);

/** Read the whole body. It has the same shape on every transport: for an event Slack's outer object
 * with `event` inside; for a command an object of its form fields, all strings; for an interaction
 * the `payload` object; for a job the arguments that were deferred. */
SLACK_API const slack_json_t *slack_ctx_body(const slack_ctx_t *ctx);

/** Read the inner event of an event.
 * @return the object; NULL for other kinds. */
SLACK_API const slack_json_t *slack_ctx_event(const slack_ctx_t *ctx);

/** Read the action that this listener matched.
 * @return the object in `actions`; NULL for other kinds. */
SLACK_API const slack_json_t *slack_ctx_action(const slack_ctx_t *ctx);

/** Read what a group of the listener's pattern captured.
 * @param n the number of the group; 0 is the whole match.
 * @return the text; "" if there is no such group, or if it took no part in the match. */
SLACK_API const char *slack_ctx_match(const slack_ctx_t *ctx, size_t n);

/** Read the name of the listener that runs, or ran last.
 * @return the name; "" before the first listener. */
SLACK_API const char *slack_ctx_listener(const slack_ctx_t *ctx);

/** @{ */
/** Read an id: the workspace ("T…"), the organization ("E…"), the user ("U…") or the channel ("C…")
 * of the delivery. */
SLACK_API const char *slack_ctx_team(const slack_ctx_t *ctx);
SLACK_API const char *slack_ctx_enterprise(const slack_ctx_t *ctx);
SLACK_API const char *slack_ctx_user(const slack_ctx_t *ctx);
SLACK_API const char *slack_ctx_channel(const slack_ctx_t *ctx);
/** @} */

/** Read the thread that the delivery belongs to.
 * @return the timestamp of the thread's first message; "" outside a thread. */
SLACK_API const char *slack_ctx_thread_ts(const slack_ctx_t *ctx);
/** Read the timestamp of the message that the delivery is about, as Slack wrote it: the message
 * that someone posted, edited, deleted, reacted to or pinned, that has a link, or whose button
 * someone clicked. docs/payloads.md has a table.
 * @return the timestamp; "" if the delivery is not about a message, for example a command. */
SLACK_API const char *slack_ctx_ts(const slack_ctx_t *ctx);
/** Ask whether the delivery is about a message that was edited: a `message_changed`, or the
 * `app_mention` that Slack sends again for an edit of a message with a mention. Slack also changes
 * a message when it unfurls a link; that is not an edit. */
SLACK_API bool slack_ctx_is_edit(const slack_ctx_t *ctx);
/** Read the user who acts.
 * @return the id; "" in a channel shared by Slack Connect if Slack does not say to which workspace
 *         or organization the user belongs. */
SLACK_API const char *slack_ctx_actor_user(const slack_ctx_t *ctx);
/** Read the workspace of the user who acts. In a channel shared by Slack Connect the user may
 * belong to another workspace than the app. */
SLACK_API const char *slack_ctx_actor_team(const slack_ctx_t *ctx);
/** Read the organization of the user who acts. In a channel shared by Slack Connect the user may
 * belong to another organization than the app. */
SLACK_API const char *slack_ctx_actor_enterprise(const slack_ctx_t *ctx);
/** Ask whether the app is installed for the whole organization. The team may be "" then. */
SLACK_API bool slack_ctx_is_enterprise_install(const slack_ctx_t *ctx);
/** Read the app that the delivery is for ("A…"). One process can serve several apps, see
 * slack_options_t.signing_secret. */
SLACK_API const char *slack_ctx_app_id(const slack_ctx_t *ctx);
/** Read the trigger_id, which opens one modal. Slack accepts it for 3 seconds. */
SLACK_API const char *slack_ctx_trigger_id(const slack_ctx_t *ctx);
/** Read how long Slack accepts the trigger_id.
 * @return milliseconds, counted from the arrival of the delivery; 0 if that time is over, or if
 *         there is no trigger_id. */
SLACK_API unsigned slack_ctx_trigger_left_ms(const slack_ctx_t *ctx);
/** Read the URL that slack_respond() posts to. Anyone who has it can post in the channel: keep it
 * secret. */
SLACK_API const char *slack_ctx_response_url(const slack_ctx_t *ctx);

/** Read the bot's user id ("U…"): from auth.test, or from the grant (authorize.h). */
SLACK_API const char *slack_ctx_bot_user(const slack_ctx_t *ctx);
/** Read the bot's own id ("B…"), from the same source. */
SLACK_API const char *slack_ctx_bot_id(const slack_ctx_t *ctx);

/** Read how many times Slack has sent this delivery before: 0 for the first time. Do not skip the
 * work of a redelivery: it may be the only copy that arrived. */
SLACK_API int slack_ctx_retry_num(const slack_ctx_t *ctx);
/** Read why Slack sent the delivery again: "http_timeout", "timeout", … */
SLACK_API const char *slack_ctx_retry_reason(const slack_ctx_t *ctx);

/** Ask whether the app has found this event in the history of its channel, after a gap in which
 * Slack could not deliver it (slack_options_t.catch_up). The text is the one that the message had
 * then, after all edits; the body has no `event_id`. A reply may come late for the person who
 * wrote: hours after the message. */
SLACK_API bool slack_ctx_recovered(const slack_ctx_t *ctx);

/** Read the number of this attempt; the first is 1. If it is above 1, an earlier attempt failed, or
 * its process ended, so the handler may repeat work that is done already. */
SLACK_API unsigned slack_ctx_attempt(const slack_ctx_t *ctx);

/** Read the time at which this job was due, in milliseconds since 1970, UTC. It is the same in
 * every attempt. To find the time of the next job, count from this one and not from the clock.
 * @return 0 for a delivery that is not a job. */
SLACK_API int64_t slack_ctx_due_ms(const slack_ctx_t *ctx);

/** Read the name of the transport: "http", "socket" or "memory". For logs and metrics. */
SLACK_API const char *slack_ctx_transport(const slack_ctx_t *ctx);

/** Read how much longer Slack waits for the ack.
 * @return milliseconds; 0 after the ack or after Slack's deadline, and for a kind that handlers do
 *         not acknowledge. */
SLACK_API unsigned slack_ctx_ack_left_ms(const slack_ctx_t *ctx);

/** Read how late the handler's ack is. The time begins at the default ack, or at Slack's deadline
 * if the app sent no default ack. It ends at the handler's ack, or now if there is none yet.
 * @return milliseconds; 0 if the ack is not late, and for a kind that handlers do not
 *         acknowledge. */
SLACK_API unsigned slack_ctx_ack_late_ms(const slack_ctx_t *ctx);

/**
 * Explain an error: the call, the cause, the cure. The error is one that a function of this ctx has
 * just returned on this thread, or the one that an error hook receives. The log has the same text
 * as `reason` (docs/errors.md).
 *
 *     int rc = slack_say(ctx, "hello");
 *     if (rc != 0) fprintf(stderr, "%s\n", slack_ctx_strerror(ctx, rc));
 *
 * @return a sentence that lives as long as the delivery; slack_strerror(err) if nothing more is
 *         known.
 */
SLACK_API const char *slack_ctx_strerror(slack_ctx_t *ctx, int err);

/** Ask whether the app is stopping. A handler that takes long should return early then. */
SLACK_API bool slack_ctx_canceled(const slack_ctx_t *ctx);

/** Read the app. Borrowed. */
SLACK_API slack_app_t *slack_ctx_app(const slack_ctx_t *ctx);
/** Read the client of this delivery, which calls Slack with the delivery's token. Loop thread only.
 * @return the client, borrowed. */
SLACK_API slack_client_t *slack_ctx_client(slack_ctx_t *ctx);

/** Hold the delivery: the ctx stays valid, and the listener unfinished, until slack_ctx_release().
 * Each hold needs one release. */
SLACK_API void slack_ctx_hold(slack_ctx_t *ctx);

/** End one hold. The listener is done when its handler has returned and no hold is left.
 * @param status 0, or a negative error, which fails the delivery. */
SLACK_API void slack_ctx_release(slack_ctx_t *ctx, int status);

/** How a delivery ended. */
typedef struct slack_done {
    int status;     /* 0, or the first error of a middleware, a listener or a call */
    int ack_status; /* 0 if the ack was sent; else an error: SLACK_ECLOSED if the peer was gone */
    const char *ack_body; /* the body of the ack, "" for an empty one; borrowed until the return */
    uint64_t ack_us;      /* from the arrival to the ack, in microseconds */
    uint64_t duration_us; /* from the arrival to now, in microseconds */
    unsigned listeners;   /* the number of listeners that ran */
} slack_done_t;

/** Runs on the loop when a delivery has ended. It may read the ctx, but not acknowledge or call
 * Slack through it.
 * @param done borrowed until the return. */
typedef void (*slack_done_fn)(slack_ctx_t *ctx, const slack_done_t *done, void *user_data);

/** Add a hook that runs when this delivery has ended, also if its handlers finish later. The hook
 * that was added last runs first.
 * @param user_data borrowed until the hook returns.
 * @return 0; SLACK_EINVAL if `fn` is NULL; SLACK_EALREADY if the delivery has ended;
 *         SLACK_ENOMEM. */
SLACK_API int slack_ctx_on_done(slack_ctx_t *ctx, slack_done_fn fn, void *user_data);

#ifdef __cplusplus
}
#endif
#endif
