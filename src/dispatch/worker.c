/* SPDX-License-Identifier: MIT */
#include "dispatch/worker.h"

#include <string.h>

/* A handler on a worker holds its delivery until it has returned. */

/* The handler has called a function of the loop's thread, or one for another ctx. */
static void work_misused(void *user_data, const char *function, const char *who)
{
    slack_ctx_t *ctx = user_data;
    const char *instead =
        strncmp(who, "only a handler", 14) == 0        ? "slack_app_post()"
        : strncmp(function, "slack_call", 10) == 0     ? "slack_call_wait() or slack_call_then()"
        : strcmp(function, "slack_fetch") == 0         ? "slack_fetch_wait() or slack_fetch_then()"
        : strcmp(function, "slack_pages") == 0         ? "slack_pages_then()"
        : strcmp(function, "slack_client_stream") == 0 ? "slack_stream()"
        : strcmp(function, "slack_app_defer") == 0     ? "slack_defer()"
        : strcmp(function, "slack_app_post_request") == 0 ? "slack_post()"
                                                          : "slack_app_post()";
    slack__failure_leave(ctx, SLACK_ETHREAD,
                         slack__arena_printf(slack__ctx_arena(ctx),
                                             "%s: %s may call it: on a worker use %s", function,
                                             who, instead));
}

static void work_run(slack_pool_job_t *job)
{
    slack_work_t *work = SLACK_CONTAINER(job, slack_work_t, job);
    slack__worker_ctx = work->ctx;
    slack__net_misuse = (slack_misuse_t){work_misused, work->ctx};
    atomic_store(&work->started, true);
    int rc = slack__ctx_returned(work->ctx, work->fn(work->ctx, work->user_data));
    slack__net_misuse = (slack_misuse_t){NULL, NULL};
    slack__worker_ctx = NULL;
    work->status = rc;
}

static void work_done(slack_pool_job_t *job)
{
    slack_work_t *work = SLACK_CONTAINER(job, slack_work_t, job);
    slack_ctx_t *ctx = work->ctx;
    work->ended = true;
    if (ctx->phase != SLACK_CTX_RUNNING) slack__failure_log_left(ctx, &work->voice);
    if (work->status != 0 && ctx->phase == SLACK_CTX_RUNNING)
        slack__run_listener_failed(slack__run_of(ctx), work->status, &work->voice);
    slack_ctx_release(ctx, 0);
}

int slack__worker_submit(slack_run_t *run)
{
    slack_ctx_t *ctx = &run->ctx;
    const slack_listener_t *listener = &ctx->hit->rule->listener;
    slack_work_t *work = slack__work_new(ctx, listener->fn, listener->user_data);
    if (work == NULL) return SLACK_ENOMEM;
    work->job.run = work_run;
    work->job.done = work_done;
    slack__ctx_client(ctx); /* made now, because slack_ctx_client() does not ask the loop */
    ctx->holds++;
    int rc = slack__pool_submit(ctx->services->pool, &work->job);
    if (rc == 0) return 0;
    ctx->holds--;
    ctx->failure.no_room = rc == SLACK_EBUSY;
    ctx->works = work->next;
    work->next = NULL;
    slack__works_free(work);
    return rc;
}
