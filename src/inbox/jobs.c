/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "context/ctx.h"
#include "protocol/tenant.h"
#include "util/alloc.h"

/*
 * Jobs: rows that the program puts itself, queued from the beginning. They come back out of the
 * store as any delivery that waits there does.
 */

/* Keys of jobs are apart from Slack's event ids. */
#define KEY_PREFIX "job:"

void slack_on_dead(slack_app_t *app, slack_dead_fn fn, void *user_data)
{
    app->dead_fn = fn;
    app->dead_data = user_data;
}

int slack_on_job(slack_app_t *app, const char *name, slack_handler_fn fn, void *user_data)
{
    return slack_listen(app, &(slack_listener_t){
                                 .kind = SLACK_KIND_JOB,
                                 .match = name,
                                 .fn = fn,
                                 .user_data = user_data,
                             });
}

/* ---- storing one ---- */

/* In the arena of the delivery that it comes from. */
typedef struct deferred {
    slack_store_op_t op;
    slack_ctx_t *ctx;
} deferred_t;

static void stored(slack_store_op_t *op)
{
    slack_ctx_t *ctx = SLACK_CONTAINER(op, deferred_t, op)->ctx;
    slack_app_t *app = ctx->app;
    ctx->defers--;
    ctx->calls--;
    if (op->status != 0) {
        SLACK_LOG(&app->log, ERROR, "job not stored", "job=%.*s error=%s", (int)op->row.name.len,
                  op->row.name.ptr, slack_err_name(op->status));
    } else if (!op->duplicate) {
        int64_t now = slack__wall_ms(app->clock);
        slack__backlog_soon(app, op->row.due_ms > now ? (uint64_t)(op->row.due_ms - now) : 0);
    }
    if (ctx->state != CTX_RUNNING) return; /* ended by the stop */
    slack__attempt_step_failed(ctx, op->status, NULL);
    if (op->status != 0) ctx->defer_failed = true;
    if (ctx->defers == 0) slack__ack_kept(ctx);
    if (ctx->calls == 0) slack__task_post(app->net, &ctx->task);
}

static int64_t due_ms(const slack_ctx_t *ctx, const slack_job_t *job)
{
    int64_t soonest = slack__wall_ms(ctx->app->clock) + job->delay_ms;
    return job->at_ms > soonest ? job->at_ms : soonest;
}

static bool fill(slack_ctx_t *ctx, slack_row_t *row, const slack_job_t *job)
{
    slack_arena_t *arena = slack__ctx_arena(ctx);
    const char *name = slack__arena_strdup(arena, job->name);
    const char *key = job->key ? slack__arena_printf(arena, KEY_PREFIX "%s", job->key) : "";
    size_t len = 0;
    const char *text = slack__json_text(arena, job->args, &len);
    const char *tenant = ""; /* an app with a token of its own needs none */
    if (ctx->app->authority) {
        slack_tenant_t t;
        slack__tenant_of(ctx->d->kind, ctx->d->body, ctx->d->app_id, ctx->tenant, &t);
        tenant = slack__tenant_text(arena, &t);
    }
    *row = (slack_row_t){
        .key = slack__slice(key),
        .kind = SLACK_SLICE("job"),
        .name = slack__slice(name),
        .transport = slack__slice(ctx->d->transport->ops->name),
        .payload = {text, text ? len : 0},
        .tenant = slack__slice(tenant),
        .due_ms = due_ms(ctx, job),
    };
    return name && key && text && tenant;
}

static int submit(slack_ctx_t *ctx, void *args)
{
    deferred_t *deferred = args;
    if (ctx->state != CTX_RUNNING) return SLACK_EALREADY;
    ctx->defers++;
    ctx->calls++;
    ctx->app->store->ops->submit(ctx->app->store, &deferred->op);
    return 0;
}

int slack_defer_job(slack_ctx_t *ctx, const slack_job_t *job)
{
    if (job->name == NULL || *job->name == '\0') return SLACK_EINVAL;
    if (job->args == NULL) return slack__ctx_no_json(ctx);
    deferred_t *deferred = slack__arena_calloc(slack__ctx_arena(ctx), sizeof *deferred);
    if (deferred == NULL || !fill(ctx, &deferred->op.row, job)) return SLACK_ENOMEM;
    deferred->ctx = ctx;
    deferred->op.kind = SLACK_STORE_PUT;
    deferred->op.done = stored;
    slack__link_init(&deferred->op.link);
    return slack__ctx_on_loop(ctx, submit, deferred);
}

int slack_defer(slack_ctx_t *ctx, const char *name, const slack_json_t *args)
{
    return slack_defer_job(ctx, &(slack_job_t){.name = name, .args = args});
}

/* ---- cancelling one ---- */

typedef struct cancel {
    slack_store_op_t op;
    slack_store_batch_t batch;
    slack_app_t *app;
    void (*fn)(slack_app_t *app, int status, void *user_data);
    void *user_data;
    char key[];
} cancel_t;

static void canceled(slack_store_op_t *op)
{
    cancel_t *cancel = SLACK_CONTAINER(op, cancel_t, op);
    int status = op->status == 0 && cancel->batch.count == 0 ? SLACK_ENOTFOUND : op->status;
    if (cancel->fn) cancel->fn(cancel->app, status, cancel->user_data);
    slack__free(cancel);
}

int slack_cancel_job(slack_app_t *app, const char *key,
                     void (*fn)(slack_app_t *app, int status, void *user_data), void *user_data)
{
    if (key == NULL || *key == '\0') return SLACK_EINVAL;
    if (app->state != APP_RUNNING && app->state != APP_DRAINING) return SLACK_ECANCELED;
    size_t size = sizeof KEY_PREFIX + strlen(key);
    cancel_t *cancel = slack__calloc(1, sizeof *cancel + size);
    if (cancel == NULL) return SLACK_ENOMEM;
    snprintf(cancel->key, size, KEY_PREFIX "%s", key);
    cancel->app = app;
    cancel->fn = fn;
    cancel->user_data = user_data;
    cancel->op = (slack_store_op_t){.kind = SLACK_STORE_CANCEL,
                                    .row.key = slack__slice(cancel->key),
                                    .batch = &cancel->batch,
                                    .done = canceled};
    slack__link_init(&cancel->op.link);
    app->store->ops->submit(app->store, &cancel->op);
    return 0;
}
