/* SPDX-License-Identifier: MIT */
#include "inbox/jobs.h"

#include <stdio.h>
#include <string.h>

#include "inbox/entry.h"
#include "inbox/put.h"
#include "util/alloc.h"
#include "util/crash.h"
#include "util/error.h"
#include "util/json.h"

/* A job is a row that the program makes. The queue claims it like every queued row. */

/* Keeps the keys of jobs apart from Slack's event ids, and from those of other apps. */
#define KEY_FORMAT SLACK_JOB_KEY "%.*s:%s"

/* ---- storing a job ---- */

/* In the arena of the delivery whose handler defers the job. */
typedef struct deferred {
    slack_put_t put;
    slack_job_stored_fn stored;
    void *stored_data;
} deferred_t;

/* A longer key or name is refused here: the store would take it, and find the row damaged when it
 * reads it. */
#define NAME_MAX_BYTES 1000

/* 0 if the job has a fit name and key, or the reason why it cannot be stored. */
static int job_check(const slack_job_t *job, const char **ret_why)
{
    *ret_why = "the job has no name: name a listener of slack_on_job()";
    if (job == NULL || job->name == NULL || *job->name == '\0') return SLACK_EINVAL;
    *ret_why = "the name or the key has more than 1000 bytes: shorten it";
    return strlen(job->name) > NAME_MAX_BYTES || (job->key && strlen(job->key) > NAME_MAX_BYTES)
               ? SLACK_ETOOBIG
               : 0;
}

/* Tells the program how a PUT has ended. A job that its key has dropped is no failure. */
static void job_report(slack_inbox_t *inbox, const slack_store_op_t *op, slack_job_stored_fn stored,
                       void *stored_data)
{
    const slack_row_t *row = &op->row;
    if (op->status == 0 && op->duplicate)
        SLACK_LOG(slack__inbox_log(inbox), INFO, "job dropped", "job=%.*s key=%.*s reason=%s",
                  (int)row->name.len, row->name.ptr, (int)row->key.len, row->key.ptr,
                  "a job with this key waits");
    const int status = op->status == 0 && op->duplicate ? SLACK_EALREADY : op->status;
    if (stored) stored(inbox->services->app, status, stored_data);
}

static void job_stored(slack_put_t *put)
{
    const deferred_t *deferred = SLACK_CONTAINER(put, deferred_t, put);
    SLACK_CRASH("job-stored");
    job_report(slack__entry_of_ctx(put->ctx)->inbox, &put->op, deferred->stored,
               deferred->stored_data);
}

static int64_t job_due_ms(const slack_job_t *job, int64_t now_ms)
{
    const int64_t soonest = now_ms + job->delay_ms;
    const int64_t due_ms = job->at_ms > soonest ? job->at_ms : soonest;
    return due_ms < SLACK_ROW_TIME_MAX ? due_ms : SLACK_ROW_TIME_MAX;
}

static bool job_fill_row(slack_ctx_t *ctx, slack_row_t *row, const slack_job_t *job)
{
    slack_arena_t *arena = slack__ctx_arena(ctx);
    const char *name = slack__arena_strdup(arena, job->name);
    const slack_slice_t app = slack__entry_of_ctx(ctx)->inbox->queue->app;
    const char *key =
        job->key ? slack__arena_printf(arena, KEY_FORMAT, (int)app.len, app.ptr, job->key) : "";
    size_t len = 2;
    const char *text = job->args ? slack__json_text(arena, job->args, &len) : "{}";
    const char *tenant = slack__put_tenant(ctx, arena);
    *row = (slack_row_t){
        .key = slack__slice(key),
        .kind = SLACK_SLICE("job"),
        .name = slack__slice(name),
        .transport = slack__slice(ctx->delivery->transport->ops->name),
        .payload = {text, text ? len : 0},
        .tenant = slack__slice(tenant),
        .app = app,
        .due_ms = job_due_ms(job, slack__wall_ms(ctx->services->log->clock)),
    };
    return name && key && text && tenant;
}

static int defer(slack_ctx_t *ctx, const char *caller, const slack_job_t *job)
{
    const char *why;
    int wrong = job_check(job, &why);
    if (wrong != 0) return slack__ctx_fail(ctx, wrong, "%s: %s", caller, why);
    if (job->args) wrong = slack__ctx_required(ctx, job->args);
    if (wrong != 0) return wrong;
    deferred_t *deferred = slack__arena_calloc(slack__ctx_arena(ctx), sizeof *deferred);
    if (deferred == NULL || !job_fill_row(ctx, &deferred->put.op.row, job)) return SLACK_ENOMEM;
    deferred->stored = job->stored;
    deferred->stored_data = job->stored_data;
    deferred->put.op.succeeds = true;
    deferred->put.ctx = ctx;
    deferred->put.what = "the job";
    deferred->put.cure = "use slack_app_defer()";
    deferred->put.stored = job_stored;
    return slack__put(&deferred->put);
}

int slack_defer_job(slack_ctx_t *ctx, const slack_job_t *job)
{
    SLACK_CTX_REQUIRE(ctx);
    return defer(ctx, __func__, job);
}

int slack_defer(slack_ctx_t *ctx, const char *name, const slack_json_t *args)
{
    SLACK_CTX_REQUIRE(ctx);
    return defer(ctx, __func__, &(slack_job_t){.name = name, .args = args});
}

/* ---- a job outside of a delivery ---- */

/* In its own arena. */
typedef struct own_job {
    slack_link_t link; /* inbox->deferred */
    slack_inbox_t *inbox;
    slack_arena_t *arena;
    slack_job_t job; /* without args */
    slack_store_op_t op;
} own_job_t;

static void own_job_stored(slack_store_op_t *op)
{
    own_job_t *own = SLACK_CONTAINER(op, own_job_t, op);
    if (op->status != 0)
        SLACK_LOG(slack__inbox_log(own->inbox), ERROR, "job not stored",
                  "job=%s error=%s reason=%s hint=%s", own->job.name, slack_err_name(op->status),
                  slack_strerror(op->status), "see the log of the store, and store the job again");
    else if (!op->duplicate)
        slack__queue_look_at(own->inbox->queue, op->row.due_ms);
    job_report(own->inbox, op, own->job.stored, own->job.stored_data);
    slack__arena_free(own->arena);
}

/* The name of the app is known from the start on. */
static int own_job_submit(own_job_t *own)
{
    slack_inbox_t *inbox = own->inbox;
    const slack_transports_t *transports = inbox->transports;
    const slack_job_t *job = &own->job;
    const slack_slice_t app = inbox->queue->app;
    slack_row_t *row = &own->op.row;
    if (job->key) {
        const char *key =
            slack__arena_printf(own->arena, KEY_FORMAT, (int)app.len, app.ptr, job->key);
        if (key == NULL) return SLACK_ENOMEM;
        row->key = slack__slice(key);
    }
    row->app = app;
    row->transport = slack__slice(transports->count ? transports->list[0]->ops->name : "");
    row->due_ms = job_due_ms(job, slack__wall_ms(inbox->services->net->clock));
    slack__queue_submit(inbox->queue, &own->op);
    return 0;
}

static own_job_t *own_job_new(slack_inbox_t *inbox, slack_arena_t *arena, const slack_job_t *job)
{
    own_job_t *own = slack__arena_calloc(arena, sizeof *own);
    size_t len = 2;
    const char *text = job->args ? slack__json_text(arena, job->args, &len) : "{}";
    if (own == NULL || text == NULL) return NULL;
    own->inbox = inbox;
    own->arena = arena;
    own->job = *job;
    own->job.name = slack__arena_strdup(arena, job->name);
    if (job->key) own->job.key = slack__arena_strdup(arena, job->key);
    if (own->job.name == NULL || (job->key && own->job.key == NULL)) return NULL;
    own->op = (slack_store_op_t){.kind = SLACK_STORE_PUT,
                                 .succeeds = true,
                                 .row = {.kind = SLACK_SLICE("job"),
                                         .name = slack__slice(own->job.name),
                                         .payload = {text, len}},
                                 .done = own_job_stored};
    slack__link_init(&own->op.link);
    return own;
}

int slack__jobs_defer(slack_inbox_t *inbox, const slack_job_t *job, char *error)
{
    const char *why;
    int rc = job_check(job, &why);
    if (rc == 0 && inbox->queue->phase == SLACK_QUEUE_CLOSED) {
        why = "the app has stopped: call it earlier";
        rc = SLACK_ECANCELED;
    } else if (rc == 0 && job->args) {
        why = slack_json_reason(job->args);
        rc = slack_json_error(job->args);
    }
    if (rc != 0) {
        slack__explain(error, "slack_app_defer: %s", why);
        return rc;
    }
    slack_arena_t *arena = slack__arena_new(1024, 0);
    own_job_t *own = arena ? own_job_new(inbox, arena, job) : NULL;
    rc = own ? 0 : SLACK_ENOMEM;
    if (rc == 0 && inbox->queue->phase == SLACK_QUEUE_NEW)
        slack__list_push(&inbox->deferred, &own->link);
    else if (rc == 0)
        rc = own_job_submit(own);
    if (rc == 0) {
        inbox->services->own_jobs++;
        return 0;
    }
    slack__arena_free(arena);
    slack__explain(error, "slack_app_defer: %s", slack_strerror(rc));
    return rc;
}

void slack__jobs_start(slack_inbox_t *inbox)
{
    slack_link_t *link;
    while ((link = slack__list_shift(&inbox->deferred)) != NULL) {
        own_job_t *own = SLACK_CONTAINER(link, own_job_t, link);
        const int rc = own_job_submit(own);
        if (rc == 0) continue;
        own->op.status = rc;
        own_job_stored(&own->op);
    }
}

void slack__jobs_cancel_deferred(slack_inbox_t *inbox)
{
    slack_link_t *link;
    while ((link = slack__list_shift(&inbox->deferred)) != NULL) {
        const own_job_t *own = SLACK_CONTAINER(link, own_job_t, link);
        if (own->job.stored)
            own->job.stored(inbox->services->app, SLACK_ECANCELED, own->job.stored_data);
        slack__arena_free(own->arena);
    }
}

/* ---- cancelling a job ---- */

typedef struct cancel {
    slack_store_op_t op;
    slack_store_batch_t batch;
    slack_app_t *app;
    slack_cancel_fn fn;
    void *user_data;
    char key[];
} cancel_t;

static void job_canceled(slack_store_op_t *op)
{
    cancel_t *cancel = SLACK_CONTAINER(op, cancel_t, op);
    int status = op->status == 0 && cancel->batch.count == 0 ? SLACK_ENOTFOUND : op->status;
    if (cancel->fn) cancel->fn(cancel->app, status, cancel->user_data);
    slack__free(cancel);
}

int slack__jobs_cancel(slack_inbox_t *inbox, const char *key, slack_cancel_fn fn, void *user_data)
{
    if (key == NULL || *key == '\0') return SLACK_EINVAL;
    if (inbox->queue->phase != SLACK_QUEUE_RUNNING && inbox->queue->phase != SLACK_QUEUE_DRAINING)
        return SLACK_ECANCELED;
    const slack_slice_t app = inbox->queue->app;
    size_t size = sizeof KEY_FORMAT + app.len + strlen(key);
    cancel_t *cancel = slack__calloc(1, sizeof *cancel + size);
    if (cancel == NULL) return SLACK_ENOMEM;
    snprintf(cancel->key, size, KEY_FORMAT, (int)app.len, app.ptr, key);
    cancel->app = inbox->services->app;
    cancel->fn = fn;
    cancel->user_data = user_data;
    cancel->op = (slack_store_op_t){.kind = SLACK_STORE_CANCEL,
                                    .row.key = slack__slice(cancel->key),
                                    .batch = &cancel->batch,
                                    .done = job_canceled};
    slack__link_init(&cancel->op.link);
    slack__queue_submit(inbox->queue, &cancel->op);
    return 0;
}
