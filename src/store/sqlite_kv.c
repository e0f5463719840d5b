/* SPDX-License-Identifier: MIT */
#include "store/kv.h"
#include "store/sqlite_internal.h"
#include "store/sqlite_values.h"

/* --- writing ------------------------------------------------------------------------------- */

/* A swap that expects no entry is an addition. */
int slack__sqlite_kv_write(slack_sqlite_t *s, slack_store_op_t *op)
{
    const slack_kv_entry_t entry = slack__kv_from_row(&op->row);
    const bool put = op->kind == SLACK_STORE_KV_PUT;
    const bool swap = op->kind == SLACK_STORE_KV_SWAP && entry.expected.len > 0;
    int rc = slack__sqlite_sweep_of(s, KV_SWEEP, s->now_ms);
    if (rc != 0) return rc;
    sqlite3_stmt *stmt = s->statements[put ? KV_PUT : swap ? KV_SWAP : KV_ADD];
    slack__bind_blob(stmt, 1, entry.key);
    slack__bind_blob(stmt, 2, entry.version);
    sqlite3_bind_int64(stmt, 3, entry.until_ms);
    slack__bind_blob(stmt, 4, entry.value);
    sqlite3_bind_int64(stmt, 5, slack__checksum(entry.value));
    sqlite3_bind_int64(stmt, 6, s->now_ms);
    if (op->owned) sqlite3_bind_int64(stmt, 7, s->owner.id);
    if (swap) slack__bind_blob(stmt, 8, entry.expected);
    rc = slack__sqlite_step(stmt);
    op->duplicate = rc == 0 && !put && sqlite3_changes(s->sqlite) == 0;
    return rc == 0 && op->owned ? slack__sqlite_renew(s) : rc;
}

int slack__sqlite_kv_delete(slack_sqlite_t *s, slack_store_op_t *op)
{
    const slack_kv_entry_t entry = slack__kv_from_row(&op->row);
    sqlite3_stmt *stmt = s->statements[KV_DELETE];
    slack__bind_blob(stmt, 1, entry.key);
    slack__bind_blob(stmt, 2, entry.expected);
    sqlite3_bind_int64(stmt, 3, s->now_ms);
    int rc = slack__sqlite_step(stmt);
    op->duplicate = rc == 0 && entry.expected.len > 0 && sqlite3_changes(s->sqlite) == 0;
    return rc;
}

/* --- reading ------------------------------------------------------------------------------- */

/* A damaged entry is there: a reader must not take an installation for a missing one. */
static slack_kv_entry_t read_entry(sqlite3_stmt *stmt)
{
    const int version_type = sqlite3_column_type(stmt, 1);
    bool bad = version_type != SQLITE_BLOB && version_type != SQLITE_NULL;
    slack_kv_entry_t entry = {
        .key = slack__column_bytes(stmt, 0, SLACK_SQLITE_TEXT_MAX, &bad),
        .version = slack__column_bytes(stmt, 1, SLACK_SQLITE_TEXT_MAX, &bad),
        .value = slack__column_bytes(stmt, 3, SLACK_SQLITE_PAYLOAD_MAX, &bad),
        .until_ms = SLACK_KV_FOREVER,
    };
    if (sqlite3_column_type(stmt, 2) == SQLITE_INTEGER)
        entry.until_ms = sqlite3_column_int64(stmt, 2);
    else
        bad = true;
    if (slack__checksum(entry.value) != sqlite3_column_int64(stmt, 4)) bad = true;
    if (version_type != SQLITE_BLOB)
        entry.version = (slack_slice_t){NULL, 0}; /* no swap finds it */
    if (bad) entry.value = (slack_slice_t){NULL, 0};
    entry.damaged = bad;
    return entry;
}

/* Add the entries that a query returns. The first one without the prefix is behind the last one
 * that has it. So the query leaves no rows out, and reads no more rows than it returns. */
static int add_entries(const slack_sqlite_t *s, sqlite3_stmt *stmt, slack_slice_t prefix,
                       slack_store_batch_t *batch)
{
    int step;
    while (!slack__batch_is_full(batch) && (step = sqlite3_step(stmt)) != SQLITE_DONE) {
        const int rc = slack__sqlite_status(step);
        if (rc != 0) return rc;
        const slack_kv_entry_t entry = read_entry(stmt);
        if (entry.until_ms <= s->now_ms || entry.key.len == 0) continue;
        if (!slack__slice_begins(entry.key, prefix)) return 0;
        const slack_row_t row = slack__kv_to_row(&entry);
        if (!slack__row_copy(batch->arena, &batch->rows[batch->count], &row))
            return batch->count > 0 ? 0 : SLACK_ENOMEM; /* the next page takes the rest */
        batch->count++;
    }
    return 0;
}

static void bind_key(sqlite3_stmt *stmt, int i, slack_slice_t key)
{
    sqlite3_bind_blob64(stmt, i, key.len > 0 ? key.ptr : "", key.len, SQLITE_STATIC);
}

/* KV_GET and KV_LIST. */
int slack__sqlite_kv_read(slack_sqlite_t *s, const slack_store_op_t *op)
{
    slack_store_batch_t *batch = op->batch;
    const slack_slice_t prefix = op->row.key, after = op->row.order;
    const bool list = op->kind == SLACK_STORE_KV_LIST;
    sqlite3_stmt *stmt = s->statements[list ? KV_LIST : KV_GET];
    if (!list) batch->limit = 1;
    bind_key(stmt, 1, list && slack__slice_compare(after, prefix) > 0 ? after : prefix);
    if (list) bind_key(stmt, 2, after);
    int rc = slack__batch_begin(batch, batch->limit);
    if (rc == 0) rc = add_entries(s, stmt, prefix, batch);
    const int end = slack__sqlite_reset(stmt);
    return slack__batch_end(batch, rc ? rc : end);
}
