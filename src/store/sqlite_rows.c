/* SPDX-License-Identifier: MIT */
#include "store/sqlite_internal.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include <slack/error.h>

#include "store/sqlite_values.h"

/* --- reading rows -------------------------------------------------------------------------- */

/* Read the columns in the order of COLUMNS. The texts are SQLite's until the next step. */
static slack_row_t read_row(sqlite3_stmt *stmt, bool with_payload)
{
    bool bad = false;
    slack_row_t row = {
        .id = sqlite3_column_int64(stmt, 0),
        .state = (enum slack_row_state)slack__column_number(stmt, 1, SLACK_ROW_STATES - 1, &bad),
        .key = slack__column_bytes(stmt, 2, SLACK_SQLITE_TEXT_MAX, &bad),
        .kind = slack__column_text(stmt, 3, &bad),
        .name = slack__column_text(stmt, 4, &bad),
        .transport = slack__column_text(stmt, 5, &bad),
        .retry_reason = slack__column_text(stmt, 6, &bad),
        .done = slack__column_text(stmt, 7, &bad),
        .error = slack__column_text(stmt, 8, &bad),
        .retry_num = (int)slack__column_number(stmt, 9, INT_MAX, &bad),
        .attempt = (unsigned)slack__column_number(stmt, 10, INT_MAX, &bad),
        .received_ms = slack__column_number(stmt, 11, SLACK_ROW_TIME_MAX, &bad),
        .due_ms = slack__column_number(stmt, 12, SLACK_ROW_TIME_MAX, &bad),
        .changed_ms = slack__column_number(stmt, 13, SLACK_ROW_TIME_MAX, &bad),
        .planned_ms = slack__column_number(stmt, 14, SLACK_ROW_TIME_MAX, &bad),
        .tenant = slack__column_text(stmt, 15, &bad),
        .app = slack__column_text(stmt, 16, &bad),
        .order = slack__column_bytes(stmt, 17, SLACK_SQLITE_TEXT_MAX, &bad),
    };
    if (with_payload) {
        row.payload = slack__column_bytes(stmt, 18, SLACK_SQLITE_PAYLOAD_MAX, &bad);
        /* The payload of a done row is deleted. */
        if (row.state != SLACK_ROW_DONE &&
            slack__checksum(row.payload) != sqlite3_column_int64(stmt, 19))
            bad = true;
    }
    row.damaged = bad;
    return row;
}

/* --- apps ---------------------------------------------------------------------------------- */

/* Never NULL: an empty name is a name. */
static sqlite3_stmt *about_app(slack_sqlite_t *s, enum statement which, slack_slice_t name)
{
    sqlite3_bind_text64(s->statements[which], 1, name.len ? name.ptr : "", name.len, SQLITE_STATIC,
                        SQLITE_UTF8);
    return s->statements[which];
}

/* The id of an app; 0 if it has none and is not to get one. */
static int sqlite_app_id(slack_sqlite_t *s, slack_slice_t name, bool make, int64_t *ret)
{
    const bool last = s->app_id != 0 && slack__slice_eq((slack_slice_t){s->app, s->app_len}, name);
    *ret = last ? s->app_id : 0;
    if (last) return 0;
    about_app(s, APP_ID, name);
    int rc = slack__sqlite_number(s, APP_ID, ret);
    if (rc == 0 && *ret == 0 && make) {
        rc = slack__sqlite_step(about_app(s, APP_NEW, name));
        *ret = sqlite3_last_insert_rowid(s->sqlite);
    }
    s->app_id = 0;
    if (rc != 0 || *ret == 0 || name.len > sizeof s->app) return rc;
    if (name.len > 0) memcpy(s->app, name.ptr, name.len);
    s->app_len = name.len;
    s->app_id = *ret;
    return 0;
}

/* --- ordering keys ------------------------------------------------------------------------- */

/* A statement about the rows of an app with an ordering key. */
static sqlite3_stmt *about_order(slack_sqlite_t *s, enum statement which, int64_t app,
                                 slack_slice_t order)
{
    sqlite3_stmt *stmt = s->statements[which];
    sqlite3_bind_int64(stmt, 1, app);
    slack__bind_blob(stmt, 2, order);
    if (sqlite3_bind_parameter_count(stmt) >= 3) sqlite3_bind_int64(stmt, 3, s->now_ms);
    return stmt;
}

/* The row that a statement about an order has found becomes due. */
static int order_take_first(slack_sqlite_t *s)
{
    int64_t id = 0;
    const int rc = slack__sqlite_number(s, ORDER_FIRST, &id);
    return rc || id == 0 ? rc : slack__sqlite_step(slack__sqlite_about(s, ORDER_ADVANCE, id));
}

/* After the end of a row: the next row with its ordering key may be claimed. */
static int order_advance(slack_sqlite_t *s, const slack_row_t *row)
{
    int64_t app;
    if (row->order.len == 0) return 0;
    int rc = sqlite_app_id(s, row->app, false, &app);
    if (rc != 0) return rc;
    about_order(s, ORDER_FIRST, app, row->order);
    return order_take_first(s);
}

/* Delete a queued or dead row by a statement that returns its app and its ordering key. */
static int order_delete(slack_sqlite_t *s, sqlite3_stmt *stmt, size_t *ret_count)
{
    const int step = sqlite3_step(stmt);
    int rc = slack__sqlite_status(step);
    sqlite3_value *order = NULL;
    int64_t app = 0;
    *ret_count = step == SQLITE_ROW;
    if (step == SQLITE_ROW && sqlite3_column_type(stmt, 1) != SQLITE_NULL) {
        app = sqlite3_column_int64(stmt, 0);
        order = sqlite3_value_dup(sqlite3_column_value(stmt, 1));
        if (order == NULL) rc = SLACK_ENOMEM;
    }
    const int end = slack__sqlite_reset(stmt);
    if (rc == 0) rc = end;
    if (rc == 0 && order) {
        stmt = about_order(s, ORDER_FIRST, app, (slack_slice_t){NULL, 0});
        sqlite3_bind_value(stmt, 2, order);
        rc = order_take_first(s);
    }
    sqlite3_value_free(order);
    return rc;
}

/* --- operations on one row ----------------------------------------------------------------- */

static int sqlite_put(slack_sqlite_t *s, slack_store_op_t *op)
{
    const slack_row_t *row = &op->row;
    int64_t app;
    int rc = sqlite_app_id(s, row->app, true, &app);
    if (rc == 0 && op->succeeds) { /* only a queued row keeps the key */
        slack__bind_blob(s->statements[FREE_KEY], 1, row->key);
        rc = slack__sqlite_step(s->statements[FREE_KEY]);
    }
    int64_t behind = 0;
    if (rc == 0 && row->order.len > 0) {
        sqlite3_bind_int64(about_order(s, ORDER_TAKEN, app, row->order), 4, INT64_MAX);
        rc = slack__sqlite_number(s, ORDER_TAKEN, &behind);
    }
    if (rc != 0) return rc;
    const bool claim = op->claim && !behind;
    sqlite3_stmt *stmt = slack__sqlite_about(s, PUT, 0);
    if (!claim) sqlite3_bind_null(stmt, 3);
    sqlite3_bind_int(stmt, 4, claim); /* the state and the attempt: RUNNING, 1 or QUEUED, 0 */
    sqlite3_bind_int64(stmt, 5, row->due_ms);
    slack__bind_blob(stmt, 6, row->key);
    slack__bind_text(stmt, 7, row->kind);
    slack__bind_text(stmt, 8, row->name);
    slack__bind_text(stmt, 9, row->transport);
    sqlite3_bind_int(stmt, 10, row->retry_num);
    slack__bind_text(stmt, 11, row->retry_reason);
    slack__bind_blob(stmt, 12, row->payload);
    sqlite3_bind_int64(stmt, 13, slack__checksum(row->payload));
    slack__bind_text(stmt, 14, row->tenant);
    sqlite3_bind_int64(stmt, 15, app);
    sqlite3_bind_int64(stmt, 16, behind ? SLACK_ROW_BEHIND : row->due_ms);
    slack__bind_blob(stmt, 17, row->order);
    rc = slack__sqlite_step(stmt);
    if (rc != 0) return rc;
    op->duplicate = sqlite3_changes(s->sqlite) == 0;
    if (op->duplicate) return 0;
    op->claim = claim;
    op->row.id = sqlite3_last_insert_rowid(s->sqlite);
    op->row.received_ms = s->now_ms;
    return 0;
}

static int sqlite_finish(slack_sqlite_t *s, const slack_store_op_t *op)
{
    bool forget = op->forget || op->row.key.len == 0;
    int rc = slack__sqlite_step(slack__sqlite_about(s, forget ? FORGET : FINISH, op->row.id));
    return rc ? rc : order_advance(s, &op->row);
}

/* WAIT and BURY. */
static int sqlite_put_back(slack_sqlite_t *s, const slack_store_op_t *op)
{
    sqlite3_stmt *stmt =
        slack__sqlite_about(s, op->kind == SLACK_STORE_WAIT ? WAIT : BURY, op->row.id);
    sqlite3_bind_int64(stmt, 4, op->kind == SLACK_STORE_WAIT ? op->row.due_ms : op->forget);
    slack__bind_text(stmt, 5, op->row.done);
    slack__bind_text(stmt, 6, op->row.error);
    if (op->hold) sqlite3_bind_int64(stmt, 7, 0);
    int rc = slack__sqlite_step(stmt);
    return rc || op->hold ? rc : order_advance(s, &op->row);
}

/* --- operations on several rows ------------------------------------------------------------ */

/* Take the claimed rows from `first` on. A row behind another one with its ordering key leaves the
 * batch, and waits for the end of that one. */
static int sqlite_take_each(slack_sqlite_t *s, slack_store_batch_t *batch, size_t first,
                            int64_t app)
{
    size_t kept = first;
    int rc = 0;
    for (size_t i = first; rc == 0 && i < batch->count; i++) {
        const slack_row_t *row = &batch->rows[i];
        int64_t busy = 0;
        if (row->order.len > 0 && row->state == SLACK_ROW_QUEUED) {
            sqlite3_bind_int64(about_order(s, ORDER_BUSY, app, row->order), 4, row->id);
            rc = slack__sqlite_number(s, ORDER_BUSY, &busy);
        }
        if (rc == 0)
            rc = slack__sqlite_step(slack__sqlite_about(s, busy ? ORDER_HOLD : TAKE, row->id));
        if (rc != 0 || busy) continue;
        batch->rows[kept] = *row;
        batch->rows[kept].state = SLACK_ROW_RUNNING;
        batch->rows[kept++].attempt++;
    }
    batch->count = kept;
    return rc;
}

/* Claim the app's rows that a query returns, as many as the batch has memory for. */
static int sqlite_take_rows(slack_sqlite_t *s, slack_store_batch_t *batch, enum statement query,
                            int64_t what, int64_t app)
{
    sqlite3_stmt *stmt = s->statements[query];
    sqlite3_bind_int64(stmt, 1, what);
    sqlite3_bind_int64(stmt, 2, (int64_t)(batch->limit - batch->count));
    sqlite3_bind_int64(stmt, 3, app);
    int rc = 0, step;
    size_t first = batch->count;
    while (rc == 0 && !slack__batch_is_full(batch) && (step = sqlite3_step(stmt)) != SQLITE_DONE) {
        rc = slack__sqlite_status(step);
        if (rc != 0) break;
        slack_row_t row = read_row(stmt, true);
        if (row.damaged) row.payload = (slack_slice_t){NULL, 0};
        row.changed_ms = s->now_ms;
        if (slack__row_copy(batch->arena, &batch->rows[batch->count], &row))
            batch->count++;
        else if (batch->count > 0)
            break;
        else
            rc = SLACK_ENOMEM;
    }
    int end = slack__sqlite_reset(stmt);
    /* After the query, because an update moves rows within the index that the query walks along. */
    if (rc == 0) rc = end;
    return rc ? rc : sqlite_take_each(s, batch, first, app);
}

/* Claim rows of owners that are gone. An owner without rows is deleted, unless its process lives
 * and it may come back. */
static int sqlite_take_abandoned(slack_sqlite_t *s, slack_store_batch_t *batch, int64_t app)
{
    slack_sqlite_gone_t gone;
    int rc = slack__sqlite_find_gone(s, app, &gone);
    for (size_t i = 0; rc == 0 && i < gone.count && !slack__batch_is_full(batch); i++) {
        const int64_t id = gone.ids[i];
        rc = sqlite_take_rows(s, batch, ABANDONED, id, app);
        if (rc == 0) rc = slack__sqlite_end_entries_of(s, id);
        if (rc == 0 && !slack__owner_alive(&s->owner, id))
            rc = slack__sqlite_step(slack__sqlite_about(s, OWNER_GONE, id));
    }
    return rc;
}

static int sqlite_next_due(slack_sqlite_t *s, int64_t app, int64_t *ret)
{
    sqlite3_stmt *stmt = s->statements[NEXT_DUE];
    sqlite3_bind_int64(stmt, 1, app);
    int rc = sqlite3_step(stmt);
    /* A row whose time is no number is never due. */
    const bool some = rc == SQLITE_ROW && sqlite3_column_type(stmt, 0) == SQLITE_INTEGER;
    *ret = some ? sqlite3_column_int64(stmt, 0) : INT64_MAX;
    if (*ret == SLACK_ROW_BEHIND) *ret = INT64_MAX; /* the end of another row makes it due */
    int end = slack__sqlite_reset(stmt);
    return slack__sqlite_status(rc) ? slack__sqlite_status(rc) : end;
}

static int sqlite_claim(slack_sqlite_t *s, const slack_store_op_t *op)
{
    slack_store_batch_t *batch = op->batch;
    int64_t app;
    int rc = slack__batch_begin(batch, batch->limit);
    if (rc == 0) rc = sqlite_app_id(s, op->row.app, false, &app);
    if (rc == 0) rc = sqlite_take_abandoned(s, batch, app);
    if (rc == 0 && !slack__batch_is_full(batch))
        rc = sqlite_take_rows(s, batch, DUE, batch->now_ms, app);
    if (rc == 0) rc = sqlite_next_due(s, app, &batch->next_ms);
    return slack__batch_end(batch, rc);
}

static int sqlite_list_rows(slack_sqlite_t *s, const slack_store_op_t *op)
{
    slack_store_batch_t *batch = op->batch;
    unsigned limit = batch->one ? 1 : batch->limit;
    int rc = slack__batch_begin(batch, limit);
    sqlite3_stmt *stmt = s->statements[batch->one ? ONE : LIST + batch->state];
    sqlite3_bind_int64(stmt, 1, op->row.id);
    if (!batch->one) sqlite3_bind_int64(stmt, 2, limit);
    int step;
    while (rc == 0 && batch->count < limit && (step = sqlite3_step(stmt)) != SQLITE_DONE) {
        rc = slack__sqlite_status(step);
        if (rc != 0) break;
        slack_row_t row = read_row(stmt, batch->one);
        if (!slack__row_copy(batch->arena, &batch->rows[batch->count++], &row)) rc = SLACK_ENOMEM;
    }
    int end = slack__sqlite_reset(stmt);
    return slack__batch_end(batch, rc ? rc : end);
}

/* RETRY and DROP, of one row or of as many as the batch allows. */
static int sqlite_change_dead(slack_sqlite_t *s, const slack_store_op_t *op, enum statement one,
                              enum statement all)
{
    int64_t most = op->batch->limit ? (int64_t)op->batch->limit : -1;
    if (op->batch->one && one == DROP)
        return order_delete(s, slack__sqlite_about(s, DROP, op->row.id), &op->batch->count);
    sqlite3_stmt *stmt =
        slack__sqlite_about(s, op->batch->one ? one : all, op->batch->one ? op->row.id : most);
    if (!op->batch->one) sqlite3_bind_int64(stmt, 3, op->batch->now_ms);
    int rc = slack__sqlite_step(stmt);
    op->batch->count = rc == 0 ? (size_t)sqlite3_changes(s->sqlite) : 0;
    return rc;
}

/* One by one, because each may have held up rows with its ordering key. */
static int sqlite_cancel_tenant(slack_sqlite_t *s, const slack_store_op_t *op)
{
    slack_store_batch_t *batch = op->batch;
    const slack_row_t *row = &op->row;
    int64_t app;
    size_t deleted = 1;
    batch->count = 0;
    int rc = sqlite_app_id(s, row->app, false, &app);
    while (rc == 0 && deleted > 0 && batch->count < batch->limit) {
        sqlite3_stmt *stmt = s->statements[CANCEL_TENANT];
        sqlite3_bind_int64(stmt, 1, app);
        slack__bind_text(stmt, 2, row->tenant);
        sqlite3_bind_int64(stmt, 3, row->id ? row->id : INT64_MAX);
        rc = order_delete(s, stmt, &deleted);
        batch->count += deleted;
    }
    return rc;
}

static int sqlite_count_rows(slack_sqlite_t *s, const slack_store_op_t *op)
{
    slack_store_batch_t *batch = op->batch;
    memset(batch->counts, 0, sizeof batch->counts);
    memset(batch->oldest_ms, 0, sizeof batch->oldest_ms);
    batch->stateless = batch->owners = batch->bare_owners = 0;
    sqlite3_stmt *stmt = s->statements[STATS];
    int64_t app;
    int step = op->row.app.ptr ? sqlite_app_id(s, op->row.app, false, &app) : 0;
    if (step != 0) return step;
    sqlite3_bind_int64(stmt, 1, batch->limit ? (int64_t)batch->limit + 1 : -1);
    if (op->row.app.ptr)
        sqlite3_bind_int64(stmt, 2, app);
    else
        sqlite3_bind_null(stmt, 2);
    sqlite3_bind_int64(stmt, 3, s->owner.id);
    snprintf(batch->about, sizeof batch->about, "SQLite %s", sqlite3_libversion());
    while ((step = sqlite3_step(stmt)) == SQLITE_ROW) {
        int state = sqlite3_column_int(stmt, 0);
        const uint64_t count = (uint64_t)sqlite3_column_int64(stmt, 1);
        if (state == SLACK_ROW_STATES + 2) {
            const bool alive = slack__owner_alive(&s->owner, (int64_t)count);
            batch->owners += alive;
            batch->bare_owners += alive && !sqlite3_column_int(stmt, 2);
            continue;
        }
        if (state == SLACK_ROW_STATES + 1) {
            const bool some = sqlite3_column_type(stmt, 2) == SQLITE_INTEGER;
            batch->next_ms = some ? sqlite3_column_int64(stmt, 2) : INT64_MAX;
            if (batch->next_ms == SLACK_ROW_BEHIND) batch->next_ms = INT64_MAX;
            continue;
        }
        if (state == SLACK_ROW_STATES) {
            batch->stateless = count;
            batch->stateless_id = sqlite3_column_int64(stmt, 2);
            continue;
        }
        batch->counts[state] = count;
        bool damaged; /* also if there is no row */
        batch->oldest_ms[state] = slack__column_number(stmt, 2, SLACK_ROW_TIME_MAX, &damaged);
    }
    int end = slack__sqlite_reset(stmt);
    return slack__sqlite_status(step) ? slack__sqlite_status(step) : end;
}

/* --- for transactions ---------------------------------------------------------------------- */

int slack__sqlite_apply_op(slack_sqlite_t *s, slack_store_op_t *op)
{
    sqlite3_stmt *stmt;
    switch (op->kind) {
    case SLACK_STORE_PUT: return sqlite_put(s, op);
    case SLACK_STORE_MARK:
        stmt = slack__sqlite_about(s, MARK, op->row.id);
        slack__bind_text(stmt, 4, op->row.done);
        return slack__sqlite_step(stmt);
    case SLACK_STORE_FINISH: return sqlite_finish(s, op);
    case SLACK_STORE_WAIT:
    case SLACK_STORE_BURY: return sqlite_put_back(s, op);
    case SLACK_STORE_RENEW: return slack__sqlite_renew(s);
    case SLACK_STORE_CLAIM: return sqlite_claim(s, op);
    case SLACK_STORE_CANCEL:
        slack__bind_blob(s->statements[CANCEL], 1, op->row.key);
        return order_delete(s, s->statements[CANCEL], &op->batch->count);
    case SLACK_STORE_CANCEL_TENANT: return sqlite_cancel_tenant(s, op);
    case SLACK_STORE_KV_PUT:
    case SLACK_STORE_KV_ADD:
    case SLACK_STORE_KV_SWAP: return slack__sqlite_kv_write(s, op);
    case SLACK_STORE_KV_DELETE: return slack__sqlite_kv_delete(s, op);
    case SLACK_STORE_KV_GET:
    case SLACK_STORE_KV_LIST: return slack__sqlite_kv_read(s, op);
    case SLACK_STORE_LIST: return sqlite_list_rows(s, op);
    case SLACK_STORE_RETRY: return sqlite_change_dead(s, op, RETRY, RETRY_ALL);
    case SLACK_STORE_DROP: return sqlite_change_dead(s, op, DROP, DROP_ALL);
    case SLACK_STORE_STATS: return sqlite_count_rows(s, op);
    }
    return SLACK_EINVAL;
}

int slack__sqlite_sweep(slack_sqlite_t *s)
{
    int rc = slack__sqlite_sweep_of(s, SWEEP_DONE, s->now_ms - SLACK_STORE_KEEP_MS);
    return rc ? rc : slack__sqlite_sweep_of(s, SWEEP_DEAD, s->now_ms - SLACK_STORE_DEAD_MS);
}

bool slack__sqlite_nothing_to_claim(slack_sqlite_t *s, const slack_store_op_t *op)
{
    slack_store_batch_t *batch = op->batch;
    slack_sqlite_gone_t gone;
    int64_t app;
    if (sqlite_app_id(s, op->row.app, false, &app) != 0) return false;
    if (slack__sqlite_find_gone(s, app, &gone) != 0 || gone.count > 0) return false;
    if (sqlite_next_due(s, app, &batch->next_ms) != 0) return false;
    return batch->next_ms > batch->now_ms;
}
