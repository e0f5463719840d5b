/* SPDX-License-Identifier: MIT */
#include "dispatch/worker.h"

/* A handler on a worker holds its delivery until it has returned. */

static void work_run(slack_pool_job_t *job)
{
    slack_work_t *work = SLACK_CONTAINER(job, slack_work_t, job);
    slack__worker_ctx = work->ctx;
    int rc = slack__ctx_returned(work->ctx, work->fn(work->ctx, work->user_data));
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
