/* SPDX-License-Identifier: MIT */
#include "inbox/jobs.h"

#include <string.h>

#include "inbox/entry.h"
#include "inbox/handler_key.h"
#include "inbox/put.h"
#include "protocol/job_names.h"
#include "protocol/tenant.h"
#include "util/crash.h"
#include "util/error.h"
#include "util/json.h"

/* A job is a row that the program makes. The queue claims it like every queued row. */

/* The keys begin with SLACK_JOB_KEY: see slack__own_key(). */
static const slack_slice_t job_kind = {"job", 3};

/* ---- storing a job ---- */

/* In the arena of the delivery whose handler defers the job. */
typedef struct deferred {
    slack_put_t put;
    slack_stored_fn stored;
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
    *ret_why = SLACK_JOB_RESERVED_WHY;
    if (slack__job_is_reserved(job->name)) return SLACK_EINVAL;
    *ret_why = "the order is empty: leave it out, or pass 1 to 1000 bytes";
    if (job->order && *job->order == '\0') return SLACK_EINVAL;
    *ret_why = "the name, the key or the order has more than 1000 bytes: shorten it";
    const char *const texts[] = {job->name, job->key, job->order};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (texts[i] && strlen(texts[i]) > NAME_MAX_BYTES) return SLACK_ETOOBIG;
    return 0;
}

/* A job that its key has dropped is no failure. */
static void job_stored(slack_put_t *put)
{
    const deferred_t *deferred = SLACK_CONTAINER(put, deferred_t, put);
    const slack_row_t *row = &put->op.row;
    SLACK_CRASH("job-stored");
    /* The job of an earlier attempt is this one. */
    const bool dropped = put->op.status == 0 && put->op.duplicate && put->op.succeeds;
    if (dropped)
        SLACK_LOG(slack__ctx_log(put->ctx), INFO, "duplicate not stored",
                  "kind=job name=%.*s key=%.*s", (int)row->name.len, row->name.ptr,
                  (int)row->key.len, row->key.ptr);
    if (deferred->stored)
        deferred->stored(put->ctx->services->app, dropped ? SLACK_EALREADY : put->op.status,
                         deferred->stored_data);
}

static int64_t job_due_ms(const slack_job_t *job, int64_t now_ms)
{
    const int64_t soonest = now_ms + job->delay_ms;
    const int64_t due_ms = job->at_ms > soonest ? job->at_ms : soonest;
    return due_ms < SLACK_ROW_TIME_MAX ? due_ms : SLACK_ROW_TIME_MAX;
}

/* A handler that runs again and defers another job than before, under the same number, gets that
 * job too: so the key has the job's name and arguments. */
static const char *job_key(slack_ctx_t *ctx, slack_arena_t *arena, const slack_job_t *job,
                           const char *args)
{
    if (job->key) return slack__own_key(slack__entry_of_ctx(ctx)->inbox, arena, job_kind, job->key);
    const char *key = slack__handler_key(ctx, arena);
    if (key == NULL || *key == '\0') return key;
    const uint64_t hash = slack__hash(slack__hash(0, job->name), args);
    return slack__arena_printf(arena, "%s:%llx", key, (unsigned long long)hash);
}

/* Keeps the orders of jobs apart from conversations, and from the channels of requests. NULL:
 * memory is out. */
static const char *job_order(slack_arena_t *arena, const slack_job_t *job)
{
    return job->order ? slack__arena_printf(arena, "job/%s", job->order) : "";
}

static bool job_fill_row(slack_ctx_t *ctx, slack_row_t *row, const slack_job_t *job)
{
    slack_arena_t *arena = slack__ctx_arena(ctx);
    const char *name = slack__arena_strdup(arena, job->name);
    const slack_inbox_t *inbox = slack__entry_of_ctx(ctx)->inbox;
    size_t len = 2;
    const char *text = job->args ? slack__json_text(arena, job->args, &len) : "{}";
    const char *key = text ? job_key(ctx, arena, job, text) : NULL;
    const char *tenant =
        job->tenant ? slack__tenant_text(arena, job->tenant) : slack__put_tenant(ctx, arena);
    const char *order = job_order(arena, job);
    *row = (slack_row_t){
        .key = slack__slice(key),
        .kind = job_kind,
        .name = slack__slice(name),
        .transport = slack__slice(ctx->delivery->transport->ops->name),
        .payload = {text, text ? len : 0},
        .tenant = slack__slice(tenant),
        .app = inbox->queue->app,
        .order = slack__slice(order),
        .due_ms = job_due_ms(job, slack__wall_ms(ctx->services->log->clock)),
    };
    return name && key && text && tenant && order;
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
    deferred->put.op.succeeds = job->key != NULL;
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

static int own_job_fill(slack_own_put_t *own, const slack_job_t *job)
{
    size_t len = 2;
    const char *text = job->args ? slack__json_text(own->arena, job->args, &len) : "{}";
    const char *name = slack__arena_strdup(own->arena, job->name);
    const char *order = job_order(own->arena, job);
    const char *tenant = job->tenant ? slack__tenant_text(own->arena, job->tenant) : "";
    own->own_key = job->key ? slack__arena_strdup(own->arena, job->key) : NULL;
    own->stored = job->stored;
    own->stored_data = job->stored_data;
    if (!text || !name || !order || !tenant || (job->key && !own->own_key)) return SLACK_ENOMEM;
    own->op.succeeds = true;
    own->op.row =
        (slack_row_t){.kind = job_kind,
                      .name = slack__slice(name),
                      .payload = {text, len},
                      .tenant = slack__slice(tenant),
                      .order = slack__slice(order),
                      .due_ms = job_due_ms(job, slack__wall_ms(own->inbox->services->log->clock))};
    return 0;
}

int slack__jobs_defer(slack_inbox_t *inbox, const slack_job_t *job, char *error)
{
    const char *why;
    int rc = job_check(job, &why);
    if (rc == 0 && slack__queue_is_closed(inbox->queue)) {
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
    slack_own_put_t *own = slack__own_put_new(inbox, sizeof *own);
    rc = own ? own_job_fill(own, job) : SLACK_ENOMEM;
    if (rc == 0) rc = slack__own_put(own);
    if (rc == 0) return 0;
    if (own) slack__arena_free(own->arena);
    slack__explain(error, "slack_app_defer: %s", slack_strerror(rc));
    return rc;
}
