/* SPDX-License-Identifier: MIT */
#include "store/sqlite_internal.h"

#include <string.h>

#include <slack/error.h>

/* The most expired rows that one transaction removes: more than it adds, and never a pause. */
#define SWEEP_ROWS 200

/* Texts are borrowed until the statement is reset: every statement is, before its caller returns.
 */
static void bind_text(sqlite3_stmt *s, int i, slack_slice_t text)
{
    if (text.len == 0)
        sqlite3_bind_null(s, i);
    else
        sqlite3_bind_text64(s, i, text.ptr, text.len, SQLITE_STATIC, SQLITE_UTF8);
}

static void bind_blob(sqlite3_stmt *s, int i, slack_slice_t bytes)
{
    if (bytes.len == 0)
        sqlite3_bind_null(s, i);
    else
        sqlite3_bind_blob64(s, i, bytes.ptr, bytes.len, SQLITE_STATIC);
}

/* FNV-1a: it is to notice decay, not an enemy. */
static int64_t checksum(slack_slice_t bytes)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < bytes.len; i++)
        hash = (hash ^ (uint8_t)bytes.ptr[i]) * 0x100000001b3u;
    return (int64_t)hash;
}

/* --- reading rows -------------------------------------------------------------------------- */

static slack_slice_t column(sqlite3_stmt *s, int i)
{
    const char *ptr = sqlite3_column_blob(s, i);
    return (slack_slice_t){ptr, ptr ? (size_t)sqlite3_column_bytes(s, i) : 0};
}

/* In the order of COLUMNS. The texts are SQLite's. */
static slack_row_t read_row(sqlite3_stmt *s, bool with_payload)
{
    return (slack_row_t){
        .id = sqlite3_column_int64(s, 0),
        .state = (enum slack_row_state)sqlite3_column_int(s, 1),
        .key = column(s, 2),
        .kind = column(s, 3),
        .name = column(s, 4),
        .transport = column(s, 5),
        .retry_reason = column(s, 6),
        .done = column(s, 7),
        .error = column(s, 8),
        .retry_num = sqlite3_column_int(s, 9),
        .attempt = (unsigned)sqlite3_column_int(s, 10),
        .received_ms = sqlite3_column_int64(s, 11),
        .due_ms = sqlite3_column_int64(s, 12),
        .changed_ms = sqlite3_column_int64(s, 13),
        .tenant = column(s, 14),
        .payload = with_payload ? column(s, 15) : (slack_slice_t){NULL, 0},
    };
}

static bool is_damaged(sqlite3_stmt *s, const slack_row_t *row)
{
    return checksum(row->payload) != sqlite3_column_int64(s, 16);
}

/* --- operations on one row ----------------------------------------------------------------- */

static int put(slack_db_t *db, slack_store_op_t *op)
{
    const slack_row_t *row = &op->row;
    sqlite3_stmt *s = slack__db_about(db, PUT, 0);
    if (!op->claim) sqlite3_bind_null(s, 3);
    sqlite3_bind_int(s, 4, op->claim); /* SLACK_ROW_RUNNING in its first attempt, or QUEUED */
    sqlite3_bind_int64(s, 5, row->due_ms);
    bind_blob(s, 6, row->key);
    bind_text(s, 7, row->kind);
    bind_text(s, 8, row->name);
    bind_text(s, 9, row->transport);
    sqlite3_bind_int(s, 10, row->retry_num);
    bind_text(s, 11, row->retry_reason);
    bind_blob(s, 12, row->payload);
    sqlite3_bind_int64(s, 13, checksum(row->payload));
    bind_text(s, 14, row->tenant);
    int rc = slack__stmt_run(s);
    if (rc != 0) return rc;
    op->duplicate = sqlite3_changes(db->sqlite) == 0;
    if (op->duplicate) return 0;
    op->row.id = sqlite3_last_insert_rowid(db->sqlite);
    op->row.received_ms = db->now_ms;
    return 0;
}

static int mark(slack_db_t *db, const slack_store_op_t *op)
{
    sqlite3_stmt *s = slack__db_about(db, MARK, op->row.id);
    bind_text(s, 4, op->row.done);
    return slack__stmt_run(s);
}

static int finish(slack_db_t *db, const slack_store_op_t *op)
{
    bool forget = op->forget || op->row.key.len == 0;
    return slack__stmt_run(slack__db_about(db, forget ? FORGET : FINISH, op->row.id));
}

/* WAIT and BURY. */
static int put_back(slack_db_t *db, const slack_store_op_t *op)
{
    sqlite3_stmt *s = slack__db_about(db, op->kind == SLACK_STORE_WAIT ? WAIT : BURY, op->row.id);
    sqlite3_bind_int64(s, 4, op->kind == SLACK_STORE_WAIT ? op->row.due_ms : op->forget);
    bind_text(s, 5, op->row.done);
    bind_text(s, 6, op->row.error);
    return slack__stmt_run(s);
}

static int cancel(slack_db_t *db, const slack_store_op_t *op)
{
    sqlite3_stmt *s = db->statements[CANCEL];
    bind_blob(s, 1, op->row.key);
    int rc = slack__stmt_run(s);
    op->batch->count = rc == 0 ? (size_t)sqlite3_changes(db->sqlite) : 0;
    return rc;
}

/* --- operations on several rows ------------------------------------------------------------ */

/* Take what a query offers, as much as the batch has memory for. */
static int take_rows(slack_db_t *db, slack_store_batch_t *batch, enum statement query, int64_t what)
{
    sqlite3_stmt *s = db->statements[query];
    sqlite3_bind_int64(s, 1, what);
    sqlite3_bind_int64(s, 2, (int64_t)(batch->limit - batch->count));
    int rc = 0, step;
    size_t first = batch->count;
    while (rc == 0 && batch->count < batch->limit && (step = sqlite3_step(s)) != SQLITE_DONE) {
        rc = slack__db_status(step);
        if (rc != 0) break;
        slack_row_t row = read_row(s, true);
        row.damaged = is_damaged(s, &row);
        if (row.damaged) row.payload = (slack_slice_t){NULL, 0};
        row.state = SLACK_ROW_RUNNING;
        row.attempt++;
        row.changed_ms = db->now_ms;
        if (slack__row_copy(batch->arena, &batch->rows[batch->count], &row))
            batch->count++;
        else if (batch->count > 0)
            break;
        else
            rc = SLACK_ENOMEM;
    }
    int end = slack__stmt_reset(s);
    /* Changed afterwards: an update in the middle of a query would move what it walks along. */
    for (size_t i = first; rc == 0 && end == 0 && i < batch->count; i++)
        rc = slack__stmt_run(slack__db_about(db, TAKE, batch->rows[i].id));
    return rc ? rc : end;
}

/* What is known of an owner from the look before. */
static int64_t silence(const slack_db_t *db, const watched_t *owner, int64_t passed_ms)
{
    for (size_t i = 0; i < db->watched_count; i++)
        if (db->watched[i].id == owner->id && db->watched[i].lease_ms == owner->lease_ms)
            return db->watched[i].silent_ms + passed_ms;
    return 0;
}

/* How long we have been looking since the last time: where we did not turn ourselves (the machine
 * was suspended, say), nor may the others have. */
static int64_t passed_ms(slack_db_t *db)
{
    int64_t passed = (int64_t)(db->mono_ms - db->looked_ms);
    db->looked_ms = db->mono_ms;
    return passed < SLACK_STORE_RENEW_MS ? passed : SLACK_STORE_RENEW_MS;
}

/* The owners that are gone, or have been silent for too long. */
static int find_gone(slack_db_t *db, int64_t gone[OWNERS_MAX], size_t *ret_count)
{
    watched_t now[OWNERS_MAX] = {{0}};
    size_t count = 0;
    const int64_t passed = passed_ms(db);
    sqlite3_stmt *s = db->statements[OWNERS];
    sqlite3_bind_int64(s, 1, db->owner.id);
    *ret_count = 0;
    while (*ret_count < OWNERS_MAX && count < OWNERS_MAX && sqlite3_step(s) == SQLITE_ROW) {
        watched_t w = {.id = sqlite3_column_int64(s, 0), .lease_ms = sqlite3_column_int64(s, 1)};
        const bool alive = slack__owner_alive(&db->owner, w.id);
        w.silent_ms = silence(db, &w, passed);
        if (alive) now[count++] = w;
        if (!alive || w.silent_ms >= SLACK_STORE_LEASE_MS) gone[(*ret_count)++] = w.id;
    }
    memcpy(db->watched, now, count * sizeof *now);
    db->watched_count = count;
    return slack__stmt_reset(s);
}

/* Of owners that are gone; one that has no rows any more is forgotten, unless it may come back. */
static int take_abandoned(slack_db_t *db, slack_store_batch_t *batch)
{
    int64_t gone[OWNERS_MAX];
    size_t count;
    int rc = find_gone(db, gone, &count);
    for (size_t i = 0; rc == 0 && i < count && batch->count < batch->limit; i++) {
        rc = take_rows(db, batch, ABANDONED, gone[i]);
        if (rc == 0 && !slack__owner_alive(&db->owner, gone[i]))
            rc = slack__stmt_run(slack__db_about(db, OWNER_GONE, gone[i]));
    }
    return rc;
}

static int renew(slack_db_t *db)
{
    sqlite3_stmt *s = db->statements[RENEW];
    sqlite3_bind_int64(s, 1, db->owner.id);
    sqlite3_bind_int64(s, 2, db->now_ms + SLACK_STORE_LEASE_MS);
    return slack__stmt_run(s);
}

static int next_due(slack_db_t *db, int64_t *ret)
{
    sqlite3_stmt *s = db->statements[NEXT_DUE];
    int rc = sqlite3_step(s);
    *ret = rc == SQLITE_ROW ? sqlite3_column_int64(s, 0) : INT64_MAX;
    int end = slack__stmt_reset(s);
    return slack__db_status(rc) ? slack__db_status(rc) : end;
}

static int claim(slack_db_t *db, slack_store_batch_t *batch)
{
    int rc = slack__batch_begin(batch, batch->limit);
    if (rc == 0) rc = take_abandoned(db, batch);
    if (rc == 0 && batch->count < batch->limit) rc = take_rows(db, batch, DUE, batch->now_ms);
    if (rc == 0) rc = next_due(db, &batch->next_ms);
    if (rc != 0 || batch->count == 0) slack__batch_drop(batch);
    return rc;
}

static int list_rows(slack_db_t *db, const slack_store_op_t *op)
{
    slack_store_batch_t *batch = op->batch;
    unsigned limit = batch->one ? 1 : batch->limit;
    int rc = slack__batch_begin(batch, limit);
    sqlite3_stmt *s = db->statements[batch->one ? ONE : LIST + batch->state];
    sqlite3_bind_int64(s, 1, op->row.id);
    if (!batch->one) sqlite3_bind_int64(s, 2, limit);
    int step;
    while (rc == 0 && batch->count < limit && (step = sqlite3_step(s)) != SQLITE_DONE) {
        rc = slack__db_status(step);
        if (rc != 0) break;
        slack_row_t row = read_row(s, batch->one);
        if (!slack__row_copy(batch->arena, &batch->rows[batch->count++], &row)) rc = SLACK_ENOMEM;
    }
    int end = slack__stmt_reset(s);
    if (rc == 0) rc = end;
    if (rc != 0 || batch->count == 0) slack__batch_drop(batch);
    return rc;
}

/* RETRY and DROP: of one row, or of as many as the batch asks for. */
static int change_dead(slack_db_t *db, const slack_store_op_t *op, enum statement one,
                       enum statement all)
{
    int64_t most = op->batch->limit ? (int64_t)op->batch->limit : -1;
    int rc = slack__stmt_run(op->row.id ? slack__db_about(db, one, op->row.id)
                                        : slack__db_about(db, all, most));
    op->batch->count = rc == 0 ? (size_t)sqlite3_changes(db->sqlite) : 0;
    return rc;
}

static int count_rows(slack_db_t *db, slack_store_batch_t *batch)
{
    memset(batch->counts, 0, sizeof batch->counts);
    memset(batch->oldest_ms, 0, sizeof batch->oldest_ms);
    sqlite3_stmt *s = db->statements[STATS];
    int step;
    while ((step = sqlite3_step(s)) == SQLITE_ROW) {
        int state = sqlite3_column_int(s, 0);
        if (state < 0 || state >= SLACK_ROW_STATES) continue;
        batch->counts[state] = (uint64_t)sqlite3_column_int64(s, 1);
        batch->oldest_ms[state] = sqlite3_column_int64(s, 2);
    }
    int end = slack__stmt_reset(s);
    return slack__db_status(step) ? slack__db_status(step) : end;
}

/* --- notes --------------------------------------------------------------------------------- */

/* What is over goes first: an old version is nothing to compare with. */
static int kv_put(slack_db_t *db, const slack_row_t *row)
{
    sqlite3_stmt *s = db->statements[KV_SWEEP];
    sqlite3_bind_int64(s, 1, db->now_ms);
    sqlite3_bind_int(s, 2, SWEEP_ROWS);
    int rc = slack__stmt_run(s);
    if (rc != 0) return rc;
    s = db->statements[KV_PUT];
    bind_blob(s, 1, row->key);
    bind_blob(s, 2, row->name);
    sqlite3_bind_int64(s, 3, row->due_ms);
    bind_blob(s, 4, row->payload);
    sqlite3_bind_int64(s, 5, checksum(row->payload));
    return slack__stmt_run(s);
}

/* A damaged note is none. */
static int kv_get(slack_db_t *db, const slack_store_op_t *op)
{
    slack_store_batch_t *batch = op->batch;
    int rc = slack__batch_begin(batch, 1);
    sqlite3_stmt *s = db->statements[KV_GET];
    bind_blob(s, 1, op->row.key);
    sqlite3_bind_int64(s, 2, db->now_ms);
    int step = rc == 0 ? sqlite3_step(s) : SQLITE_DONE;
    if (rc == 0) rc = slack__db_status(step);
    if (rc == 0 && step == SQLITE_ROW) {
        slack_row_t row = {.key = column(s, 0),
                           .name = column(s, 1),
                           .due_ms = sqlite3_column_int64(s, 2),
                           .payload = column(s, 3)};
        bool good = checksum(row.payload) == sqlite3_column_int64(s, 4);
        if (good && !slack__row_copy(batch->arena, &batch->rows[batch->count++], &row))
            rc = SLACK_ENOMEM;
    }
    int end = slack__stmt_reset(s);
    if (rc == 0) rc = end;
    if (rc != 0 || batch->count == 0) slack__batch_drop(batch);
    return rc;
}

/* --- any of them -------------------------------------------------------------------------- */

int slack__db_apply_op(slack_db_t *db, slack_store_op_t *op)
{
    switch (op->kind) {
    case SLACK_STORE_PUT: return put(db, op);
    case SLACK_STORE_MARK: return mark(db, op);
    case SLACK_STORE_FINISH: return finish(db, op);
    case SLACK_STORE_WAIT:
    case SLACK_STORE_BURY: return put_back(db, op);
    case SLACK_STORE_RENEW: return renew(db);
    case SLACK_STORE_CLAIM: return claim(db, op->batch);
    case SLACK_STORE_CANCEL: return cancel(db, op);
    case SLACK_STORE_KV_PUT: return kv_put(db, &op->row);
    case SLACK_STORE_KV_GET: return kv_get(db, op);
    case SLACK_STORE_LIST: return list_rows(db, op);
    case SLACK_STORE_RETRY: return change_dead(db, op, RETRY, RETRY_ALL);
    case SLACK_STORE_DROP: return change_dead(db, op, DROP, DROP_ALL);
    case SLACK_STORE_STATS: return count_rows(db, op->batch);
    }
    return SLACK_EINVAL;
}

static int sweep(slack_db_t *db, enum slack_row_state state, int64_t keep_ms)
{
    sqlite3_stmt *s = db->statements[SWEEP];
    sqlite3_bind_int(s, 1, (int)state);
    sqlite3_bind_int64(s, 2, db->now_ms - keep_ms);
    sqlite3_bind_int(s, 3, SWEEP_ROWS);
    return slack__stmt_run(s);
}

int slack__db_sweep(slack_db_t *db)
{
    int rc = sweep(db, SLACK_ROW_DONE, SLACK_STORE_KEEP_MS);
    return rc ? rc : sweep(db, SLACK_ROW_DEAD, SLACK_STORE_DEAD_MS);
}

/* Most claims find nothing, and a transaction that might write makes others wait. */
bool slack__db_nothing_to_claim(slack_db_t *db, slack_store_batch_t *batch)
{
    int64_t gone[OWNERS_MAX];
    size_t count;
    if (find_gone(db, gone, &count) != 0 || count > 0) return false;
    if (next_due(db, &batch->next_ms) != 0) return false;
    return batch->next_ms > batch->now_ms;
}
