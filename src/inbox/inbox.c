/* SPDX-License-Identifier: MIT */
#include "context/ctx.h"
#include "protocol/kind.h"
#include "util/crash.h"

/*
 * RECEIVED -> (DUPLICATE -> acked) -> STORED -> ACKED -> RUNNING -> DONE
 *
 * Events are acknowledged here, once they are stored; what waits for a handler's ack goes straight
 * to its handlers, since Slack does not send it again.
 */

/* ---- what cannot be taken ---- */

/* Past a bound there is no memory to be asked for: the delivery itself is the list's link. */
static void reject(slack_app_t *app, slack_delivery_t *d)
{
    slack__list_push(&app->rejected, &d->link);
    app->rejected_count++;
    slack__task_post(app->net, &app->reject_task);
}

void slack__inbox_reject_run(slack_task_t *task)
{
    slack_app_t *app = SLACK_CONTAINER(task, slack_app_t, reject_task);
    static const slack_ack_t later = {.outcome = SLACK_ACK_LATER};
    slack_link_t *link;
    while ((link = slack__list_shift(&app->rejected)) != NULL) {
        slack_delivery_t *d = SLACK_CONTAINER(link, slack_delivery_t, link);
        d->transport->ops->ack(d->transport, d, &later);
        slack__delivery_free(d);
        app->rejected_count--;
    }
    slack__app_idle(app);
}

/* ---- the end ---- */

static void release(slack_ctx_t *ctx)
{
    slack_app_t *app = ctx->app;
    slack__unlink(&ctx->link);
    app->live_count--;
    slack__task_cancel(&ctx->task);
    slack__ctx_done(ctx);
    slack__delivery_free(ctx->d); /* ctx lies in it */
    if (app->backlog.more && slack__backlog_room(app) > 0) slack__backlog_soon(app, 0);
    slack__app_idle(app);
}

/* Where the end cannot be noted, the delivery would run again after a restart: it is kept, and its
 * end tried again, until the store can take it or the app stops. */
static void not_finished(slack_ctx_t *ctx, int status)
{
    slack_app_t *app = ctx->app;
    if (!ctx->unsettled)
        SLACK_LOG(&app->log, ERROR, "store: a delivery's end was not noted", "key=%.*s error=%s",
                  (int)ctx->d->key.len, ctx->d->key.ptr, slack_err_name(status));
    ctx->unsettled = true;
    if (status == SLACK_EBUSY && ctx->op.kind != SLACK_STORE_FINISH) { /* no room to keep it */
        ctx->op.kind = SLACK_STORE_FINISH;
        app->store->ops->submit(app->store, &ctx->op);
    } else if (app->state < APP_CLOSING) {
        slack__list_push(&app->backlog.unsettled, &ctx->op.link);
        slack__backlog_soon(app, 1000);
    } else {
        release(ctx);
    }
}

static void tell_dead(slack_ctx_t *ctx)
{
    slack_app_t *app = ctx->app;
    const slack_row_t *row = &ctx->op.row;
    app->counters.dead_letters++;
    SLACK_LOG(&app->log, ERROR, "dead letter", "id=%lld kind=%s key=%.*s attempts=%u error=%.*s",
              (long long)row->id, slack_kind_name(ctx->d->kind), (int)row->key.len, row->key.ptr,
              ctx->attempt.number, (int)row->error.len, row->error.ptr);
    slack_dead_t dead = {.id = row->id,
                         .attempts = ctx->attempt.number,
                         .status = ctx->status,
                         .error = row->error.ptr};
    if (app->dead_fn) app->dead_fn(ctx, &dead, app->dead_data);
}

static void finished(slack_store_op_t *op)
{
    slack_ctx_t *ctx = SLACK_CONTAINER(op, slack_ctx_t, op);
    if (op->status != 0) {
        not_finished(ctx, op->status);
        return;
    }
    SLACK_CRASH("finished");
    if (op->kind == SLACK_STORE_BURY) tell_dead(ctx);
    if (op->kind == SLACK_STORE_WAIT) {
        int64_t now = slack__wall_ms(ctx->app->clock);
        slack__backlog_soon(ctx->app, op->row.due_ms > now ? (uint64_t)(op->row.due_ms - now) : 0);
    }
    release(ctx);
}

static void count(const slack_ctx_t *ctx, enum slack_result result)
{
    ctx->app->counters.deliveries[ctx->d->kind][result]++;
}

/* Decided once, however often the store has to be told. */
void slack__inbox_settle(slack_ctx_t *ctx)
{
    SLACK_CRASH("handled");
    int rc = ctx->op.done == finished ? 0 : slack__attempt_settle(ctx, &ctx->op);
    if (rc != 0) {
        not_finished(ctx, rc);
        return;
    }
    ctx->op.done = finished;
    ctx->app->store->ops->submit(ctx->app->store, &ctx->op);
}

/* Which listener, how long, what was said to Slack. What failed is a warning; an ack's body is for
 * whoever looks for a fault. */
static void log_done(slack_ctx_t *ctx, const slack_done_t *done)
{
    static const char *const outcomes[] = {
        [SLACK_ACK_OK] = "ok", [SLACK_ACK_LATER] = "later", [SLACK_ACK_REFUSE] = "refused"};
    const slack_logger_t *log = &ctx->app->log;
    /* A tenant's refusal was told once, for all of its deliveries. */
    const enum slack_log_level level =
        done->status && !ctx->refused ? SLACK_LOG_WARN : SLACK_LOG_DEBUG;
    if (level > log->level) return;
    slack__log(log, level, done->status ? "delivery failed" : "delivery done",
               "transport=%s kind=%s listener=%s status=%s said=%s body=%s ack=%s ack_us=%llu "
               "duration_us=%llu listeners=%u",
               ctx->d->transport->ops->name, slack_kind_name(ctx->d->kind),
               ctx->failed ? ctx->failed : slack_ctx_listener(ctx),
               done->status ? slack_err_name(done->status) : "ok", outcomes[ctx->outcome],
               log->level >= SLACK_LOG_DEBUG ? done->ack_body : "",
               done->ack_status ? slack_err_name(done->ack_status) : "ok",
               (unsigned long long)done->ack_us, (unsigned long long)done->duration_us,
               done->listeners);
}

static void tell_done(slack_ctx_t *ctx)
{
    count(ctx, ctx->refused                                      ? SLACK_RESULT_REFUSED
               : ctx->status                                     ? SLACK_RESULT_FAILED
               : ctx->reached_listeners && ctx->steps.count == 0 ? SLACK_RESULT_UNMATCHED
                                                                 : SLACK_RESULT_OK);
    slack__authorize_revoked(ctx);
    slack__ctx_leave_clients(ctx);
    uint64_t now = slack__mono_us(ctx->app->clock);
    uint64_t since = ctx->d->received_us;
    slack_done_t done = {
        .status = ctx->status,
        .ack_status = ctx->ack_status,
        .ack_body = ctx->ack_body ? ctx->ack_body : "",
        .ack_us = ctx->acked_us > since ? ctx->acked_us - since : 0,
        .duration_us = now > since ? now - since : 0,
        .listeners = ctx->listeners,
    };
    for (struct on_done *hook = ctx->on_done; hook; hook = hook->next)
        hook->fn(ctx, &done, hook->user_data);
    log_done(ctx, &done);
}

void slack__inbox_end(slack_ctx_t *ctx)
{
    if (ctx->state >= CTX_ENDED) return;
    if (!ctx->acked) slack__ack_outcome(ctx, ctx->status ? SLACK_ACK_REFUSE : SLACK_ACK_OK);
    ctx->state = CTX_ENDED;
    slack__task_cancel(&ctx->task); /* posted by a release inside of the handler, say */
    tell_done(ctx);
    if (!ctx->stored) {
        release(ctx);
        return;
    }
    ctx->state = CTX_FINISHING;
    slack__inbox_settle(ctx);
}

/* ---- the beginning ---- */

static void stored(slack_store_op_t *op)
{
    slack_ctx_t *ctx = SLACK_CONTAINER(op, slack_ctx_t, op);
    slack_delivery_t *d = ctx->d;
    ctx->app->store_failing = op->status == SLACK_ESTORE;
    if (op->status != 0) {
        count(ctx, SLACK_RESULT_LATER);
        SLACK_LOG(&ctx->app->log, WARN, "event not stored, Slack is to send it again",
                  "transport=%s key=%.*s error=%s", d->transport->ops->name, (int)d->key.len,
                  d->key.ptr, slack_err_name(op->status));
        slack__ack_outcome(ctx, SLACK_ACK_LATER);
        release(ctx);
        return;
    }
    if (ctx->app->state >= APP_CLOSING) { /* nothing will run any more */
        count(ctx, SLACK_RESULT_LATER);
        slack__ack_outcome(ctx, SLACK_ACK_LATER);
        release(ctx);
        return;
    }
    SLACK_CRASH("stored");
    slack__ack_outcome(ctx, SLACK_ACK_OK);
    SLACK_CRASH("acked");
    if (op->duplicate) {
        count(ctx, SLACK_RESULT_DUPLICATE);
        SLACK_LOG(&ctx->app->log, DEBUG, "event known, not run again",
                  "transport=%s key=%.*s retry_num=%d", d->transport->ops->name, (int)d->key.len,
                  d->key.ptr, d->retry_num);
        release(ctx);
        return;
    }
    if (!op->claim) { /* it comes back out of the store */
        ctx->app->backlog.more = true;
        release(ctx);
        return;
    }
    ctx->stored = true;
    ctx->attempt.number = 1;
    slack__dispatch_begin(ctx);
}

void slack__inbox_fill_row(slack_ctx_t *ctx, slack_row_t *row)
{
    const slack_delivery_t *d = ctx->d;
    size_t len = 0;
    const char *text = slack__json_text(d->arena, d->body, &len);
    row->key = d->key;
    row->kind = slack__slice(slack_kind_name(d->kind));
    row->name = slack__slice(ctx->job ? ctx->job : slack_json_str(d->body, "/event/type"));
    row->transport = slack__slice(d->transport->ops->name);
    row->retry_num = d->retry_num;
    row->retry_reason = slack__slice(d->retry_reason);
    row->payload = (slack_slice_t){text, text ? len : 0};
}

/* The event's text is written for the store alone: parsing it in place has used it up. False:
 * memory is out. */
static bool fill_texts(slack_ctx_t *ctx, slack_row_t *row)
{
    if (!slack__dedupe_key(ctx, &ctx->d->key)) return false;
    row->key = ctx->d->key;
    row->kind = SLACK_SLICE("event");
    if (!ctx->app->store->ops->durable) return true;
    slack__inbox_fill_row(ctx, row);
    return row->payload.len > 0;
}

static void store(slack_ctx_t *ctx)
{
    slack_app_t *app = ctx->app;
    slack_store_op_t *op = &ctx->op;
    if (!fill_texts(ctx, &op->row)) {
        slack__task_post(app->net, &ctx->task); /* see task_run() */
        return;
    }
    ctx->state = CTX_STORING;
    op->kind = SLACK_STORE_PUT;
    op->done = stored;
    op->claim = !app->store->ops->durable || (!app->backlog.overflow && slack__backlog_room(app));
    if (!op->claim) {
        app->backlog.overflow = true;
        op->row.due_ms = slack__wall_ms(app->clock);
    }
    SLACK_CRASH("before-store");
    app->store->ops->submit(app->store, op);
}

/* Nothing runs for what nobody can name; it is acknowledged so that it does not come again. */
static void unknown(slack_ctx_t *ctx)
{
    SLACK_LOG(&ctx->app->log, WARN, "delivery of an unknown kind", "transport=%s type=%s",
              ctx->d->transport->ops->name, slack_json_str(ctx->d->body, "/type"));
    slack__inbox_end(ctx);
}

static void task_run(slack_task_t *task)
{
    slack_ctx_t *ctx = SLACK_CONTAINER(task, slack_ctx_t, task);
    if (ctx->state == CTX_RUNNING) {
        slack__dispatch_advance(ctx);
        return;
    }
    if (ctx->d->kind == SLACK_KIND_UNKNOWN) {
        unknown(ctx);
        return;
    }
    if (ctx->d->kind == SLACK_KIND_EVENT && !ctx->stored) { /* no memory to store it */
        slack__ack_outcome(ctx, SLACK_ACK_LATER);
        release(ctx);
        return;
    }
    if (!ctx->acked && !slack__kind_waits_for_ack(ctx->d->kind))
        slack__ack_outcome(ctx, SLACK_ACK_OK);
    slack__dispatch_begin(ctx);
}

slack_ctx_t *slack__ctx_new(slack_app_t *app, slack_delivery_t *d)
{
    slack_ctx_t *ctx = slack__arena_calloc(d->arena, sizeof *ctx);
    if (ctx == NULL) return NULL;
    ctx->app = app;
    ctx->d = d;
    d->core = ctx;
    slack__link_init(&ctx->link);
    slack__link_init(&ctx->task.link);
    slack__link_init(&ctx->unacked_link);
    slack__link_init(&ctx->op.link);
    slack__link_init(&ctx->turn.link);
    slack__link_init(&ctx->authorize_link);
    ctx->task.run = task_run;
    ctx->grant = app->authority ? &slack__grant_none : &app->own;
    slack__ctx_init_client(ctx);
    slack__list_push(&app->live, &ctx->link);
    app->live_count++;
    return ctx;
}

void slack__inbox_deliver(slack_app_t *app, slack_transport_t *t, slack_delivery_t *d)
{
    d->transport = t;
    if (d->retry_num > 0) app->counters.retries++;
    bool full = app->live_count + app->rejected_count >= app->options.max_deliveries;
    slack_ctx_t *ctx = NULL;
    if (!full && app->state < APP_CLOSING) ctx = slack__ctx_new(app, d);
    if (ctx == NULL) {
        SLACK_LOG(&app->log, WARN, "delivery put off", "transport=%s kind=%s reason=%s",
                  t->ops->name, slack_kind_name(d->kind),
                  full                        ? "too many under way"
                  : app->state >= APP_CLOSING ? "stopping"
                                              : "out of memory");
        app->counters.deliveries[d->kind][SLACK_RESULT_LATER]++;
        reject(app, d);
        return;
    }
    if (d->kind == SLACK_KIND_EVENT)
        store(ctx);
    else
        slack__task_post(app->net, &ctx->task);
}

/* ---- the end by force ---- */

/* The store still has its operation: its completion ends it. */
static bool in_store(const slack_ctx_t *ctx)
{
    return ctx->state == CTX_STORING || ctx->state == CTX_FINISHING;
}

void slack__inbox_abandon_all(slack_app_t *app)
{
    slack_link_t keep;
    slack__link_init(&keep);
    slack_link_t *link;
    while ((link = slack__list_shift(&app->backlog.unsettled)) != NULL)
        release(SLACK_CONTAINER(SLACK_CONTAINER(link, slack_store_op_t, link), slack_ctx_t, op));
    while ((link = slack__list_shift(&app->live)) != NULL) {
        slack_ctx_t *ctx = SLACK_CONTAINER(link, slack_ctx_t, link);
        if (in_store(ctx)) {
            slack__list_push(&keep, link);
            continue;
        }
        SLACK_LOG(&app->log, WARN, "delivery ended by the stop",
                  "transport=%s kind=%s holds=%u calls=%u", ctx->d->transport->ops->name,
                  slack_kind_name(ctx->d->kind), ctx->holds, ctx->calls);
        slack__ctx_fail(ctx, SLACK_ECANCELED);
        if (!ctx->acked) slack__ack_outcome(ctx, SLACK_ACK_LATER);
        ctx->state = CTX_ENDED;
        slack__task_cancel(&ctx->task);
        slack__authorize_leave(ctx);
        app->live_count--;
        slack__list_push(&app->zombies, &ctx->link);
        tell_done(ctx);
    }
    slack__list_splice(&app->live, &keep);
}

void slack__inbox_free_zombies(slack_app_t *app)
{
    slack_link_t *link;
    while ((link = slack__list_shift(&app->zombies)) != NULL) {
        slack_ctx_t *ctx = SLACK_CONTAINER(link, slack_ctx_t, link);
        slack__ctx_done(ctx);
        slack__delivery_free(ctx->d);
    }
}
