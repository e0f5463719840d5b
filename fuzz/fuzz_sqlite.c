/* SPDX-License-Identifier: MIT */
#include <limits.h>
#include <unistd.h>

#include <slack/options.h>

#include "fuzz.h"
#include "store/kv.h"
#include "store/sqlite_internal.h"

/*
 * A row and an entry whose columns have any value of any type. The input is a list of values: the
 * column, the type, and 8 bytes of a number or the length and the bytes of a text.
 */
static const char *const columns[] = {
    "inbox SET state",     "inbox SET attempt",    "inbox SET retry_num",  "inbox SET received_ms",
    "inbox SET due_ms",    "inbox SET changed_ms", "inbox SET planned_ms", "inbox SET key",
    "inbox SET kind",      "inbox SET name",       "inbox SET transport",  "inbox SET retry_reason",
    "inbox SET tenant",    "inbox SET done",       "inbox SET error",      "inbox SET payload",
    "inbox SET sum",       "inbox SET id",         "inbox SET owner",      "apps SET name",
    "owners SET lease_ms", "owners SET id",        "kv SET value",         "kv SET version",
    "kv SET until_ms",     "kv SET sum",           "inbox SET ordering",   "kv SET key",
    "kv SET owner",
};
#define COLUMNS (sizeof columns / sizeof *columns)

static slack_sqlite_t *store;
static sqlite3_stmt *updates[COLUMNS];
static slack_db_time_t now = {1700000000000, 1};
static char folder[] = "/tmp/slackapp-fuzz-XXXXXX";

static void sql(const char *text)
{
    must(sqlite3_exec(store->sqlite, text, NULL, NULL, NULL) == SQLITE_OK);
}

static void remove_files(void)
{
    static const char *const parts[] = {"", "-wal", "-shm", "-owners"};
    char path[64];
    slack__sqlite_close(&store->db);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        snprintf(path, sizeof path, "%s/db%s", folder, parts[i]);
        unlink(path);
    }
    rmdir(folder);
}

static void finalize(void)
{
    for (size_t i = 0; i < COLUMNS; i++)
        sqlite3_finalize(updates[i]);
    remove_files();
}

static void open_store(void)
{
    char path[64], error[SLACK_ERROR_TEXT_MAX], text[80];
    slack_db_t *db = NULL;
    must(mkdtemp(folder) != NULL);
    snprintf(path, sizeof path, "%s/db", folder);
    must(slack__sqlite_open(&db, path, now.wall_ms, error) == 0);
    store = SLACK_CONTAINER(db, slack_sqlite_t, db);
    sql("PRAGMA synchronous = OFF");
    for (size_t i = 0; i < COLUMNS; i++) {
        snprintf(text, sizeof text, "UPDATE %s = ?1", columns[i]);
        must(sqlite3_prepare_v2(store->sqlite, text, -1, &updates[i], NULL) == SQLITE_OK);
    }
    atexit(finalize);
}

static int apply(slack_store_op_t *op)
{
    char error[SLACK_ERROR_TEXT_MAX];
    slack_link_t ops, ended;
    slack__link_init(&ops);
    slack__link_init(&ended);
    slack__link_init(&op->link);
    slack__list_push(&ops, &op->link);
    slack__sqlite_apply(&store->db, &ops, &ended, &now, error);
    must(slack__list_empty(&ops));
    return op->status;
}

/* The result of an operation on rows is within what row.h promises. */
static void run(slack_store_op_t op, slack_store_batch_t batch)
{
    op.batch = &batch;
    if (apply(&op) != 0) return;
    for (size_t i = 0; batch.rows && i < batch.count; i++) {
        const slack_row_t *row = &batch.rows[i];
        const slack_slice_t texts[] = {row->kind,   row->name, row->transport, row->retry_reason,
                                       row->tenant, row->app,  row->done,      row->error};
        const int64_t times[] = {row->received_ms, row->due_ms, row->changed_ms, row->planned_ms};
        must((unsigned)row->state < SLACK_ROW_STATES && row->retry_num >= 0);
        must(row->attempt <= (unsigned)INT_MAX + 1);
        must(op.kind != SLACK_STORE_CLAIM || !row->damaged || row->payload.len == 0);
        if (op.kind == SLACK_STORE_KV_GET || op.kind == SLACK_STORE_KV_LIST) { /* of any bytes */
            must(!row->damaged || row->payload.len == 0);
            continue;
        }
        for (size_t t = 0; t < sizeof texts / sizeof *texts; t++)
            must(strlen(texts[t].ptr ? texts[t].ptr : "") == texts[t].len);
        for (size_t t = 0; t < sizeof times / sizeof *times; t++)
            must(times[t] >= 0 && times[t] <= SLACK_ROW_TIME_MAX);
    }
    slack__arena_free(batch.arena);
}

/* Takes a value off the input and binds it. */
static void bind_value(sqlite3_stmt *stmt, const uint8_t **at, const uint8_t *end)
{
    static const uint8_t types[16] = {0, 1, 2, 3, 4, 0, 1, 2,
                                      3, 0, 2, 3, 0, 2, 3, 0}; /* 4 is slow */
    const uint8_t type = types[*(*at)++ % 16];
    const size_t left = (size_t)(end - *at);
    size_t len = type < 2 ? 8 : left > 0 ? **at : 0;
    if (type >= 2 && left > 0) (*at)++;
    if (len > (size_t)(end - *at)) len = (size_t)(end - *at);
    int64_t number = 0;
    double real = 0;
    memcpy(&number, *at, len < 8 ? len : 8);
    memcpy(&real, &number, sizeof real);
    switch (type) {
    case 0: sqlite3_bind_int64(stmt, 1, number); break;
    case 1: sqlite3_bind_double(stmt, 1, real); break;
    case 2: sqlite3_bind_text(stmt, 1, (const char *)*at, (int)len, SQLITE_TRANSIENT); break;
    case 3: sqlite3_bind_blob(stmt, 1, *at, (int)len, SQLITE_TRANSIENT); break;
    default: sqlite3_bind_zeroblob(stmt, 1, (int)len << 15); break;
    }
    *at += len;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *at = data, *end = data + size;
    if (store == NULL) open_store();
    sql("BEGIN; DELETE FROM inbox; DELETE FROM kv; DELETE FROM apps; DELETE FROM owners;"
        "INSERT INTO apps VALUES(1, 'A');"
        "INSERT INTO inbox VALUES(1, 'Ev', 0, NULL, 0, 0, 1, 0, 'event', 'message', 'http', 0, '',"
        " 'T1', 1, 1, '+a', NULL, '{}', 0, 'k');"
        "INSERT INTO kv VALUES(1, 'k', 'v', 9e18, '{}', 0, NULL)");
    while (end - at >= 2) {
        sqlite3_stmt *stmt = updates[*at++ % COLUMNS];
        bind_value(stmt, &at, end);
        sqlite3_step(stmt); /* a value that the schema refuses changes nothing */
        sqlite3_reset(stmt);
        sqlite3_clear_bindings(stmt);
    }
    sql("COMMIT");
    run((slack_store_op_t){.kind = SLACK_STORE_LIST, .row.id = 1},
        (slack_store_batch_t){.one = true});
    for (int state = 0; state < SLACK_ROW_STATES; state++)
        run((slack_store_op_t){.kind = SLACK_STORE_LIST, .row.id = INT64_MIN},
            (slack_store_batch_t){.state = (enum slack_row_state)state, .limit = 10});
    run((slack_store_op_t){.kind = SLACK_STORE_STATS}, (slack_store_batch_t){0});
    run((slack_store_op_t){.kind = SLACK_STORE_KV_GET, .row.key = SLACK_SLICE("k")},
        (slack_store_batch_t){0});
    run((slack_store_op_t){.kind = SLACK_STORE_KV_LIST}, (slack_store_batch_t){.limit = 10});
    run((slack_store_op_t){.kind = SLACK_STORE_KV_ADD, .row.key = SLACK_SLICE("k")},
        (slack_store_batch_t){0});
    run((slack_store_op_t){.kind = SLACK_STORE_KV_SWAP,
                           .row = slack__kv_to_row(&(slack_kv_entry_t){
                               .key = SLACK_SLICE("k"), .expected = SLACK_SLICE("v")})},
        (slack_store_batch_t){0});
    run((slack_store_op_t){.kind = SLACK_STORE_KV_DELETE, .row.key = SLACK_SLICE("k")},
        (slack_store_batch_t){0});
    if (size % 2 == 1) /* otherwise the claim finds the row */
        run((slack_store_op_t){.kind = SLACK_STORE_CANCEL_TENANT,
                               .row = {.app = SLACK_SLICE("A"), .tenant = SLACK_SLICE("T")}},
            (slack_store_batch_t){.limit = 10});
    run((slack_store_op_t){.kind = SLACK_STORE_CLAIM, .row.app = SLACK_SLICE("A")},
        (slack_store_batch_t){.limit = 10, .now_ms = now.wall_ms});
    slack__sqlite_rest(&store->db, &(slack_db_wait_t){-1, -1});
    store->app_id = 0; /* another program has changed the ids */
    return 0;
}
