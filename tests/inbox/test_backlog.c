/* SPDX-License-Identifier: MIT */
#include <limits.h>

#include <sqlite3.h>

#include "app/inspect.h"
#include "net/worker_pool.h"
#include "queue/queue.h"
#include "support/app_fixture.h"
#include "support/store_file.h"
#include "support/store_rows.h"
#include "support/test.h"

/* Many deliveries at once: the rows that a start claims, and deliveries that meet a limit of the
 * process. All are handled to their end, and a limit uses up no attempts. */

#define ROWS 5000
/* Options allow larger bodies than this; a job may be as large as an arena. */
#define LARGE_BODY ((size_t)4 << 20)

static app_fixture_t f;

/* ---- rows in the store ---- */

/* Leaves the rows of a process that was killed with ROWS deliveries under way. */
static void leave_rows(void)
{
    static rows_task_t tasks[ROWS];
    static char payloads[ROWS][160];
    rows_open();
    for (unsigned i = 0; i < ROWS; i++) {
        char key[16];
        snprintf(key, sizeof key, "Ev%u", i);
        snprintf(payloads[i], sizeof payloads[i],
                 "{\"type\":\"event_callback\",\"event_id\":\"%s\",\"event\":{\"type\":"
                 "\"message\",\"channel\":\"C1\",\"user\":\"U1\",\"ts\":\"%u.1\",\"text\":\"x\"}}",
                 key, i);
        rows_prepare(&tasks[i], SLACK_STORE_PUT, key);
        tasks[i].op.row.payload = slack__slice(payloads[i]);
        tasks[i].op.row.app = SLACK_SLICE(FAKE_SLACK_APP);
        rows_submit_prepared(&tasks[i]);
    }
    world_until(&rows.world, rows.ends >= ROWS);
    for (unsigned i = 0; i < ROWS; i++)
        assert_int_equal(tasks[i].op.status, 0);
    rows_close();
}

static uint64_t rows_in(enum slack_row_state state)
{
    rows_task_t task;
    rows_open_again();
    rows_prepare(&task, SLACK_STORE_STATS, "");
    rows_run_well(&task);
    rows_close();
    return task.batch.counts[state];
}

/* ---- handlers ---- */

static unsigned runs, refused, deads, repeats_seen;

static int say(slack_ctx_t *ctx, void *user_data)
{
    runs++;
    return slack_say(ctx, "hello");
}

static int work(slack_ctx_t *ctx, void *user_data)
{
    return slack_call_waitf(ctx, "chat.postMessage", NULL, "{channel: 1, text: 1}");
}

static slack_ctx_t *held[ROWS];
static unsigned held_count;

static bool holding;

static int hold_or_say(slack_ctx_t *ctx, void *user_data)
{
    if (!holding) return say(ctx, user_data);
    slack_ctx_hold(ctx);
    held[held_count++] = ctx;
    return 0;
}

static int busy(slack_ctx_t *ctx, void *user_data)
{
    const unsigned *times = user_data;
    if (slack_ctx_attempt(ctx) > 1) repeats_seen++;
    return runs++ < *times ? SLACK_EBUSY : 0;
}

static int hopeless(slack_ctx_t *ctx, void *user_data)
{
    ++*(unsigned *)user_data;
    return SLACK_EINVAL;
}

static void on_error(slack_ctx_t *ctx, int status, const char *listener, void *user_data)
{
    refused += status == SLACK_EBUSY;
}

static char last_dead[128];

static void on_dead(slack_ctx_t *ctx, const slack_dead_t *dead, void *user_data)
{
    deads++;
    snprintf(last_dead, sizeof last_dead, "%s", dead->error);
    assert_non_null(slack_json_str(
        slack_ctx_body(ctx), "/event/type")); /* the type survives even if the rest is damaged */
}

static void open_app(const char *where, unsigned attempts)
{
    app_open(&f, &(slack_options_t){.store = where,
                                    .max_attempts = attempts,
                                    .max_calls = 256,
                                    .log_level = SLACK_LOG_ERROR});
    runs = refused = deads = held_count = repeats_seen = 0;
    slack_on_error(f.app, on_error, NULL);
    slack_on_dead(f.app, on_dead, NULL);
}

static void pass_all(unsigned ended)
{
    uint64_t *results = slack__inspect_counters(f.app)->deliveries[SLACK_KIND_EVENT];
    while (results[SLACK_RESULT_OK] < ended)
        app_pass_and_claim(&f, LONG_MS);
}

/* ---- a start with many rows ---- */

TEST(test_a_start_takes_up_no_more_than_it_can)
{
    leave_rows();
    open_app(store_file_url(), 1);
    slack_on_message(f.app, NULL, say, NULL);
    app_ready(&f);
    app_run_until_calls(&f, ROWS);
    app_settle(&f);
    assert_int_equal(runs, ROWS);
    assert_int_equal(refused, 0);
    assert_int_equal(deads, 0);
    app_close(&f);
    assert_int_equal(rows_in(SLACK_ROW_DONE), ROWS);
}

/* The rows of an earlier process do not delay the ack of a new event. */
APP_CLOSED(test_the_first_ack_does_not_wait)
{
    leave_rows();
    open_app(store_file_url(), 1);
    slack_on_message(f.app, NULL, say, NULL);
    app_ready(&f);
    app_deliver(&f, "{\"event_id\":\"EvNew\",\"event\":{\"type\":\"x\"}}", &f.ack);
    assert_int_equal(f.ack.outcome, SLACK_ACK_OK);
    assert_true(runs < ROWS / 10);
    app_run_until_calls(&f, ROWS);
    app_settle(&f);
}

static unsigned new_ran_at; /* the value of `runs` then */

static int in_order(slack_ctx_t *ctx, void *user_data)
{
    runs++;
    if (strcmp(slack_json_str(slack_ctx_event(ctx), "/text"), "new") == 0) new_ran_at = runs;
    return 0;
}

/* An ordered listener gets the earlier process's rows before new ones. */
APP_CLOSED(test_what_was_left_comes_first)
{
    leave_rows();
    open_app(store_file_url(), 1);
    slack_listen(f.app,
                 &(slack_listener_t){.kind = SLACK_KIND_EVENT, .fn = in_order, .ordered = 1});
    app_ready(&f);
    app_inject(
        &f,
        "{\"event_id\":\"EvNew\",\"event\":{\"type\":\"message\",\"channel\":\"C1\",\"user\":"
        "\"U1\",\"text\":\"new\"}}",
        &f.ack);
    app_run_until(&f, &f.ack.count);
    assert_int_equal(f.ack.outcome, SLACK_ACK_OK);
    assert_true(runs < ROWS / 10); /* its ack did not wait for the rows */
    world_until(&f.world, runs >= ROWS + 1);
    assert_int_equal(new_ran_at, ROWS + 1);
    app_settle(&f);
    assert_false(slack__inspect_overflows(f.app));
}

/* An ordered listener's next delivery starts once, whatever the result of the one before. */
TEST(test_a_failure_in_the_middle)
{
    static const int outcomes[] = {0, SLACK_EIO, 0, SLACK_EINVAL, 0};
    enum { COUNT = sizeof outcomes / sizeof *outcomes };
    store_file_clean();
    open_app(store_file_url(), 2);
    slack_listen(f.app,
                 &(slack_listener_t){.kind = SLACK_KIND_EVENT, .fn = hold_or_say, .ordered = 1});
    holding = true;
    app_ready(&f);
    app_ack_t acks[COUNT] = {{0}};
    for (unsigned i = 0; i < COUNT; i++) {
        char body[128];
        snprintf(body, sizeof body,
                 "{\"event_id\":\"Ev%u\",\"event\":{\"type\":\"message\",\"channel\":\"C1\"}}", i);
        app_inject(&f, body, &acks[i]);
    }
    for (unsigned i = 0; i < COUNT; i++) {
        world_until(&f.world, held_count > i);
        app_spin(&f);
        assert_int_equal(held_count, i + 1); /* one at a time */
        char id[8];
        snprintf(id, sizeof id, "Ev%u", i);
        assert_string_equal(slack_json_str(slack_ctx_body(held[i]), "/event_id"), id);
        slack_ctx_release(held[i], outcomes[i]);
    }
    app_settle(&f);
    assert_int_equal(deads, 1);
    holding = false;
    runs = 0;
    app_pass_and_claim(&f, LONG_MS);
    assert_int_equal(runs, 1); /* the one with a temporary failure */
    app_close(&f);
    assert_int_equal(rows_in(SLACK_ROW_DONE), COUNT - 1);
}

static uv_sem_t go;

static int wait_for_go(slack_ctx_t *ctx, void *user_data)
{
    uv_sem_wait(&go);
    return 0;
}

/* While no handler ends, rows fill the queue of the workers, and none is claimed beyond it. */
TEST(test_rows_fill_the_queue_of_the_workers)
{
    leave_rows();
    assert_int_equal(uv_sem_init(&go, 0), 0);
    open_app(store_file_url(), 1);
    slack_listen(f.app, &(slack_listener_t){
                            .kind = SLACK_KIND_EVENT, .fn = wait_for_go, .run = SLACK_RUN_WORKER});
    app_ready(&f);
    world_until(&f.world, slack__inspect_live(f.app) >= SLACK_POOL_QUEUE_MAX + 4);
    for (int i = 0; i < 50; i++)
        app_pass_ms(&f, 100);
    app_spin(&f);
    for (unsigned i = 0; i < ROWS; i++)
        uv_sem_post(&go);
    app_settle(&f);
    assert_int_equal(refused, 0);
    app_close(&f);
    assert_int_equal(rows_in(SLACK_ROW_DONE), ROWS);
    uv_sem_destroy(&go);
}

TEST(test_nor_than_its_workers_can)
{
    leave_rows();
    open_app(store_file_url(), 1);
    slack_listen(
        f.app, &(slack_listener_t){.kind = SLACK_KIND_EVENT, .fn = work, .run = SLACK_RUN_WORKER});
    app_ready(&f);
    app_run_until_calls(&f, ROWS);
    app_settle(&f);
    assert_int_equal(refused, 0);
    assert_int_equal(deads, 0);
    app_close(&f);
    assert_int_equal(rows_in(SLACK_ROW_DONE), ROWS);
}

/* All handlers call Slack at once: more calls than the limit. */
TEST(test_a_bound_uses_up_no_attempts)
{
    leave_rows();
    open_app(store_file_url(), 1);
    slack_on_message(f.app, NULL, hold_or_say, NULL);
    holding = true;
    app_ready(&f);
    world_until(&f.world, held_count >= 1000);
    holding = false;
    unsigned failed = 0;
    for (unsigned i = 0; i < held_count; i++) {
        int rc = slack_say(held[i], "hello");
        failed += rc == SLACK_EBUSY;
        slack_ctx_release(held[i], rc);
    }
    assert_true(failed > 0);
    pass_all(ROWS);
    assert_int_equal(deads, 0);
    app_close(&f);
    assert_int_equal(rows_in(SLACK_ROW_DONE), ROWS);
}

/* New events leave hardly any room; queued rows still get a share of it. */
APP_CLOSED(test_what_waits_has_its_share)
{
    unsigned none = 0;
    leave_rows();
    open_app(store_file_url(), 1);
    slack_on_message(f.app, NULL, busy, &none);
    for (int i = 0; i < 64;
         i++) /* calls without an answer take all connections; the others queue behind them */
        fake_slack_answer(f.slack, "chat.update", 0, "");
    app_start(&f);
    world_until(&f.world, slack__inspect_is(f.app, "running"));
    while (slack__webapi_room(slack__inspect_webapi(f.app)) > 3)
        assert_int_equal(slack_callf(slack_app_client(f.app), "chat.update", NULL, NULL,
                                     "{channel: 1, ts: 1, text: 1}"),
                         0);
    world_until(&f.world,
                !slack__inspect_claims(f.app)); /* the claim that still had the room of before */
    const unsigned before = runs;
    world_until(&f.world,
                runs >= before + 200 || slack__webapi_room(slack__inspect_webapi(f.app)) > 3);
    assert_true(runs >= before + 200);
}

static void event(const char *id)
{
    char body[160];
    app_ack_t ack = {0};
    snprintf(body, sizeof body,
             "{\"event_id\":\"%s\",\"event\":{\"type\":\"message\",\"text\":\"x\"}}", id);
    app_deliver(&f, body, &ack);
    assert_int_equal(ack.outcome, SLACK_ACK_OK);
    app_settle(&f);
}

/* A listener that succeeded or failed for good is not run again, and the other one can tell that
 * its run is a repetition. */
static void some_are_busy(const char *where)
{
    unsigned times = 3, given_up = 0;
    store_file_clean();
    open_app(where, times + 1);
    slack_on_message(f.app, NULL, hopeless, &given_up);
    slack_on_event(f.app, "message", busy, &times);
    app_ready(&f);
    event("Ev1");
    for (unsigned i = 0; i < times; i++)
        app_pass_and_claim(&f, LONG_MS);
    assert_int_equal(runs, times + 1);
    assert_int_equal(repeats_seen, times);
    assert_int_equal(given_up, 1);
    assert_int_equal(deads, 1); /* for the listener that failed for good */
    app_close(&f);
}

TEST(test_what_is_done_stays_done)
{
    some_are_busy("memory:");
    some_are_busy(store_file_url());
}

/* SLACK_EBUSY returned by a handler is an ordinary failure, unlike that of a limit. */
APP_CLOSED(test_a_handler_that_is_never_done)
{
    unsigned times = UINT_MAX;
    open_app("memory:", 2);
    slack_on_message(f.app, NULL, busy, &times);
    app_ready(&f);
    event("Ev1");
    while (deads == 0 && runs < 2000)
        app_pass_and_claim(&f, LONG_MS);
    assert_int_equal(deads, 1);
    assert_int_equal(runs, 2);
}

static void put_row(const char *key, slack_slice_t payload)
{
    rows_task_t task;
    rows_prepare(&task, SLACK_STORE_PUT, key);
    task.op.row.payload = payload;
    task.op.row.app = SLACK_SLICE(FAKE_SLACK_APP);
    rows_run_well(&task);
}

/* The body that needs the most memory to parse does not delay other rows. */
TEST(test_a_body_that_is_large_to_read)
{
    static const char head[] = "{\"event\":{\"type\":\"message\"},\"many\":[";
    const size_t len = LARGE_BODY;
    char *text = malloc(len);
    assert_non_null(text);
    memcpy(text, head, sizeof head - 1);
    for (size_t i = sizeof head - 1; i < len; i++)
        text[i] = "1,"[(len - i) % 2];
    memcpy(text + len - 3, "1]}", 3);
    rows_open();
    put_row("Ev1", (slack_slice_t){text, len});
    put_row("Ev2", SLACK_SLICE("{\"event\":{\"type\":\"message\"}}"));
    rows_close();
    free(text);

    unsigned times = 0;
    open_app(store_file_url(), 1);
    slack_on_message(f.app, NULL, busy, &times);
    app_ready(&f);
    app_settle(&f);
    assert_int_equal(runs, 2);
    app_close(&f);
    assert_int_equal(rows_in(SLACK_ROW_DONE), 2);
}

/* ---- a damaged row ---- */

static void change_row(unsigned id, const char *change)
{
    sqlite3 *db = NULL;
    char text[128];
    snprintf(text, sizeof text, "UPDATE inbox SET %s WHERE id = %u", change, id);
    assert_int_equal(sqlite3_open(store_file_path(), &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, text, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_changes(db), 1);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* No handler gets the row; it becomes a dead letter, and the hook gets it. */
static void expect_a_dead_letter(const char *change)
{
    unsigned times = 0;
    store_file_clean();
    rows_open();
    put_row("Ev1", SLACK_SLICE("{\"event\":{\"type\":\"message\"}}"));
    put_row("Ev2", SLACK_SLICE("{\"event\":{\"type\":\"message\"}}"));
    rows_close();
    change_row(1, change);

    open_app(store_file_url(), 5);
    slack_on_event(f.app, NULL, busy, &times);
    app_ready(&f);
    app_settle(&f);
    assert_int_equal(runs, 1);
    assert_int_equal(deads, 1);
    assert_string_equal(last_dead, "SLACK_EDAMAGED the stored row is damaged: restore the "
                                   "store from a copy, or slackapp inbox drop");
    assert_true(world_logged(&f.world, "retry=none id=1 key=Ev1"));
    app_close(&f);
    assert_int_equal(rows_in(SLACK_ROW_DEAD), 1);
}

TEST(test_a_damaged_row_is_a_dead_letter)
{
    static const char *const changes[] = {
        "payload = '{\"event\":{}}'",
        "kind = 'surprise'",
        "kind = NULL",
        "attempt = -1",
        "tenant = '{'",
        "name = x'00'",
        "retry_num = 1 << 40",
        "done = '+' || char(0)",
    };
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++)
        expect_a_dead_letter(changes[i]);
}

/* ---- a replay that is interrupted ---- */

static int fail_or_hold(slack_ctx_t *ctx, void *user_data)
{
    runs++;
    if (!holding) return SLACK_EINVAL;
    slack_ctx_hold(ctx);
    return 0;
}

static int count(slack_ctx_t *ctx, void *user_data)
{
    ++*(unsigned *)user_data;
    return 0;
}

static void open_with_two(unsigned *counted)
{
    open_app(store_file_url(), 2);
    slack_on_message(f.app, NULL, fail_or_hold, NULL);
    slack_on_event(f.app, "message", count, counted);
    app_ready(&f);
}

static void replay_all(void)
{
    rows_task_t task;
    rows_open_again();
    rows_prepare(&task, SLACK_STORE_RETRY, "");
    task.batch.now_ms = INT64_MAX; /* the app has a clock of its own */
    rows_run_well(&task);
    assert_int_equal(task.batch.count, 1);
    rows_close();
}

/* `slackapp inbox retry` asked for a run. It happens even if the process ends during its first
 * attempt. */
APP_CLOSED(test_a_replay_that_is_cut_off_goes_on)
{
    unsigned counted = 0;
    store_file_clean();
    holding = false;
    open_with_two(&counted);
    event("Ev1");
    assert_int_equal(deads, 1);
    app_close(&f);
    replay_all();

    holding = true;
    open_with_two(&counted);
    world_until(&f.world, runs != 0);
    slack_app_stop(f.app); /* app_close() stops a second time, which ends the drain */
    app_close(&f);

    holding = false;
    open_with_two(&counted);
    app_settle(&f);
    assert_int_equal(runs, 1);
    assert_int_equal(deads, 1);
    assert_int_equal(counted, 1); /* the other listener had succeeded before */
}

static int time_out(slack_ctx_t *ctx, void *user_data)
{
    runs++;
    return SLACK_ETIMEDOUT;
}

/* A replayed row has all its attempts again. */
TEST(test_a_replay_has_all_its_attempts)
{
    store_file_clean();
    for (unsigned life = 0; life < 2; life++) {
        open_app(store_file_url(), 2);
        slack_on_message(f.app, NULL, time_out, NULL);
        app_ready(&f);
        if (life == 0) event("Ev1");
        /* A further turn of the loop may wait for the next poll. */
        world_until(&f.world, runs != 0 && slack__inspect_live(f.app) == 0);
        assert_int_equal(runs, 1);
        assert_int_equal(deads, 0);
        app_pass_and_claim(&f, LONG_MS);
        assert_int_equal(runs, 2);
        assert_int_equal(deads, 1);
        app_close(&f);
        replay_all();
    }
}

/* ---- a full store ---- */

static const slack_store_ops_t *whole_ops;
static int full_status;
static unsigned full_times; /* how many WAITs failed */
static size_t first_size, last_size;

static void submit_to_full(slack_store_t *to, slack_store_op_t *op)
{
    if (op->kind != SLACK_STORE_WAIT) {
        whole_ops->submit(to, op);
        return;
    }
    last_size = slack__arena_size(slack__inspect_ended(op)->arena);
    if (full_times++ == 0) first_size = last_size;
    op->status = full_status;
    op->done(op);
}

/* Injects an event whose WAIT fails with `status`. */
static void open_with_full(slack_store_ops_t *full, int status, unsigned *times)
{
    open_app("memory:", 2);
    slack_on_message(f.app, NULL, busy, times);
    app_ready(&f);
    *full = *slack__inspect_store(f.app)->ops;
    full->submit = submit_to_full;
    whole_ops = slack__inspect_store(f.app)->ops;
    full_status = status;
    full_times = 0;
    slack__inspect_store(f.app)->ops = full;
    app_ack_t ack = {0};
    app_inject(&f, "{\"event_id\":\"Ev1\",\"event\":{\"type\":\"message\"}}", &ack);
    app_run_until(&f, &full_times);
    assert_int_equal(ack.outcome, SLACK_ACK_OK);
}

/* A WAIT that is repeated for days needs no more memory each time. */
APP_CLOSED(test_an_end_that_cannot_be_noted_does_not_grow)
{
    unsigned times = 1;
    slack_store_ops_t full;
    open_with_full(&full, SLACK_ESTORE, &times);
    while (full_times < 10000)
        slack__inspect_poll(f.app);
    assert_int_equal(last_size, first_size);
    const char *told = strstr(f.world.log, "the end of a delivery was not stored");
    assert_non_null(told);
    assert_null(strstr(told + 1, "the end of a delivery was not stored")); /* it is logged once */
    slack__inspect_store(f.app)->ops = whole_ops;
    pass_all(1);
    assert_int_equal(runs, 2);
}

/* A memory store without room for a WAIT will not get room by repeating it: the row is dropped. */
APP_CLOSED(test_an_end_without_room_is_the_last)
{
    unsigned times = 1;
    slack_store_ops_t full;
    open_with_full(&full, SLACK_EBUSY, &times);
    slack__inspect_store(f.app)->ops = whole_ops;
    app_pass_and_claim(&f, LONG_MS);
    app_pass_and_claim(&f, LONG_MS);
    assert_int_equal(full_times, 1);
    assert_int_equal(runs, 1);
    assert_true(world_logged(&f.world, "event=\"store: the end of a delivery was not stored\""));
}

static unsigned renewals;

static void submit_to_busy(slack_store_t *to, slack_store_op_t *op)
{
    if (op->kind != SLACK_STORE_RENEW) {
        whole_ops->submit(to, op);
        return;
    }
    renewals++;
    op->status = SLACK_ESTORE;
    op->done(op);
}

/* A RENEW that fails, as on a locked database, is repeated soon and no claim is lost. */
APP_CLOSED(test_a_lease_that_was_not_renewed_is_soon)
{
    store_file_clean();
    open_app(store_file_url(), 2);
    app_ready(&f);
    world_until(&f.world, !slack__inspect_renews(f.app) && !slack__inspect_claims(f.app));
    slack_store_ops_t busy_ops = *slack__inspect_store(f.app)->ops;
    busy_ops.submit = submit_to_busy;
    whole_ops = slack__inspect_store(f.app)->ops;
    slack__inspect_store(f.app)->ops = &busy_ops;
    renewals = 0;
    slack__inspect_poll(f.app);
    assert_int_equal(renewals, 0); /* not due yet */
    f.world.mono_us += SLACK_STORE_RENEW_MS * 1000;
    for (unsigned i = 1; i <= 3; i++) {
        slack__inspect_poll(f.app);
        assert_int_equal(renewals, i);
        f.world.mono_us += SLACK_QUEUE_POLL_MS * 1000;
    }
    slack__inspect_store(f.app)->ops = whole_ops;
    slack__inspect_poll(f.app);
    world_until(&f.world, !slack__inspect_renews(f.app) && !slack__inspect_claims(f.app));
}

int main(void)
{
    rows.ops = &slack__store_sqlite;
    rows.place = store_file_path();
    rows.clean = store_file_clean;
    return test_run_all(NULL, NULL);
}
