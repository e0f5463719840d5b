/* SPDX-License-Identifier: MIT */
/*
 * Makes an inbox, and measures it.
 *
 * usage: inbox_maker STORE             three dead letters, for the inbox command's test
 *        inbox_maker STORE none        no row
 *        inbox_maker STORE COUNT       so many done rows; prints the cost of a delivery
 *        inbox_maker STORE COUNT left  so many rows left by a dead process
 *        inbox_maker STORE COUNT dead  so many dead letters
 *        inbox_maker STORE sql SQL     changes a store as another program would
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include <slack/options.h>

#include "store/store.h"

static uv_loop_t *loop;
static slack_net_t *net;
static slack_store_t *store;

typedef struct task {
    slack_store_op_t op;
    char key[32], payload[256];
    bool ended;
} task_t;

static void on_done(slack_store_op_t *op)
{
    task_t *task = SLACK_CONTAINER(op, task_t, op);
    task->ended = true;
    if (op->status == 0) return;
    fprintf(stderr, "inbox_maker: %s\n", slack_strerror(op->status));
    exit(1);
}

static void submit(task_t *task, enum slack_store_op_kind kind)
{
    task->ended = false;
    task->op.kind = kind;
    task->op.claim = true;
    task->op.done = on_done;
    slack__link_init(&task->op.link);
    store->ops->submit(store, &task->op);
}

static void fill(task_t *task, unsigned n)
{
    memset(task, 0, sizeof *task);
    snprintf(task->key, sizeof task->key, "Ev%08X%u", n * 2654435761u, n);
    snprintf(task->payload, sizeof task->payload,
             "{\"type\":\"event_callback\",\"event_id\":\"%s\",\"team_id\":\"T1\",\"event\":{"
             "\"type\":\"message\",\"channel\":\"C1\",\"user\":\"U1\",\"ts\":\"%u.0\",\"text\":"
             "\"é\xC2\x9B"
             "2J\"}}", /* a terminal would obey this */
             task->key, n);
    task->op.row = (slack_row_t){.key = slack__slice(task->key),
                                 .kind = SLACK_SLICE("event"),
                                 .app = SLACK_SLICE("T1/B1"),
                                 .name = SLACK_SLICE("message"),
                                 .payload = slack__slice(task->payload),
                                 .transport = SLACK_SLICE("http"),
                                 .done = SLACK_SLICE("=1 0\nhello\n"),
                                 .error = SLACK_SLICE("message:*: SLACK_EAPI channel_not_found")};
}

static void wait_for(const task_t *task)
{
    while (!task->ended)
        uv_run(loop, UV_RUN_ONCE);
}

/* The number of deliveries that are put together and then ended together. */
#define AT_ONCE 512

static void put_and_end(unsigned first, unsigned count, enum slack_store_op_kind end)
{
    static task_t tasks[AT_ONCE];
    for (unsigned i = 0; i < count; i++) {
        fill(&tasks[i], first + i);
        submit(&tasks[i], SLACK_STORE_PUT);
    }
    wait_for(&tasks[count - 1]);
    for (unsigned i = 0; i < count; i++)
        submit(&tasks[i], end);
    wait_for(&tasks[count - 1]);
}

/* Prints the microseconds of one delivery, alone and among many. */
static void measure(const char *what, unsigned first)
{
    enum { ALONE = 200, MANY = 40 };
    uint64_t begun = uv_hrtime();
    for (unsigned i = 0; i < ALONE; i++)
        put_and_end(first + i, 1, SLACK_STORE_FINISH);
    uint64_t between = uv_hrtime();
    for (unsigned i = 0; i < MANY; i++)
        put_and_end(first + ALONE + i * AT_ONCE, AT_ONCE, SLACK_STORE_FINISH);
    uint64_t ended = uv_hrtime();
    printf("%-12s alone %.0f us, among %d %.2f us\n", what,
           (double)(between - begun) / 1000 / ALONE, AT_ONCE,
           (double)(ended - between) / 1000 / MANY / AT_ONCE);
}

static int change(const char *url, const char *sql)
{
    sqlite3 *db = NULL;
    bool good = sqlite3_open(url + strlen("sqlite:"), &db) == SQLITE_OK &&
                sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK;
    if (!good) fprintf(stderr, "inbox_maker: %s\n", sqlite3_errmsg(db));
    sqlite3_close(db);
    return !good;
}

static void set_flag(void *user_data)
{
    *(bool *)user_data = true;
}

int main(int argc, char **argv)
{
    char error[SLACK_ERROR_TEXT_MAX] = "";
    if (argc < 2) return 2;
    if (argc == 4 && strcmp(argv[2], "sql") == 0) return change(argv[1], argv[3]);
    unsigned count = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 0;
    loop = uv_default_loop();
    if (slack__net_new(&net, loop, &slack__clock_system, NULL) != 0 ||
        slack__store_open(&store, net, argv[1], error) != 0) {
        fprintf(stderr, "inbox_maker: %s\n", error);
        return 1;
    }
    if (argc == 3 && strcmp(argv[2], "none") == 0) {
        /* only the tables */
    } else if (count == 0) {
        put_and_end(1, 3, SLACK_STORE_BURY);
    } else if (argc > 3) {
        bool dead = strcmp(argv[3], "dead") == 0;
        for (unsigned n = 0; n < count; n += AT_ONCE)
            put_and_end(1000000 + n, AT_ONCE, dead ? SLACK_STORE_BURY : SLACK_STORE_MARK);
    } else {
        measure("no rows", 0);
        for (unsigned n = 0; n < count; n += AT_ONCE)
            put_and_end(1000000 + n, AT_ONCE, SLACK_STORE_FINISH);
        measure("many rows", 500000);
    }
    bool closed = false;
    store->ops->close(store, set_flag, &closed);
    while (!closed)
        uv_run(loop, UV_RUN_ONCE);
    return 0;
}
