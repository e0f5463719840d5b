/* SPDX-License-Identifier: MIT */
/*
 * The work of the engine over PostgreSQL in a second, without a loop and without Slack: it gets its
 * operations in batches of one size, each as soon as the one before is committed.
 *
 * usage: postgres CONNINFO acks BATCH EVENTS [STEP_US [AFTER_S]]
 *            deliveries: a PUT that claims its row, and its FINISH with the next batch
 *        postgres CONNINFO claims BATCH EVENTS [STEP_US [AFTER_S]]
 *            rows for other processes: a PUT that queues, a CLAIM, a FINISH with the next batch
 *        postgres CONNINFO stats|list BATCH TIMES
 *            STATS, and LIST of a page of so many done rows
 *
 * The clock of the store begins AFTER_S seconds from now, and moves STEP_US with each event.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <slack/options.h>

#include "pair.h"
#include "request.h"
#include "store/postgres_internal.h"

#define BATCH_MAX 512u
#define KEY_MAX   48

typedef struct engine {
    slack_db_t *db;
    int64_t now_us;
    unsigned batch, put; /* rows of a batch; rows that were put */
    slack_store_op_t puts[BATCH_MAX], finishes[BATCH_MAX], claim;
    slack_store_batch_t claimed;
    char keys[BATCH_MAX][KEY_MAX], done_keys[BATCH_MAX][KEY_MAX],
        events[BATCH_MAX][BENCH_EVENT_MAX];
    unsigned *times_us, times; /* how long each batch took */
} engine_t;

static void die(const char *what)
{
    fprintf(stderr, "postgres: %s\n", what);
    exit(1);
}

/* --- operations ------------------------------------------------------------------------------ */

static void add(slack_link_t *ops, slack_store_op_t *op)
{
    slack__link_init(&op->link);
    op->since_ns = uv_hrtime();
    slack__list_push(ops, &op->link);
}

static void apply(engine_t *e, slack_link_t *ops)
{
    char error[SLACK_ERROR_TEXT_MAX];
    const slack_db_time_t now = {e->now_us / 1000, (uint64_t)e->now_us / 1000};
    slack_link_t ended;
    slack__link_init(&ended);
    if (slack__pg_apply(e->db, ops, &ended, &now, error) < 0) die(error);
    slack__pg_rest(e->db, &(slack_db_wait_t){-1, -1});
}

/* Every row has a key and texts of its own, as the inbox gives them. */
static void add_puts(engine_t *e, slack_link_t *ops, bool claim)
{
    for (unsigned i = 0; i < e->batch; i++) {
        const size_t len = bench_event(e->events[i], e->put++);
        const char *id = strstr(e->events[i], "\"event_id\":\"") + strlen("\"event_id\":\"");
        snprintf(e->keys[i], KEY_MAX, "%.*s@" BENCH_APP_ID, (int)strcspn(id, "\""), id);
        e->puts[i] = (slack_store_op_t){.kind = SLACK_STORE_PUT,
                                        .claim = claim,
                                        .row = {.key = slack__slice(e->keys[i]),
                                                .app = SLACK_SLICE(BENCH_APP_ID),
                                                .kind = SLACK_SLICE("event"),
                                                .name = SLACK_SLICE("message"),
                                                .transport = SLACK_SLICE("http"),
                                                .tenant = SLACK_SLICE("T061EG9R6;"),
                                                .payload = {e->events[i], len},
                                                .due_ms = e->now_us / 1000}};
        add(ops, &e->puts[i]);
    }
}

/* Rows end between the arrivals of others. */
static void add_finishes(engine_t *e, slack_link_t *ops, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        add(ops, &e->finishes[i]);
}

static void note_finish(engine_t *e, unsigned i, int64_t id, slack_slice_t key)
{
    snprintf(e->done_keys[i], KEY_MAX, "%.*s", (int)key.len, key.ptr);
    e->finishes[i] = (slack_store_op_t){
        .kind = SLACK_STORE_FINISH,
        .row = {.id = id, .key = slack__slice(e->done_keys[i]), .app = SLACK_SLICE(BENCH_APP_ID)}};
}

/* --- what is measured ------------------------------------------------------------------------- */

static void put_and_end(engine_t *e)
{
    slack_link_t ops;
    slack__link_init(&ops);
    add_finishes(e, &ops, e->put > 0 ? e->batch : 0);
    add_puts(e, &ops, true);
    apply(e, &ops);
    for (unsigned i = 0; i < e->batch; i++) {
        if (e->puts[i].status != 0 || !e->puts[i].claim || e->puts[i].duplicate)
            die("a row was not put");
        note_finish(e, i, e->puts[i].row.id, e->puts[i].row.key);
    }
}

static void put_claim_and_end(engine_t *e)
{
    slack_link_t ops;
    slack__link_init(&ops);
    add_finishes(e, &ops, (unsigned)e->claimed.count);
    add_puts(e, &ops, false);
    apply(e, &ops);
    e->claimed = (slack_store_batch_t){.limit = e->batch, .now_ms = e->now_us / 1000};
    e->claim = (slack_store_op_t){
        .kind = SLACK_STORE_CLAIM, .row.app = SLACK_SLICE(BENCH_APP_ID), .batch = &e->claimed};
    slack__link_init(&ops);
    add(&ops, &e->claim);
    apply(e, &ops);
    if (e->claimed.count == 0) die("no row was claimed");
    for (unsigned i = 0; i < e->claimed.count; i++)
        note_finish(e, i, e->claimed.rows[i].id, e->claimed.rows[i].key);
    slack__arena_free(e->claimed.arena);
}

static void look(engine_t *e, enum slack_store_op_kind kind)
{
    slack_link_t ops;
    slack_store_batch_t batch = {.limit = e->batch, .state = SLACK_ROW_DONE};
    slack_store_op_t op = {.kind = kind, .batch = &batch};
    slack__link_init(&ops);
    add(&ops, &op);
    apply(e, &ops);
    slack__arena_free(batch.arena);
}

static void run(engine_t *e, const char *what, int64_t step_us)
{
    const uint64_t since = uv_hrtime();
    if (strcmp(what, "acks") == 0)
        put_and_end(e);
    else if (strcmp(what, "claims") == 0)
        put_claim_and_end(e);
    else if (strcmp(what, "stats") == 0)
        look(e, SLACK_STORE_STATS);
    else if (strcmp(what, "list") == 0)
        look(e, SLACK_STORE_LIST);
    else
        die("it measures acks, claims, stats or list");
    e->times_us[e->times++] = (unsigned)((uv_hrtime() - since) / 1000);
    e->now_us += step_us * e->batch;
}

/* Run `count` batches. Prints the server's processor time for an event of the first tenth of them,
 * and of the last. */
static void run_all(engine_t *e, const char *what, unsigned count, int64_t step_us)
{
    const pid_t server = PQbackendPID(SLACK_CONTAINER(e->db, slack_pg_t, db)->conn);
    const unsigned tenth = count / 10, ends[] = {0, tenth, count - tenth, count};
    uint64_t at_ns[4];
    const bench_clock_t clock = bench_clock_start();
    for (unsigned i = 0; i < 4; i++) {
        while (e->times < ends[i])
            run(e, what, step_us);
        at_ns[i] = bench_cpu_ns(server);
    }
    const bool looks = e->put == 0;
    const bench_speed_t speed = bench_clock_stop(clock, count * (looks ? 1 : e->batch));
    const double part = 1000.0 * (tenth > 0 ? tenth : 1) * (looks ? 1 : e->batch);
    printf("rate=%.0f cpu_us=%.1f", speed.rate, speed.cpu_us);
    printf(" server_us=%.1f",
           (double)(at_ns[3] - at_ns[0]) / 1000 / count / (looks ? 1 : e->batch));
    printf(" begin_us=%.1f end_us=%.1f", (double)(at_ns[1] - at_ns[0]) / part,
           (double)(at_ns[3] - at_ns[2]) / part);
}

int main(int argc, char **argv)
{
    static engine_t engine;
    char error[SLACK_ERROR_TEXT_MAX];
    engine_t *e = &engine;
    unsigned count = 0;
    if (argc < 5 || argc > 7 || sscanf(argv[3], "%u", &e->batch) != 1 || e->batch == 0 ||
        e->batch > BATCH_MAX || sscanf(argv[4], "%u", &count) != 1 || count < e->batch) {
        fprintf(stderr, "usage: postgres CONNINFO acks|claims|stats|list BATCH COUNT [STEP_US"
                        " [AFTER_S]]\n");
        return 2;
    }
    const bool looks = *argv[2] == 's' || *argv[2] == 'l';
    const int64_t step_us = argc > 5 ? strtol(argv[5], NULL, 10) : 0;
    e->now_us = ((int64_t)time(NULL) + (argc > 6 ? strtol(argv[6], NULL, 10) : 0)) * 1000000;
    if (!looks) count /= e->batch;
    e->times_us = calloc(count, sizeof *e->times_us);
    if (!e->times_us) die("out of memory");
    if (slack__pg_open(&e->db, argv[1], e->now_us / 1000, error) != 0) die(error);
    run_all(e, argv[2], count, step_us);
    printf(" p50_us=%u", bench_percentile(e->times_us, count, 50));
    printf(" p99_us=%u", bench_percentile(e->times_us, count, 99));
    printf(" max_us=%u\n", e->times_us[count - 1]);
    slack__pg_close(e->db);
    free(e->times_us);
    return 0;
}
