/* SPDX-License-Identifier: MIT */
/*
 * Fills the inbox of a SQLite store.
 *
 * usage: fill_inbox FILE COUNT         deliveries that were done within the last 20 hours
 *        fill_inbox FILE COUNT left    deliveries that a process left behind when it was killed:
 *                                      half of them in its hands, half waiting for their time,
 *                                      which has come
 *
 * FILE is a store that a bot has opened, and which is idle.
 */
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "request.h"

/* What ended has no payload any more. */
static const char done[] =
    "INSERT INTO inbox(key, state, due_ms, attempt, kind, name, transport, retry_num, received_ms,"
    " changed_ms) SELECT ?1, 2, 0, 1, 'event', 'message', 'http', 0, at, at FROM"
    " (SELECT (unixepoch() - 72000) * 1000 + 72000000 / ?4 * ?5 AS at)";
static const char left[] =
    "INSERT INTO inbox(key, state, owner, due_ms, attempt, kind, name, transport, retry_num,"
    " received_ms, changed_ms, payload, sum) SELECT ?1, ?5 % 2, iif(?5 % 2, id, NULL), 0, 1,"
    " 'event', 'message', 'http', 0, at, at, ?2, ?3 FROM"
    " (SELECT max(id) AS id, unixepoch() * 1000 AS at FROM owners)";

/* The store's checksum of a payload. */
static sqlite3_int64 checksum(const char *bytes, size_t len)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ (uint8_t)bytes[i]) * 0x100000001b3u;
    return (sqlite3_int64)hash;
}

static int add(sqlite3_stmt *insert, unsigned number)
{
    char event[BENCH_EVENT_MAX];
    size_t len = bench_event(event, number);
    const char *key = strstr(event, "\"event_id\":\"") + strlen("\"event_id\":\"");
    sqlite3_bind_blob(insert, 1, key, (int)strcspn(key, "\""), SQLITE_STATIC);
    sqlite3_bind_blob(insert, 2, event, (int)len, SQLITE_STATIC);
    sqlite3_bind_int64(insert, 3, checksum(event, len));
    sqlite3_bind_int64(insert, 5, number);
    int rc = sqlite3_step(insert);
    return rc == SQLITE_DONE ? sqlite3_reset(insert) : rc;
}

static int fill(sqlite3 *db, const char *text, unsigned count)
{
    sqlite3_stmt *insert = NULL;
    int rc = sqlite3_exec(db,
                          "BEGIN IMMEDIATE;"
                          "INSERT INTO owners DEFAULT VALUES", /* an owner that is gone */
                          NULL, NULL, NULL);
    if (rc == SQLITE_OK) rc = sqlite3_prepare_v2(db, text, -1, &insert, NULL);
    sqlite3_bind_int64(insert, 4, count);
    for (unsigned n = 0; rc == SQLITE_OK && n < count; n++)
        rc = add(insert, n);
    sqlite3_finalize(insert);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(db, "COMMIT; PRAGMA wal_checkpoint(TRUNCATE)", NULL, NULL, NULL);
    return rc;
}

int main(int argc, char **argv)
{
    sqlite3 *db = NULL;
    unsigned count = 0;
    bool unfinished = argc == 4 && strcmp(argv[3], "left") == 0;
    if (argc != 3 + unfinished || sscanf(argv[2], "%u", &count) != 1 || count == 0 ||
        count > 10000000) {
        fprintf(stderr, "usage: fill_inbox FILE COUNT [left]\n");
        return 2;
    }
    int rc = sqlite3_open_v2(argv[1], &db, SQLITE_OPEN_READWRITE, NULL);
    if (rc == SQLITE_OK) rc = fill(db, unfinished ? left : done, count);
    if (rc != SQLITE_OK) fprintf(stderr, "fill_inbox: %s\n", sqlite3_errmsg(db));
    sqlite3_close(db);
    return rc != SQLITE_OK;
}
