/* SPDX-License-Identifier: MIT */
#include "store/postgres_internal.h"

#include <stdio.h>

/*
 * All texts are bytea and all numbers bigint, so that any bytes can be stored, and every parameter
 * has one of two types. In statements for groups, $1 is the present time, $2 this owner's id, $3
 * the number of the transaction; the arrays follow.
 *
 * The server makes the plans when the tables may be empty, and keeps them. So a statement has a
 * form of which every plan finds its rows by an index: "= ANY (array)" rather than a join, and a
 * scalar subselect rather than EXISTS, which the server may answer out of a hash table of all rows.
 */

#define COLUMNS                                                                                    \
    "id, state, key, kind, name, transport, retry_reason, done, error, retry_num, attempt,"        \
    " received_ms, due_ms, changed_ms, planned_ms, tenant, app, ordering"
#define BEHIND "253402300799999" /* SLACK_ROW_BEHIND */
/* "state + 0", as the index of running rows would lead to all of this owner's rows. */
#define OURS "WHERE id = ANY ($4::bigint[]) AND state + 0 = 1 AND owner = $2"
/* The element of another array for the row. */
#define ITS(array) "(" array ")[array_position($4::bigint[], id)]"
#define SWEEP(state)                                                                               \
    "DELETE FROM inbox WHERE id = ANY (ARRAY(SELECT id FROM inbox WHERE state = " state            \
    " AND changed_ms BETWEEN $1 AND $2 ORDER BY changed_ms LIMIT $3 FOR UPDATE SKIP LOCKED))"
#define OLDEST(state)                                                                              \
    "SELECT changed_ms FROM inbox WHERE state = " state                                            \
    " AND changed_ms >= $1 ORDER BY changed_ms LIMIT 1"
#define SOME_DEAD                                                                                  \
    "SELECT id FROM inbox WHERE state = 3 AND changed_ms <= $2 ORDER BY changed_ms LIMIT $1"       \
    " FOR UPDATE SKIP LOCKED"
/* After a deletion: of each ordering key, the next row that stays may be claimed. All parts of a
 * statement see the table as it was before, so the deleted rows are left out by their ids. */
#define DELETE_AND_ADVANCE(rows)                                                                   \
    "WITH gone AS (DELETE FROM inbox WHERE " rows " RETURNING id, app, ordering), next AS ("       \
    "UPDATE inbox SET due_ms = planned_ms WHERE id IN (SELECT (SELECT i.id FROM inbox AS i"        \
    " WHERE i.app = g.app AND i.ordering = g.ordering AND i.state = 0 AND i.due_ms = " BEHIND      \
    " AND i.id NOT IN (SELECT id FROM gone) ORDER BY i.id LIMIT 1)"                                \
    " FROM gone AS g WHERE g.ordering IS NOT NULL)) SELECT count(*) FROM gone"
/* A waiting row that holds the newer ones up has the owner 0. */
#define ORDER_TAKEN                                                                                \
    "(SELECT true FROM inbox AS o WHERE o.app = p.app AND o.ordering = p.ordering"                 \
    " AND (o.state = 1 OR (o.state = 0 AND (o.due_ms <= $1 OR o.due_ms = " BEHIND                  \
    " OR o.owner = 0))) LIMIT 1) IS NOT NULL"
#define ORDER_BUSY                                                                                 \
    "(SELECT true FROM inbox AS o WHERE o.app = r.app AND o.ordering = r.ordering"                 \
    " AND o.id <> r.id AND (o.state = 1 OR (o.state = 0 AND o.id < r.id AND (o.due_ms <= $1"       \
    " OR (o.owner = 0 AND o.due_ms < " BEHIND ")))) LIMIT 1) IS NOT NULL"
#define LENGTH(column) "coalesce(length(" column "), 0) + "
/* With the bytes of its texts, and of what the batch needs beside them. */
#define TEXT_BYTES                                                                                 \
    LENGTH("payload")                                                                              \
    LENGTH("key")                                                                                  \
    LENGTH("kind")                                                                                 \
    LENGTH("name")                                                                                 \
    LENGTH("transport")                                                                            \
    LENGTH("retry_reason")                                                                         \
    LENGTH("tenant")                                                                               \
    LENGTH("app")                                                                                  \
    LENGTH("ordering")                                                                             \
    LENGTH("done")                                                                                 \
    LENGTH("error") "256"
#define CANDIDATE "SELECT id, state, app, ordering, (" TEXT_BYTES ")::bigint FROM inbox WHERE "
/* A parameter for the state would keep the planner from the partial indexes. */
#define LIST_ROWS(state)                                                                           \
    "SELECT " COLUMNS " FROM inbox WHERE state = " state " AND id >= $1 ORDER BY id LIMIT $2"
/* The number of rows in a state, and the time of the oldest: exact up to `most` rows. They are read
 * in the order of an index, so that no more are read. Of more rows, the server knows how many the
 * index had when it was analyzed, and how large it is. */
#define COUNT(state, most, index, order, time)                                                     \
    "SELECT " state "::bigint, CASE WHEN n > " most " THEN greatest(n, (SELECT (reltuples"         \
    " * pg_relation_size(oid) / 8192 / greatest(relpages, 1))::bigint FROM pg_class"               \
    " WHERE oid = '" index                                                                         \
    "'::regclass)) ELSE n END, oldest FROM (SELECT count(*) AS n, min(" time                       \
    ") AS oldest FROM (SELECT " time " FROM inbox WHERE state = " state " ORDER BY " order         \
    " LIMIT " most " + 1) AS r) AS c UNION ALL "
#define STATS(most)                                                                                \
    COUNT("0", most, "inbox_queued", "app, due_ms, id", "received_ms")                             \
    COUNT("1", most, "inbox_running", "owner, id", "received_ms")                                  \
    COUNT("2", most, "inbox_done", "changed_ms", "changed_ms")                                     \
    COUNT("3", most, "inbox_dead", "changed_ms", "received_ms")                                    \
    FIRST_DUE COUNT_OWNERS
/* When the first queued row of the app $1, or of any app, is due. */
#define FIRST_DUE                                                                                  \
    "SELECT 4::bigint, 0::bigint, CASE WHEN $1::bytea IS NOT NULL THEN (SELECT due_ms FROM inbox " \
    "WHERE state = 0 AND app = $1"                                                                 \
    " ORDER BY due_ms LIMIT 1) ELSE (WITH RECURSIVE first AS ((SELECT app, due_ms FROM inbox"      \
    " WHERE state = 0 ORDER BY app, due_ms LIMIT 1) UNION ALL SELECT i.app, i.due_ms"              \
    " FROM first AS f, LATERAL (SELECT app, due_ms FROM inbox WHERE state = 0 AND app > f.app"     \
    " ORDER BY app, due_ms LIMIT 1) AS i) SELECT min(due_ms) FROM first) END UNION ALL "
#define COUNT_OWNERS                                                                               \
    "SELECT 5::bigint, count(*), count(*) FILTER (WHERE NOT EXISTS (SELECT 1 FROM kv"              \
    " WHERE owner = o.id)) FROM owners AS o WHERE NOT closed AND id <> $2 AND id % 2147483647 IN"  \
    " (SELECT objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 AND"        \
    " classid = $3::bigint::oid AND database ="                                                    \
    " (SELECT oid FROM pg_database WHERE datname = current_database()))"
#define KV_WRITE                                                                                   \
    "INSERT INTO kv AS k (key, version, until_ms, value, owner) VALUES ($1, $2, $3, $4, $6)"       \
    " ON CONFLICT (key) DO UPDATE SET version = excluded.version, until_ms = excluded.until_ms,"   \
    " value = excluded.value, owner = excluded.owner WHERE "

static const char *const sql[] = {
    [PG_BEGIN] = "BEGIN ISOLATION LEVEL READ COMMITTED",
    [PG_COMMIT] = "COMMIT",
    [PG_ROLLBACK] = "ROLLBACK",
    [PG_NO_SYNC] = "SET LOCAL synchronous_commit TO off",
    [PG_TRY_LOCK] = "SELECT n FROM unnest($4::bigint[]) AS n WHERE pg_try_advisory_xact_lock(n)",
    /* Number -1 is lock 0 for this transaction alone. */
    [PG_ENTER] = "INSERT INTO owners AS o (id, lease_ms, batch) SELECT $1, $2, $3 FROM (SELECT"
                 " count(CASE n WHEN 0 THEN pg_advisory_xact_lock_shared($4::bigint)"
                 " WHEN -1 THEN pg_advisory_xact_lock($4) ELSE pg_advisory_xact_lock($4 + n) END)"
                 " AS count FROM unnest($5::bigint[]) AS n) AS locks WHERE count > 0"
                 " ON CONFLICT (id) DO UPDATE SET batch = excluded.batch",
    [PG_STAMPED] = "SELECT batch FROM owners WHERE id = $1",
    [PG_PUT_FOUND] =
        "SELECT id, state, batch FROM inbox WHERE state = 1 AND owner = $1 AND batch BETWEEN $2"
        " AND $3 UNION ALL SELECT id, state, batch FROM inbox WHERE state = 0 AND owner = $1"
        " AND batch BETWEEN $2 AND $3",
    [PG_RELEASE] = "UPDATE inbox SET state = 0, owner = NULL, attempt = attempt - 1"
                   " WHERE state = 1 AND owner = $1 AND batch BETWEEN $2 AND $3",
    [PG_SWEEP_DONE] = SWEEP("2"),
    [PG_OLDEST_DONE] = OLDEST("2"),
    [PG_SWEEP_DEAD] = SWEEP("3"),
    [PG_OLDEST_DEAD] = OLDEST("3"),
    /* A queued row has an owner too: who has put it. */
    [PG_PUT] =
        "INSERT INTO inbox(received_ms, changed_ms, owner, state, attempt, due_ms, planned_ms,"
        " key, kind, name, transport, retry_num, retry_reason, payload, tenant, app, ordering,"
        " batch) SELECT $1, $1, $2, claimed, claimed,"
        " CASE WHEN behind THEN " BEHIND " ELSE due END, due, key, kind, name, transport,"
        " retry_num, retry_reason, payload, tenant, app, ordering, $3 + number"
        " FROM (SELECT *, CASE WHEN behind THEN 0 ELSE claim END AS claimed"
        " FROM (SELECT *, ordering IS NOT NULL AND " ORDER_TAKEN " AS behind"
        " FROM unnest($4::bigint[], $5::bigint[], $6::bigint[], $7::bytea[], $8::bytea[],"
        " $9::bytea[], $10::bytea[], $11::bigint[], $12::bytea[], $13::bytea[], $14::bytea[],"
        " $15::bytea[], $16::bytea[]) AS p(number, claim, due, key, kind, name, transport,"
        " retry_num, retry_reason, payload, tenant, app, ordering) OFFSET 0) AS b) AS c"
        " ON CONFLICT (key) DO NOTHING RETURNING id, state, batch",
    [PG_FREE_KEY] = "UPDATE inbox SET key = NULL WHERE key = ANY ($4::bytea[]) AND state <> 0",
    [PG_MARK] = "UPDATE inbox SET done = " ITS("$5::bytea[]") ", changed_ms = $1 " OURS,
    [PG_FINISH] = "UPDATE inbox SET state = 2, owner = NULL, payload = '', done = NULL,"
                  " error = NULL, ordering = NULL, changed_ms = $1 " OURS,
    [PG_FORGET] = "DELETE FROM inbox " OURS,
    [PG_WAIT] = "UPDATE inbox SET state = 0, done = " ITS("$5::bytea[]") ", error = " ITS(
        "$6::bytea[]") ", owner = CASE " ITS("$7::bigint[]") " WHEN 1 THEN 0 END, due_ms "
                                                             "= " ITS("$8::bigint[]") ", "
                                                                                      "changed_"
                                                                                      "ms = "
                                                                                      "$1"
                                                                                      " " OURS,
    [PG_BURY] =
        "UPDATE inbox SET state = 3, owner = NULL, done = " ITS("$5::bytea[]") ", error = " ITS(
            "$6::bytea[]") ", key = CASE " ITS("$7::bigint[]") " WHEN 0 THEN key END, changed_ms = "
                                                               "$1 " OURS,
    /* "$3 * 0", as the index of queued rows would lead to all that are behind others. */
    [PG_ADVANCE] = "UPDATE inbox SET due_ms = planned_ms WHERE id = ANY (ARRAY("
                   "SELECT (SELECT id FROM inbox AS i WHERE i.app = p.app"
                   " AND i.ordering = p.ordering AND state = $3 * 0 AND due_ms = " BEHIND
                   " ORDER BY id LIMIT 1)"
                   " FROM unnest($4::bytea[], $5::bytea[]) AS p(app, ordering)))",
    [PG_FALL_BEHIND] = "UPDATE inbox AS r SET due_ms = " BEHIND " WHERE id = ANY ($4::bigint[])"
                       " AND state = 0 AND ordering IS NOT NULL AND " ORDER_BUSY,
    [PG_TAKE] = "UPDATE inbox SET state = 1, owner = $2, attempt = attempt + 1, changed_ms = $1,"
                " batch = $3 WHERE id = ANY ($4::bigint[]) AND (state = 1 OR due_ms < " BEHIND
                ") RETURNING " COLUMNS ", payload",
    [PG_OWNER_NEW] = "INSERT INTO owners(lease_ms) VALUES ($1) RETURNING id",
    [PG_OWNER_BACK] = "INSERT INTO owners AS o (id, lease_ms) VALUES ($1, $2) ON CONFLICT (id)"
                      " DO UPDATE SET lease_ms = greatest(o.lease_ms + 1, excluded.lease_ms),"
                      " server_start = excluded.server_start",
    /* The session that the server has not noticed to be lost. */
    [PG_OWNER_EVICT] =
        "SELECT count(pg_terminate_backend(pid)) FROM pg_locks WHERE locktype = 'advisory'"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        " AND classid = $1::bigint::oid AND objid = ($2::bigint % 2147483647)::oid"
        " AND objsubid = 2 AND pid <> pg_backend_pid()",
    [PG_OWNER_LOCK] = "SELECT pg_advisory_lock($1::bigint::int, ($2::bigint % 2147483647)::int)",
    /* First the owners that have left something, then those that may be silent. The lock is free
     * only if no session holds it. All rows of an owner belong to one app. */
    [PG_OWNERS] =
        "SELECT id, lease_ms, closed::int::bigint, restarted::int::bigint, away::int::bigint,"
        " coalesce(app = $2, false)::int::bigint, entries::int::bigint, (app IS NULL)::int::bigint"
        " FROM (SELECT id, lease_ms, closed, server_start <> pg_postmaster_start_time() AS "
        "restarted,"
        " pg_try_advisory_xact_lock_shared($3::bigint::int, (id % 2147483647)::int) AS away,"
        " (SELECT app FROM inbox WHERE state = 1 AND owner = o.id LIMIT 1) AS app,"
        " EXISTS (SELECT 1 FROM kv WHERE owner = o.id) AS entries"
        " FROM owners AS o WHERE id <> $1) AS o"
        " ORDER BY (app IS NOT NULL OR entries)::int * (1 + (away OR closed)::int) DESC,"
        " lease_ms, id LIMIT $4",
    [PG_OWNER_GONE] = "DELETE FROM owners WHERE id IN (SELECT id FROM owners AS o WHERE id = $1"
                      " AND NOT EXISTS (SELECT 1 FROM inbox WHERE state = 1 AND owner = $1)"
                      " AND NOT EXISTS (SELECT 1 FROM kv WHERE owner = $1) FOR UPDATE SKIP LOCKED)",
    /* In the order of their keys, as in every transaction. */
    [PG_OWNER_ENTRIES] = "DELETE FROM kv WHERE key IN"
                         " (SELECT key FROM kv WHERE owner = $1 ORDER BY key FOR UPDATE)",
    [PG_OWNER_CLOSED] = "UPDATE owners SET closed = true WHERE id = $1",
    /* The lease changes even if the clock stands still. */
    [PG_RENEW] = "UPDATE owners SET lease_ms = CASE WHEN lease_ms = $2 THEN $2 + 1 ELSE $2 END"
                 " WHERE id = $1",
    [PG_ABANDONED] = CANDIDATE "state = 1 AND owner = $1 AND app = $3 ORDER BY id LIMIT $2"
                               " FOR UPDATE SKIP LOCKED",
    [PG_DUE] = CANDIDATE "state = 0 AND app = $3 AND due_ms <= $1 ORDER BY due_ms, id LIMIT $2"
                         " FOR UPDATE SKIP LOCKED",
    [PG_NEXT_DUE] = "SELECT due_ms FROM inbox WHERE state = 0 AND app = $1 ORDER BY due_ms LIMIT 1",
    [PG_CANCEL] = DELETE_AND_ADVANCE("key = $1 AND state = 0"),
    [PG_CANCEL_TENANT] = DELETE_AND_ADVANCE(
        "id IN (SELECT id FROM inbox WHERE state = 0 AND app = $1 AND tenant >= $2 AND tenant < $3"
        " AND id < $4 ORDER BY tenant LIMIT $5)"),
    [PG_KV_PUT] = KV_WRITE "k.version IS NULL OR k.version <= excluded.version OR k.until_ms <= $5",
    [PG_KV_ADD] = KV_WRITE "k.until_ms <= $5",
    [PG_KV_SWAP] = "UPDATE kv SET version = $2, until_ms = $3, value = $4, owner = $6"
                   " WHERE key = $1 AND version = $7 AND until_ms > $5",
    [PG_KV_DELETE] = "DELETE FROM kv WHERE key = $1"
                     " AND ($2::bytea IS NULL OR (version = $2 AND until_ms > $3)) RETURNING owner",
    [PG_KV_SWEEP] = "DELETE FROM kv WHERE key IN (SELECT key FROM kv WHERE until_ms <= $1"
                    " ORDER BY until_ms LIMIT $2 FOR UPDATE SKIP LOCKED)",
    [PG_KV_GET] = "SELECT key, version, until_ms, value FROM kv WHERE key = $1 AND until_ms > $2",
    [PG_KV_LIST] = "SELECT key, version, until_ms, value FROM kv"
                   " WHERE key >= $1 AND key <> $2 AND until_ms > $3 ORDER BY key LIMIT $4",
    [PG_LIST] = LIST_ROWS("0"),
    [PG_LIST_RUNNING] = LIST_ROWS("1"),
    [PG_LIST_DONE] = LIST_ROWS("2"),
    [PG_LIST_DEAD] = LIST_ROWS("3"),
    [PG_ONE] = "SELECT " COLUMNS ", payload FROM inbox WHERE id = $1",
    [PG_RETRY] = "UPDATE inbox SET state = 0, attempt = 0, due_ms = $2, error = NULL,"
                 " changed_ms = $2 WHERE state = 3 AND id = $1",
    [PG_RETRY_ALL] = "UPDATE inbox SET state = 0, attempt = 0, due_ms = $3, error = NULL,"
                     " changed_ms = $3 WHERE id IN (" SOME_DEAD ")",
    [PG_DROP] = DELETE_AND_ADVANCE("state NOT IN (1, 2) AND id = $1"),
    [PG_DROP_ALL] = "DELETE FROM inbox WHERE id IN (" SOME_DEAD ")",
    /* The planner may think that there are few rows, and read and sort all of them. */
    [PG_BY_INDEX] = "SELECT set_config('enable_sort', 'off', true),"
                    " set_config('enable_bitmapscan', 'off', true)",
    [PG_STATS] = STATS("100000"),
    [PG_ABOUT] = "SELECT 'PostgreSQL ' || split_part(current_setting('server_version'), ' ', 1)"
                 " || ', synchronous_commit ' || current_setting('synchronous_commit') || CASE WHEN"
                 " current_setting('synchronous_standby_names') = '' THEN '' ELSE"
                 " ', a synchronous standby' END || ', rows and entries take ' ||"
                 " pg_size_pretty(pg_total_relation_size('inbox') + pg_total_relation_size('kv'))",
    [PG_STATS_FEW] = STATS("10000"),
    /* The commit is not synced: others wait for the lock that it holds. */
    [PG_NOTIFY] = "SELECT pg_notify($1, $2) FROM set_config('synchronous_commit', 'off', true)",
};

int slack__pg_prepare(slack_pg_t *pg)
{
    /* Not every statement for groups uses all of the numbers in front. */
    static const Oid bigints[] = {20, 20, 20};
    for (unsigned i = 0; i < PG_STATEMENTS; i++) {
        char name[8];
        snprintf(name, sizeof name, "s%u", i);
        if (PQsendPrepare(pg->conn, name, sql[i], i < PG_GROUPS ? 3 : 0, bigints) != 1)
            return slack__pg_explain(pg, NULL);
        pg->expected[pg->sent++] = (slack_pg_expected_t){0};
    }
    return slack__pg_drain(pg);
}
