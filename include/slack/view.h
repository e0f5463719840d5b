/* SPDX-License-Identifier: MIT */
#ifndef SLACK_VIEW_H
#define SLACK_VIEW_H

#include "error.h"
#include "export.h"
#include "json.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * @file view.h  Modals and home tabs.
 *
 * All of them hold the delivery open, and a call that fails fails it. They return as slack_say();
 * on a worker, what came of it: SLACK_ECONFLICT where somebody else has changed the view since it
 * had the hash that was sent along, SLACK_EAPI with "expired_trigger_id" in the log where it took
 * longer than three seconds. On the loop the same reaches slack_on_error(); whoever wants to act on
 * it at once makes the call by slack_call(). https://docs.slack.dev/surfaces/modals
 */

/** Open a modal, by the delivery's trigger_id: at once, since that is good for three seconds. */
SLACK_API int slack_view_open(slack_ctx_t *ctx, const slack_json_t *view);

/** Put a modal on top of the one that the delivery came from; at most 3 lie on each other. */
SLACK_API int slack_view_push(slack_ctx_t *ctx, const slack_json_t *view);

/**
 * Change a view that is open.
 *
 * @param view_id NULL for the delivery's own view, which is then changed only if it is still what
 *        the user saw: its hash is sent along.
 * @param hash Optional: change the view only while this is its hash.
 */
SLACK_API int slack_view_update(slack_ctx_t *ctx, const char *view_id, const char *hash,
                                const slack_json_t *view);

/**
 * Show a home tab.
 *
 * @param user_id whose; NULL for the delivery's user.
 * @param hash Optional: change the tab only while this is its hash.
 */
SLACK_API int slack_view_publish(slack_ctx_t *ctx, const char *user_id, const char *hash,
                                 const slack_json_t *view);

#ifdef __cplusplus
}
#endif
#endif
