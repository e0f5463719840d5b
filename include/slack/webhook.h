/* SPDX-License-Identifier: MIT */
#ifndef SLACK_WEBHOOK_H
#define SLACK_WEBHOOK_H

#include "app.h"
#include "call.h"
#include "error.h"
#include "export.h"
#include "json.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * @file webhook.h  Incoming webhooks, and workflows that a URL starts.
 *
 * The URL is the permission: who has it may post. Keep it like a token, for example in a variable
 * of the environment. No line of the log and no sentence about a failure contains it. It must be
 * https on a host of Slack's, or have the origin of slack_options_t.api_url.
 * https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
 *
 * - An incoming webhook takes a message (`{text: 'hello'}`), and posts it in its channel.
 * - The webhook trigger of a workflow takes the workflow's variables (`{city: 'Oslo'}`).
 *
 * Slack takes one message a second for each URL. More of them wait for their turn, as calls do
 * (SLACK_PACE). A message is sent again if Slack answers 429, or if it was certainly not sent;
 * never if its answer was lost, because Slack may have posted it.
 *
 * slack_response_status() is 0 if Slack took the message, and SLACK_EAPI if it did not;
 * slack_response_error() is then Slack's word: "no_text", "invalid_payload", "channel_is_archived",
 * "no_service" for a URL that was revoked. Slack does not return the `ts` of the message.
 */

/**
 * Post to a webhook outside a delivery.
 *
 * @param client slack_app_client(), or a client of a delivery, as for slack_call(). Its token is
 *        not sent.
 * @param url copied. A secret.
 * @param message an object, borrowed until the return.
 * @param fn Optional. Receives the response, as for slack_call().
 * @param user_data borrowed until `fn` returns.
 * @return as slack_call(); SLACK_EINVAL if the URL is not one of Slack's, or if the message is no
 *         object.
 */
SLACK_API int slack_webhook(slack_client_t *client, const char *url, const slack_json_t *message,
                            slack_call_fn fn, void *user_data);

/**
 * Post to a webhook for a delivery, and continue in `fn` when Slack has answered. The delivery
 * stays open until `fn` has returned. A worker waits, and runs `fn` before this function returns.
 *
 * @param url copied. A secret.
 * @param message an object, borrowed until the return.
 * @param fn Optional. Without it, a failure fails the delivery.
 * @param user_data borrowed until `fn` returns.
 * @return as slack_call_then(); SLACK_EINVAL as for slack_webhook().
 */
SLACK_API int slack_webhook_then(slack_ctx_t *ctx, const char *url, const slack_json_t *message,
                                 slack_then_fn fn, void *user_data);

#ifdef __cplusplus
}
#endif
#endif
