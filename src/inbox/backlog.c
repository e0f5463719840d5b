/* SPDX-License-Identifier: MIT */
#include "inbox/backlog.h"

#include "inbox/entry.h"
#include "inbox/finish.h"
#include "inbox/retry.h"
#include "inbox/schedule.h"
#include "util/crash.h"
#include "util/error.h"
#include "util/json.h"

/*
 * Claims queued rows and runs them: deliveries that wait for another attempt, jobs, events that
 * were queued because too many deliveries were running, and rows of a dead process. Claims are
 * small, so that the backlog does not delay new deliveries and begins no more rows than can make
 * their calls.
 */

/* A claim takes a quarter of the free room, since a handler may make several calls at once. It
 * takes at least one row while there is any room, so that new events do not keep old rows waiting.
 */
#define ROOM_PART 4
/* How often to look for room if the end of a delivery does not make it: calls and handlers that
 * have no delivery take room too. */
#define ROOM_POLL_MS 100
/* When to begin a row again after memory was out. */
#define MEMORY_POLL_MS 100

/* The size of an arena in which every body of `len` bytes can be parsed, however many values it
 * has. With a smaller limit such a row could never begin, and would block the rows behind it. */
#define RESTORE_BYTES(len) (SLACK_ARENA_MAX + 32 * (len))
/* How many bytes a claimed row takes for each byte of its texts: the batch, the copy of the texts,
 * and some two for the parsed values. */
#define ROW_COST 4

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* ---- running a row ---- */

/* Fails the entry for good, before any handler has run. */
static void entry_give_up(slack_entry_t *entry, int status)
{
    slack_arena_t *arena = entry->run.ctx.delivery->arena;
    const char *why =
        slack__arena_printf(arena, "%s: %s", slack_strerror(status), slack__error_cure(status));
    slack__failure_note(&entry->run.ctx, &(slack_fault_t){.status = status, .why = why});
}

/* Makes an entry of a row. If the row cannot be parsed, the run has failed with that error. NULL if
 * memory is out. */
static slack_entry_t *entry_restore(slack_inbox_t *inbox, const slack_row_t *from)
{
    slack_arena_t *arena =
        slack__arena_new(8192 + 2 * from->payload.len, RESTORE_BYTES(from->payload.len));
    slack_row_t row;
    if (arena == NULL) return NULL;
    if (!slack__row_copy(arena, &row, from)) goto no_memory;
    const slack_json_t *body = NULL, *tenant = NULL;
    int rc = row.damaged ? SLACK_EDAMAGED
                         : slack__json_parse(arena, row.payload.ptr, row.payload.len, &body, NULL);
    const bool job = slack__slice_eq(row.kind, SLACK_SLICE("job"));
    if (!job && !slack__slice_eq(row.kind, SLACK_SLICE("event"))) rc = SLACK_EDAMAGED;
    if (rc == 0 && row.tenant.len > 0)
        rc = slack__json_parse(arena, row.tenant.ptr, row.tenant.len, &tenant, NULL);
    if (rc == SLACK_ENOMEM) goto no_memory;
    slack_delivery_t *d = slack__delivery_new(arena, body, SLACK_SLICE(""),
                                              slack__mono_us(inbox->services->net->clock));
    if (d == NULL) goto no_memory;
    d->kind = job ? SLACK_KIND_JOB : SLACK_KIND_EVENT;
    if (tenant) d->app_id = slack_json_str(tenant, "/app_id");
    d->key = row.key;
    d->retry_num = row.retry_num;
    d->retry_reason = row.retry_reason.ptr;
    d->transport = slack__transports_of_row(inbox->transports, row.transport);
    slack_entry_t *entry = slack__entry_new(inbox, d);
    if (entry == NULL) goto no_memory;
    slack_ctx_t *ctx = &entry->run.ctx;
    if (rc != 0) entry_give_up(entry, SLACK_EDAMAGED);
    ctx->ack.sent = true; /* Slack's ack was sent when the row was stored */
    ctx->job = row.name.ptr;
    ctx->due_ms = d->kind == SLACK_KIND_JOB ? row.planned_ms : 0;
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

static bool begin_row(slack_inbox_t *inbox, const slack_row_t *row)
{
    slack_entry_t *entry = entry_restore(inbox, row);
    if (entry == NULL) return false;
    SLACK_LOG(slack__inbox_log(inbox), DEBUG, "attempt begins", "key=%.*s kind=%.*s attempt=%u",
              (int)row->key.len, row->key.ptr, (int)row->kind.len, row->kind.ptr, row->attempt);
    if (entry->run.ctx.failure.first.status == 0 &&
        slack__progress_crashed(row->attempt, row->done) >= SLACK_ATTEMPTS_CRASH_MAX)
        entry_give_up(entry, SLACK_ECRASHED);
    if (entry->run.ctx.failure.first.status != 0 || slack__schedules_skip(inbox, row)) {
        slack__entry_end(entry);
    } else {
        entry->starting = true;
        inbox->backlog.starting++;
        slack__task_post(inbox->services->net, &entry->run.ctx.task);
    }
    return true;
}

static void drop_batch(slack_backlog_t *b)
{
    slack__arena_free(b->batch.arena);
    b->batch.arena = NULL;
    b->batch.count = b->next = 0;
}

/* If memory is out, the rows that are left stay claimed and begin later. */
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
    if (b->batch.arena) slack__arena_count_in(b->batch.arena, &inbox->bytes);
    if (inbox->phase != SLACK_INBOX_RUNNING) { /* the rows are left to the next process */
        drop_batch(b);
        return;
    }
    const int64_t now = slack__wall_ms(inbox->services->net->clock), next = b->batch.next_ms;
    b->more = op->status == 0 && b->batch.count == b->batch.limit;
    /* No queued row is due any more, so new events need not queue behind them. */
    if (op->status == 0 && !b->more && next > now) b->overflow = false;
    if (inbox->store->ops->durable || op->status != 0)
        slack__inbox_look_in(inbox, SLACK_BACKLOG_POLL_MS);
    if (op->status == 0 && next != INT64_MAX)
        slack__inbox_look_in(inbox, next > now ? (uint64_t)(next - now) : 1);
    if (b->more) slack__inbox_look_in(inbox, 0);
    begin_claimed(inbox);
}

static void backlog_claim(slack_inbox_t *inbox)
{
    slack_backlog_t *b = &inbox->backlog;
    const slack_services_t *services = inbox->services;
    size_t room = least(slack__webapi_room(services->webapi), slack__pool_room(services->pool));
    room = room > b->starting ? room - b->starting : 0;
    if (room > 0) room = room < ROOM_PART ? 1 : room / ROOM_PART;
    room = least(least(slack__inbox_room(inbox), room), SLACK_CLAIM_MAX);
    if (room == 0) { /* the end of a delivery looks again too: see slack__entry_release() */
        b->more = true;
        slack__inbox_look_in(inbox, ROOM_POLL_MS);
        return;
    }
    b->claiming = true;
    b->more = false;
    b->batch = (slack_store_batch_t){
        .limit = (unsigned)room,
        .bytes = slack__inbox_room_bytes(inbox) / ROW_COST + 1,
        .now_ms = slack__wall_ms(services->net->clock),
    };
    b->op = (slack_store_op_t){
        .kind = SLACK_STORE_CLAIM, .row.app = inbox->app, .batch = &b->batch, .done = rows_claimed};
    slack__link_init(&b->op.link);
    inbox->store->ops->submit(inbox->store, &b->op);
}

/* ---- the lease ---- */

static void lease_renewed(slack_store_op_t *op)
{
    slack_inbox_t *inbox = SLACK_CONTAINER(op, slack_inbox_t, backlog.renewal);
    inbox->backlog.renewing = false;
    /* If no event comes, only the renewal shows whether the store works. */
    inbox->store_failing = op->status == SLACK_ESTORE;
    if (op->status != 0)
        inbox->backlog.renew_ms = 0; /* renew at the next look: the lease goes on expiring */
}

/* Renews from the loop, so that a process whose loop hangs loses its rows to other owners. */
static void lease_renew(slack_inbox_t *inbox)
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

/* An entry whose end cannot be stored now returns to the list, so the list is emptied first. */
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
    if (inbox->store->ops->durable) lease_renew(inbox);
    settle_again(inbox);
    if (inbox->phase == SLACK_INBOX_RUNNING) slack__schedules_plant(inbox);
    if (b->claiming || inbox->phase != SLACK_INBOX_RUNNING) return;
    if (b->batch.arena) {
        begin_claimed(inbox);
        if (b->batch.arena) return;
    }
    backlog_claim(inbox);
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
