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
 * @file view.h  Modals and Home tabs. https://docs.slack.dev/surfaces/modals
 *
 * Each function here calls the Web API, keeps the delivery open until Slack answers, and returns as
 * slack_say(). It returns SLACK_EINVAL if the delivery lacks what the call needs: a trigger_id, a
 * view or a user.
 *
 * If the call fails, the delivery fails and slack_on_error() reports it: SLACK_ECONFLICT if the
 * view no longer has the hash, because someone else has changed it; SLACK_EAPI with
 * "expired_trigger_id" in the log if the trigger_id is older than three seconds. On a worker the
 * functions return these errors. To act on them in a handler on the loop, use slack_call_then().
 */

/** Open a modal with the delivery's trigger_id. Slack accepts a trigger_id for three seconds. Calls
 * views.open. */
SLACK_API int slack_view_open(slack_ctx_t *ctx, const slack_json_t *view);

/** Put a modal on top of the one that the delivery came from. A stack has at most 3 views. Calls
 * views.push. */
SLACK_API int slack_view_push(slack_ctx_t *ctx, const slack_json_t *view);

/**
 * Change an open view. Calls views.update.
 *
 * @param view_id Optional. Default: the delivery's own view.
 * @param hash Optional. Slack changes the view only if it still has this hash. Default: if
 *        `view_id` is NULL, the hash in the delivery, so that Slack changes only what the user saw;
 *        otherwise no hash.
 * @param view the new view.
 */
SLACK_API int slack_view_update(slack_ctx_t *ctx, const char *view_id, const char *hash,
                                const slack_json_t *view);

/**
 * Set the Home tab of a user. Calls views.publish.
 *
 * @param user_id Optional. Default: the delivery's user.
 * @param hash Optional. Slack changes the tab only if it still has this hash.
 * @param view the new view.
 */
SLACK_API int slack_view_publish(slack_ctx_t *ctx, const char *user_id, const char *hash,
                                 const slack_json_t *view);

#ifdef __cplusplus
}
#endif
#endif
