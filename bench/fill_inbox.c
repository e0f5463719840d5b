/* SPDX-License-Identifier: MIT */
/*
 * Fills the inbox of a SQLite store with deliveries that were done within the last 20 hours, as a
 * bot leaves them behind.
 *
 * usage: fill_inbox FILE COUNT    FILE is a store that a bot has opened, and which is idle
 */
#include <sqlite3.h>
#include <stdio.h>

static const char fill[] =
    "BEGIN IMMEDIATE;"
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d),"
    " t(now) AS (SELECT 1000 * CAST(strftime('%%s') AS INTEGER))"
    "INSERT OR IGNORE INTO inbox(key, state, due_ms, attempt, kind, transport, retry_num,"
    " received_ms, changed_ms) SELECT CAST('Ev' || hex(randomblob(8)) AS BLOB), 2, 0, 1, 'event',"
    " 'http', 0, now - 72000000 + 72000000 / %d * i, now - 72000000 + 72000000 / %d * i FROM n, t;"
    "COMMIT;"
    "PRAGMA wal_checkpoint(TRUNCATE);";

int main(int argc, char **argv)
{
    char text[sizeof fill + 64];
    sqlite3 *db = NULL;
    char *problem = NULL;
    int count = 0;
    if (argc != 3 || sscanf(argv[2], "%d", &count) != 1 || count <= 0 || count > 10000000) {
        fprintf(stderr, "usage: fill_inbox FILE COUNT\n");
        return 2;
    }
    snprintf(text, sizeof text, fill, count, count, count);
    int rc = sqlite3_open_v2(argv[1], &db, SQLITE_OPEN_READWRITE, NULL);
    if (rc == SQLITE_OK) rc = sqlite3_exec(db, text, NULL, NULL, &problem);
    if (rc != SQLITE_OK)
        fprintf(stderr, "fill_inbox: %s\n", problem ? problem : sqlite3_errmsg(db));
    sqlite3_free(problem);
    sqlite3_close(db);
    return rc != SQLITE_OK;
}
