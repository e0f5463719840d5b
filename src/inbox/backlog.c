/* SPDX-License-Identifier: MIT */
#include "context/ctx.h"
#include "util/crash.h"

/*
 * What waits in the store: attempts that are due, jobs, what went to the disk because too much was
 * under way, and what a process that is gone has left. It is claimed in small batches, as far as
 * there is room, so that what arrives is not held up by it, nor more is begun than can make its
 * calls.
 */

/* A claim is for a quarter of what there is room for: a handler may make several calls at once, and
 * what was claimed last need not have begun. It is for one row at the least, wherever there is any
 * room: what waits is not kept waiting by what arrives. */
#define ROOM_PART 4
/* How often is looked whether there is room, where what takes it may be no delivery's. */
#define ROOM_POLL_MS 100

static slack_backlog_t *backlog_of(slack_app_t *app)
{
    return &app->backlog;
}

/* Deliveries run, and their ends are noted. */
static bool works(const slack_app_t *app)
{
    return app->state >= APP_RUNNING && app->state <= APP_DRAINING;
}

size_t slack__backlog_room(const slack_app_t *app)
{
    size_t most = app->options.max_deliveries - app->options.max_deliveries / 4;
    return app->live_count < most ? most - app->live_count : 0;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* How many rows to claim now. */
static size_t claim_room(const slack_app_t *app)
{
    size_t room = least(slack__webapi_room(app->webapi), slack__workers_room(app->workers));
    if (room > 0) room = room < ROOM_PART ? 1 : room / ROOM_PART;
    return least(least(slack__backlog_room(app), room), SLACK_CLAIM_MAX);
}

/* ---- taking up ---- */

/* What a delivery takes to be read again, by the bytes of its body: less than this, however many
 * values are in it. So a bound of its arena is never what keeps it, and those behind it, waiting.
 */
#define RESTORE_BYTES(len) (SLACK_ARENA_MAX + 32 * (len))

static slack_transport_t *transport_of(slack_app_t *app, slack_slice_t name)
{
    for (size_t i = 0; i < app->transport_count; i++)
        if (slack__slice_eq(name, slack__slice(app->transports[i]->ops->name)))
            return app->transports[i];
    return &app->no_transport;
}

/* A delivery out of a row. NULL: memory is out. */
static slack_ctx_t *restore(slack_app_t *app, const slack_row_t *from)
{
    slack_arena_t *arena =
        slack__arena_new(8192 + 2 * from->payload.len, RESTORE_BYTES(from->payload.len));
    slack_row_t row;
    if (arena == NULL) return NULL;
    const slack_json_t *body = NULL, *tenant = NULL;
    slack_ctx_t *ctx = NULL;
    if (slack__row_copy(arena, &row, from)) {
        int rc = row.damaged
                     ? SLACK_ESTORE
                     : slack__json_parse(arena, row.payload.ptr, row.payload.len, &body, NULL);
        if (rc == 0 && row.tenant.len > 0)
            rc = slack__json_parse(arena, row.tenant.ptr, row.tenant.len, &tenant, NULL);
        slack_delivery_t *d = rc == SLACK_ENOMEM
                                  ? NULL
                                  : slack__delivery_new(arena, body, slack__mono_us(app->clock));
        if (d) {
            d->kind =
                slack__slice_eq(row.kind, SLACK_SLICE("job")) ? SLACK_KIND_JOB : SLACK_KIND_EVENT;
            if (tenant) d->app_id = slack_json_str(tenant, "/app_id");
            d->key = row.key;
            d->retry_num = row.retry_num;
            d->retry_reason = row.retry_reason.ptr;
            d->transport = transport_of(app, row.transport);
            ctx = slack__ctx_new(app, d);
        }
        if (ctx && rc != 0) ctx->status = rc;
    }
    if (ctx == NULL) {
        slack__arena_free(arena);
        return NULL;
    }
    ctx->op.row = row;
    ctx->stored = true;
    ctx->acked = true;
    ctx->job = row.name.ptr;
    ctx->tenant = tenant;
    ctx->attempt.number = row.attempt;
    ctx->attempt.done = row.done;
    return ctx;
}

/* No handler is going to see it. */
static void give_up(slack_ctx_t *ctx, int status, const char *reason)
{
    ctx->status = status;
    ctx->attempt.reason = reason;
    ctx->attempt.hopeless = true;
}

static bool begin(slack_app_t *app, const slack_row_t *row)
{
    slack_ctx_t *ctx = restore(app, row);
    if (ctx == NULL) return false;
    SLACK_LOG(&app->log, DEBUG, "attempt", "key=%.*s kind=%.*s attempt=%u", (int)row->key.len,
              row->key.ptr, (int)row->kind.len, row->kind.ptr, row->attempt);
    if (row->damaged)
        give_up(ctx, SLACK_ESTORE, "what was stored is damaged");
    else if (ctx->status == 0 &&
             slack__attempts_crashed(row->attempt, row->done) >= SLACK_ATTEMPTS_CRASH_MAX)
        give_up(ctx, SLACK_ECLOSED, "the process ended in each of its attempts");
    if (ctx->status != 0)
        slack__inbox_end(ctx);
    else
        slack__task_post(app->net, &ctx->task);
    return true;
}

/* Begin what was claimed. What there is no memory for stays ours, for later. */
static void begin_claimed(slack_app_t *app)
{
    slack_backlog_t *b = backlog_of(app);
    while (b->next < b->batch.count && app->state == APP_RUNNING)
        if (!begin(app, &b->batch.rows[b->next++])) {
            b->next--;
            slack__backlog_soon(app, 100);
            return;
        }
    slack__arena_free(b->batch.arena);
    b->batch.arena = NULL;
    b->batch.count = b->next = 0;
}

static void claimed(slack_store_op_t *op)
{
    slack_app_t *app = SLACK_CONTAINER(op, slack_app_t, backlog.op);
    slack_backlog_t *b = backlog_of(app);
    SLACK_CRASH(op->batch->count ? "claimed" : "claimed-nothing");
    b->claiming = false;
    b->next = 0;
    if (app->state != APP_RUNNING) { /* the next process takes them up */
        slack__arena_free(b->batch.arena);
        b->batch.arena = NULL;
        b->batch.count = 0;
        return;
    }
    int64_t now = slack__wall_ms(app->clock);
    b->more = op->status == 0 && b->batch.count == b->batch.limit;
    if (op->status == 0 && !b->more && b->batch.next_ms > now) b->overflow = false;
    if (app->store->ops->durable || op->status != 0)
        slack__backlog_soon(app, SLACK_BACKLOG_POLL_MS);
    if (op->status == 0 && b->batch.next_ms != INT64_MAX)
        slack__backlog_soon(app, b->batch.next_ms > now ? (uint64_t)(b->batch.next_ms - now) : 1);
    if (b->more) slack__backlog_soon(app, 0);
    begin_claimed(app);
}

static void try_unsettled(slack_app_t *app)
{
    slack_link_t again, *link;
    slack__link_init(&again);
    slack__list_splice(&again, &app->backlog.unsettled);
    while ((link = slack__list_shift(&again)) != NULL) {
        slack_store_op_t *op = SLACK_CONTAINER(link, slack_store_op_t, link);
        slack__inbox_settle(SLACK_CONTAINER(op, slack_ctx_t, op));
    }
}

/* Where no event comes that would have to be stored, this tells whether one could be. */
static void renewed(slack_store_op_t *op)
{
    slack_app_t *app = SLACK_CONTAINER(op, slack_app_t, backlog.renewal);
    app->backlog.renewing = false;
    app->store_failing = op->status == SLACK_ESTORE;
    if (op->status != 0) app->backlog.renew_ms = 0; /* with the next look: our silence is counted */
}

/* As long as the loop turns, what it has claimed stays its own. */
static void renew(slack_app_t *app)
{
    slack_backlog_t *b = backlog_of(app);
    uint64_t now = slack__mono_ms(app->clock);
    slack__backlog_soon(app, SLACK_BACKLOG_POLL_MS);
    if (b->renewing || now < b->renew_ms) return;
    b->renewing = true;
    b->renew_ms = now + SLACK_STORE_RENEW_MS;
    b->renewal = (slack_store_op_t){.kind = SLACK_STORE_RENEW, .done = renewed};
    slack__link_init(&b->renewal.link);
    app->store->ops->submit(app->store, &b->renewal);
}

void slack__backlog_poll(slack_app_t *app)
{
    slack_backlog_t *b = backlog_of(app);
    if (!works(app)) return;
    if (app->store->ops->durable) renew(app);
    try_unsettled(app);
    if (b->claiming || app->state != APP_RUNNING) return;
    if (b->batch.arena) {
        begin_claimed(app);
        if (b->batch.arena) return;
    }
    size_t room = claim_room(app);
    if (room == 0) { /* a delivery that ends comes back here */
        b->more = true;
        slack__backlog_soon(app, ROOM_POLL_MS);
        return;
    }
    b->claiming = true;
    b->more = false;
    b->batch = (slack_store_batch_t){
        .limit = (unsigned)room,
        .now_ms = slack__wall_ms(app->clock),
    };
    b->op = (slack_store_op_t){.kind = SLACK_STORE_CLAIM, .batch = &b->batch, .done = claimed};
    slack__link_init(&b->op.link);
    app->store->ops->submit(app->store, &b->op);
}

/* ---- when ---- */

static void on_timer(slack_timer_t *timer)
{
    slack__backlog_poll(SLACK_CONTAINER(timer, slack_app_t, backlog.timer));
}

void slack__backlog_soon(slack_app_t *app, uint64_t in_ms)
{
    slack_timer_t *timer = &backlog_of(app)->timer;
    if (!works(app)) return;
    if (in_ms > 3600 * 1000) in_ms = 3600 * 1000; /* the wall clock may be set */
    const uint64_t due_us = slack__mono_us(app->clock) + in_ms * 1000;
    if (slack__timer_waits(timer) && timer->due_us <= due_us) return;
    slack__timer_start_at(app->net, timer, due_us);
}

void slack__backlog_open(slack_app_t *app)
{
    slack__timer_init(&backlog_of(app)->timer, on_timer);
}

void slack__backlog_start(slack_app_t *app)
{
    /* What the process before has left comes first, where that matters to somebody. */
    backlog_of(app)->overflow = backlog_of(app)->ordered && app->store->ops->durable;
    slack__backlog_poll(app);
}

void slack__backlog_stop(slack_app_t *app)
{
    slack_backlog_t *b = backlog_of(app);
    slack__timer_stop(app->net, &b->timer);
    if (b->claiming) return;
    slack__arena_free(b->batch.arena);
    b->batch.arena = NULL;
}
