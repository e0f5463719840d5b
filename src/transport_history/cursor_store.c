/* SPDX-License-Identifier: MIT */
#include "transport_history/cursor_store.h"

#include <stdio.h>
#include <string.h>

void slack__cursor_store_init(slack_cursor_store_t *store)
{
    slack__link_init(&store->loads);
    slack__link_init(&store->saves);
    for (size_t i = 0; i < SLACK_CURSOR_SLOTS; i++) {
        store->slots[i].store = store;
        slack__link_init(&store->slots[i].op.link);
    }
}

int slack__cursor_key(char *ret, size_t size, const char *app, const char *channel)
{
    return snprintf(ret, size, "catch-up/%s/%s", app, channel);
}

void slack__cursor_store_load(slack_cursor_store_t *store, slack_channel_t *channel)
{
    if (store->store->ops->durable && !slack__linked(&channel->io))
        slack__list_push(&store->loads, &channel->io);
}

void slack__cursor_store_save(slack_cursor_store_t *store, slack_channel_t *channel)
{
    if (store->read_only || !store->store->ops->durable) return;
    if (channel->cursor.dirty && !slack__linked(&channel->io))
        slack__list_push(&store->saves, &channel->io);
}

static void slot_begin(slack_cursor_slot_t *slot, slack_channel_t *channel,
                       enum slack_store_op_kind kind);

/* Gives the free slots work. */
static void store_continue(slack_cursor_store_t *store)
{
    for (size_t i = 0; i < SLACK_CURSOR_SLOTS; i++) {
        if (store->slots[i].channel) continue;
        const bool load = !slack__list_empty(&store->loads);
        slack_link_t *link = slack__list_shift(load ? &store->loads : &store->saves);
        if (link == NULL) return;
        slot_begin(&store->slots[i], SLACK_CONTAINER(link, slack_channel_t, io),
                   load ? SLACK_STORE_KV_GET : SLACK_STORE_KV_PUT);
    }
}

/* The cursor of a channel that has moved meanwhile stays. */
static void slot_loaded(const slack_cursor_slot_t *slot)
{
    slack_cursor_t *cursor = &slot->channel->cursor;
    char ts[SLACK_TS_SIZE] = "";
    if (slot->batch.count > 0) {
        const slack_slice_t value = slack__kv_from_row(slot->batch.rows).value;
        if (value.len < sizeof ts) memcpy(ts, value.ptr, value.len);
    }
    if (!slack__ts_ok(ts) || !slack__ts_after(ts, cursor->ts)) return;
    memcpy(cursor->ts, ts, sizeof ts);
    cursor->dirty = false;
}

/* A save that fails is made again with the next ones. */
static void slot_saved(slack_cursor_slot_t *slot)
{
    slack_cursor_store_t *store = slot->store;
    const bool failed = slot->op.status != 0;
    if (failed) slot->channel->cursor.dirty = true;
    if (failed && !store->failing)
        SLACK_LOG(store->net->log, WARN, "cursors of catch-up not saved", "error=%s hint=%s",
                  slack_err_name(slot->op.status),
                  "they are saved again; until then a restart reads more than it has missed");
    store->failing = failed;
}

static void slot_done(slack_store_op_t *op)
{
    slack_cursor_slot_t *slot = SLACK_CONTAINER(op, slack_cursor_slot_t, op);
    slack_cursor_store_t *store = slot->store;
    if (op->kind == SLACK_STORE_KV_PUT)
        slot_saved(slot);
    else if (op->status == 0)
        slot_loaded(slot);
    else if (store->status == 0)
        store->status = op->status;
    slack__arena_free(slot->batch.arena);
    slot->channel = NULL;
    store->busy--;
    store_continue(store);
    if (store->busy > 0) return;
    const int status = store->status;
    store->status = 0;
    store->idle(store, status);
}

static void slot_begin(slack_cursor_slot_t *slot, slack_channel_t *channel,
                       enum slack_store_op_kind kind)
{
    slack_cursor_store_t *store = slot->store;
    const slack_slice_t key = {
        slot->key, (size_t)slack__cursor_key(slot->key, sizeof slot->key, store->app, channel->id)};
    memcpy(slot->ts, channel->cursor.ts, sizeof slot->ts);
    const slack_slice_t ts = slack__slice(slot->ts);
    slot->channel = channel;
    slot->batch = (slack_store_batch_t){.limit = 1};
    slot->op = (slack_store_op_t){.kind = kind, .batch = &slot->batch, .done = slot_done};
    slot->op.row = slack__kv_to_row(&(slack_kv_entry_t){
        .key = key,
        .version = ts,
        .value = ts,
        .until_ms = slack__wall_ms(store->net->clock) + SLACK_CURSOR_KEEP_MS,
    });
    slack__link_init(&slot->op.link);
    if (kind == SLACK_STORE_KV_PUT) channel->cursor.dirty = false;
    store->busy++;
    store->store->ops->submit(store->store, &slot->op);
}

bool slack__cursor_store_run(slack_cursor_store_t *store)
{
    if (store->busy > 0) return true;
    store_continue(store);
    return store->busy > 0;
}
