/* SPDX-License-Identifier: MIT */
#include "inbox/jobs.h"

#include <stdio.h>
#include <string.h>

#include "context/ack.h"
#include "identity/identity.h"
#include "inbox/entry.h"
#include "protocol/tenant.h"
#include "util/alloc.h"
#include "util/json.h"

/* A job is a row that the program makes. The backlog claims it like every queued row. */

/* Keeps the keys of jobs apart from Slack's event ids, and from those of other apps. */
#define KEY_FORMAT "job:%.*s:%s"

/* ---- storing a job ---- */

/* In the arena of the delivery whose handler defers the job. */
typedef struct deferred {
    slack_store_op_t op;
    slack_ctx_t *ctx;
} deferred_t;

static void job_stored(slack_store_op_t *op)
{
    slack_ctx_t *ctx = SLACK_CONTAINER(op, deferred_t, op)->ctx;
    ctx->ack.defers--;
    if (op->status != 0)
        SLACK_LOG(slack__ctx_log(ctx), ERROR, "job not stored", "job=%.*s error=%s",
                  (int)op->row.name.len, op->row.name.ptr, slack_err_name(op->status));
    else if (!op->duplicate)
        slack__inbox_look_at(slack__entry_of_ctx(ctx)->inbox, op->row.due_ms);
    if (ctx->phase == SLACK_CTX_RUNNING) { /* the stop has not ended the delivery */
        if (op->status != 0) {
            ctx->failure.no_room = true;
            ctx->ack.defer_failed = true;
        }
        if (ctx->ack.defers == 0) slack__ack_jobs_stored(ctx);
    }
    slack__ctx_call_ended(ctx, op->status, NULL);
}

/* The job belongs to the tenant of its delivery. "" for an app with a token of its own; NULL if
 * memory is out. */
static const char *tenant_text(slack_ctx_t *ctx, slack_arena_t *arena)
{
    const slack_delivery_t *d = ctx->delivery;
    slack_tenant_t tenant;
    if (slack__run_of(ctx)->dispatcher->identity->authorizer == NULL) return "";
    slack__tenant_of(d->kind, d->body, d->app_id, ctx->tenant, &tenant);
    return slack__tenant_text(arena, &tenant);
}

static bool job_fill_row(slack_ctx_t *ctx, slack_row_t *row, const slack_job_t *job)
{
    slack_arena_t *arena = slack__ctx_arena(ctx);
    const char *name = slack__arena_strdup(arena, job->name);
    const slack_slice_t app = slack__entry_of_ctx(ctx)->inbox->app;
    const char *key =
        job->key ? slack__arena_printf(arena, KEY_FORMAT, (int)app.len, app.ptr, job->key) : "";
    size_t len = 0;
    const char *text = slack__json_text(arena, job->args, &len);
    const char *tenant = tenant_text(ctx, arena);
    const int64_t soonest = slack__wall_ms(ctx->services->net->clock) + job->delay_ms;
    *row = (slack_row_t){
        .key = slack__slice(key),
        .kind = SLACK_SLICE("job"),
        .name = slack__slice(name),
        .transport = slack__slice(ctx->delivery->transport->ops->name),
        .payload = {text, text ? len : 0},
        .tenant = slack__slice(tenant),
        .app = app,
        .due_ms = job->at_ms > soonest ? job->at_ms : soonest,
    };
    return name && key && text && tenant;
}

/* The delivery stays open until the job is stored, and its ack waits: see slack_ack_state. */
static int job_submit_here(slack_ctx_t *ctx, void *args)
{
    deferred_t *deferred = args;
    slack_store_t *store = slack__entry_of_ctx(ctx)->inbox->store;
    if (ctx->phase != SLACK_CTX_RUNNING) return SLACK_EALREADY;
    ctx->ack.defers++;
    ctx->calls++;
    store->ops->submit(store, &deferred->op);
    return 0;
}

int slack_defer_job(slack_ctx_t *ctx, const slack_job_t *job)
{
    if (job->name == NULL || *job->name == '\0') return SLACK_EINVAL;
    if (job->args == NULL) return slack__ctx_no_json(ctx);
    deferred_t *deferred = slack__arena_calloc(slack__ctx_arena(ctx), sizeof *deferred);
    if (deferred == NULL || !job_fill_row(ctx, &deferred->op.row, job)) return SLACK_ENOMEM;
    deferred->ctx = ctx;
    deferred->op.kind = SLACK_STORE_PUT;
    deferred->op.succeeds = true;
    deferred->op.done = job_stored;
    slack__link_init(&deferred->op.link);
    return slack__ctx_on_loop(ctx, job_submit_here, deferred);
}

int slack_defer(slack_ctx_t *ctx, const char *name, const slack_json_t *args)
{
    return slack_defer_job(ctx, &(slack_job_t){.name = name, .args = args});
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
    if (inbox->phase != SLACK_INBOX_RUNNING && inbox->phase != SLACK_INBOX_DRAINING)
        return SLACK_ECANCELED;
    const slack_slice_t app = inbox->app;
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
    inbox->store->ops->submit(inbox->store, &cancel->op);
    return 0;
}
