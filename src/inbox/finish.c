/* SPDX-License-Identifier: MIT */
#include "inbox/finish.h"

#include <stdio.h>

#include "context/ack_send.h"
#include "dispatch/authorize.h"
#include "inbox/entry.h"
#include "inbox/retry.h"
#include "util/crash.h"

/* ---- the progress ---- */

static void mark_submit(slack_entry_t *entry);

static void mark_stored(slack_store_op_t *op)
{
    slack_entry_t *entry = SLACK_CONTAINER(op, slack_entry_t, mark);
    SLACK_CRASH("marked");
    entry->mark_submitted = false;
    if (entry->mark_changed && entry->run.ctx.phase == SLACK_CTX_RUNNING) mark_submit(entry);
}

/* The store's status is ignored: without the mark, an attempt after a crash runs the listener
 * again. One mark is in the store at a time. A change meanwhile is written by the next mark. */
static void mark_submit(slack_entry_t *entry)
{
    slack_store_t *store = entry->inbox->queue->store;
    entry->mark_changed = entry->mark_submitted;
    if (entry->mark_submitted) return;
    entry->mark_submitted = true;
    entry->mark = (slack_store_op_t){
        .kind = SLACK_STORE_MARK, .row = entry->item.op.row, .done = mark_stored};
    entry->mark.row.done = entry->run.progress.record;
    slack__link_init(&entry->mark.link);
    store->ops->submit(store, &entry->mark);
}

static void run_progressed(slack_run_t *run)
{
    slack_entry_t *entry = slack__entry_of(run);
    if (entry->inbox->queue->store->ops->durable) mark_submit(entry);
}

/* ---- the one line of a failure ---- */

static void log_also(const slack_ctx_t *ctx, enum slack_log_level level)
{
    const unsigned more = ctx->failure.also_count, most = SLACK_ALSO_MAX;
    unsigned i = 0;
    for (const slack_also_t *also = ctx->failure.also; also; also = also->next) {
        const bool last = ++i == most && more > most;
        slack__log(slack__ctx_log(ctx), level, "also failed",
                   "transport=%s kind=%s listener=%s method=%s error=%s reason=%s left_out=%u",
                   ctx->delivery->transport->ops->name, slack_kind_name(ctx->delivery->kind),
                   also->listener ? also->listener : "",
                   also->fault.method ? also->fault.method : "", slack_err_name(also->fault.status),
                   slack__fault_why(&also->fault), last ? more - most : 0);
    }
}

/* Says once what has failed and whether another attempt follows: `retry` is "in 812 ms", … */
static void log_failed(const slack_entry_t *entry, enum slack_log_level level, const char *retry)
{
    const slack_ctx_t *ctx = &entry->run.ctx;
    const slack_failure_t *failure = &ctx->failure;
    const bool dead = entry->item.op.kind == SLACK_STORE_BURY;
    if (level > slack__ctx_log(ctx)->level) return;
    slack__log(slack__ctx_log(ctx), level, dead ? "dead letter" : "delivery failed",
               "transport=%s kind=%s listener=%s method=%s error=%s reason=%s attempt=%u retry=%s "
               "id=%lld key=%.*s",
               ctx->delivery->transport->ops->name, slack_kind_name(ctx->delivery->kind),
               failure->listener ? failure->listener : "",
               failure->first.method ? failure->first.method : "",
               slack_err_name(failure->first.status), slack__fault_why(&failure->first),
               ctx->attempt, retry, (long long)entry->item.op.row.id,
               (int)entry->item.op.row.key.len,
               entry->item.op.row.key.ptr ? entry->item.op.row.key.ptr : "");
    log_also(ctx, level);
}

/* ---- the end in the store ---- */

int slack__entry_decide(slack_queue_item_t *item)
{
    slack_entry_t *entry = SLACK_CONTAINER(item, slack_entry_t, item);
    const int rc = slack__retry_settle(entry);
    if (rc == 0 && item->op.kind == SLACK_STORE_WAIT) {
        char retry[32];
        const int64_t now = slack__wall_ms(entry->inbox->services->net->clock);
        snprintf(retry, sizeof retry, "in %lld ms", (long long)(item->op.row.due_ms - now));
        log_failed(entry, SLACK_LOG_WARN, retry);
    }
    return rc;
}

void slack__entry_lost(slack_queue_item_t *item)
{
    log_failed(SLACK_CONTAINER(item, slack_entry_t, item), SLACK_LOG_ERROR, "none");
}

static void report_dead(slack_entry_t *entry)
{
    slack_ctx_t *ctx = &entry->run.ctx;
    const slack_row_t *row = &entry->item.op.row;
    const slack_registry_t *registry = entry->run.dispatcher->registry;
    ctx->services->counters->dead_letters++;
    log_failed(entry, SLACK_LOG_ERROR, "none");
    const slack_dead_t dead = {.id = row->id,
                               .attempts = ctx->attempt,
                               .status = ctx->failure.first.status,
                               .error = row->error.ptr};
    ctx->phase = SLACK_CTX_ENDED; /* the hook may read it */
    if (registry->dead_fn == NULL) return;
    const slack_visit_t visit = slack__ctx_visit_begin(ctx);
    registry->dead_fn(ctx, &dead, registry->dead_data);
    slack__ctx_visit_end(ctx, &visit);
}

void slack__entry_ended(slack_queue_item_t *item)
{
    slack_entry_t *entry = SLACK_CONTAINER(item, slack_entry_t, item);
    slack_inbox_t *inbox = entry->inbox;
    if (item->op.status == 0 && item->op.kind == SLACK_STORE_BURY) report_dead(entry);
    if (!entry->mark_submitted) {
        slack__entry_release(entry);
        return;
    }
    slack__unlink(&entry->link); /* the store still uses entry->mark */
    inbox->live_count--;
    slack__list_push(&inbox->zombies, &entry->link);
}

/* ---- the end for the program ---- */

/* The body of the ack may hold texts of users, so the level is debug. A failure has a line of its
 * own at a level that is seen. */
static void log_done(const slack_run_t *run, const slack_done_t *done)
{
    static const char *const outcomes[] = {
        [SLACK_ACK_OK] = "ok", [SLACK_ACK_LATER] = "later", [SLACK_ACK_REFUSE] = "refused"};
    const slack_ctx_t *ctx = &run->ctx;
    const slack_logger_t *log = slack__ctx_log(ctx);
    if (ctx->ack.again && done->status != SLACK_EALREADY) {
        static const char what[] = "second ack not sent",
                          cure[] = "ack once, then use slack_respond()";
        SLACK_LOG(log, WARN, what, "kind=%s listener=%s hint=%s",
                  slack_kind_name(ctx->delivery->kind), slack_ctx_listener(ctx), cure);
        slack__lifetimes_misused(&ctx->services->lifetimes, what, slack_ctx_listener(ctx), cure);
    }
    SLACK_LOG(log, DEBUG, "delivery done",
              "transport=%s kind=%s listener=%s status=%s said=%s body=%s ack=%s ack_us=%llu "
              "duration_us=%llu listeners=%u",
              ctx->delivery->transport->ops->name, slack_kind_name(ctx->delivery->kind),
              ctx->failure.listener ? ctx->failure.listener : slack_ctx_listener(ctx),
              done->status ? slack_err_name(done->status) : "ok", outcomes[ctx->ack.outcome],
              done->ack_body, done->ack_status ? slack_err_name(done->ack_status) : "ok",
              (unsigned long long)done->ack_us, (unsigned long long)done->duration_us,
              done->listeners);
}

static void report_done(slack_entry_t *entry)
{
    slack_run_t *run = &entry->run;
    slack_ctx_t *ctx = &run->ctx;
    const enum slack_result result = run->refused                ? SLACK_RESULT_REFUSED
                                     : ctx->failure.first.status ? SLACK_RESULT_FAILED
                                     : run->reached_listeners && run->hits.count == 0
                                         ? SLACK_RESULT_UNMATCHED
                                         : SLACK_RESULT_OK;
    slack__inbox_count(entry->inbox, ctx->delivery->kind, result);
    if (run->dispatcher->identity->authorizer) slack__run_forget_revoked(run);
    slack__ctx_leave_clients(ctx);
    const uint64_t now = slack__ctx_now_us(ctx), since = ctx->delivery->received_us;
    const slack_done_t done = {
        .status = ctx->failure.first.status,
        .ack_status = ctx->ack.status,
        .ack_body = ctx->ack.body ? ctx->ack.body : "",
        .ack_us = ctx->ack.sent_us > since ? ctx->ack.sent_us - since : 0,
        .duration_us = now > since ? now - since : 0,
        .listeners = run->listeners,
    };
    if (ctx->done_hooks) slack__ctx_run_done_hooks(ctx, &done);
    slack__failure_log_left(ctx, &ctx->voice);
    for (const slack_work_t *work = ctx->works; work; work = work->next)
        if (work->ended) slack__failure_log_left(ctx, &work->voice);
    log_done(run, &done);
}

void slack__entry_end(slack_entry_t *entry)
{
    slack_ctx_t *ctx = &entry->run.ctx;
    if (ctx->phase >= SLACK_CTX_ENDED) return;
    /* The handler may have used up the delivery's share of memory, and the end needs some. */
    slack__arena_allow(ctx->delivery->arena, SLACK_ARENA_MAX);
    if (!ctx->ack.sent)
        slack__ack_outcome(ctx, ctx->failure.first.status ? SLACK_ACK_REFUSE : SLACK_ACK_OK);
    ctx->phase = SLACK_CTX_ENDED;
    slack__task_cancel(&ctx->task); /* slack_ctx_release() in the last handler may have posted it */
    report_done(entry);
    ctx->phase = SLACK_CTX_OVER;
    /* The authorizer has logged a refusal once, for all deliveries of the tenant. */
    if (!entry->stored && ctx->failure.first.status && !entry->run.refused)
        log_failed(entry, SLACK_LOG_ERROR, "none");
    if (!entry->stored) {
        slack__entry_release(entry);
        return;
    }
    SLACK_CRASH("handled");
    slack__queue_end(&entry->item);
}

static void run_ended(slack_run_t *run)
{
    slack__entry_end(slack__entry_of(run));
}

const slack_run_owner_t slack__entry_owner = {.progressed = run_progressed, .ended = run_ended};

void slack__entry_abandon(slack_entry_t *entry)
{
    slack_ctx_t *ctx = &entry->run.ctx;
    slack_inbox_t *inbox = entry->inbox;
    slack_arena_t *arena = ctx->delivery->arena;
    const char *open = slack__run_waits(&entry->run)
                           ? "the delivery waits for others that run its listener: raise "
                             "SLACK_DRAIN_MS, or .max_running of the listener if it has one"
                           : slack__ctx_why_open(ctx, arena);
    const char *why =
        slack__arena_printf(arena, "the app has stopped after SLACK_DRAIN_MS, and %s", open);
    if (ctx->failure.first.status == 0)
        slack__failure_note(ctx, &(slack_fault_t){.status = SLACK_ECANCELED, .why = why});
    log_failed(entry, SLACK_LOG_WARN, entry->stored ? "after the next start" : "none");
    if (!ctx->ack.sent) slack__ack_outcome(ctx, SLACK_ACK_LATER);
    ctx->phase = SLACK_CTX_ENDED;
    slack__task_cancel(&ctx->task);
    slack__unlink(&entry->run.waiter.link);
    inbox->live_count--;
    slack__list_push(&inbox->zombies, &entry->link);
    report_done(entry);
}
