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
 * All of them hold the delivery open, and a call that fails fails it; Slack's own words for why are
 * in the log: "hash_conflict" where somebody else changed the view meanwhile, "expired_trigger_id"
 * where it took longer than three seconds. Whoever wants to act on them makes the call by
 * slack_call(). They return as slack_say(). https://docs.slack.dev/surfaces/modals
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
