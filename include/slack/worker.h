/* SPDX-License-Identifier: MIT */
#ifndef SLACK_WORKER_H
#define SLACK_WORKER_H

#include "call.h"
#include "error.h"
#include "export.h"
#include "json.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * @file worker.h  Handlers that may block.
 *
 * A listener with `.run = SLACK_RUN_WORKER` runs on a worker, a thread of the app. There it may
 * sleep, compute, or use a library that blocks, and delays no other handler. The app starts workers
 * when it needs them, slack_options_t.workers at most. The functions that a handler uses on the
 * loop work on a worker too: slack_say(), slack_respond(), slack_complete() and their like return
 * when Slack has answered, with the result of the call. Acks are sent at once.
 *
 *     static int report(slack_ctx_t *ctx, void *user_data) {
 *         slack_ack(ctx);
 *         const slack_response_t *info = NULL;
 *         int rc = slack_call_wait(ctx, slack_users_info(.user = slack_ctx_user(ctx)), &info);
 *         if (rc != 0) return rc;
 *         char *text = slow_query(slack_response_str(info, "/user/tz"));
 *         return slack_respond(ctx, "%s", text);
 *     }
 *
 * On a worker a handler may call the functions that take its ctx, readers of JSON and of responses,
 * and functions marked "any thread" (docs/threads.md). Others return SLACK_ETHREAD: slack_call()
 * with any client, slack_cancel_job(), slack_on_message() and their like. Middleware runs on the
 * loop.
 *
 * If all workers are busy, handlers are queued. If the ack of a queued handler becomes due, the app
 * sends the default ack (slack_default_ack()). At most 1024 handlers are queued. Beyond that the
 * listener fails with SLACK_EBUSY, and a delivery without an ack is answered "later".
 *
 * A handler has 16 MiB for the JSON and the texts that it makes, which live until its delivery
 * ends. The arguments of slack_say() and its like are freed when Slack has answered. A handler that
 * needs more gets SLACK_ENOMEM; its delivery then fails with SLACK_ETOOBIG, and is not attempted
 * again. Answers have memory of their own: see slack_call_wait().
 *
 * When the app stops, its drain waits for running handlers. After SLACK_DRAIN_MS, functions that
 * wait for Slack or for the loop return SLACK_ECANCELED. A thread cannot be ended from outside, so
 * the app stops only when the last handler returns: a handler that takes long should check
 * slack_ctx_canceled() from time to time.
 */

/**
 * Call a Web API method and wait for the answer. Workers only.
 *
 * @param request the method and its arguments (request.h), borrowed until the return.
 * @param ret_response Optional. Set to the answer, also if the call failed; NULL if there is no
 *        answer. Before the call the variable must be NULL, or have an answer of an earlier
 *        slack_call_wait() in this handler. That earlier answer is freed when the new one has
 *        arrived, so `request` may still refer to it. A loop over the pages of a list that uses one
 *        variable thus keeps one page at a time. All other answers live until the handler returns.
 * @return the status of the response (slack_response_status()): 0, SLACK_EAPI, …; SLACK_EDEADLK on
 *         the loop's thread; SLACK_ETHREAD on other threads than the worker that runs this ctx's
 *         handler; SLACK_EALREADY after the end of the delivery; if the call could not be made, as
 *         slack_call(), and slack_ctx_strerror() has the cause; SLACK_ETOOBIG if the answer has
 * more than SLACK_ANSWER_MIB of text, or if the answers that the handler has would take more than
 * SLACK_ANSWERS_MIB. Slack has then processed the call.
 */
SLACK_API int slack_call_wait(slack_ctx_t *ctx, slack_request_t request,
                              const slack_response_t **ret_response);

#ifdef __cplusplus
}
#endif
#endif
