/* SPDX-License-Identifier: MIT */
#include "core/ctx.h"

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
    slack__app_idle(app);
}

static void finished(slack_store_op_t *op)
{
    slack_ctx_t *ctx = SLACK_CONTAINER(op, slack_ctx_t, op);
    if (op->status != 0)
        SLACK_LOG(&ctx->app->log, ERROR, "store: a delivery's end was not noted",
                  "key=%.*s error=%s", (int)ctx->d->key.len, ctx->d->key.ptr,
                  slack_err_name(op->status));
    release(ctx);
}

static void count(const slack_ctx_t *ctx, enum slack_result result)
{
    ctx->app->metrics.deliveries[ctx->d->kind][result]++;
}

static void tell_done(slack_ctx_t *ctx)
{
    count(ctx, ctx->status                                       ? SLACK_RESULT_FAILED
               : ctx->reached_listeners && ctx->steps.count == 0 ? SLACK_RESULT_UNMATCHED
                                                                 : SLACK_RESULT_OK);
    ctx->client.begin = NULL; /* calls made from here on have nobody to wait for them */
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
    SLACK_LOG(&ctx->app->log, DEBUG, "delivery done",
              "transport=%s kind=%s status=%s ack=%s ack_us=%llu duration_us=%llu listeners=%u",
              ctx->d->transport->ops->name, slack_kind_name(ctx->d->kind),
              done.status ? slack_err_name(done.status) : "ok",
              done.ack_status ? slack_err_name(done.ack_status) : "ok",
              (unsigned long long)done.ack_us, (unsigned long long)done.duration_us,
              done.listeners);
}

void slack__inbox_end(slack_ctx_t *ctx)
{
    if (ctx->state >= CTX_ENDED) return;
    if (!ctx->acked) slack__ack_outcome(ctx, ctx->status ? SLACK_ACK_REFUSE : SLACK_ACK_OK);
    ctx->state = CTX_ENDED;
    tell_done(ctx);
    if (!ctx->stored) {
        release(ctx);
        return;
    }
    ctx->state = CTX_FINISHING;
    ctx->op.kind = SLACK_STORE_FINISH;
    ctx->op.done = finished;
    ctx->app->store->ops->submit(ctx->app->store, &ctx->op);
}

/* ---- the beginning ---- */

static void stored(slack_store_op_t *op)
{
    slack_ctx_t *ctx = SLACK_CONTAINER(op, slack_ctx_t, op);
    slack_delivery_t *d = ctx->d;
    ctx->app->metrics.store_failing = op->status == SLACK_ESTORE;
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
    slack__ack_outcome(ctx, SLACK_ACK_OK);
    if (op->duplicate) {
        count(ctx, SLACK_RESULT_DUPLICATE);
        SLACK_LOG(&ctx->app->log, DEBUG, "event known, not run again",
                  "transport=%s key=%.*s retry_num=%d", d->transport->ops->name, (int)d->key.len,
                  d->key.ptr, d->retry_num);
        release(ctx);
        return;
    }
    ctx->stored = true;
    slack__dispatch_begin(ctx);
}

static void store(slack_ctx_t *ctx)
{
    ctx->state = CTX_STORING;
    ctx->op.kind = SLACK_STORE_PUT;
    ctx->op.claim = true;
    ctx->op.row = (slack_row_t){.key = ctx->d->key, .kind = SLACK_SLICE("event")};
    ctx->op.done = stored;
    ctx->app->store->ops->submit(ctx->app->store, &ctx->op);
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
    if (!slack__kind_waits_for_ack(ctx->d->kind)) slack__ack_outcome(ctx, SLACK_ACK_OK);
    slack__dispatch_begin(ctx);
}

void slack__inbox_deliver(slack_app_t *app, slack_transport_t *t, slack_delivery_t *d)
{
    d->transport = t;
    if (d->retry_num > 0) app->metrics.retries++;
    bool full = app->live_count + app->rejected_count >= app->options.max_deliveries;
    slack_ctx_t *ctx = NULL;
    if (!full && app->state < APP_CLOSING) ctx = slack__arena_calloc(d->arena, sizeof *ctx);
    if (ctx == NULL) {
        SLACK_LOG(&app->log, WARN, "delivery put off", "transport=%s kind=%s reason=%s",
                  t->ops->name, slack_kind_name(d->kind),
                  full                        ? "too many under way"
                  : app->state >= APP_CLOSING ? "stopping"
                                              : "out of memory");
        app->metrics.deliveries[d->kind][SLACK_RESULT_LATER]++;
        reject(app, d);
        return;
    }
    ctx->app = app;
    ctx->d = d;
    d->core = ctx;
    slack__link_init(&ctx->link);
    slack__link_init(&ctx->task.link);
    slack__link_init(&ctx->op.link);
    ctx->task.run = task_run;
    slack__ctx_init_client(ctx);
    slack__list_push(&app->live, &ctx->link);
    app->live_count++;
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
