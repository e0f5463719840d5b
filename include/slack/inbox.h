/* SPDX-License-Identifier: MIT */
#ifndef SLACK_INBOX_H
#define SLACK_INBOX_H

#include <stdint.h>

#include "app.h"
#include "error.h"
#include "export.h"
#include "json.h"
#include "listener.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * @file inbox.h  What is stored and handled to its end: jobs and dead letters.
 *
 * Events are stored before they are acknowledged. A job is what a program stores itself: work that
 * is to be done after the ack, later or at a time, and that must not be lost. Both are attempted
 * until their handlers succeed, SLACK_MAX_ATTEMPTS times at most; what failed for good is a dead
 * letter, which `slackapp inbox` shows and replays. docs/guarantees.md tells what is promised.
 */

/** A job to be stored. Zero what is not needed. */
typedef struct slack_job {
    const char *name;         /* Required, copied: slack_on_job()'s */
    const slack_json_t *args; /* Required, copied: the body that the handler reads. */
    unsigned delay_ms;        /* Optional. Not before so many milliseconds from now. */
    int64_t at_ms;            /* Optional. Not before this time: milliseconds since 1970, UTC. */
    const char *key; /* Optional, copied. While a job of this key waits or runs, another one
                      * is not added. */
} slack_job_t;

/**
 * Store a job. It begins once it is stored, in this process or a later one. The delivery waits for
 * that; an ack that is given after this call is sent when the job is stored, and where it cannot be
 * stored Slack is told of a failure instead.
 *
 * @return 0: it will be stored, or the delivery fails. SLACK_EINVAL (no name); what made `args`
 *         NULL, as slack_jsonf() tells it; SLACK_EALREADY when the delivery has ended;
 * SLACK_ENOMEM.
 */
SLACK_API int slack_defer_job(slack_ctx_t *ctx, const slack_job_t *job);

/** slack_defer_job() with a name and its arguments. */
SLACK_API int slack_defer(slack_ctx_t *ctx, const char *name, const slack_json_t *args);

/** Jobs of a name. The handler's slack_ctx_body() is what was deferred. */
SLACK_API int slack_on_job(slack_app_t *app, const char *name, slack_handler_fn fn,
                           void *user_data);

/**
 * Remove the job of this key, if it has not begun.
 *
 * @param fn Optional. Told on the loop: 0; SLACK_ENOTFOUND where none waits; SLACK_ESTORE.
 * @return 0: `fn` will be called exactly once. SLACK_EINVAL; SLACK_ECANCELED when the app does not
 *         run; SLACK_ENOMEM.
 */
SLACK_API int slack_cancel_job(slack_app_t *app, const char *key,
                               void (*fn)(slack_app_t *app, int status, void *user_data),
                               void *user_data);

/** A delivery or job that will not be attempted again. */
typedef struct slack_dead {
    int64_t id;        /* for `slackapp inbox show ID` */
    unsigned attempts; /* how many there were */
    int status;        /* of the last one */
    const char *error; /* the same in words: "LISTENER: SLACK_EAPI channel_not_found" */
} slack_dead_t;

/** Told of a dead letter, once it is stored as one. The ctx may be read, nothing said through it.
 * `dead` is borrowed until the return. */
typedef void (*slack_dead_fn)(slack_ctx_t *ctx, const slack_dead_t *dead, void *user_data);

/** Set the one listener of dead letters; NULL for none. Each is logged in any case. */
SLACK_API void slack_on_dead(slack_app_t *app, slack_dead_fn fn, void *user_data);

#ifdef __cplusplus
}
#endif
#endif
