/* SPDX-License-Identifier: MIT */
#include "store/sqlite_internal.h"

#include <slack/error.h>

#define COLUMNS                                                                                    \
    "id, state, key, kind, name, transport, retry_reason, done, error, retry_num, attempt,"        \
    " received_ms, due_ms, changed_ms, planned_ms, tenant, (SELECT name FROM apps WHERE id = "     \
    "app),"                                                                                        \
    " ordering"

#define SOME_DEAD                                                                                  \
    "SELECT id FROM inbox WHERE state >= 2 AND state = 3 AND changed_ms <= ?3"                     \
    " ORDER BY changed_ms LIMIT ?1"
/* "state >= 2" is for the planner: without it, it does not use the index inbox_over, and every
 * transaction reads all rows. With a parameter for the state, SQLite would compile the statement
 * again each time, since the state decides which index can be used. */
#define SWEEP(state)                                                                               \
    "DELETE FROM inbox WHERE id IN (SELECT id FROM inbox WHERE state >= 2 AND state = " state      \
    " AND changed_ms <= ?1 ORDER BY changed_ms LIMIT ?2)"
/* In statements about one row, ?1 is its id, ?2 the present time, ?3 this owner's id. */
#define OURS "WHERE id = ?1 AND state = 1 AND owner = ?3"
/* The rows of an app with an ordering key in a state; ?1 is the app, ?2 the key. A range in place
 * of the state would make the planner read all of them. */
#define IN_ORDER   "SELECT id FROM inbox WHERE app = ?1 AND ordering = ?2 AND state = "
#define ORDER_RUNS "EXISTS (" IN_ORDER "1)"
#define ORDER_DUE  "EXISTS (" IN_ORDER "0 AND due_ms <= ?3)"
/* Most rows are alone with their key, and one look shows that. ?4 is the id of the row itself. */
#define IF_OTHERS "SELECT CASE WHEN EXISTS (" IN_ORDER "0 AND id <> ?4) OR " ORDER_RUNS " THEN "
/* A waiting row that holds the newer ones up has the owner 0. */
#define ORDER_HELD                                                                                 \
    "EXISTS (" IN_ORDER "0 AND due_ms > ?3 AND due_ms < " BEHIND " AND owner = 0 AND id < ?4)"
#define ORDER_NEXT IN_ORDER "0 AND due_ms = " BEHIND " ORDER BY id LIMIT 1"
#define BEHIND     "253402300799999" /* SLACK_ROW_BEHIND */
/* An entry, and when it replaces another one with its key; ?6 is the present time. */
#define KV_WRITE                                                                                   \
    "INSERT INTO kv(key, version, until_ms, value, sum, owner) VALUES(?1, ?2, ?3, ?4, ?5, ?7)"     \
    " ON CONFLICT(key) DO UPDATE SET version = excluded.version, until_ms = excluded.until_ms,"    \
    " value = excluded.value, sum = excluded.sum, owner = excluded.owner WHERE "
#define COUNT(state, time, rows)                                                                   \
    "SELECT " state ", count(*), min(" time ") FROM (SELECT " time " FROM inbox WHERE " rows       \
    " LIMIT ?1) UNION ALL "
#define STATELESS                                                                                  \
    "SELECT 4, count(*), min(id) FROM inbox WHERE ?1 < 0 AND state NOT IN (0, 1, 2, 3) UNION ALL "
#define FIRST_DUE                                                                                  \
    "SELECT 5, 0, min((SELECT due_ms FROM inbox WHERE state = 0 AND app = a.id"                    \
    " ORDER BY due_ms LIMIT 1)) FROM apps AS a WHERE ?2 IS NULL OR id = ?2 UNION ALL "
#define COUNT_OWNERS                                                                               \
    "SELECT 6, id, EXISTS (SELECT 1 FROM kv WHERE owner = o.id) FROM owners AS o"                  \
    " WHERE id > 0 AND id <> ?3"

static const char *const sql[] = {
    [BEGIN] = "BEGIN IMMEDIATE",
    [COMMIT] = "COMMIT",
    [ROLLBACK] = "ROLLBACK",
    [VERSION] = "PRAGMA data_version",
    [PAGES] = "PRAGMA page_count",
    [SWEEP_DONE] = SWEEP("2"),
    [SWEEP_DEAD] = SWEEP("3"),
    [APP_ID] = "SELECT id FROM apps WHERE name = ?1",
    [APP_NEW] = "INSERT INTO apps(name) VALUES(?1)",
    [PUT] =
        "INSERT INTO inbox(received_ms, changed_ms, owner, state, attempt, due_ms, planned_ms,"
        " key, kind, name, transport, retry_num, retry_reason, payload, sum, tenant, app, ordering)"
        " VALUES(?2, ?2, ?3, ?4, ?4, ?16, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?17)"
        " ON CONFLICT(key) DO NOTHING",
    [FREE_KEY] = "UPDATE inbox SET key = NULL WHERE key = ?1 AND state <> 0",
    [MARK] = "UPDATE inbox SET done = ?4, changed_ms = ?2 " OURS,
    [FINISH] = "UPDATE inbox SET state = 2, owner = NULL, payload = NULL, sum = NULL,"
               " done = NULL, error = NULL, ordering = NULL, changed_ms = ?2 " OURS,
    [FORGET] = "DELETE FROM inbox " OURS,
    [WAIT] = "UPDATE inbox SET state = 0, owner = ?7, due_ms = ?4, done = ?5, error = ?6,"
             " changed_ms = ?2 " OURS,
    [BURY] = "UPDATE inbox SET state = 3, owner = NULL, key = iif(?4, NULL, key), done = ?5,"
             " error = ?6, changed_ms = ?2 " OURS,
    /* Which owners are of this app, or have no rows, and which have entries. All rows of an owner
     * belong to one app, so its first row shows which. */
    [OWNERS] = "SELECT id, lease_ms, ifnull((SELECT app FROM inbox WHERE state = 1"
               " AND owner = o.id LIMIT 1), ?2) = ?2, EXISTS (SELECT 1 FROM kv WHERE owner = o.id)"
               " FROM owners AS o WHERE id > 0 AND id <> ?1",
    [OWNER_GONE] = "DELETE FROM owners WHERE id = ?1 AND NOT EXISTS"
                   " (SELECT 1 FROM inbox WHERE state = 1 AND owner = ?1)",
    [OWNER_ENTRIES] = "DELETE FROM kv WHERE owner = ?1",
    /* The lease changes even if the clock stands still. */
    [RENEW] = "UPDATE owners SET lease_ms = iif(lease_ms = ?2, ?2 + 1, ?2) WHERE id = ?1",
    [ABANDONED] = "SELECT " COLUMNS ", payload, sum FROM inbox"
                  " WHERE state = 1 AND owner = ?1 AND app = ?3 ORDER BY id LIMIT ?2",
    [DUE] = "SELECT " COLUMNS ", payload, sum FROM inbox"
            " WHERE state = 0 AND app = ?3 AND due_ms <= ?1 ORDER BY due_ms, id LIMIT ?2",
    [NEXT_DUE] = "SELECT due_ms FROM inbox WHERE state = 0 AND app = ?1 ORDER BY due_ms LIMIT 1",
    [TAKE] = "UPDATE inbox SET state = 1, owner = ?3, attempt = attempt + 1, changed_ms = ?2"
             " WHERE id = ?1",
    [CANCEL] = "DELETE FROM inbox WHERE key = ?1 AND state = 0 RETURNING app, ordering",
    /* Every text that begins with ?2 is less than ?2 with the last character of Unicode. The plus
     * keeps the planner from a search by the id. */
    [CANCEL_TENANT] = "DELETE FROM inbox WHERE id = (SELECT id FROM inbox WHERE state = 0"
                      " AND app = ?1 AND tenant >= ?2 AND tenant < ?2 || char(0x10ffff)"
                      " AND +id < ?3 LIMIT 1) RETURNING app, ordering",
    [ORDER_TAKEN] =
        IF_OTHERS ORDER_RUNS " OR " ORDER_DUE " OR " ORDER_HELD " OR EXISTS (" ORDER_NEXT ") END",
    [ORDER_BUSY] = IF_OTHERS ORDER_RUNS " OR EXISTS (" IN_ORDER
                                        "0 AND due_ms <= ?3 AND id < ?4) OR " ORDER_HELD " END",
    /* Apart from ORDER_ADVANCE, because an UPDATE opens every index before it looks for rows. */
    [ORDER_FIRST] = ORDER_NEXT,
    [ORDER_ADVANCE] = "UPDATE inbox SET due_ms = planned_ms WHERE id = ?1",
    [ORDER_HOLD] = "UPDATE inbox SET due_ms = " BEHIND " WHERE id = ?1",
    [KV_PUT] = KV_WRITE "version IS NULL OR version <= excluded.version OR until_ms <= ?6",
    [KV_ADD] = KV_WRITE "until_ms <= ?6",
    [KV_SWAP] = "UPDATE kv SET version = ?2, until_ms = ?3, value = ?4, sum = ?5, owner = ?7"
                " WHERE key = ?1 AND version = ?8 AND until_ms > ?6",
    [KV_DELETE] = "DELETE FROM kv WHERE key = ?1"
                  " AND (?2 IS NULL OR (version = ?2 AND until_ms > ?3))",
    [KV_SWEEP] = "DELETE FROM kv WHERE id IN"
                 " (SELECT id FROM kv WHERE until_ms <= ?1 ORDER BY until_ms LIMIT ?2)",
    [KV_GET] = "SELECT key, version, until_ms, value, sum FROM kv WHERE key = ?1",
    [KV_LIST] = "SELECT key, version, until_ms, value, sum FROM kv"
                " WHERE key >= ?1 AND key <> ?2 ORDER BY key",
    /* Done rows are so many that the next ids are near; the other states have an index. */
    [LIST] = "SELECT " COLUMNS " FROM inbox INDEXED BY inbox_queued"
             " WHERE state = 0 AND id >= ?1 ORDER BY id LIMIT ?2",
    [LIST_RUNNING] = "SELECT " COLUMNS " FROM inbox INDEXED BY inbox_running"
                     " WHERE state = 1 AND id >= ?1 ORDER BY id LIMIT ?2",
    [LIST_DONE] = "SELECT " COLUMNS " FROM inbox WHERE state = 2 AND id >= ?1 ORDER BY id LIMIT ?2",
    [LIST_DEAD] = "SELECT " COLUMNS " FROM inbox INDEXED BY inbox_over"
                  " WHERE state >= 2 AND state = 3 AND id >= ?1 ORDER BY id LIMIT ?2",
    [ONE] = "SELECT " COLUMNS ", payload, sum FROM inbox WHERE id = ?1",
    [RETRY] = "UPDATE inbox SET state = 0, attempt = 0, due_ms = ?2, error = NULL,"
              " changed_ms = ?2 WHERE state = 3 AND id = ?1",
    [RETRY_ALL] = "UPDATE inbox SET state = 0, attempt = 0, due_ms = ?2, error = NULL,"
                  " changed_ms = ?2 WHERE id IN (" SOME_DEAD ")",
    [DROP] = "DELETE FROM inbox WHERE state NOT IN (1, 2) AND id = ?1 RETURNING app, ordering",
    [DROP_ALL] = "DELETE FROM inbox WHERE id IN (" SOME_DEAD ")",
    /* Each from an index, up to a limit; done rows, which may be a million, from the index alone.
     * Only rows in none of the states take a look at all, and are left out with a limit. The last
     * lines are when the first row of an app is due, and the owners. */
    [STATS] = COUNT("0", "received_ms", "state = 0") COUNT("1", "received_ms", "state = 1")
        COUNT("2", "changed_ms", "state >= 2 AND state = 2 ORDER BY changed_ms")
            COUNT("3", "received_ms", "state >= 2 AND state = 3 ORDER BY changed_ms")
                STATELESS FIRST_DUE COUNT_OWNERS,
};

int slack__sqlite_prepare(slack_sqlite_t *s)
{
    int code = SQLITE_OK;
    for (int i = 0; code == SQLITE_OK && i < STATEMENTS; i++)
        code = sqlite3_prepare_v3(s->sqlite, sql[i], -1, SQLITE_PREPARE_PERSISTENT,
                                  &s->statements[i], NULL);
    return slack__sqlite_status(code);
}

void slack__sqlite_finalize(slack_sqlite_t *s)
{
    for (int i = 0; i < STATEMENTS; i++)
        sqlite3_finalize(s->statements[i]);
}

sqlite3_stmt *slack__sqlite_about(slack_sqlite_t *s, enum statement which, int64_t id)
{
    sqlite3_stmt *stmt = s->statements[which];
    int count = sqlite3_bind_parameter_count(stmt);
    sqlite3_bind_int64(stmt, 1, id);
    if (count >= 2) sqlite3_bind_int64(stmt, 2, s->now_ms);
    if (count >= 3) sqlite3_bind_int64(stmt, 3, s->owner.id);
    return stmt;
}

int slack__sqlite_sweep_of(slack_sqlite_t *s, enum statement which, int64_t before_ms)
{
    sqlite3_stmt *stmt = s->statements[which];
    sqlite3_bind_int64(stmt, 1, before_ms);
    sqlite3_bind_int(stmt, 2, SLACK_SQLITE_SWEEP_ROWS);
    return slack__sqlite_step(stmt);
}

int slack__sqlite_number(slack_sqlite_t *s, enum statement which, int64_t *ret)
{
    sqlite3_stmt *stmt = s->statements[which];
    int code = sqlite3_step(stmt), rc = slack__sqlite_status(code);
    if (code == SQLITE_ROW) *ret = sqlite3_column_int64(stmt, 0);
    int end = slack__sqlite_reset(stmt);
    return rc ? rc : end;
}
