/* SPDX-License-Identifier: MIT */
#include "cluster/slot_keeper.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "store/kv.h"
#include "util/alloc.h"
#include "util/error.h"
#include "util/random.h"

/* Several hints in a row cause one look. */
#define SOON_MS 10
/* A look is valid for so long: afterwards the store may have ended this process's entries. */
#define TRUST_MS ((uint64_t)(SLACK_STORE_LEASE_MS - SLACK_STORE_RENEW_MS))
/* Of more processes, the first ones count. */
#define OTHERS_MAX 100
#define PAGE       100

static void keeper_step(slack_slot_keeper_t *keeper);

static uint64_t keeper_now(const slack_slot_keeper_t *keeper)
{
    return slack__mono_ms(keeper->net->clock);
}

static void keeper_allow(slack_slot_keeper_t *keeper)
{
    slack_allowance_t a = slack__slots_allowance(&keeper->slots, keeper_now(keeper));
    a.until_ms = keeper->slots.looked_ms + TRUST_MS;
    keeper->use = keeper->owner->allow(keeper->owner_data, &a);
}

static void keeper_submit(slack_slot_keeper_t *keeper, slack_store_op_t op)
{
    keeper->op = op;
    slack__link_init(&keeper->op.link);
    keeper->busy = true;
    keeper->store->ops->submit(keeper->store, &keeper->op);
}

static void key_write(slack_slot_keeper_t *keeper, unsigned number)
{
    char *key = keeper->texts.key;
    const int len =
        snprintf(key, SLACK_SLOT_KEY, "socket/%.*s/", (int)keeper->app.len, keeper->app.ptr);
    if (number == SLACK_SLOTS_SPARE)
        snprintf(key + len, SLACK_SLOT_KEY - (size_t)len, "spare");
    else if (number < SLACK_SLOTS_SPARE)
        snprintf(key + len, SLACK_SLOT_KEY - (size_t)len, "%u", number);
}

/* ---- the log ---- */

static void log_order(slack_slot_keeper_t *keeper, const slack_slots_order_t *o)
{
    static const char *const reasons[] = {
        [SLACK_SLOTS_START] = "start",
        [SLACK_SLOTS_HAND_OVER] = "hand-over",
        [SLACK_SLOTS_TAKEOVER] = "takeover",
        [SLACK_SLOTS_OWN] = "taken back",
    };
    const slack_logger_t *log = keeper->net->log;
    const unsigned count = slack__slots_count(&keeper->slots);
    const bool spare = o->number == SLACK_SLOTS_SPARE;
    if (o->reason == SLACK_SLOTS_ORPHAN)
        SLACK_LOG(log, WARN, "entry of a slot deleted, its holder is no process",
                  "slot=%u holder=%s hint=%s", o->number, o->before.holder,
                  "another program has written it: let only this app write there");
    else if (spare && o->before.state == SLACK_SLOT_HANDING_OVER)
        SLACK_LOG(log, INFO, "slot for a connection handed over", "slot=%u slots=%u to=%s",
                  o->before.handed, count, keeper->slots.list[o->before.handed].holder);
    else if (!spare && o->before.state == SLACK_SLOT_FREE)
        SLACK_LOG(log, INFO, "slot for a connection taken", "slot=%u slots=%u reason=%s", o->number,
                  count, reasons[o->reason]);
    else if (!spare && o->after.state == SLACK_SLOT_FREE)
        SLACK_LOG(log, INFO, "slot for a connection freed", "slot=%u slots=%u reason=%s", o->number,
                  count,
                  keeper->slots.list[SLACK_SLOTS_SPARE].state == SLACK_SLOT_HANDING_OVER
                      ? "hand-over"
                  : keeper->slots.leaving ? "stop"
                                          : "no connection");
}

static void warn_of_waits(slack_slot_keeper_t *keeper)
{
    const slack_slot_t *spare = &keeper->slots.list[SLACK_SLOTS_SPARE];
    const bool beside = keeper->slots.wait_ms != 0 &&
                        slack__slots_allowance(&keeper->slots, keeper_now(keeper)).limit >
                            slack__slots_count(&keeper->slots) + 1;
    if (beside && !keeper->warned_spare)
        SLACK_LOG(keeper->net->log, WARN, "a connection is replaced beyond the budget",
                  "holder=%s hint=%s", *spare->holder ? spare->holder : "none",
                  "another process keeps the spare for long, or the store fails");
    keeper->warned_spare = beside;
}

/* ---- orders ---- */

static void order_ended(slack_store_op_t *op)
{
    slack_slot_keeper_t *keeper = SLACK_CONTAINER(op, slack_slot_keeper_t, op);
    const slack_slots_order_t *order = &keeper->order;
    const int status = op->status == 0 && op->duplicate ? SLACK_EBUSY : op->status;
    keeper->busy = false;
    slack__slots_ended(&keeper->slots, order, status, keeper_now(keeper));
    if (!keeper->started) return;
    if (status == 0) log_order(keeper, order);
    if (status == 0 && order->reason == SLACK_SLOTS_TAKEOVER)
        keeper->owner->took_over(keeper->owner_data);
    keeper->again = keeper->again || status == SLACK_EBUSY;
    keeper_step(keeper);
}

static void order_give(slack_slot_keeper_t *keeper)
{
    const slack_slots_order_t *o = &keeper->order;
    struct slack_slot_texts *texts = &keeper->texts;
    const bool free = o->after.state == SLACK_SLOT_FREE;
    key_write(keeper, o->number);
    *texts->before = '\0';
    if (o->before.state != SLACK_SLOT_FREE) slack__slot_write(&o->before, texts->before);
    slack__slot_write(&o->after, texts->after);
    snprintf(texts->value, sizeof texts->value, "%u", keeper->slots.budget);
    const slack_kv_entry_t entry = {
        .key = slack__slice(texts->key),
        .version = slack__slice(free ? NULL : texts->after),
        .value = slack__slice(free ? NULL : texts->value),
        .until_ms = SLACK_KV_FOREVER,
        .expected = slack__slice(texts->before),
    };
    keeper_submit(keeper,
                  (slack_store_op_t){.kind = free ? SLACK_STORE_KV_DELETE : SLACK_STORE_KV_SWAP,
                                     .owned = !free,
                                     .row = slack__kv_to_row(&entry),
                                     .done = order_ended});
}

/* Gives the transport its allowance, and the store the next order if there is one. */
static void keeper_step(slack_slot_keeper_t *keeper)
{
    const uint64_t now = keeper_now(keeper);
    keeper_allow(keeper); /* for its use */
    const bool more = slack__slots_next(&keeper->slots, &keeper->use, now, &keeper->order);
    if (more) order_give(keeper);
    keeper_allow(keeper);
    warn_of_waits(keeper);
    if (more) return;
    slack__timer_start(keeper->net, &keeper->timer, slack__slots_look_in_ms(&keeper->slots));
    if (keeper->again) slack__slot_keeper_look_soon(keeper);
}

/* ---- looks ---- */

/* The other processes that have or want connections. A holder that the list of processes does not
 * have yet is one of them. */
struct others {
    char ids[OTHERS_MAX][SLACK_PROCESS_ID_SIZE];
    size_t count;
};

static void others_add(struct others *others, const char *id)
{
    if (others->count < OTHERS_MAX) memcpy(others->ids[others->count++], id, SLACK_PROCESS_ID_SIZE);
}

static void others_find(struct others *others, slack_processes_t *processes,
                        const slack_slot_t list[SLACK_SLOTS_ALL])
{
    for (size_t i = 1; i < processes->count; i++)
        if (processes->list[i].sockets.candidate && !processes->list[i].leaving)
            others_add(others, processes->list[i].id);
    for (size_t i = 0; i < SLACK_SLOTS_ALL; i++) {
        if (list[i].state == SLACK_SLOT_FREE || slack__processes_has(processes, list[i].holder) ||
            !slack__process_id_ok(slack__slice(list[i].holder)))
            continue;
        others_add(others, list[i].holder);
        slack__processes_look_soon(processes);
    }
}

/* An entry ends with its process, which is in the list meanwhile. An entry whose holder is not
 * listed for a lease has no process, and nothing else would end it. If the list may lack a process,
 * the entry stays. */
static bool find_orphan(slack_slot_keeper_t *keeper)
{
    const slack_processes_t *processes = keeper->processes;
    const bool whole = processes->invalid == 0 && processes->count < SLACK_PROCESSES_MAX;
    unsigned orphan = SLACK_SLOTS_ALL;
    for (unsigned i = 0; i < SLACK_SLOTS_ALL; i++) {
        struct slack_slot_unlisted *entry = &keeper->unlisted[i];
        const slack_slot_t *slot = &keeper->found[i];
        if (!whole || slot->state == SLACK_SLOT_FREE ||
            slack__processes_has(processes, slot->holder) ||
            !slack__process_id_ok(slack__slice(slot->holder)))
            *entry = (struct slack_slot_unlisted){.since_ms = 0};
        else if (strcmp(entry->slot.holder, slot->holder) != 0 || entry->slot.state != slot->state)
            *entry = (struct slack_slot_unlisted){*slot, keeper->began_ms};
        else if (keeper->began_ms >= entry->since_ms + SLACK_STORE_LEASE_MS)
            orphan = i;
    }
    if (orphan == SLACK_SLOTS_ALL) return false;
    keeper->order = (slack_slots_order_t){
        .number = orphan, .before = keeper->found[orphan], .reason = SLACK_SLOTS_ORPHAN};
    return true;
}

/* The store has ended entries of this process. */
static void warn_of_lost_slots(slack_slot_keeper_t *keeper)
{
    const char *id = keeper->processes->own.id;
    unsigned lost = 0;
    for (unsigned i = 0; i < keeper->slots.budget; i++)
        lost += strcmp(keeper->slots.list[i].holder, id) == 0 &&
                strcmp(keeper->found[i].holder, id) != 0;
    if (lost > 0)
        SLACK_LOG(keeper->net->log, WARN, "slots for connections lost", "lost=%u hint=%s", lost,
                  "this process was silent for longer than its lease of 60 s, since it or its "
                  "machine stood still, or the store failed: look there");
}

static void page_take(slack_slot_keeper_t *keeper)
{
    const size_t prefix = keeper->op.row.key.len;
    for (size_t i = 0; i < keeper->batch.count; i++) {
        const slack_kv_entry_t entry = slack__kv_from_row(&keeper->batch.rows[i]);
        const slack_slice_t name = {entry.key.ptr + prefix, entry.key.len - prefix};
        uint64_t number = SLACK_SLOTS_SPARE;
        if (!slack__slice_eq(name, SLACK_SLICE("spare")) &&
            !slack__parse_u64(name, SLACK_SLOTS_MAX - 1, &number))
            continue; /* of an app whose name goes on with "/", or another program's */
        keeper->found[number] = slack__slot_read(entry.version);
        const slack_logger_t *log = keeper->net->log;
        if (!keeper->warned_stranger &&
            !slack__process_id_ok(slack__slice(keeper->found[number].holder))) {
            keeper->warned_stranger = true;
            SLACK_LOG(log, WARN, "entry of a slot is not understood, nobody takes the slot",
                      "key=%.*s hint=%s", (int)entry.key.len, entry.key.ptr,
                      "another program has written it: delete it, and let only this app write "
                      "there");
        }
        const unsigned own = keeper->slots.budget, other = slack__slice_number(entry.value);
        if (!keeper->warned_budget && other != 0 && other != own) {
            keeper->warned_budget = true;
            SLACK_LOG(log, WARN, "processes have different budgets of connections",
                      "own=%u other=%u hint=%s", own, other,
                      "set SLACK_SOCKET_CONNECTIONS to the same number for all of them: the "
                      "largest counts");
        }
    }
}

static void list_page(slack_slot_keeper_t *keeper);

/* Without memory for the next page, the look finds out nothing. */
static void page_listed(slack_store_op_t *op)
{
    slack_slot_keeper_t *keeper = SLACK_CONTAINER(op, slack_slot_keeper_t, op);
    const slack_store_batch_t *batch = &keeper->batch;
    const bool ok = keeper->started && op->status == 0, more = ok && batch->count == batch->limit;
    keeper->busy = false;
    slack__free(keeper->after);
    keeper->after = NULL;
    if (ok) page_take(keeper);
    if (more) {
        const slack_slice_t last = batch->rows[batch->count - 1].key;
        keeper->after = slack__strndup(last.ptr, last.len);
    }
    slack__arena_free(batch->arena);
    if (keeper->after) {
        list_page(keeper);
        return;
    }
    const bool over = ok && !more;
    if (over) {
        struct others others = {.count = 0};
        others_find(&others, keeper->processes, keeper->found);
        warn_of_lost_slots(keeper);
        slack__slots_look(&keeper->slots, keeper->found,
                          (const char(*)[SLACK_PROCESS_ID_SIZE])others.ids, others.count,
                          keeper->began_ms);
    }
    if (over && find_orphan(keeper))
        order_give(keeper);
    else if (keeper->started)
        keeper_step(keeper);
}

static void list_page(slack_slot_keeper_t *keeper)
{
    keeper->batch = (slack_store_batch_t){.limit = PAGE};
    key_write(keeper, SLACK_SLOTS_ALL);
    keeper_submit(keeper, (slack_store_op_t){.kind = SLACK_STORE_KV_LIST,
                                             .row = slack__kv_page(slack__slice(keeper->texts.key),
                                                                   slack__slice(keeper->after)),
                                             .batch = &keeper->batch,
                                             .done = page_listed});
}

static void look_due(slack_timer_t *timer)
{
    slack_slot_keeper_t *keeper = SLACK_CONTAINER(timer, slack_slot_keeper_t, timer);
    /* A process that leaves may have a successor that has only just begun. */
    if (keeper->slots.leaving && keeper->processes->listed_ms <= keeper->slots.leave_ms) {
        slack__timer_start(keeper->net, timer, SOON_MS);
        return;
    }
    keeper->again = false;
    keeper->began_ms = keeper_now(keeper);
    memset(keeper->found, 0, sizeof keeper->found);
    list_page(keeper);
}

void slack__slot_keeper_look_soon(slack_slot_keeper_t *keeper)
{
    if (!keeper->started) return;
    keeper->again = true;
    if (keeper->busy) return;
    const uint64_t due_us = slack__mono_us(keeper->net->clock) + SOON_MS * 1000;
    if (slack__timer_waits(&keeper->timer) && keeper->timer.due_us <= due_us) return;
    slack__timer_start_at(keeper->net, &keeper->timer, due_us);
}

/* ---- life ---- */

void slack__slot_keeper_init(slack_slot_keeper_t *keeper)
{
    slack__timer_init(&keeper->timer, look_due);
}

void slack__slot_keeper_start(slack_slot_keeper_t *keeper, unsigned budget)
{
    slack__slots_init(&keeper->slots, keeper->processes->own.id, budget, slack__random_u64());
    keeper->started = true;
    keeper_allow(keeper);
    slack__timer_start(keeper->net, &keeper->timer, 0);
}

void slack__slot_keeper_leave(slack_slot_keeper_t *keeper)
{
    if (!keeper->started) return;
    slack__slots_leave(&keeper->slots, keeper_now(keeper));
    slack__slot_keeper_look_soon(keeper);
}

bool slack__slot_keeper_leaving(const slack_slot_keeper_t *keeper)
{
    return keeper->started && slack__slots_leaving(&keeper->slots);
}

void slack__slot_keeper_stop(slack_slot_keeper_t *keeper)
{
    if (!keeper->started) return;
    keeper->started = false;
    slack__timer_stop(keeper->net, &keeper->timer);
}
