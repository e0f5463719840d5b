/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "store/postgres_internal.h"

/*
 * Transactions of several processes must not wait for each other in a circle. So each begins with
 * all the locks that it needs, in the order of their numbers: one for each key and each ordering
 * key of its operations. Number 0 is shared by all transactions but those that delete rows of which
 * they do not know the ordering keys: these are alone. Keys share LOCKS numbers, because the server
 * has room for so many locks.
 */
#define LOCKS 512

int64_t slack__pg_lock(const slack_pg_t *pg, unsigned number)
{
    return pg->lock_class << 32 | number;
}

uint64_t slack__pg_hash(slack_slice_t a, slack_slice_t b)
{
    uint64_t hash = 0xcbf29ce484222325u ^ a.len;
    for (size_t i = 0; i < a.len; i++)
        hash = (hash ^ (unsigned char)a.ptr[i]) * 0x100000001b3u;
    for (size_t i = 0; i < b.len; i++)
        hash = (hash ^ (unsigned char)b.ptr[i]) * 0x100000001b3u;
    return hash ^ hash >> 32;
}

static unsigned lock_number(slack_slice_t a, slack_slice_t b, unsigned first)
{
    return first + (unsigned)(slack__pg_hash(a, b) % LOCKS);
}

unsigned slack__pg_order_lock(slack_slice_t app, slack_slice_t order)
{
    return lock_number(app, order, 1 + LOCKS);
}

static void note_locks(const slack_store_op_t *op, bool needed[1 + 2 * LOCKS])
{
    const slack_row_t *row = &op->row;
    switch (op->kind) {
    case SLACK_STORE_PUT:
        if (row->key.len > 0) needed[lock_number(row->key, (slack_slice_t){0}, 1)] = true;
        break;
    case SLACK_STORE_FINISH:
    case SLACK_STORE_WAIT:
    case SLACK_STORE_BURY: break;
    case SLACK_STORE_KV_PUT:
    case SLACK_STORE_KV_ADD:
    case SLACK_STORE_KV_SWAP:
    case SLACK_STORE_KV_DELETE:
        needed[lock_number(row->key, SLACK_SLICE("kv"), 1)] = true;
        return; /* its `order` is another one's version */
    default: return;
    }
    if (row->order.len > 0) needed[slack__pg_order_lock(row->app, row->order)] = true;
}

static bool is_alone(const slack_store_op_t *op)
{
    return op->kind == SLACK_STORE_CANCEL || op->kind == SLACK_STORE_CANCEL_TENANT ||
           op->kind == SLACK_STORE_DROP;
}

void slack__pg_enter(slack_pg_t *pg, slack_link_t *ops)
{
    bool needed[1 + 2 * LOCKS] = {false}, alone = false;
    char list[6 * 2 * LOCKS + 5];
    for (slack_link_t *link = ops->next; link != ops; link = link->next) {
        const slack_store_op_t *op = SLACK_CONTAINER(link, slack_store_op_t, link);
        note_locks(op, needed);
        if (is_alone(op)) alone = true;
    }
    size_t len = (size_t)snprintf(list, sizeof list, "{%d", alone ? -1 : 0);
    for (unsigned i = 1; !alone && i <= 2 * LOCKS; i++)
        if (needed[i]) len += (size_t)snprintf(list + len, sizeof list - len, ",%u", i);
    snprintf(list + len, sizeof list - len, "}");
    slack_pg_params_t params = {0};
    pg->batch += SLACK_DB_BATCH_MAX;
    slack__pg_int(&params, pg->owner);
    slack__pg_int(&params, pg->now_ms + SLACK_STORE_LEASE_MS);
    slack__pg_int(&params, pg->batch);
    slack__pg_int(&params, slack__pg_lock(pg, 0));
    slack__pg_text(&params, list);
    slack__pg_send(pg, PG_ENTER, &params, NULL, NULL);
}
