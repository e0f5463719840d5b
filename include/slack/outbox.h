/* SPDX-License-Identifier: MIT */
#ifndef SLACK_OUTBOX_H
#define SLACK_OUTBOX_H

#include "export.h"
#include "listener.h"
#include "request.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * @file outbox.h  Messages that must not be lost, and not be sent twice.
 *
 * slack_say() calls Slack while the handler runs. If the process ends before Slack has answered,
 * the handler runs again, and nobody knows whether the message is there. slack_post() stores the
 * request in place of sending it. The app then sends it, again and again until Slack has answered,
 * also after a restart and from any process that shares the store. Requests for one channel are
 * sent in the order in which they were stored.
 *
 * Each request has a key: the delivery, the listener, and the number of the request in the handler.
 * So a handler that runs again stores the same keys, and the store drops what it has already.
 *
 * When an answer was lost, the app looks for the message in the channel before it sends it again:
 * it puts the key into the metadata of the message, and reads conversations.history or
 * conversations.replies. docs/guarantees.md says what this needs, and where it ends.
 */

/** A request to store. A field of zero is unset. */
typedef struct slack_post_options {
    /** Required, borrowed until the return. chat.postMessage, or a method whose second call does
     * nothing more (see its comment in slack/api/), such as chat.update, reactions.add or
     * views.publish. */
    slack_request_t request;
    /** Optional, copied, 1 to 1000 bytes. The key, unique among the requests of the app in a day. A
     * handler needs it if it makes its requests in an order that can differ between two attempts.
     * Default: the delivery, the listener, and the number of the request in the handler. */
    const char *key;
    /** Optional, copied, 1 to 1000 bytes. The name of a job that the app stores when the request
     * has ended: a listener of slack_on_job() gets the result, also after a restart. The job's body
     * is an object with `method`, `channel` and `ts` of the message, and `error`: "" after a
     * success, or why the request has become a dead letter. `channel` and `ts` are "" if they are
     * not known.
     */
    const char *then;
} slack_post_options_t;

/**
 * Store a request; the app sends it with the token of the delivery's bot. The delivery stays open
 * until the request is stored. If the handler acknowledges after this call, the app sends that ack
 * when the request is stored. If it cannot be stored, the delivery fails. The function may also be
 * called on a worker that runs the delivery's handler.
 *
 *     slack_post(ctx, slack_chat_postMessage(.channel = slack_ctx_channel(ctx), .text = "Done"));
 *
 * @param request the method and its arguments (request.h), borrowed until the return.
 * @return 0: the request will be stored, or the delivery fails; SLACK_EINVAL if Slack would refuse
 *         the arguments for their form, as for slack_call(), or for a method that cannot be looked
 * up afterwards, such as chat.postEphemeral; SLACK_ETOOBIG if the key is too long; the error of a
 * failed argument; SLACK_EALREADY if the delivery has ended; SLACK_ECANCELED on a worker when the
 * app stops; SLACK_ENOMEM.
 */
SLACK_API int slack_post(slack_ctx_t *ctx, slack_request_t request);

/** Store a request with a key. Returns as slack_post(). */
SLACK_API int slack_post_with(slack_ctx_t *ctx, const slack_post_options_t *post);

#ifdef __cplusplus
}
#endif
#endif
