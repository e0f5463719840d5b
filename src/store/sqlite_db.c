/* SPDX-License-Identifier: MIT */
#include "store/sqlite_db.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <slack/options.h>

#include "store/owner.h"
#include "store/sqlite_files.h"
#include "util/alloc.h"
#include "util/crash.h"

/* How long an operation waits for another process's transaction, from when it was submitted; and
 * how long at least it is tried. Slack waits 3 s for an answer. */
#define BUSY_MS     1500
#define BUSY_TRY_MS 50
/* How often that is tried, after how long others are asked for a turn, and how long these wait then
 * until it has begun. */
#define TURN_MS       1
#define TURN_AFTER_MS 20
#define TURN_MOST_MS  5
/* So many pages in the log are copied into the file, and with so many nobody may write meanwhile.
 */
#define LOG_PAGES      1000
#define LOG_MANY_PAGES 4000
/* Files up to this size are checked as a whole when they are opened. */
#define CHECK_BYTES ((int64_t)16 << 20)
/* The most expired rows that one transaction removes: more than it adds, and never a pause. */
#define SWEEP_ROWS 200
/* Kept out of a store that is another program's: "slki". */
#define APPLICATION_ID 0x736c6b69

/* migrations[n] brings a file from schema n to n + 1. What was released is never changed. */
static const char *const migrations[] = {
    "CREATE TABLE inbox("
    " id INTEGER PRIMARY KEY,"
    " key BLOB UNIQUE," /* NULL: none */
    " state INTEGER NOT NULL,"
    " owner INTEGER,"
    " due_ms INTEGER NOT NULL,"
    " attempt INTEGER NOT NULL,"
    " kind TEXT, name TEXT, transport TEXT, retry_num INTEGER, retry_reason TEXT,"
    " received_ms INTEGER NOT NULL,"
    " changed_ms INTEGER NOT NULL,"
    " done TEXT, error TEXT, payload BLOB, sum INTEGER);"
    "CREATE INDEX inbox_queued ON inbox(due_ms, id) WHERE state = 0;"
    "CREATE INDEX inbox_running ON inbox(owner, id) WHERE state = 1;"
    "CREATE INDEX inbox_over ON inbox(state, changed_ms) WHERE state >= 2;"
    "CREATE TABLE owners(id INTEGER PRIMARY KEY AUTOINCREMENT);",
    "CREATE TABLE notes("
    " id INTEGER PRIMARY KEY,"
    " key BLOB NOT NULL UNIQUE,"
    " version BLOB,"
    " until_ms INTEGER NOT NULL,"
    " value BLOB, sum INTEGER NOT NULL);"
    "CREATE INDEX notes_over ON notes(until_ms);",
    /* 0: of a program that knows no leases. */
    "ALTER TABLE owners ADD COLUMN lease_ms INTEGER NOT NULL DEFAULT 0;",
    "ALTER TABLE inbox ADD COLUMN tenant TEXT;",
};
#define SCHEMA ((int)(sizeof migrations / sizeof *migrations))

#define COLUMNS                                                                                    \
    "id, state, key, kind, name, transport, retry_reason, done, error, retry_num, attempt,"        \
    " received_ms, due_ms, changed_ms, tenant"

enum statement {
    BEGIN,
    COMMIT,
    ROLLBACK,
    VERSION,
    PAGES,
    SWEEP,
    PUT,
    MARK,
    FINISH,
    FORGET,
    WAIT,
    BURY,
    OWNERS,
    OWNER_GONE,
    RENEW,
    ABANDONED,
    DUE,
    NEXT_DUE,
    TAKE,
    CANCEL,
    NOTE,
    NOTES_SWEEP,
    RECALL,
    LIST, /* of queued ones; then the other states */
    LIST_RUNNING,
    LIST_DONE,
    LIST_DEAD,
    ONE,
    RETRY,
    RETRY_ALL,
    DROP,
    DROP_ALL,
    STATS,
    STATEMENTS
};

#define SOME_DEAD "SELECT id FROM inbox WHERE state >= 2 AND state = 3 ORDER BY changed_ms LIMIT ?1"
/* ?1 is the row's id, ?2 the present, ?3 ourselves, wherever these are asked for. */
#define OURS "WHERE id = ?1 AND state = 1 AND owner = ?3"
static const char *const sql[] = {
    [BEGIN] = "BEGIN IMMEDIATE",
    [COMMIT] = "COMMIT",
    [ROLLBACK] = "ROLLBACK",
    [VERSION] = "PRAGMA data_version",
    [PAGES] = "PRAGMA page_count",
    /* The first term is for the planner: without it the index of what is over is not looked at, and
     * every transaction reads all rows. */
    [SWEEP] = "DELETE FROM inbox WHERE id IN (SELECT id FROM inbox WHERE state >= 2 AND state = ?1"
              " AND changed_ms <= ?2 ORDER BY changed_ms LIMIT ?3)",
    [PUT] =
        "INSERT INTO inbox(received_ms, changed_ms, owner, state, attempt, due_ms, key, kind,"
        " name, transport, retry_num, retry_reason, payload, sum, tenant) VALUES(?2, ?2, ?3, ?4,"
        " ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14) ON CONFLICT(key) DO NOTHING",
    [MARK] = "UPDATE inbox SET done = ?4, changed_ms = ?2 " OURS,
    [FINISH] = "UPDATE inbox SET state = 2, owner = NULL, payload = NULL, done = NULL,"
               " error = NULL, changed_ms = ?2 " OURS,
    [FORGET] = "DELETE FROM inbox " OURS,
    [WAIT] = "UPDATE inbox SET state = 0, owner = NULL, due_ms = ?4, done = ?5, error = ?6,"
             " changed_ms = ?2 " OURS,
    [BURY] = "UPDATE inbox SET state = 3, owner = NULL, key = iif(?4, NULL, key), done = ?5,"
             " error = ?6, changed_ms = ?2 " OURS,
    [OWNERS] = "SELECT id, lease_ms FROM owners WHERE id <> ?1",
    [OWNER_GONE] = "DELETE FROM owners WHERE id = ?1 AND NOT EXISTS"
                   " (SELECT 1 FROM inbox WHERE state = 1 AND owner = ?1)",
    /* It moves, whatever the clock does. */
    [RENEW] = "UPDATE owners SET lease_ms = iif(lease_ms = ?2, ?2 + 1, ?2) WHERE id = ?1",
    [ABANDONED] = "SELECT " COLUMNS ", payload, sum FROM inbox"
                  " WHERE state = 1 AND owner = ?1 ORDER BY id LIMIT ?2",
    [DUE] = "SELECT " COLUMNS ", payload, sum FROM inbox"
            " WHERE state = 0 AND due_ms <= ?1 ORDER BY due_ms, id LIMIT ?2",
    [NEXT_DUE] = "SELECT due_ms FROM inbox WHERE state = 0 ORDER BY due_ms LIMIT 1",
    [TAKE] = "UPDATE inbox SET state = 1, owner = ?3, attempt = attempt + 1, changed_ms = ?2"
             " WHERE id = ?1",
    [CANCEL] = "DELETE FROM inbox WHERE key = ?1 AND state = 0",
    [NOTE] = "INSERT INTO notes(key, version, until_ms, value, sum) VALUES(?1, ?2, ?3, ?4, ?5)"
             " ON CONFLICT(key) DO UPDATE SET version = excluded.version,"
             " until_ms = excluded.until_ms, value = excluded.value, sum = excluded.sum"
             " WHERE version IS NULL OR version <= excluded.version",
    [NOTES_SWEEP] = "DELETE FROM notes WHERE id IN"
                    " (SELECT id FROM notes WHERE until_ms <= ?1 ORDER BY until_ms LIMIT ?2)",
    [RECALL] = "SELECT key, version, until_ms, value, sum FROM notes"
               " WHERE key = ?1 AND until_ms > ?2",
    /* Of done ones there are so many that the next ids are near; the others are looked up. */
    [LIST] = "SELECT " COLUMNS " FROM inbox INDEXED BY inbox_queued"
             " WHERE state = 0 AND id > ?1 ORDER BY id LIMIT ?2",
    [LIST_RUNNING] = "SELECT " COLUMNS " FROM inbox INDEXED BY inbox_running"
                     " WHERE state = 1 AND id > ?1 ORDER BY id LIMIT ?2",
    [LIST_DONE] = "SELECT " COLUMNS " FROM inbox WHERE state = 2 AND id > ?1 ORDER BY id LIMIT ?2",
    [LIST_DEAD] = "SELECT " COLUMNS " FROM inbox INDEXED BY inbox_over"
                  " WHERE state >= 2 AND state = 3 AND id > ?1 ORDER BY id LIMIT ?2",
    [ONE] = "SELECT " COLUMNS ", payload, sum FROM inbox WHERE id = ?1",
    [RETRY] = "UPDATE inbox SET state = 0, attempt = 0, due_ms = ?2, error = NULL,"
              " changed_ms = ?2 WHERE state = 3 AND id = ?1",
    [RETRY_ALL] = "UPDATE inbox SET state = 0, attempt = 0, due_ms = ?2, error = NULL,"
                  " changed_ms = ?2 WHERE id IN (" SOME_DEAD ")",
    [DROP] = "DELETE FROM inbox WHERE state IN (0, 3) AND id = ?1",
    [DROP_ALL] = "DELETE FROM inbox WHERE id IN (" SOME_DEAD ")",
    /* Each out of an index; of what is done, which may be a million rows, out of that alone. */
    [STATS] = "SELECT 0, count(*), min(received_ms) FROM inbox WHERE state = 0 UNION ALL "
              "SELECT 1, count(*), min(received_ms) FROM inbox WHERE state = 1 UNION ALL "
              "SELECT 2, count(*), min(changed_ms) FROM inbox WHERE state >= 2 AND state = 2 "
              "UNION ALL "
              "SELECT 3, count(*), min(received_ms) FROM inbox WHERE state >= 2 AND state = 3",
};

/* More owners than these are told gone at once, or watched, the next time. */
#define OWNERS_MAX 64

/* Another owner whose process is there. Leases are not compared with any clock: whose does not move
 * for as long as it lasts, while we are looking, is silent. So a clock that is set, forward or
 * back, takes nobody's rows and keeps nobody's. */
typedef struct watched {
    int64_t id, lease_ms, silent_ms;
} watched_t;

struct slack_db {
    char *path; /* as it was given */
    sqlite3 *sqlite;
    sqlite3_stmt *statements[STATEMENTS];
    slack_owner_t owner;
    int64_t now_ms;   /* of the transaction */
    uint64_t mono_ms; /* the same, on the clock that nobody sets */
    watched_t watched[OWNERS_MAX];
    size_t watched_count;
    uint64_t looked_ms;     /* when they were looked at last, on that clock */
    uint64_t busy_until_ns; /* another process's transaction is waited for */
    bool waits;             /* and the others know it */
    int log_pages;          /* after the last commit */
    int copy_pages;         /* when to copy them */
    slack_files_t files;
    int64_t page_bytes;
    bool fresh;         /* the file was made by us */
    int lost;           /* transactions, as the log was found */
    const char *spoilt; /* what is wrong with the files; NULL: nothing */
};

static int error_of(int rc)
{
    if (rc == SQLITE_OK || rc == SQLITE_DONE || rc == SQLITE_ROW) return 0;
    return (rc & 0xff) == SQLITE_NOMEM ? SLACK_ENOMEM : SLACK_ESTORE;
}

/* --- statements ---------------------------------------------------------------------------- */

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

static int reset(sqlite3_stmt *s)
{
    int rc = sqlite3_reset(s);
    sqlite3_clear_bindings(s);
    return error_of(rc);
}

/* A statement that returns no rows, with what is bound to it. */
static int run(sqlite3_stmt *s)
{
    int rc = error_of(sqlite3_step(s));
    int end = reset(s);
    return rc ? rc : end;
}

static int run_plain(slack_db_t *db, enum statement which)
{
    return run(db->statements[which]);
}

/* A statement about one row, with ?1 to ?3 as they always are. */
static sqlite3_stmt *about(slack_db_t *db, enum statement which, int64_t id)
{
    sqlite3_stmt *s = db->statements[which];
    int count = sqlite3_bind_parameter_count(s);
    sqlite3_bind_int64(s, 1, id);
    if (count >= 2) sqlite3_bind_int64(s, 2, db->now_ms);
    if (count >= 3) sqlite3_bind_int64(s, 3, db->owner.id);
    return s;
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

static int batch_begin(slack_store_batch_t *batch, unsigned limit)
{
    batch->count = 0;
    batch->rows = NULL;
    batch->arena = slack__arena_new(0, SLACK_STORE_BYTES_MAX);
    if (batch->arena)
        batch->rows = slack__arena_alloc(batch->arena, limit * sizeof *batch->rows + 1);
    return batch->rows ? 0 : SLACK_ENOMEM;
}

/* Nothing comes out of what failed. */
static void batch_drop(slack_store_batch_t *batch)
{
    slack__arena_free(batch->arena);
    batch->arena = NULL;
    batch->rows = NULL;
    batch->count = 0;
}

/* --- operations on one row ----------------------------------------------------------------- */

static int put(slack_db_t *db, slack_store_op_t *op)
{
    const slack_row_t *row = &op->row;
    sqlite3_stmt *s = about(db, PUT, 0);
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
    int rc = run(s);
    if (rc != 0) return rc;
    op->duplicate = sqlite3_changes(db->sqlite) == 0;
    if (op->duplicate) return 0;
    op->row.id = sqlite3_last_insert_rowid(db->sqlite);
    op->row.received_ms = db->now_ms;
    return 0;
}

static int mark(slack_db_t *db, const slack_store_op_t *op)
{
    sqlite3_stmt *s = about(db, MARK, op->row.id);
    bind_text(s, 4, op->row.done);
    return run(s);
}

static int finish(slack_db_t *db, const slack_store_op_t *op)
{
    bool forget = op->forget || op->row.key.len == 0;
    return run(about(db, forget ? FORGET : FINISH, op->row.id));
}

/* WAIT and BURY. */
static int put_back(slack_db_t *db, const slack_store_op_t *op)
{
    sqlite3_stmt *s = about(db, op->kind == SLACK_STORE_WAIT ? WAIT : BURY, op->row.id);
    sqlite3_bind_int64(s, 4, op->kind == SLACK_STORE_WAIT ? op->row.due_ms : op->forget);
    bind_text(s, 5, op->row.done);
    bind_text(s, 6, op->row.error);
    return run(s);
}

static int cancel(slack_db_t *db, const slack_store_op_t *op)
{
    sqlite3_stmt *s = db->statements[CANCEL];
    bind_blob(s, 1, op->row.key);
    int rc = run(s);
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
        rc = error_of(step);
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
    int end = reset(s);
    /* Changed afterwards: an update in the middle of a query would move what it walks along. */
    for (size_t i = first; rc == 0 && end == 0 && i < batch->count; i++)
        rc = run(about(db, TAKE, batch->rows[i].id));
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

/* The owners that are gone, or have been silent for too long. One that is of a program without
 * leases (0) is never silent. */
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
        if (!alive || (w.lease_ms != 0 && w.silent_ms >= SLACK_STORE_LEASE_MS))
            gone[(*ret_count)++] = w.id;
    }
    memcpy(db->watched, now, count * sizeof *now);
    db->watched_count = count;
    return reset(s);
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
            rc = run(about(db, OWNER_GONE, gone[i]));
    }
    return rc;
}

static int renew(slack_db_t *db)
{
    sqlite3_stmt *s = db->statements[RENEW];
    sqlite3_bind_int64(s, 1, db->owner.id);
    sqlite3_bind_int64(s, 2, db->now_ms + SLACK_STORE_LEASE_MS);
    return run(s);
}

static int next_due(slack_db_t *db, int64_t *ret)
{
    sqlite3_stmt *s = db->statements[NEXT_DUE];
    int rc = sqlite3_step(s);
    *ret = rc == SQLITE_ROW ? sqlite3_column_int64(s, 0) : INT64_MAX;
    int end = reset(s);
    return error_of(rc) ? error_of(rc) : end;
}

static int claim(slack_db_t *db, slack_store_batch_t *batch)
{
    int rc = batch_begin(batch, batch->limit);
    if (rc == 0) rc = take_abandoned(db, batch);
    if (rc == 0 && batch->count < batch->limit) rc = take_rows(db, batch, DUE, batch->now_ms);
    if (rc == 0) rc = next_due(db, &batch->next_ms);
    if (rc != 0 || batch->count == 0) batch_drop(batch);
    return rc;
}

static int list_rows(slack_db_t *db, const slack_store_op_t *op)
{
    slack_store_batch_t *batch = op->batch;
    unsigned limit = batch->one ? 1 : batch->limit;
    int rc = batch_begin(batch, limit);
    sqlite3_stmt *s = db->statements[batch->one ? ONE : LIST + batch->state];
    sqlite3_bind_int64(s, 1, op->row.id);
    if (!batch->one) sqlite3_bind_int64(s, 2, limit);
    int step;
    while (rc == 0 && batch->count < limit && (step = sqlite3_step(s)) != SQLITE_DONE) {
        rc = error_of(step);
        if (rc != 0) break;
        slack_row_t row = read_row(s, batch->one);
        if (!slack__row_copy(batch->arena, &batch->rows[batch->count++], &row)) rc = SLACK_ENOMEM;
    }
    int end = reset(s);
    if (rc == 0) rc = end;
    if (rc != 0 || batch->count == 0) batch_drop(batch);
    return rc;
}

/* RETRY and DROP: of one row, or of as many as the batch asks for. */
static int change_dead(slack_db_t *db, const slack_store_op_t *op, enum statement one,
                       enum statement all)
{
    int64_t most = op->batch->limit ? (int64_t)op->batch->limit : -1;
    int rc = run(op->row.id ? about(db, one, op->row.id) : about(db, all, most));
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
    int end = reset(s);
    return error_of(step) ? error_of(step) : end;
}

/* --- notes --------------------------------------------------------------------------------- */

/* What is over goes first: an old version is nothing to compare with. */
static int note(slack_db_t *db, const slack_row_t *row)
{
    sqlite3_stmt *s = db->statements[NOTES_SWEEP];
    sqlite3_bind_int64(s, 1, db->now_ms);
    sqlite3_bind_int(s, 2, SWEEP_ROWS);
    int rc = run(s);
    if (rc != 0) return rc;
    s = db->statements[NOTE];
    bind_blob(s, 1, row->key);
    bind_blob(s, 2, row->name);
    sqlite3_bind_int64(s, 3, row->due_ms);
    bind_blob(s, 4, row->payload);
    sqlite3_bind_int64(s, 5, checksum(row->payload));
    return run(s);
}

/* A damaged note is none. */
static int recall(slack_db_t *db, const slack_store_op_t *op)
{
    slack_store_batch_t *batch = op->batch;
    int rc = batch_begin(batch, 1);
    sqlite3_stmt *s = db->statements[RECALL];
    bind_blob(s, 1, op->row.key);
    sqlite3_bind_int64(s, 2, db->now_ms);
    int step = rc == 0 ? sqlite3_step(s) : SQLITE_DONE;
    if (rc == 0) rc = error_of(step);
    if (rc == 0 && step == SQLITE_ROW) {
        slack_row_t row = {.key = column(s, 0),
                           .name = column(s, 1),
                           .due_ms = sqlite3_column_int64(s, 2),
                           .payload = column(s, 3)};
        bool good = checksum(row.payload) == sqlite3_column_int64(s, 4);
        if (good && !slack__row_copy(batch->arena, &batch->rows[batch->count++], &row))
            rc = SLACK_ENOMEM;
    }
    int end = reset(s);
    if (rc == 0) rc = end;
    if (rc != 0 || batch->count == 0) batch_drop(batch);
    return rc;
}

/* --- transactions -------------------------------------------------------------------------- */

static int apply(slack_db_t *db, slack_store_op_t *op)
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
    case SLACK_STORE_NOTE: return note(db, &op->row);
    case SLACK_STORE_RECALL: return recall(db, op);
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
    return run(s);
}

/* Most claims find nothing, and a transaction that might write makes others wait. */
static bool nothing_to_claim(slack_db_t *db, slack_store_batch_t *batch)
{
    int64_t gone[OWNERS_MAX];
    size_t count;
    if (find_gone(db, gone, &count) != 0 || count > 0) return false;
    if (next_due(db, &batch->next_ms) != 0) return false;
    return batch->next_ms > batch->now_ms;
}

static bool writes(const slack_store_op_t *op)
{
    return op->kind != SLACK_STORE_LIST && op->kind != SLACK_STORE_STATS &&
           op->kind != SLACK_STORE_RECALL;
}

/* An operation that ends without a transaction; only where it is alone, so that order is kept. */
static bool apply_alone(slack_db_t *db, slack_store_op_t *op)
{
    if (op->kind == SLACK_STORE_CLAIM && nothing_to_claim(db, op->batch)) {
        op->batch->arena = NULL;
        op->batch->count = 0;
        op->status = 0;
        return true;
    }
    if (writes(op)) return false;
    op->status = apply(db, op);
    return true;
}

static int apply_all(slack_db_t *db, slack_link_t *ops)
{
    int rc = sweep(db, SLACK_ROW_DONE, SLACK_STORE_KEEP_MS);
    if (rc == 0) rc = sweep(db, SLACK_ROW_DEAD, SLACK_STORE_DEAD_MS);
    for (slack_link_t *link = ops->next; rc == 0 && link != ops; link = link->next) {
        slack_store_op_t *op = SLACK_CONTAINER(link, slack_store_op_t, link);
        rc = op->status = apply(db, op);
    }
    return rc;
}

/* What was read and claimed in a transaction that did not come to be. */
static void fail_all(slack_link_t *ops, int status)
{
    for (slack_link_t *link = ops->next; link != ops; link = link->next) {
        slack_store_op_t *op = SLACK_CONTAINER(link, slack_store_op_t, link);
        op->status = status;
        op->duplicate = false;
        bool rows = op->kind == SLACK_STORE_CLAIM || op->kind == SLACK_STORE_LIST ||
                    op->kind == SLACK_STORE_RECALL;
        if (rows) batch_drop(op->batch);
    }
}

/* --- what went wrong ----------------------------------------------------------------------- */

#define REPAIR "stop all that use it, then move it away or repair it: sqlite3 FILE .recover"

static const char *cure_of(int code)
{
    switch (code & 0xff) {
    case SQLITE_BUSY: return "; another program keeps it locked";
    case SQLITE_FULL: return "; make room on its disk";
    case SQLITE_PERM:
    case SQLITE_READONLY: return "; let this program write to it and to its folder";
    case SQLITE_IOERR: return "; look after its disk";
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return "; " REPAIR;
    default: return "";
    }
}

/* A sentence: which file, what is wrong, what helps. */
static void say(const slack_db_t *db, const char *what, const char *cure, char *error)
{
    snprintf(error, SLACK_ERROR_TEXT_MAX, "%.100s: %.60s%s", db->path, what, cure);
}

static int tell(slack_db_t *db, int rc, char *error)
{
    if (rc == SLACK_ENOMEM)
        say(db, "out of memory", "", error);
    else if (rc != 0 && db->spoilt)
        say(db, db->spoilt, "; " REPAIR, error);
    else if (rc != 0)
        say(db, sqlite3_errmsg(db->sqlite), cure_of(sqlite3_errcode(db->sqlite)), error);
    return rc;
}

/* --- turns --------------------------------------------------------------------------------- */

/* One process writes at a time. Who is kept from it looks again every millisecond, and says so
 * after a while; who has written lets those begin first that do. Without that the next transaction
 * begins long before anybody has looked, and where syncs are slow the others wait in vain. */

#define MS_NS ((uint64_t)1000000)

static void be_patient(slack_db_t *db, uint64_t since_ns)
{
    uint64_t least = uv_hrtime() + BUSY_TRY_MS * MS_NS, until = since_ns + BUSY_MS * MS_NS;
    db->busy_until_ns = until > least ? until : least;
}

static int on_busy(void *arg, int tries)
{
    slack_db_t *db = arg;
    if (!db->waits && tries >= TURN_AFTER_MS / TURN_MS) {
        slack__owner_wait(&db->owner, true);
        db->waits = true;
    }
    if (uv_hrtime() >= db->busy_until_ns) return 0;
    uv_sleep(TURN_MS);
    return 1;
}

static void wait_no_more(slack_db_t *db)
{
    if (db->waits) slack__owner_wait(&db->owner, false);
    db->waits = false;
}

/* The first, at least, of those that wait for a turn have waited for too long. */
static void give_up(slack_link_t *ops, slack_link_t *ended)
{
    slack_link_t late;
    slack__link_init(&late);
    const uint64_t now = uv_hrtime();
    do {
        slack__list_push(&late, slack__list_shift(ops));
    } while (!slack__list_empty(ops) &&
             SLACK_CONTAINER(ops->next, slack_store_op_t, link)->since_ns + BUSY_MS * MS_NS <= now);
    fail_all(&late, SLACK_ESTORE);
    slack__list_splice(ended, &late);
}

static int on_commit(void *arg, sqlite3 *sqlite, const char *name, int pages)
{
    slack_db_t *db = arg;
    if (pages < db->log_pages) db->copy_pages = 0; /* it has begun anew */
    db->log_pages = pages;
    return SQLITE_OK;
}

/* What is in the log goes into the file, as far as nobody reads what was there before; a log of
 * which nothing is left begins anew. Where several processes write all the time there is always
 * something left, until one keeps the others waiting. Who reads for long is not waited for, and not
 * asked again with every commit: it takes time to look through a long log. */
static void copy_log(slack_db_t *db)
{
    int pages = 0, copied = 0;
    if (db->log_pages < LOG_PAGES || db->log_pages < db->copy_pages) return;
    bool many = db->log_pages >= LOG_MANY_PAGES;
    be_patient(db, 0);
    sqlite3_wal_checkpoint_v2(db->sqlite, "main",
                              many ? SQLITE_CHECKPOINT_RESTART : SQLITE_CHECKPOINT_PASSIVE, &pages,
                              &copied);
    wait_no_more(db);
    if (pages > copied || many)
        db->copy_pages = db->log_pages + (many ? LOG_MANY_PAGES : LOG_PAGES);
}

void slack__db_rest(slack_db_t *db)
{
    copy_log(db);
    for (int ms = 0; ms < TURN_MOST_MS && slack__owner_awaited(&db->owner); ms += TURN_MS)
        uv_sleep(TURN_MS);
}

/* --- the files ----------------------------------------------------------------------------- */

static int number(slack_db_t *db, enum statement which, int64_t *ret)
{
    sqlite3_stmt *s = db->statements[which];
    int rc = sqlite3_step(s);
    if (rc == SQLITE_ROW) *ret = sqlite3_column_int64(s, 0);
    int end = reset(s);
    return error_of(rc) ? error_of(rc) : end;
}

static int64_t bytes_needed(void *user_data)
{
    slack_db_t *db = user_data;
    int64_t pages = INT64_MAX / db->page_bytes;
    number(db, PAGES, &pages);
    return pages * db->page_bytes;
}

/* Nothing is written to files that are not what they were, nor at the end out of the log: what can
 * still be found in it is left to a person. */
static int look_at_files(slack_db_t *db, int64_t *ret_version)
{
    int rc = number(db, VERSION, ret_version);
    if (rc != 0) return rc;
    db->spoilt = slack__files_spoilt(&db->files, *ret_version, bytes_needed, db);
    sqlite3_db_config(db->sqlite, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, db->spoilt != NULL, NULL);
    return db->spoilt ? SLACK_ESTORE : 0;
}

/* --- a transaction ------------------------------------------------------------------------- */

int slack__db_apply(slack_db_t *db, slack_link_t *ops, slack_link_t *ended,
                    const slack_db_time_t *now, char *error)
{
    slack_store_op_t *first = SLACK_CONTAINER(ops->next, slack_store_op_t, link);
    db->now_ms = now->wall_ms;
    db->mono_ms = now->mono_ms;
    be_patient(db, first->since_ns);
    if (ops->next->next == ops && apply_alone(db, first)) {
        wait_no_more(db);
        slack__list_splice(ended, ops);
        return first->status == 0 ? SLACK_DB_READ : tell(db, first->status, error);
    }
    for (slack_link_t *link = ops->next; link != ops; link = link->next) {
        slack_store_op_t *op = SLACK_CONTAINER(link, slack_store_op_t, link);
        if (op->batch) op->batch->arena = NULL; /* until it has begun */
    }
    int rc = run_plain(db, BEGIN);
    wait_no_more(db);
    if (rc != 0 && (sqlite3_errcode(db->sqlite) & 0xff) == SQLITE_BUSY) {
        give_up(ops, ended);
        return tell(db, rc, error);
    }
    int64_t version = 0;
    if (rc == 0) rc = look_at_files(db, &version);
    if (rc == 0) rc = apply_all(db, ops);
    SLACK_CRASH("before-commit");
    if (rc == 0) rc = run_plain(db, COMMIT);
    SLACK_CRASH("committed");
    if (rc == 0) {
        slack__files_note(&db->files, version);
    } else {
        tell(db, rc, error);
        if (!sqlite3_get_autocommit(db->sqlite)) run_plain(db, ROLLBACK);
        fail_all(ops, rc);
    }
    slack__list_splice(ended, ops);
    return rc;
}

/* --- opening ------------------------------------------------------------------------------- */

static int query_int(sqlite3 *sqlite, const char *text, int64_t *ret)
{
    sqlite3_stmt *s = NULL;
    int rc = sqlite3_prepare_v2(sqlite, text, -1, &s, NULL);
    if (rc == SQLITE_OK) rc = sqlite3_step(s);
    if (rc == SQLITE_ROW) *ret = sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    return error_of(rc);
}

/* The directory remembers a new file only once it is synced itself. */
static void sync_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder = slash ? slack__strndup(path, (size_t)(slash - path) + 1) : slack__strdup(".");
    int fd = folder ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
    slack__free(folder);
}

/* Only the owner may read it: it holds what people said. SQLite gives the log beside it the same
 * permissions. An existing file is not opened here: closing it would let go of the locks that
 * another store of this process has on it. */
static void make_private(slack_db_t *db)
{
    struct stat st;
    if (stat(db->path, &st) == 0) {
        if (S_ISREG(st.st_mode) && (st.st_mode & 077)) chmod(db->path, 0600);
        return;
    }
    int fd = open(db->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600); /* also where a link leads to */
    if (fd < 0) return;
    close(fd);
    sync_folder(db->path);
    db->fresh = true;
}

static int migrate(slack_db_t *db, const char *path, char *error)
{
    int64_t version = 0, application = 0, tables = 0;
    int rc = query_int(db->sqlite, "PRAGMA user_version", &version);
    if (rc == 0) rc = query_int(db->sqlite, "PRAGMA application_id", &application);
    if (rc == 0) rc = query_int(db->sqlite, "SELECT count(*) FROM sqlite_schema", &tables);
    if (rc != 0) return tell(db, rc, error);
    if (tables > 0 && application != APPLICATION_ID) {
        snprintf(error, SLACK_ERROR_TEXT_MAX, "%.150s holds another program's data", path);
        return SLACK_ECONFIG;
    }
    if (tables == 0 && !db->fresh && slack__owner_knows_store(&db->owner)) {
        say(db, "it is empty, and was a store before", "; remove FILE-owners to begin anew", error);
        return SLACK_ESTORE;
    }
    if (version > SCHEMA) {
        snprintf(error, SLACK_ERROR_TEXT_MAX,
                 "%.150s was written by a newer slackapp (schema %lld, this one knows %d)", path,
                 (long long)version, SCHEMA);
        return SLACK_ECONFIG;
    }
    char text[96];
    for (; rc == 0 && version < SCHEMA; version++) {
        rc = error_of(sqlite3_exec(db->sqlite, migrations[version], NULL, NULL, NULL));
        snprintf(text, sizeof text, "PRAGMA user_version = %d; PRAGMA application_id = %d",
                 (int)version + 1, APPLICATION_ID);
        if (rc == 0) rc = error_of(sqlite3_exec(db->sqlite, text, NULL, NULL, NULL));
    }
    return tell(db, rc, error);
}

static int check_file(slack_db_t *db, char *error)
{
    int64_t pages = 0;
    int rc = query_int(db->sqlite, "PRAGMA page_size", &db->page_bytes);
    if (rc == 0) rc = query_int(db->sqlite, "PRAGMA page_count", &pages);
    if (rc != 0) return tell(db, rc, error);
    if (pages > CHECK_BYTES / db->page_bytes) return 0;
    sqlite3_stmt *s = NULL;
    rc = sqlite3_prepare_v2(db->sqlite, "PRAGMA quick_check(1)", -1, &s, NULL);
    if (rc == SQLITE_OK) rc = sqlite3_step(s);
    rc = error_of(rc);
    const char *said = rc == 0 ? (const char *)sqlite3_column_text(s, 0) : NULL;
    if (rc == 0 && (!said || strcmp(said, "ok") != 0)) {
        char what[80];
        snprintf(what, sizeof what, "it is damaged: %s", said ? said : "");
        say(db, what, "; " REPAIR, error);
        rc = SLACK_ESTORE;
    } else if (rc != 0) {
        tell(db, rc, error);
    }
    sqlite3_finalize(s);
    return rc;
}

static int tell_owners(const slack_db_t *db, int os, char *error)
{
    snprintf(error, SLACK_ERROR_TEXT_MAX, "%.100s: its file of owners: %.80s", db->path,
             strerror(-os));
    return SLACK_ESTORE;
}

static int become_owner(slack_db_t *db, char *error)
{
    char text[80];
    snprintf(text, sizeof text, "INSERT INTO owners(lease_ms) VALUES(%lld)",
             (long long)(db->now_ms + SLACK_STORE_LEASE_MS));
    int rc = error_of(sqlite3_exec(db->sqlite, text, NULL, NULL, NULL));
    if (rc != 0) return tell(db, rc, error);
    int os = slack__owner_take(&db->owner, sqlite3_last_insert_rowid(db->sqlite));
    return os == 0 ? 0 : tell_owners(db, os, error);
}

/* In one transaction, so that two that start together do not both make the tables, and nobody takes
 * an owner for gone that has not locked its byte yet. */
static int set_up(slack_db_t *db, const char *path, char *error)
{
    sqlite3_busy_handler(db->sqlite, on_busy, db);
    sqlite3_wal_hook(db->sqlite, on_commit, db);
    be_patient(db, uv_hrtime());
    /* It lies beside the database itself, whatever links lead there: whoever shares the one has to
     * share the other. */
    int os = slack__owner_open(&db->owner, sqlite3_db_filename(db->sqlite, "main"));
    if (os != 0) return tell_owners(db, os, error);
    static const char pragmas[] = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                                  "PRAGMA journal_size_limit = 16777216;" /* what is kept of it */
                                  "PRAGMA cell_size_check = ON; PRAGMA trusted_schema = OFF;";
    int code, tries = 0;
    do /* SQLite itself does not wait where the log is begun by somebody else at the same moment */
        code = sqlite3_exec(db->sqlite, pragmas, NULL, NULL, NULL);
    while ((code & 0xff) == SQLITE_BUSY && on_busy(db, tries++));
    int rc = error_of(code);
    if (rc == 0) rc = error_of(sqlite3_exec(db->sqlite, sql[BEGIN], NULL, NULL, NULL));
    wait_no_more(db);
    if (rc != 0) return tell(db, rc, error);
    /* Nobody writes to the log now. */
    db->files.name = sqlite3_db_filename(db->sqlite, "main");
    db->files.log_name = sqlite3_filename_wal(db->files.name);
    db->lost = slack__files_lost(db->files.log_name);
    rc = migrate(db, path, error);
    if (rc == 0) rc = check_file(db, error);
    if (rc == 0) rc = become_owner(db, error);
    if (rc == 0)
        rc = tell(db, error_of(sqlite3_exec(db->sqlite, "COMMIT", NULL, NULL, NULL)), error);
    if (rc == 0) slack__owner_note_store(&db->owner);
    for (int i = 0; rc == 0 && i < STATEMENTS; i++)
        rc = tell(db,
                  error_of(sqlite3_prepare_v3(db->sqlite, sql[i], -1, SQLITE_PREPARE_PERSISTENT,
                                              &db->statements[i], NULL)),
                  error);
    return rc;
}

/* SQLite says "unable to open database file", the system why. */
static void tell_open(slack_db_t *db, int rc, char *error)
{
    const int os = sqlite3_system_errno(db->sqlite);
    tell(db, rc, error);
    if (os != 0) say(db, strerror(os), "", error);
}

/* What a start goes on without. */
static void tell_lost(const slack_db_t *db, char *error)
{
    *error = '\0';
    if (db->lost > 0)
        snprintf(error, SLACK_ERROR_TEXT_MAX,
                 "%.110s-wal: damaged; %d transactions or more behind that place are lost",
                 db->path, db->lost);
    if (db->lost < 0)
        snprintf(error, SLACK_ERROR_TEXT_MAX,
                 "%.110s-wal: damaged at its beginning; what was not in the file yet is lost",
                 db->path);
}

int slack__db_open(slack_db_t **ret, const char *path, int64_t now_ms, char *error)
{
    char why[SLACK_ERROR_TEXT_MAX] = "";
    slack_db_t *db = slack__calloc(1, sizeof *db);
    if (!db) return SLACK_ENOMEM;
    db->owner.fd = -1;
    db->now_ms = now_ms;
    db->path = slack__strdup(path);
    if (!db->path) {
        slack__db_close(db);
        return SLACK_ENOMEM;
    }
    make_private(db);
    int rc = error_of(sqlite3_open_v2(
        path, &db->sqlite, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL));
    if (rc != 0)
        tell_open(db, rc, why);
    else if (sqlite3_db_readonly(db->sqlite, "main") == 1)
        rc = (say(db, "it cannot be written to", "", why), SLACK_ESTORE);
    else
        rc = set_up(db, path, why);
    if (rc == 0) {
        tell_lost(db, error);
        *ret = db;
        return 0;
    }
    snprintf(error, SLACK_ERROR_TEXT_MAX, "SLACK_STORE: %.242s", why);
    slack__db_close(db);
    return rc == SLACK_ECONFIG ? SLACK_ESTORE : rc;
}

void slack__db_close(slack_db_t *db)
{
    if (!db) return;
    be_patient(db, uv_hrtime());
    if (db->statements[STATEMENTS - 1] && !db->spoilt) run(about(db, OWNER_GONE, db->owner.id));
    for (int i = 0; i < STATEMENTS; i++)
        sqlite3_finalize(db->statements[i]);
    sqlite3_close(db->sqlite);
    slack__owner_close(&db->owner);
    slack__free(db->path);
    slack__free(db);
}
