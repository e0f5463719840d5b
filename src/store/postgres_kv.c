/* SPDX-License-Identifier: MIT */
#include "store/kv.h"
#include "store/postgres_internal.h"

/* --- writing -------------------------------------------------------------------------------- */

static int take_write(slack_pg_t *pg, PGresult *result, void *user_data)
{
    slack_store_op_t *op = user_data;
    size_t changed;
    slack__pg_take_changed(pg, result, &changed);
    const bool always = op->kind == SLACK_STORE_KV_PUT ||
                        (op->kind == SLACK_STORE_KV_DELETE && op->row.order.len == 0);
    op->duplicate = !always && changed == 0;
    const bool owned = PQntuples(result) > 0 && !PQgetisnull(result, 0, 0); /* and deleted */
    if (owned) slack__pg_note_change(pg, SLACK_STORE_CHANGED_ENTRIES, 0);
    return 0;
}

/* A swap that expects no entry is an addition. */
static void send_write(slack_pg_t *pg, slack_store_op_t *op)
{
    const slack_kv_entry_t entry = slack__kv_from_row(&op->row);
    const bool put = op->kind == SLACK_STORE_KV_PUT;
    const bool swap = op->kind == SLACK_STORE_KV_SWAP && entry.expected.len > 0;
    slack_pg_params_t sweep = {0}, params = {0};
    slack__pg_int(&sweep, pg->now_ms);
    slack__pg_int(&sweep, PG_SWEEP_ROWS);
    slack__pg_send(pg, PG_KV_SWEEP, &sweep, NULL, NULL);
    slack__pg_some(&params, entry.key);
    slack__pg_bytes(&params, entry.version);
    slack__pg_int(&params, entry.until_ms);
    slack__pg_bytes(&params, entry.value);
    slack__pg_int(&params, pg->now_ms);
    if (op->owned)
        slack__pg_int(&params, pg->owner);
    else
        slack__pg_bytes(&params, (slack_slice_t){NULL, 0});
    if (swap) slack__pg_bytes(&params, entry.expected);
    slack__pg_send(pg, put ? PG_KV_PUT : swap ? PG_KV_SWAP : PG_KV_ADD, &params, take_write, op);
    if (op->owned) slack__pg_send_renew(pg);
}

static void send_delete(slack_pg_t *pg, slack_store_op_t *op)
{
    const slack_kv_entry_t entry = slack__kv_from_row(&op->row);
    slack_pg_params_t params = {0};
    slack__pg_some(&params, entry.key);
    slack__pg_bytes(&params, entry.expected);
    slack__pg_int(&params, pg->now_ms);
    slack__pg_send(pg, PG_KV_DELETE, &params, take_write, op);
}

/* --- reading -------------------------------------------------------------------------------- */

/* The first entry without the prefix is behind the last one that has it. */
static int take_entries(slack_pg_t *pg, PGresult *result, void *user_data)
{
    slack_store_op_t *op = user_data;
    slack_store_batch_t *batch = op->batch;
    const slack_slice_t prefix = op->row.key;
    if (op->kind == SLACK_STORE_KV_GET) batch->limit = 1;
    int rc = slack__batch_begin(batch, batch->limit);
    for (int i = 0; rc == 0 && i < PQntuples(result) && !slack__batch_is_full(batch); i++) {
        const slack_kv_entry_t entry = {.key = slack__pg_get_bytes(result, i, 0),
                                        .version = slack__pg_get_bytes(result, i, 1),
                                        .until_ms = slack__pg_get_int(result, i, 2),
                                        .value = slack__pg_get_bytes(result, i, 3)};
        const slack_row_t row = slack__kv_to_row(&entry);
        if (!slack__slice_begins(entry.key, prefix)) break;
        if (slack__row_copy(batch->arena, &batch->rows[batch->count], &row))
            batch->count++;
        else if (batch->count > 0)
            break; /* the next page takes the rest */
        else
            rc = SLACK_ENOMEM;
    }
    if (rc != 0) slack__pg_no_memory(pg);
    return slack__batch_end(batch, rc);
}

static void send_read(slack_pg_t *pg, slack_store_op_t *op)
{
    const slack_slice_t prefix = op->row.key, after = op->row.order;
    const bool list = op->kind == SLACK_STORE_KV_LIST;
    slack_pg_params_t params = {0};
    slack__pg_some(&params, list && slack__slice_compare(after, prefix) > 0 ? after : prefix);
    if (list) slack__pg_some(&params, after);
    slack__pg_int(&params, pg->now_ms);
    if (list) slack__pg_int(&params, op->batch->limit);
    slack__pg_send(pg, list ? PG_KV_LIST : PG_KV_GET, &params, take_entries, op);
}

void slack__pg_send_kv(slack_pg_t *pg, slack_store_op_t *op)
{
    if (op->kind == SLACK_STORE_KV_GET || op->kind == SLACK_STORE_KV_LIST)
        send_read(pg, op);
    else if (op->kind == SLACK_STORE_KV_DELETE)
        send_delete(pg, op);
    else
        send_write(pg, op);
}
