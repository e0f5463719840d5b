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
 * @file inbox.h  Jobs and dead letters.
 *
 * The app stores an event before it acknowledges it. A job is a delivery that the program stores
 * itself: work for after the ack, or for a later time, that must not be lost. The app attempts both
 * until their handlers succeed, SLACK_MAX_ATTEMPTS times at most. One that fails for good becomes a
 * dead letter; `slackapp inbox` lists dead letters and retries them. docs/guarantees.md says what
 * is guaranteed, docs/examples/program.c is an example.
 */

/** A job. A field of zero is unset. */
typedef struct slack_job {
    /** Required, copied. The name, as passed to slack_on_job(). */
    const char *name;
    /** Required, copied. The body that the handler reads. */
    const slack_json_t *args;
    /** Optional. The job runs this many milliseconds from now, at the earliest. Default 0. */
    unsigned delay_ms;
    /** Optional. The job runs at this time at the earliest, in milliseconds since 1970, UTC. If
     * both are set, the later time counts. Default 0. */
    int64_t at_ms;
    /** Optional, copied. While a job with this key is queued or running, another one is not added.
     * Default: none. */
    const char *key;
} slack_job_t;

/**
 * Store a job. It runs after it is stored, in this process or a later one. The delivery stays open
 * until the job is stored. An ack that the handler gives after this call is sent when the job is
 * stored; if the job cannot be stored, the delivery fails, and Slack shows the user an error. May
 * also be called on a worker that runs the delivery's handler.
 *
 * @return 0: the job will be stored, or the delivery fails; SLACK_EINVAL if the name is missing;
 *         the error of the template if `args` is NULL; SLACK_EALREADY if the delivery has ended;
 *         SLACK_ECANCELED on a worker when the app stops; SLACK_ENOMEM.
 */
SLACK_API int slack_defer_job(slack_ctx_t *ctx, const slack_job_t *job);

/** Store a job with a name and arguments. Returns as slack_defer_job(). */
SLACK_API int slack_defer(slack_ctx_t *ctx, const char *name, const slack_json_t *args);

/** Listen to jobs of a name; NULL for all. slack_ctx_body() reads the job's arguments. A job that
 * no listener takes becomes a dead letter (SLACK_ENOTFOUND). Returns as slack_listen(). */
SLACK_API int slack_on_job(slack_app_t *app, const char *name, slack_handler_fn fn,
                           void *user_data);

/**
 * Remove the job with a key, if it does not run yet.
 *
 * @param key borrowed until the return.
 * @param fn Optional. Receives the result on the loop: 0; SLACK_ENOTFOUND if no job with this key
 *        is queued; SLACK_ESTORE.
 * @param user_data borrowed until `fn` returns.
 * @return 0: `fn` will run exactly once; SLACK_EINVAL if the key is missing; SLACK_ECANCELED if the
 *         app is not running; SLACK_ENOMEM.
 */
SLACK_API int slack_cancel_job(slack_app_t *app, const char *key,
                               void (*fn)(slack_app_t *app, int status, void *user_data),
                               void *user_data);

/** A dead letter: an event or a job that the app does not attempt again. */
typedef struct slack_dead {
    int64_t id;        /* for `slackapp inbox show ID` */
    unsigned attempts; /* the number of attempts */
    int status;        /* the error of the last attempt */
    const char *error; /* the same in words: "LISTENER: SLACK_EAPI channel_not_found" */
} slack_dead_t;

/** Runs on the loop when a dead letter has been stored. It may read the ctx, but not call Slack
 * through it.
 * @param dead borrowed until the return. */
typedef void (*slack_dead_fn)(slack_ctx_t *ctx, const slack_dead_t *dead, void *user_data);

/** Set the hook for dead letters. It replaces the one set before; NULL sets none. The log names
 * every dead letter in any case.
 * @param user_data borrowed until the app is freed or another hook is set. */
SLACK_API void slack_on_dead(slack_app_t *app, slack_dead_fn fn, void *user_data);

#ifdef __cplusplus
}
#endif
#endif
