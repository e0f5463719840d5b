/* SPDX-License-Identifier: MIT */
#include "inbox/backlog.h"

#include "inbox/entry.h"
#include "inbox/finish.h"
#include "inbox/retry.h"
#include "util/crash.h"
#include "util/json.h"

/*
 * Claims queued rows and runs them: retries that are due, jobs, events that were queued because too
 * many were under way, rows that a dead process has left. Claims are small, so that the backlog
 * does not hold up what arrives, and begins no more than can make its calls.
 */

/* A claim is for a quarter of the room that there is: a handler may make several calls at once, and
 * rows of the last claim may not have begun. Wherever there is any room it is for one row at the
 * least, so that new events do not keep old rows waiting. */
#define ROOM_PART 4
/* How often to look for room that something other than a delivery takes. */
#define ROOM_POLL_MS 100
/* How soon a row is tried again that there was no memory for. */
#define MEMORY_POLL_MS 100

/* An arena that a body of `len` bytes can always be parsed in, however many values it has: the
 * bound of an arena must not keep a row, and those behind it, waiting. */
#define RESTORE_BYTES(len) (SLACK_ARENA_MAX + 32 * (len))

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* ---- running a row ---- */

/* NULL: memory is out. ret->ctx.failure has the error of a row that cannot be read. */
static slack_entry_t *restore(slack_inbox_t *inbox, const slack_row_t *from)
{
    slack_arena_t *arena =
        slack__arena_new(8192 + 2 * from->payload.len, RESTORE_BYTES(from->payload.len));
    slack_row_t row;
    if (arena == NULL) return NULL;
    if (!slack__row_copy(arena, &row, from)) goto no_memory;
    const slack_json_t *body = NULL, *tenant = NULL;
    int rc = row.damaged ? SLACK_ESTORE
                         : slack__json_parse(arena, row.payload.ptr, row.payload.len, &body, NULL);
    if (rc == 0 && row.tenant.len > 0)
        rc = slack__json_parse(arena, row.tenant.ptr, row.tenant.len, &tenant, NULL);
    if (rc == SLACK_ENOMEM) goto no_memory;
    slack_delivery_t *d =
        slack__delivery_new(arena, body, slack__mono_us(inbox->services->net->clock));
    if (d == NULL) goto no_memory;
    d->kind = slack__slice_eq(row.kind, SLACK_SLICE("job")) ? SLACK_KIND_JOB : SLACK_KIND_EVENT;
    if (tenant) d->app_id = slack_json_str(tenant, "/app_id");
    d->key = row.key;
    d->retry_num = row.retry_num;
    d->retry_reason = row.retry_reason.ptr;
    d->transport = slack__transports_of_row(inbox->transports, row.transport);
    slack_entry_t *entry = slack__entry_new(inbox, d);
    if (entry == NULL) goto no_memory;
    slack_ctx_t *ctx = &entry->run.ctx;
    ctx->failure.status = rc;
    ctx->ack.sent = true;
    ctx->job = row.name.ptr;
    ctx->tenant = tenant;
    ctx->attempt = row.attempt;
    entry->run.progress.record = row.done;
    entry->op.row = row;
    entry->stored = true;
    return entry;
no_memory:
    slack__arena_free(arena);
    return NULL;
}

/* No handler is going to see it. */
static void give_up(slack_entry_t *entry, int status, const char *reason)
{
    slack_failure_t *failure = &entry->run.ctx.failure;
    failure->status = status;
    failure->reason = reason;
    failure->hopeless = true;
}

static bool begin_row(slack_inbox_t *inbox, const slack_row_t *row)
{
    slack_entry_t *entry = restore(inbox, row);
    if (entry == NULL) return false;
    SLACK_LOG(slack__inbox_log(inbox), DEBUG, "attempt", "key=%.*s kind=%.*s attempt=%u",
              (int)row->key.len, row->key.ptr, (int)row->kind.len, row->kind.ptr, row->attempt);
    if (row->damaged)
        give_up(entry, SLACK_ESTORE, "what was stored is damaged");
    else if (entry->run.ctx.failure.status == 0 &&
             slack__progress_crashed(row->attempt, row->done) >= SLACK_ATTEMPTS_CRASH_MAX)
        give_up(entry, SLACK_ECLOSED, "the process ended in each of its attempts");
    if (entry->run.ctx.failure.status != 0)
        slack__entry_end(entry);
    else
        slack__task_post(inbox->services->net, &entry->run.ctx.task);
    return true;
}

static void drop_batch(slack_backlog_t *b)
{
    slack__arena_free(b->batch.arena);
    b->batch.arena = NULL;
    b->batch.count = b->next = 0;
}

/* A row that there is no memory for stays claimed, for later. */
static void begin_claimed(slack_inbox_t *inbox)
{
    slack_backlog_t *b = &inbox->backlog;
    while (b->next < b->batch.count && inbox->phase == SLACK_INBOX_RUNNING) {
        if (!begin_row(inbox, &b->batch.rows[b->next])) {
            slack__inbox_look_in(inbox, MEMORY_POLL_MS);
            return;
        }
        b->next++;
    }
    drop_batch(b);
}

/* ---- claiming ---- */

static void rows_claimed(slack_store_op_t *op)
{
    slack_inbox_t *inbox = SLACK_CONTAINER(op, slack_inbox_t, backlog.op);
    slack_backlog_t *b = &inbox->backlog;
    SLACK_CRASH(op->batch->count ? "claimed" : "claimed-nothing");
    b->claiming = false;
    b->next = 0;
    if (inbox->phase != SLACK_INBOX_RUNNING) { /* the next process claims them */
        drop_batch(b);
        return;
    }
    const int64_t now = slack__wall_ms(inbox->services->net->clock), next = b->batch.next_ms;
    b->more = op->status == 0 && b->batch.count == b->batch.limit;
    if (op->status == 0 && !b->more && next > now) b->overflow = false;
    if (inbox->store->ops->durable || op->status != 0)
        slack__inbox_look_in(inbox, SLACK_BACKLOG_POLL_MS);
    if (op->status == 0 && next != INT64_MAX)
        slack__inbox_look_in(inbox, next > now ? (uint64_t)(next - now) : 1);
    if (b->more) slack__inbox_look_in(inbox, 0);
    begin_claimed(inbox);
}

static void claim(slack_inbox_t *inbox)
{
    slack_backlog_t *b = &inbox->backlog;
    const slack_services_t *services = inbox->services;
    size_t room = least(slack__webapi_room(services->webapi), slack__pool_room(services->pool));
    if (room > 0) room = room < ROOM_PART ? 1 : room / ROOM_PART;
    room = least(least(slack__inbox_room(inbox), room), SLACK_CLAIM_MAX);
    if (room == 0) { /* a delivery that ends looks again, too */
        b->more = true;
        slack__inbox_look_in(inbox, ROOM_POLL_MS);
        return;
    }
    b->claiming = true;
    b->more = false;
    b->batch = (slack_store_batch_t){
        .limit = (unsigned)room,
        .now_ms = slack__wall_ms(services->net->clock),
    };
    b->op = (slack_store_op_t){.kind = SLACK_STORE_CLAIM, .batch = &b->batch, .done = rows_claimed};
    slack__link_init(&b->op.link);
    inbox->store->ops->submit(inbox->store, &b->op);
}

/* ---- the lease ---- */

static void lease_renewed(slack_store_op_t *op)
{
    slack_inbox_t *inbox = SLACK_CONTAINER(op, slack_inbox_t, backlog.renewal);
    inbox->backlog.renewing = false;
    /* Where no event comes, this tells whether one could be stored. */
    inbox->store_failing = op->status == SLACK_ESTORE;
    if (op->status != 0) inbox->backlog.renew_ms = 0; /* at the next look: the lease runs out */
}

/* As long as the loop turns, the rows that it has claimed stay its own. */
static void renew(slack_inbox_t *inbox)
{
    slack_backlog_t *b = &inbox->backlog;
    const uint64_t now = slack__mono_ms(inbox->services->net->clock);
    slack__inbox_look_in(inbox, SLACK_BACKLOG_POLL_MS);
    if (b->renewing || now < b->renew_ms) return;
    b->renewing = true;
    b->renew_ms = now + SLACK_STORE_RENEW_MS;
    b->renewal = (slack_store_op_t){.kind = SLACK_STORE_RENEW, .done = lease_renewed};
    slack__link_init(&b->renewal.link);
    inbox->store->ops->submit(inbox->store, &b->renewal);
}

/* ---- looking ---- */

static void settle_again(slack_inbox_t *inbox)
{
    slack_link_t again, *link;
    slack__link_init(&again);
    slack__list_splice(&again, &inbox->unsettled);
    while ((link = slack__list_shift(&again)) != NULL)
        slack__entry_settle(SLACK_CONTAINER(link, slack_entry_t, op.link));
}

void slack__backlog_look(slack_inbox_t *inbox)
{
    slack_backlog_t *b = &inbox->backlog;
    if (inbox->phase != SLACK_INBOX_RUNNING && inbox->phase != SLACK_INBOX_DRAINING) return;
    if (inbox->store->ops->durable) renew(inbox);
    settle_again(inbox);
    if (b->claiming || inbox->phase != SLACK_INBOX_RUNNING) return;
    if (b->batch.arena) {
        begin_claimed(inbox);
        if (b->batch.arena) return;
    }
    claim(inbox);
}

static void look_timer(slack_timer_t *timer)
{
    slack__backlog_look(SLACK_CONTAINER(timer, slack_inbox_t, backlog.timer));
}

void slack__backlog_init(slack_backlog_t *backlog)
{
    slack__timer_init(&backlog->timer, look_timer);
}

void slack__backlog_stop(slack_inbox_t *inbox)
{
    slack__timer_stop(inbox->services->net, &inbox->backlog.timer);
    if (!inbox->backlog.claiming) drop_batch(&inbox->backlog);
}
