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
 * A ctx and all that it hands out live until the delivery has ended: all listeners are done and no
 * hold is left. Strings that a payload lacks are "".
 */

/** What kind of delivery it is. */
SLACK_API enum slack_kind slack_ctx_kind(const slack_ctx_t *ctx);

/** The whole body. One shape whatever the transport: for an event Slack's outer object with
 * `event` inside; for a command its form fields as an object of strings; for interactions the
 * `payload` object. */
SLACK_API const slack_json_t *slack_ctx_body(const slack_ctx_t *ctx);

/** The inner event of an event; NULL for other kinds. */
SLACK_API const slack_json_t *slack_ctx_event(const slack_ctx_t *ctx);

/** The action that this listener was matched by; NULL for other kinds. */
SLACK_API const slack_json_t *slack_ctx_action(const slack_ctx_t *ctx);

/** What group `n` of the listener's pattern captured, the whole match for 0; "" where there is no
 * such group, or none that took part. */
SLACK_API const char *slack_ctx_match(const slack_ctx_t *ctx, size_t n);

/** The name of the listener that runs, or ran last; "" before the first. */
SLACK_API const char *slack_ctx_listener(const slack_ctx_t *ctx);

/** @{ */
/** Who and where ("T…", "E…", "U…", "C…"), looked up where Slack puts it for each kind; see
 * docs/payloads.md. */
SLACK_API const char *slack_ctx_team(const slack_ctx_t *ctx);
SLACK_API const char *slack_ctx_enterprise(const slack_ctx_t *ctx);
SLACK_API const char *slack_ctx_user(const slack_ctx_t *ctx);
SLACK_API const char *slack_ctx_channel(const slack_ctx_t *ctx);
/** @} */

/** The thread that the delivery belongs to; "" outside of a thread. */
SLACK_API const char *slack_ctx_thread_ts(const slack_ctx_t *ctx);
/** The message's own timestamp, a string: what to reply to in a thread of its own. */
SLACK_API const char *slack_ctx_ts(const slack_ctx_t *ctx);
/** Who acts; in a channel that is shared by Slack Connect "" where Slack does not tell whose person
 * that is. */
SLACK_API const char *slack_ctx_actor_user(const slack_ctx_t *ctx);
/** The workspace of who acts, another than the app's for a stranger in a shared channel. */
SLACK_API const char *slack_ctx_actor_team(const slack_ctx_t *ctx);
/** The organization of who acts, likewise. */
SLACK_API const char *slack_ctx_actor_enterprise(const slack_ctx_t *ctx);
/** The app is installed for the whole organization: the team can be "". */
SLACK_API bool slack_ctx_is_enterprise_install(const slack_ctx_t *ctx);
/** The app that Slack means ("A…"): one process may serve several, see options.signing_secret. ""
 * where nothing tells it. */
SLACK_API const char *slack_ctx_app_id(const slack_ctx_t *ctx);
/** For opening a modal, once. Slack takes it for 3 seconds from its sending. */
SLACK_API const char *slack_ctx_trigger_id(const slack_ctx_t *ctx);
/** Milliseconds for which the trigger_id can still be good, counted from the arrival; 0 when it is
 * over, or there is none. */
SLACK_API unsigned slack_ctx_trigger_left_ms(const slack_ctx_t *ctx);
/** Where slack_respond() posts to. Whoever has it can write in the channel: keep it secret. */
SLACK_API const char *slack_ctx_response_url(const slack_ctx_t *ctx);

/** The bot's own user id ("U…"), as auth.test gave it. */
SLACK_API const char *slack_ctx_bot_user(const slack_ctx_t *ctx);
/** The same by its bot id ("B…"). */
SLACK_API const char *slack_ctx_bot_id(const slack_ctx_t *ctx);

/** How many times Slack sent this before, 0 for the first time. A retry may be the only copy that
 * arrived: it is no reason to skip the work. */
SLACK_API int slack_ctx_retry_num(const slack_ctx_t *ctx);
/** Why Slack sent it again ("http_timeout", "timeout" …). */
SLACK_API const char *slack_ctx_retry_reason(const slack_ctx_t *ctx);

/** Which attempt this is, from 1. Above 1 the delivery was begun before, and failed, or its process
 * ended: what a handler did then it may be doing again. */
SLACK_API unsigned slack_ctx_attempt(const slack_ctx_t *ctx);

/** The transport's name, for logs and metrics only. */
SLACK_API const char *slack_ctx_transport(const slack_ctx_t *ctx);

/** Milliseconds left to acknowledge; 0 when it is too late or no handler has to. */
SLACK_API unsigned slack_ctx_ack_left_ms(const slack_ctx_t *ctx);

/** By how many milliseconds the time to acknowledge is over, counted from the deadline or from the
 * ack that was sent in the handler's place; once the handler has spoken, how late it was. 0 while
 * it is not over, when the ack was in time, and where no handler has to. */
SLACK_API unsigned slack_ctx_ack_late_ms(const slack_ctx_t *ctx);

/** The app is stopping: what takes long had better end. */
SLACK_API bool slack_ctx_canceled(const slack_ctx_t *ctx);

/** The app. Borrowed. */
SLACK_API slack_app_t *slack_ctx_app(const slack_ctx_t *ctx);
/** The client that acts for this delivery, with its token. Borrowed. */
SLACK_API slack_client_t *slack_ctx_client(slack_ctx_t *ctx);

/** Keep the delivery, and with it the ctx, past the handler's return. Each hold needs one
 * release. */
SLACK_API void slack_ctx_hold(slack_ctx_t *ctx);

/** End one hold. The listener has ended when it has returned and its last hold is gone.
 * @param status 0, or the negative error that fails the delivery. */
SLACK_API void slack_ctx_release(slack_ctx_t *ctx, int status);

/** How a delivery ended. */
typedef struct slack_done {
    int status;     /* 0, or the first error of a middleware or listener */
    int ack_status; /* 0: acknowledged; SLACK_ECLOSED: the peer was gone; other errors */
    const char
        *ack_body;   /* what was sent with the ack, "" for nothing; borrowed until the return */
    uint64_t ack_us; /* from arrival to ack, microseconds */
    uint64_t duration_us; /* from arrival to now, microseconds */
    unsigned listeners;   /* how many ran */
} slack_done_t;

/** Told that a delivery has ended. The ctx may be read, no more said through it. */
typedef void (*slack_done_fn)(slack_ctx_t *ctx, const slack_done_t *done, void *user_data);

/** Be told when this delivery has ended, also when its handlers finish later. The last one
 * registered is told first.
 * @return 0; SLACK_EALREADY when it has ended; SLACK_ENOMEM. */
SLACK_API int slack_ctx_on_done(slack_ctx_t *ctx, slack_done_fn fn, void *user_data);

#ifdef __cplusplus
}
#endif
#endif
