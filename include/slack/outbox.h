/* SPDX-License-Identifier: MIT */
#ifndef SLACK_OUTBOX_H
#define SLACK_OUTBOX_H

#include "authorize.h"
#include "export.h"
#include "inbox.h"
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
 * Each request has a key: the delivery, the listener, the number of the request in the handler, and
 * where it acts: the channel and thread of a message, the arguments of any other request.
 * So a handler that runs again stores the same keys, and the store drops what it has already.
 *
 * When an answer was lost, the app does one of two things, which the method decides:
 *
 * - chat.postMessage, files.completeUploadExternal: the app looks before it sends the request
 *   again. It puts the key into the metadata of a message, and reads conversations.history or
 *   conversations.replies
 *   (https://docs.slack.dev/messaging/message-metadata); for a file it reads files.info, which
 *   lists the messages that share it (https://docs.slack.dev/reference/objects/file-object).
 * - chat.update, chat.delete, reactions.add, pins.add, views.publish, and every other method whose
 *   second call does nothing more: the app sends the request again. Slack's answers
 *   already_reacted, already_pinned, message_not_found of chat.delete, and their like count as
 *   done (https://docs.slack.dev/reference/methods; docs/guarantees.md lists them).
 *
 * Other methods are refused with a sentence: nobody can read a message of chat.postEphemeral, and
 * views.open takes a trigger that ends after three seconds. docs/guarantees.md says what a look
 * needs, and where it ends.
 */

/** A request to store. A field of zero is unset. */
typedef struct slack_post_options {
    /** Required, borrowed until the return. One of the methods above. */
    slack_request_t request;
    /** Optional, copied, 1 to 1000 bytes. The key, unique among the requests of the app in a day. A
     * handler needs it if it makes its requests in an order that can differ between two attempts.
     * Later requests can refer to the message by it (`of`), and slack_cancel_post() cancels the
     * request by it. Default: the delivery, the listener, and the number of the request in the
     * handler; none outside of a delivery.
     */
    const char *key;
    /** Optional, copied, 1 to 1000 bytes. The key of an earlier request for the same channel, which
     * posts a message. This request is about that message: the app fills in its channel, and its ts
     * as `ts` of chat.update and chat.delete, `timestamp` of reactions.add, reactions.remove,
     * pins.add and pins.remove, or `thread_ts` of chat.postMessage. Of several chat.update that
     * wait for one message, only the newest is sent. The app remembers a message for 30 days; a
     * request about another one becomes a dead letter (SLACK_ENOTFOUND). */
    const char *of;
    /** Optional, copied, 1 to 1000 bytes. The name of a job that the app stores when the request
     * has ended: a listener of slack_on_job() gets the result, also after a restart. The job's body
     * is an object with `method`, `key`, `channel` and `ts` of the message, and `error`: "" after a
     * success, or why the request was not sent: it has become a dead letter, or a newer update has
     * taken its place. `key`, `channel` and `ts` are "" if there are none. A request that is
     * cancelled stores no job. Such jobs of the requests for one channel run one at a time, in the
     * order of the requests.
     */
    const char *then;
    /** Optional. Receives the result of storing the request. */
    slack_stored_fn stored;
    /** Optional, borrowed until `stored` returns. Passed to `stored`. */
    void *stored_data;
    /** Optional, copied. Only for slack_app_post_request(), in an app with slack_app_authorize():
     * the workspace whose token the app uses. Default: no workspace. */
    const slack_tenant_t *tenant;
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
 *         the arguments for their form, as for slack_call(), or for a method that cannot be stored,
 *         such as chat.postEphemeral; SLACK_ETOOBIG if the key is too long; the error of a failed
 *         argument; SLACK_EALREADY if the delivery has ended; SLACK_ECANCELED on a worker when the
 *         app stops; SLACK_ENOMEM. The log and the dead letter have a
 *         sentence.
 */
SLACK_API int slack_post(slack_ctx_t *ctx, slack_request_t request);

/** Store a request with a key. Returns as slack_post(). */
SLACK_API int slack_post_with(slack_ctx_t *ctx, const slack_post_options_t *post);

/**
 * Store a request outside of a delivery. Before the start of the app, the request is kept in
 * memory, and stored when the app starts. With a key, the request is sent once, however often the
 * program stores it in a day. Loop thread only.
 *
 *     const slack_post_options_t alert = {
 *         .request = slack_chat_postMessage(.channel = "C0ALERTS", .text = "The disk is full"),
 *         .key = "disk-full-2026-11-30",
 *     };
 *     rc = slack_app_post_request(app, &alert);
 *
 * @param post borrowed until the return.
 * @return 0: `stored` will run exactly once; SLACK_EINVAL as for slack_post(); SLACK_ETOOBIG if a
 *         text is too long; the error of a failed argument; SLACK_ECANCELED if the app has stopped;
 *         SLACK_ENOMEM. slack_app_error() has a sentence.
 */
SLACK_API int slack_app_post_request(slack_app_t *app, const slack_post_options_t *post);

/**
 * Cancel the request with a key, if it waits. If an attempt of it has failed, Slack may have taken
 * it all the same; it is not sent again. Requests about its message (`of`) become dead letters
 * (SLACK_ENOTFOUND), unless they are cancelled too.
 *
 * @param key borrowed until the return.
 * @param fn Optional. Receives the result on the loop: 0; SLACK_ENOTFOUND if no request with this
 *        key waits: it is under way, it has ended, or there is none; SLACK_ESTORE.
 * @param user_data borrowed until `fn` returns.
 * @return 0: `fn` will run exactly once; SLACK_EINVAL if the key is missing; SLACK_ECANCELED if the
 *         app is not running; SLACK_ENOMEM.
 */
SLACK_API int slack_cancel_post(slack_app_t *app, const char *key,
                                void (*fn)(slack_app_t *app, int status, void *user_data),
                                void *user_data);

/** A request that has become a dead letter: the app does not send it again. */
typedef struct slack_dead_post {
    int64_t id;               /* for `slackapp inbox show ID` */
    const char *method;       /* "chat.postMessage" */
    const slack_json_t *args; /* the request's arguments; NULL if the row is damaged */
    const char *key;          /* the program's key; "": none */
    unsigned attempts;        /* the number of attempts */
    int status;               /* the error of the last attempt */
    const char *error;        /* that error in words: "SLACK_EAPI chat.postMessage: is_archived" */
} slack_dead_post_t;

/** Runs on the loop when a request has become a dead letter, and this is stored.
 * @param dead borrowed until the return. */
typedef void (*slack_dead_post_fn)(slack_app_t *app, const slack_dead_post_t *dead,
                                   void *user_data);

/** Set the hook for requests that become dead letters. It replaces an earlier hook. NULL removes
 * the hook. The log names every dead letter in any case. slack_on_dead() is the hook for
 * deliveries.
 * @param user_data borrowed until the app is freed or another hook is set. */
SLACK_API void slack_on_dead_post(slack_app_t *app, slack_dead_post_fn fn, void *user_data);

#ifdef __cplusplus
}
#endif
#endif
