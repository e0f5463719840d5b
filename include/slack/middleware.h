/* SPDX-License-Identifier: MIT */
#ifndef SLACK_MIDDLEWARE_H
#define SLACK_MIDDLEWARE_H

#include "app.h"
#include "error.h"
#include "export.h"
#include "listener.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * @file middleware.h  Middleware and hooks: functions around the listeners.
 *
 * A middleware decides whether the delivery goes on. slack_next() runs the rest of the chain and
 * returns its result. A middleware that does not call slack_next() ends the chain and the delivery;
 * the app then sends an empty ack unless the middleware has sent one.
 *
 * The app's middleware (slack_use()) runs around all listeners, a listener's middleware
 * (slack_listener_t.middleware) around that listener. All middleware runs on the loop.
 *
 * The app drops the bot's own events before any middleware runs, so that the bot does not answer
 * itself. An event is the bot's own if slack_ctx_user() is the bot's user id, or if the event is
 * about a message of the bot (its bot_id). Edits and deletions of the bot's messages count as its
 * own, because Slack does not say who made them. member_joined_channel and member_left_channel
 * never count as its own. A listener with `own` set receives the bot's own events, after the app's
 * middleware. slack_options_t.own_events turns this filter off.
 */

/**
 * Add a middleware around all listeners. The first one added is the outermost.
 *
 * @param user_data borrowed until the app is freed.
 * @return 0; SLACK_EINVAL if `fn` is NULL; SLACK_ETOOBIG if the app has 64.
 */
SLACK_API int slack_use(slack_app_t *app, slack_handler_fn fn, void *user_data);

/**
 * Run the rest of the chain: the next middleware, or the listeners. Each middleware calls this once
 * at most. A middleware that decides later calls slack_ctx_hold() before it returns, and
 * slack_next() later, on the loop.
 *
 * @return what the rest of the chain returned, or 0 if the chain has not finished: use
 *         slack_ctx_on_done() to learn how it ends. SLACK_EALREADY for a second call, and outside a
 *         middleware.
 */
SLACK_API int slack_next(slack_ctx_t *ctx);

/* ---- middleware of the library ----
 *
 * Each ends the delivery if its condition does not hold. The parameter is the user_data of
 * slack_use() or slack_middleware_t:
 *
 *     slack_use(app, slack_only_in_channels, "C012AB3CD,C024BE91L");
 */

/** Go on in some channels only.
 * @param ids a string of channel ids, separated by commas. */
SLACK_API int slack_only_in_channels(slack_ctx_t *ctx, void *ids);

/** Go on for some users only.
 * @param ids a string of user ids, separated by commas. */
SLACK_API int slack_only_for_users(slack_ctx_t *ctx, void *ids);

/** Go on for events whose text begins with a mention of the bot, and for every other kind. Any
 * white space of Unicode may precede the mention.
 * @param unused NULL. */
SLACK_API int slack_only_mentions(slack_ctx_t *ctx, void *unused);

/** Go on while the user has not used up a limit.
 * @param limit a slack_user_limit_t. */
SLACK_API int slack_limit_users(slack_ctx_t *ctx, void *limit);

/** A limit on deliveries of each user. */
typedef struct slack_user_limit slack_user_limit_t;

/**
 * Make a limit of `count` deliveries per `period_ms`, for each user of each workspace. It remembers
 * 10,000 users. When it is full, it forgets a user whose period is over to admit a new one. If no
 * period is over, it does not limit the new user.
 *
 * @param ret_limit owned from now on: free it with slack_user_limit_free().
 * @param count Required, from 1.
 * @param period_ms Required, milliseconds, from 1.
 * @return 0; SLACK_EINVAL if count or period_ms is 0; SLACK_ENOMEM.
 */
SLACK_API int slack_user_limit_new(slack_user_limit_t **ret_limit, unsigned count,
                                   unsigned period_ms);

/** Free a limit, after the app that uses it was freed. NULL is allowed. */
SLACK_API void slack_user_limit_free(slack_user_limit_t *limit);

/* ---- hooks for deliveries that go wrong ----
 *
 * Each setter replaces the function that was set before; NULL removes it. user_data is borrowed
 * until the app is freed or another function is set. The hooks run on the loop, never inside a
 * handler, and may use the ctx as a handler does: acknowledge, call Slack, hold. */

/**
 * Receives the first error of a delivery: of a listener, a middleware, or a call that kept the
 * delivery open. It runs once, after the middleware has seen the error, and before the app refuses
 * a delivery without an ack.
 *
 * @param status the error.
 * @param listener the name of the listener that failed; "" if the failure was not a listener's.
 */
typedef void (*slack_error_fn)(slack_ctx_t *ctx, int status, const char *listener, void *user_data);
/** Set the hook for failed deliveries. */
SLACK_API void slack_on_error(slack_app_t *app, slack_error_fn fn, void *user_data);

/** Set the hook for deliveries that no listener matches. If `fn` sends no ack, the app refuses a
 * delivery that needs one. */
SLACK_API void slack_on_unmatched(slack_app_t *app, slack_handler_fn fn, void *user_data);

/**
 * Set the hook for deliveries that have no ack after slack_options_t.ack_ms, while their handlers
 * have not ended. If `fn` sends an ack, the app does not send the default ack
 * (slack_default_ack()). In both cases a later ack of the handler has the same effect.
 * slack_ctx_listener() names the handler.
 */
SLACK_API void slack_on_unacked(slack_app_t *app, slack_handler_fn fn, void *user_data);

#ifdef __cplusplus
}
#endif
#endif
