/* SPDX-License-Identifier: MIT */
/*
 * Fills the inbox of a SQLite store with rows of the app BENCH_APP_ID.
 *
 * usage: fill_inbox FILE COUNT         deliveries that were done within the last 20 hours
 *        fill_inbox FILE COUNT left    deliveries that a process left behind when it was killed:
 *                                      half of them in its hands, half waiting for their time,
 *                                      which has come
 *
 * FILE is a store that a bot has opened, and which is idle.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <slack/options.h>

#include "request.h"
#include "store/sqlite_internal.h"

#define BATCH   10000u /* rows of a transaction */
#define PAST_MS ((int64_t)20 * 3600 * 1000)

typedef struct filler {
    slack_db_t *db;
    slack_store_op_t ops[BATCH];
    char keys[BATCH][48];
    char events[BATCH][BENCH_EVENT_MAX];
} filler_t;

static void die(const char *what)
{
    fprintf(stderr, "fill_inbox: %s\n", what);
    exit(1);
}

/* Makes the event of a row, and its PUT. A row that will be done needs no payload. */
static void prepare(filler_t *f, unsigned i, unsigned number, bool left)
{
    const size_t len = bench_event(f->events[i], number);
    const char *id = strstr(f->events[i], "\"event_id\":\"") + strlen("\"event_id\":\"");
    snprintf(f->keys[i], sizeof f->keys[i], "%.*s@" BENCH_APP_ID, (int)strcspn(id, "\""), id);
    f->ops[i] = (slack_store_op_t){.kind = SLACK_STORE_PUT,
                                   .claim = !left || number % 2 == 1,
                                   .row = {.key = slack__slice(f->keys[i]),
                                           .app = SLACK_SLICE(BENCH_APP_ID),
                                           .kind = SLACK_SLICE("event"),
                                           .name = SLACK_SLICE("message"),
                                           .transport = SLACK_SLICE("http"),
                                           .payload = {f->events[i], left ? len : 0}}};
}

static void apply(filler_t *f, unsigned count, int64_t now_ms)
{
    char error[SLACK_ERROR_TEXT_MAX];
    const slack_db_time_t now = {now_ms, 0};
    slack_link_t ops, ended;
    slack__link_init(&ops);
    slack__link_init(&ended);
    for (unsigned i = 0; i < count; i++) {
        f->ops[i].since_ns = uv_hrtime();
        slack__link_init(&f->ops[i].link);
        slack__list_push(&ops, &f->ops[i].link);
    }
    if (slack__sqlite_apply(f->db, &ops, &ended, &now, error) != 0) die(error);
    slack__sqlite_rest(f->db, &(slack_db_wait_t){-1, -1});
}

static void fill(filler_t *f, unsigned count, bool left, int64_t now_ms)
{
    for (unsigned from = 0, some; from < count; from += some) {
        const int64_t then_ms = left ? now_ms : now_ms - PAST_MS + PAST_MS / count * from;
        some = count - from < BATCH ? count - from : BATCH;
        for (unsigned i = 0; i < some; i++)
            prepare(f, i, from + i, left);
        apply(f, some, then_ms);
        for (unsigned i = 0; i < some; i++)
            f->ops[i].kind = SLACK_STORE_FINISH;
        if (!left) apply(f, some, then_ms);
    }
}

int main(int argc, char **argv)
{
    char error[SLACK_ERROR_TEXT_MAX];
    unsigned count = 0;
    const bool left = argc == 4 && strcmp(argv[3], "left") == 0;
    if (argc != 3 + left || sscanf(argv[2], "%u", &count) != 1 || count == 0 || count > 10000000) {
        fprintf(stderr, "usage: fill_inbox FILE COUNT [left]\n");
        return 2;
    }
    const int64_t now_ms = (int64_t)time(NULL) * 1000;
    filler_t *f = calloc(1, sizeof *f);
    if (!f) die("out of memory");
    if (slack__sqlite_open(&f->db, argv[1], now_ms, error) != 0) die(error);
    fill(f, count, left, now_ms);
    /* A copy of the file has all rows without its log. */
    sqlite3 *sqlite = SLACK_CONTAINER(f->db, slack_sqlite_t, db)->sqlite;
    sqlite3_wal_checkpoint_v2(sqlite, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    if (!left) slack__sqlite_close(f->db); /* else the owner of the rows is gone without a word */
    free(f);
    return 0;
}
