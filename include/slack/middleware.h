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
 * @file middleware.h  What runs around the listeners.
 *
 * Middleware are an onion: each decides whether the chain goes on by calling slack_next(), and sees
 * what comes back from it. One that does not call it ends the chain, and the delivery with it: what
 * Slack waits for is acknowledged empty unless the middleware has acknowledged it itself.
 *
 * The app's own (slack_use()) run around all listeners, a listener's own (slack_listener_t) around
 * that one. Before all of them events of the bot's own doing are left out, so that it does not talk
 * to itself; member_joined_channel and member_left_channel are not, as in Bolt. A listener that
 * asks for them (slack_listener_t's `own`) has them, and the app's middleware run around it;
 * options.own_events turns this off altogether.
 */

/**
 * Add a middleware around all listeners. They run in order of registration.
 *
 * @return 0; SLACK_EINVAL; SLACK_EBUSY past 64.
 */
SLACK_API int slack_use(slack_app_t *app, slack_handler_fn fn, void *user_data);

/**
 * Go on to the next middleware or to the listeners; at most once per middleware. One that is not
 * done when it returns calls slack_ctx_hold() first, and slack_next() from the loop later.
 *
 * @return what the rest of the chain returned; 0 also when it is not done yet (slack_ctx_on_done()
 *         tells the end); SLACK_EALREADY at a second call, or outside of a middleware.
 */
SLACK_API int slack_next(slack_ctx_t *ctx);

/* Middleware to be used as they are. Each ends the delivery without a word where its condition does
 * not hold:
 *
 *     slack_use(app, slack_only_in_channels, "C012AB3CD,C024BE91L");
 */

/** Goes on in these channels only. `ids`: a string of ids, separated by commas. */
SLACK_API int slack_only_in_channels(slack_ctx_t *ctx, void *ids);

/** Goes on for these users only. `ids`: a string of ids, separated by commas. */
SLACK_API int slack_only_for_users(slack_ctx_t *ctx, void *ids);

/** Goes on for events whose text begins with a mention of the bot, and for what is no event.
 * `unused`: NULL. */
SLACK_API int slack_only_mentions(slack_ctx_t *ctx, void *unused);

/** Goes on while a user has not used up a limit. `limit`: a slack_user_limit_t. */
SLACK_API int slack_limit_users(slack_ctx_t *ctx, void *limit);

/** How often each user may do something. */
typedef struct slack_user_limit slack_user_limit_t;

/**
 * Make a limit of `count` deliveries in each `period_ms`, for each user of each team by itself. It
 * remembers 10,000 users at once; past that those of whom nothing was heard in this period are
 * forgotten, and new ones pass where there is none of these.
 *
 * @return 0; SLACK_EINVAL (count or period_ms is 0); SLACK_ENOMEM.
 */
SLACK_API int slack_user_limit_new(slack_user_limit_t **ret_limit, unsigned count,
                                   unsigned period_ms);

/** Free it, when the app that uses it is freed. NULL is fine. */
SLACK_API void slack_user_limit_free(slack_user_limit_t *limit);

/* What the app is told of deliveries that go wrong. One function each; NULL for none. They run on
 * the loop, off every listener's stack, and may use the ctx as a listener does: acknowledge, say,
 * hold. */

/**
 * A listener or a middleware failed, or a call that the delivery waited for. Told once, of the
 * first error, after the middleware saw it and before a delivery without an ack is refused.
 *
 * @param listener its name; "" where it was a middleware.
 */
typedef void (*slack_error_fn)(slack_ctx_t *ctx, int status, const char *listener, void *user_data);
/** Set the one hook of failures; NULL for none. */
SLACK_API void slack_on_error(slack_app_t *app, slack_error_fn fn, void *user_data);

/** No listener took the delivery. What Slack waits for is refused afterwards unless `fn` has
 * acknowledged it. */
SLACK_API void slack_on_unmatched(slack_app_t *app, slack_handler_fn fn, void *user_data);

/**
 * A delivery that Slack waits for has no ack after options.ack_ms, and its handlers have not ended.
 * What `fn` acknowledges stands in the place of slack_default_ack()'s, which is sent otherwise; the
 * handler that speaks later is treated alike after both. slack_ctx_listener() names it.
 */
SLACK_API void slack_on_unacked(slack_app_t *app, slack_handler_fn fn, void *user_data);

#ifdef __cplusplus
}
#endif
#endif
