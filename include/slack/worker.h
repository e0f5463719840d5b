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
 * A listener with `.run = SLACK_RUN_WORKER` is called on one of the app's threads (options.workers
 * of them, made when they are needed), and delays nothing but itself: it may sleep, compute, or use
 * a library that blocks. What is written for the loop works there too, straight on: slack_say(),
 * slack_respond(), slack_complete() and the like return when Slack has answered, with what came of
 * it; acks are sent at once.
 *
 *     static int report(slack_ctx_t *ctx, void *user_data) {
 *         slack_ack(ctx);
 *         const slack_response_t *info = NULL;
 *         int rc = slack_call_wait(ctx, "users.info",
 *                                  slack_jsonf(ctx, "{user: %s}", slack_ctx_user(ctx)), &info);
 *         if (rc != 0) return rc;
 *         char *text = slow_query(slack_response_str(info, "/user/tz"));
 *         return slack_respond(ctx, "%s", text);
 *     }
 *
 * On a worker only the functions that take its ctx may be used, and readers of JSON and responses.
 * slack_ctx_client(), and slack_call() with it, belong to the loop. Middleware run on the loop.
 *
 * Where all threads have work, handlers wait for their turn, and what Slack waits for is
 * acknowledged in their place in time (slack_default_ack()). Past 1024 that wait, the handler is
 * not run: what is not acknowledged is answered "later", and the listener has failed with
 * SLACK_EBUSY.
 *
 * When the app stops, its drain waits for handlers under way. When the drain's time is up, waits
 * for Slack end with SLACK_ECANCELED; a thread cannot be ended, so the app has stopped when the
 * last handler has returned. One that takes long looks at slack_ctx_canceled().
 */

/**
 * Call a Web API method and wait for the answer. On a worker only.
 *
 * @param args as for slack_call().
 * @param ret_response Optional. Set where there was an answer, also an error of Slack's; lives
 * until the delivery ends.
 * @return what slack_response_status() says: 0, SLACK_EAPI for an error of Slack's, …;
 *         SLACK_EDEADLK anywhere but on the worker that runs this ctx's handler; SLACK_ETEMPLATE;
 *         SLACK_EBUSY; SLACK_ECANCELED; SLACK_ENOMEM.
 */
SLACK_API int slack_call_wait(slack_ctx_t *ctx, const char *method, const slack_json_t *args,
                              const slack_response_t **ret_response);

#ifdef __cplusplus
}
#endif
#endif
