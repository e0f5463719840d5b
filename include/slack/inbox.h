/* SPDX-License-Identifier: MIT */
#ifndef SLACK_INBOX_H
#define SLACK_INBOX_H

#include <stdint.h>

#include "app.h"
#include "authorize.h"
#include "error.h"
#include "export.h"
#include "json.h"
#include "listener.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * @file inbox.h  Jobs, schedules and dead letters.
 *
 * The app stores an event before it acknowledges it. A job is a delivery that the program stores
 * itself: work that must not be lost and that runs after the ack, or at a later time. The app
 * attempts an event or a job until its handlers succeed, SLACK_MAX_ATTEMPTS times at most. If it
 * fails for good, it becomes a dead letter; `slackapp inbox` lists dead letters and retries them.
 * docs/guarantees.md lists the guarantees, docs/examples/program.c is an example.
 */

/** Runs on the loop when the store has answered for a job or a request (outbox.h): 0 if it is
 * stored; SLACK_EALREADY if the store knows its key, so that this one was dropped; SLACK_ECANCELED
 * if the app stopped first; SLACK_ESTORE; SLACK_EBUSY; SLACK_ENOMEM. */
typedef void (*slack_stored_fn)(slack_app_t *app, int status, void *user_data);

/** A job. A field of zero is unset. */
typedef struct slack_job {
    /** Required, copied. The name, as passed to slack_on_job(), 1 to 1000 bytes. */
    const char *name;
    /** Optional, copied. The body that the handler reads. Default: an empty object. */
    const slack_json_t *args;
    /** Optional. The job runs this many milliseconds from now, at the earliest. Default 0. */
    unsigned delay_ms;
    /** Optional. The job runs at this time at the earliest, in milliseconds since 1970, UTC. If
     * both are set, the later time counts. The store keeps no time after the year 9999. Default 0.
     */
    int64_t at_ms;
    /** Optional, copied, at most 1000 bytes. While a job with this key waits for its first attempt,
     * the store drops any further job with the key (SLACK_EALREADY). Once the first attempt has
     * begun, the key is free: the handler may defer the next job under the same key. Default in a
     * delivery: the delivery, the listener, the number of the job in the handler, its name and its
     * arguments, so that a handler that runs again stores no job twice; otherwise none. */
    const char *key;
    /** Optional, copied, 1 to 1000 bytes, such as the id of a channel. Of the jobs with the same
     * order one runs at a time, in all processes that share the store, and the one with the
     * earliest time runs first. A job that failed and waits for its next attempt lets the others
     * pass. Default: none. */
    const char *order;
    /** Optional, copied. The workspace or organization for which the job runs: its handler has that
     * token. It needs team_id, and enterprise_id if the workspace belongs to an organization; or
     * enterprise_id and is_enterprise_install. Only for an app of many workspaces. Default in a
     * delivery: the tenant of the delivery; otherwise none: see slack_app_defer(). */
    const slack_tenant_t *tenant;
    /** Optional. Receives the result of storing the job. */
    slack_stored_fn stored;
    /** Optional, borrowed until `stored` returns. Passed to `stored`. */
    void *stored_data;
} slack_job_t;

/**
 * Store a job. It runs after it is stored, in this process or a later one. The delivery stays open
 * until the job is stored. If the handler acknowledges after this call, the app sends that ack when
 * the job is stored. If the job cannot be stored, the delivery fails, and the user sees an error
 * (ack.h). The function may also be called on a worker that runs the delivery's handler.
 *
 * @return 0: the job will be stored, or the delivery fails; SLACK_EINVAL if the name is missing;
 *         SLACK_ETOOBIG if the name or the key is too long; the error of `args` if it failed;
 *         SLACK_EALREADY if the delivery has ended; SLACK_ECANCELED on a worker when the app stops;
 *         SLACK_ENOMEM.
 */
SLACK_API int slack_defer_job(slack_ctx_t *ctx, const slack_job_t *job);

/** Store a job with a name and arguments, which may be NULL. Returns as slack_defer_job(). */
SLACK_API int slack_defer(slack_ctx_t *ctx, const char *name, const slack_json_t *args);

/**
 * Store a job outside of a delivery. Before the start of the app, the job is kept in memory, and
 * stored when the app starts. The arguments come from a pool (slack_pool_jsonf()). Without
 * slack_job_t.tenant the job belongs to no workspace: in an app of many workspaces its handler has
 * no token, and slack_client_for() gives it clients. A distributed app that had a workspace of its
 * own before runs such a job there. Loop thread only.
 *
 * @return 0: `stored` will run exactly once; SLACK_EINVAL if the name is missing; SLACK_ETOOBIG if
 *         the name or the key is too long; the error of `args` if it failed; SLACK_ECANCELED if the
 *         app has stopped; SLACK_ENOMEM.
 */
SLACK_API int slack_app_defer(slack_app_t *app, const slack_job_t *job);

/** What happens to scheduled runs that were due while no process of the app ran. */
enum slack_missed {
    SLACK_MISSED_RUN = 0, /* the app does one such run when it starts, however many were due */
    SLACK_MISSED_SKIP     /* the app leaves out every run that is more than a minute late */
};

/** A schedule. A field of zero is unset. */
typedef struct slack_schedule {
    /** Required, copied. The name of the jobs, 1 to 100 bytes, unique among the schedules. */
    const char *name;
    /** Required, copied. Five fields of cron: minute, hour, day of the month, month, day of the
     * week ("30 9 * * 1-5"). docs/guides/schedules.md describes them. */
    const char *cron;
    /** Optional, copied. The name of the time zone in the system's database, such as
     * "Europe/Berlin". Default: UTC. */
    const char *zone;
    /** Optional. Default SLACK_MISSED_RUN. */
    enum slack_missed missed;
    /** Optional. Where the handler runs. Default SLACK_RUN_LOOP. */
    enum slack_run run;
    /** Optional. As slack_listener_t.attempts. */
    unsigned attempts;
    /** Required. The handler. slack_ctx_due_ms() reads the due time of the run. */
    slack_handler_fn fn;
    /** Optional, borrowed until the app is freed. Passed to `fn`. */
    void *user_data;
} slack_schedule_t;

/**
 * Run a handler at the times of a schedule. Each scheduled run is a job: the app stores it,
 * attempts it again if it fails, and makes it a dead letter if it fails for good. Processes of the
 * app that share a store run it once between them. Before a run begins, the app stores the next
 * one. So the end of a process loses no run.
 *
 * @param schedule borrowed until the return.
 * @return 0; SLACK_EINVAL for an expression, a zone or a name that is not valid; SLACK_EALREADY if
 *         the name has a schedule; SLACK_ENOMEM. slack_app_error() has a sentence for the first two
 *         errors.
 */
SLACK_API int slack_schedule(slack_app_t *app, const slack_schedule_t *schedule);

/** Run a handler at the times of a schedule, with the defaults of slack_schedule_t. `zone` may be
 * NULL. Returns as slack_schedule(). */
SLACK_API int slack_every(slack_app_t *app, const char *name, const char *cron, const char *zone,
                          slack_handler_fn fn, void *user_data);

/** Listen to jobs of a name; NULL for all. slack_ctx_body() reads the job's arguments. A job that
 * no listener takes becomes a dead letter (SLACK_ENOTFOUND). Returns as slack_listen(). */
SLACK_API int slack_on_job(slack_app_t *app, const char *name, slack_handler_fn fn,
                           void *user_data);

/**
 * Remove the job with a key, if its first attempt has not begun.
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
    const char *error; /* that error in words: "LISTENER: SLACK_EAPI channel_not_found" */
} slack_dead_t;

/** Runs on the loop when a dead letter has been stored. It may read the ctx, but not call Slack
 * through it.
 * @param dead borrowed until the return. */
typedef void (*slack_dead_fn)(slack_ctx_t *ctx, const slack_dead_t *dead, void *user_data);

/** Set the hook for dead letters. It replaces an earlier hook. NULL removes the hook. The log names
 * every dead letter in any case. slack_on_dead_post() is the hook for requests (outbox.h).
 * @param user_data borrowed until the app is freed or another hook is set. */
SLACK_API void slack_on_dead(slack_app_t *app, slack_dead_fn fn, void *user_data);

#ifdef __cplusplus
}
#endif
#endif
