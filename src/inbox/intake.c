/* SPDX-License-Identifier: MIT */
#include "inbox/intake.h"

#include <string.h>

#include "context/ack_send.h"
#include "dispatch/order_key.h"
#include "inbox/entry.h"
#include "inbox/finish.h"
#include "protocol/dedupe_key.h"
#include "protocol/signature.h"
#include "store/kv.h"
#include "util/crash.h"

/* An event is acked when it is stored. A delivery that its handler has to ack is not stored: Slack
 * never sends it again, and the ack promises no more than the handler has done. The store only
 * remembers its key. */

/* The memory up to which a delivery is small. Most take less than 32 KiB. */
#define SMALL_BYTES ((size_t)256 << 10)

/* The part of SLACK_DELIVERIES_MIB that large events may take while the store writes them, because
 * the small ones behind them wait too. One may be larger. */
#define STORING_PART 8

void slack__intake_reject(slack_task_t *task)
{
    slack_inbox_t *inbox = SLACK_CONTAINER(task, slack_inbox_t, reject_task);
    static const slack_ack_t later = {.outcome = SLACK_ACK_LATER};
    slack_link_t *link;
    while ((link = slack__list_shift(&inbox->rejected)) != NULL) {
        slack_delivery_t *d = SLACK_CONTAINER(link, slack_delivery_t, link);
        d->transport->ops->ack(d->transport, d, &later);
        slack__delivery_free(d);
        inbox->rejected_count--;
    }
    if (slack__queue_is_closed(inbox->queue)) inbox->idle(inbox->idle_data);
}

/* An event of Slack's is stored, or Slack has to send it again: catch-up has to know of both. */
static void note_event(const slack_inbox_t *inbox, const slack_delivery_t *d, bool stored)
{
    slack_transport_t *catch_up = inbox->transports->catch_up;
    if (catch_up == NULL || d->kind != SLACK_KIND_EVENT || d->recovered) return;
    if (stored)
        slack__catch_up_stored(catch_up, d);
    else
        slack__catch_up_gap(catch_up, "the app could not store events",
                            SLACK_CATCH_UP_REDELIVERED_MS);
}

/* ---- storing ---- */

static void answer_later(slack_entry_t *entry)
{
    slack__ack_outcome(&entry->run.ctx, SLACK_ACK_LATER);
    slack__entry_release(entry);
}

static void event_stored(slack_store_op_t *op)
{
    slack_entry_t *entry = SLACK_CONTAINER(op, slack_entry_t, item.op);
    slack_inbox_t *inbox = entry->inbox;
    slack_delivery_t *d = entry->run.ctx.delivery;
    d->known = op->duplicate;
    inbox->storing_bytes -= entry->storing_bytes;
    inbox->queue->store_failing = op->status == SLACK_ESTORE;
    if (op->status != 0)
        SLACK_LOG(slack__inbox_log(inbox), WARN, "event not stored, Slack will send it again",
                  "transport=%s key=%.*s error=%s", d->transport->ops->name, (int)d->key.len,
                  d->key.ptr, slack_err_name(op->status));
    note_event(inbox, d, op->status == 0);
    if (op->status != 0 || slack__queue_is_closed(inbox->queue)) {
        slack__inbox_count(inbox, d->kind, SLACK_RESULT_LATER);
        answer_later(entry);
        return;
    }
    SLACK_CRASH("stored");
    slack__ack_outcome(&entry->run.ctx, SLACK_ACK_OK);
    SLACK_CRASH("acked");
    if (op->duplicate) {
        slack__inbox_count(inbox, d->kind, SLACK_RESULT_DUPLICATE);
        SLACK_LOG(slack__inbox_log(inbox), DEBUG, "event already known, not run again",
                  "transport=%s key=%.*s retry_num=%d", d->transport->ops->name, (int)d->key.len,
                  d->key.ptr, d->retry_num);
        slack__entry_release(entry);
        return;
    }
    if (!op->claim) { /* the row is queued, and is claimed later */
        if (inbox->queue->overflow) inbox->queue->more = true;
        slack__entry_release(entry);
        return;
    }
    entry->item.in_store = false;
    entry->stored = true;
    entry->run.ctx.attempt = 1;
    slack__run_begin(&entry->run);
}

/* The parser works in place, so the payload has to be written anew. Only a durable store needs it
 * now. False if memory is out. */
static bool event_fill_row(slack_entry_t *entry)
{
    slack_delivery_t *d = entry->run.ctx.delivery;
    slack_row_t *row = &entry->item.op.row;
    if (entry->run.dispatcher->dedupe_messages &&
        !slack__dedupe_message_key(d->arena, d->app_id, d->body, &d->key))
        return false;
    if (entry->inbox->transports->catch_up &&
        !slack__dedupe_history_key(d->arena, entry->inbox->queue->app, d->body, &d->key))
        return false;
    row->key = d->key;
    row->kind = SLACK_SLICE("event");
    row->app = entry->inbox->queue->app;
    /* One process keeps the order by itself: see dispatch/ordering.h. */
    if (!entry->inbox->queue->store->ops->durable) return true;
    if (!slack__order_key(entry->run.dispatcher, d, &row->order)) return false;
    slack__entry_fill_row(entry, row);
    return row->payload.len > 0;
}

static void store_event(slack_entry_t *entry)
{
    slack_inbox_t *inbox = entry->inbox;
    slack_store_op_t *op = &entry->item.op;
    if (!event_fill_row(entry)) {
        /* host->deliver() must not ack, so slack__intake_run() does. */
        slack__task_post(inbox->services->net, &entry->run.ctx.task);
        return;
    }
    op->kind = SLACK_STORE_PUT;
    op->done = event_stored;
    op->claim =
        !inbox->queue->store->ops->durable ||
        (!inbox->queue->leaves_rows && !inbox->queue->overflow && slack__inbox_room(inbox) > 0);
    if (!op->claim) {
        inbox->queue->overflow = !inbox->queue->leaves_rows;
        op->row.due_ms = slack__wall_ms(inbox->services->net->clock);
    }
    SLACK_CRASH("before-store");
    const size_t size = slack__arena_size(entry->run.ctx.delivery->arena);
    entry->storing_bytes = inbox->queue->store->ops->durable && size > SMALL_BYTES ? size : 0;
    inbox->storing_bytes += entry->storing_bytes;
    slack__entry_submit(entry);
}

/* ---- running, for the other kinds ---- */

void slack__intake_run(slack_task_t *task)
{
    slack_entry_t *entry = slack__entry_of_ctx(SLACK_CONTAINER(task, slack_ctx_t, task));
    slack_ctx_t *ctx = &entry->run.ctx;
    const slack_delivery_t *d = ctx->delivery;
    slack__queue_started(&entry->item);
    if (ctx->phase == SLACK_CTX_RUNNING) {
        slack__run_advance(&entry->run);
        return;
    }
    if (d->kind == SLACK_KIND_UNKNOWN) { /* acked, so that Slack does not send it again */
        SLACK_LOG(slack__ctx_log(ctx), WARN, "delivery of an unknown kind", "transport=%s type=%s",
                  d->transport->ops->name, slack_json_str(d->body, "/type"));
        slack__entry_end(entry);
        return;
    }
    if (d->kind == SLACK_KIND_EVENT && !entry->stored) { /* memory was out: see store_event() */
        answer_later(entry);
        return;
    }
    if (!ctx->ack.sent && !slack__kind_waits_for_ack(d->kind))
        slack__ack_outcome(ctx, SLACK_ACK_OK);
    slack__run_begin(&entry->run);
}

/* For how long a key is remembered: a signature is valid from the window before its timestamp to
 * the window after it, in whole seconds. */
#define REMEMBER_MS (((int64_t)2 * SLACK_SIGNATURE_WINDOW_S + 1) * 1000)

/* If the store cannot tell, the delivery runs: Slack would not send it again, so a refusal would
 * lose what a person has done. */
static void key_remembered(slack_store_op_t *op)
{
    slack_entry_t *entry = SLACK_CONTAINER(op, slack_entry_t, item.op);
    slack_inbox_t *inbox = entry->inbox;
    slack_delivery_t *d = entry->run.ctx.delivery;
    d->known = op->duplicate;
    inbox->queue->store_failing = op->status == SLACK_ESTORE;
    entry->item.in_store = false;
    if (slack__queue_is_closed(inbox->queue)) {
        slack__inbox_count(inbox, d->kind, SLACK_RESULT_LATER);
        answer_later(entry);
    } else if (op->duplicate) {
        slack__inbox_count(inbox, d->kind, SLACK_RESULT_DUPLICATE);
        SLACK_LOG(slack__inbox_log(inbox), WARN, "repeat not run", "transport=%s kind=%s reason=%s",
                  d->transport->ops->name, slack_kind_name(d->kind),
                  "a proxy or Slack sent it twice, or somebody has captured it");
        slack__ack_send(&entry->run.ctx, &(slack_ack_t){.outcome = SLACK_ACK_REFUSE});
        slack__entry_release(entry);
    } else {
        if (op->status != 0) {
            inbox->services->counters->unchecked++;
            SLACK_LOG(slack__inbox_log(inbox), WARN, "run without a look for repeats",
                      "transport=%s kind=%s error=%s hint=%s", d->transport->ops->name,
                      slack_kind_name(d->kind), slack_err_name(op->status),
                      op->status == SLACK_EBUSY ? "a store in a file has room for more keys"
                                                : "make the store work again");
        }
        *op = (slack_store_op_t){.row = {.id = 0}};
        slack__link_init(&op->link);
        slack__intake_run(&entry->run.ctx.task);
    }
}

/* Of two deliveries with one key only the first one runs. False if memory is out: it runs too. */
static bool remember_key(slack_entry_t *entry)
{
    static const char prefix[] = "request/";
    const slack_delivery_t *d = entry->run.ctx.delivery;
    const size_t prefix_len = sizeof prefix - 1, len = prefix_len + d->key.len;
    char *key = slack__arena_alloc(d->arena, len);
    if (key == NULL) {
        entry->inbox->services->counters->unchecked++;
        return false;
    }
    memcpy(key, prefix, prefix_len);
    memcpy(key + prefix_len, d->key.ptr, d->key.len);
    entry->item.op.kind = SLACK_STORE_KV_ADD;
    entry->item.op.done = key_remembered;
    entry->item.op.row = slack__kv_to_row(&(slack_kv_entry_t){
        .key = {key, len},
        .until_ms = slack__wall_ms(entry->inbox->services->net->clock) + REMEMBER_MS,
    });
    slack__entry_submit(entry);
    return true;
}

/* Why a delivery cannot be taken; NULL if it can. */
static const char *intake_refusal(const slack_inbox_t *inbox, const slack_delivery_t *d)
{
    const size_t size = slack__arena_size(d->arena), max = inbox->bounds.max_bytes;
    const size_t most = size > SMALL_BYTES ? max - max / 4 : max;
    if (slack__queue_is_closed(inbox->queue)) return "stopping";
    if (inbox->live_count + inbox->rejected_count >= inbox->bounds.max_deliveries)
        return "too many deliveries";
    if (size > most || atomic_load(&inbox->bytes) > most - size)
        return "SLACK_DELIVERIES_MIB is reached";
    if (size > SMALL_BYTES && inbox->storing_bytes > 0 &&
        inbox->storing_bytes + size > max / STORING_PART)
        return "the store has large deliveries to write";
    return NULL;
}

void slack__inbox_deliver(slack_inbox_t *inbox, slack_transport_t *transport, slack_delivery_t *d)
{
    d->transport = transport;
    if (d->retry_num > 0) inbox->services->counters->redeliveries++;
    const char *refusal = intake_refusal(inbox, d);
    slack_entry_t *entry = refusal ? NULL : slack__entry_new(inbox, d);
    if (entry == NULL) {
        SLACK_LOG(slack__inbox_log(inbox), WARN, "delivery rejected",
                  "transport=%s kind=%s reason=%s", transport->ops->name, slack_kind_name(d->kind),
                  refusal ? refusal : "out of memory");
        slack__inbox_count(inbox, d->kind, SLACK_RESULT_LATER);
        note_event(inbox, d, false);
        /* Needs no memory, because the list links the delivery itself. */
        slack__list_push(&inbox->rejected, &d->link);
        inbox->rejected_count++;
        slack__task_post(inbox->services->net, &inbox->reject_task);
        return;
    }
    if (d->kind == SLACK_KIND_EVENT)
        store_event(entry);
    else if (d->key.len == 0 || !remember_key(entry))
        slack__task_post(inbox->services->net, &entry->run.ctx.task);
}
