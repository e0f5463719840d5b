/* SPDX-License-Identifier: MIT */
/*
 * Between the store and its PostgreSQL is a proxy. It ends the connection after the nth byte, or
 * passes nothing on for a while, as a network that is cut.
 */
#include <sys/wait.h>

#include <slack/error.h>

#include "store/kv.h"
#include "support/cut_proxy.h"
#include "support/postgres_rows.h"
#include "support/test.h"

static int set_up(void **state)
{
    static char place[128], own[96], server[96];
    postgres_start();
    snprintf(server, sizeof server, "%s/.s.PGSQL.5432", postgres_folder());
    snprintf(own, sizeof own, "%s/.s.PGSQL.6000", postgres_folder());
    snprintf(place, sizeof place, "host=%s port=6000 user=slackapp dbname=postgres",
             postgres_folder());
    cut_proxy_start(own, server);
    rows.ops = &slack__store_postgres;
    rows.place = place;
    rows.clean = postgres_clean;
    return rows_set_up(state);
}

static int tear_down(void **state)
{
    cut_proxy_hold(0);
    const int failed = rows_tear_down(state);
    cut_proxy_stop();
    return failed;
}

#define CUT_TEST(function) TEST_CASE(function, set_up, tear_down, NULL)

/* --- ends of the connection ------------------------------------------------------------------ */

static char key[16]; /* of the row and the entry of this round */

/* A machine that is too busy to make another session in time has several chances. */
static void put(void)
{
    rows_task_t task = {.op.status = SLACK_ESTORE};
    for (unsigned i = 0; i < 4 && task.op.status == SLACK_ESTORE; i++) {
        if (i > 0) strcat(key, "+"); /* the row may be there */
        rows_prepare(&task, SLACK_STORE_PUT, key);
        rows_run(&task);
    }
    assert_int_equal(task.op.status, 0);
    assert_false(task.op.duplicate);
}

static void finish(void)
{
    rows_finish(key, strtol(postgres_query("SELECT max(id) FROM slackapp.inbox"), NULL, 10));
}

static void claim(void)
{
    rows_task_t task;
    char keys[24];
    snprintf(keys, sizeof keys, "%s ", key);
    assert_string_equal(rows_claim(&task, 10), keys);
    assert_int_equal(task.batch.rows[0].attempt, 1);
    rows_free(&task);
}

static void put_queued(void)
{
    rows_put_queued(key, 0);
}

/* If it were applied twice, the second time would find the entry of the first. */
static void swap_in(void)
{
    rows_task_t task;
    rows_prepare(&task, SLACK_STORE_KV_SWAP, key);
    const slack_row_t row = slack__kv_to_row(&(slack_kv_entry_t){
        .key = slack__slice(key), .version = SLACK_SLICE("1"), .until_ms = SLACK_KV_FOREVER});
    task.op.row = row;
    rows_run_well(&task);
    assert_false(task.op.duplicate);
}

/* Expects the last row, and its state. */
static void expect_last(const char *expected)
{
    assert_string_equal(postgres_query("SELECT count(*) || ' ' || max(state) FROM slackapp.inbox"
                                       " WHERE id = (SELECT max(id) FROM slackapp.inbox)"),
                        expected);
}

static void lose_session(void)
{
    pg_end_sessions("");
}

/* In each phase of each operation the connection ends after the nth byte of a direction. Operations
 * end well, and once. SLACK_TEST_CUTS: the number of bytes from one end to the next. */
CUT_TEST(test_the_nth_byte)
{
    static const struct {
        void (*before)(void), (*run)(void);
        const char *expected; /* NULL: the row does not matter */
        unsigned cuts;
    } phases[] = {
        {NULL, put, "1 1", 5},    {put, finish, "1 2", 5},       {put_queued, claim, "1 1", 5},
        {NULL, swap_in, NULL, 5}, {lose_session, put, "1 1", 7}, /* in the begin of a session */
    };
    unsigned round = 0;
    const char *step = getenv("SLACK_TEST_CUTS");
    for (size_t i = 0; i < sizeof phases / sizeof *phases; i++)
        for (enum cut_direction direction = 0; direction <= CUT_TO_CLIENT; direction++) {
            size_t length = 1;
            for (size_t n = 0; n < length;
                 n += step ? (size_t)atoi(step) : 1 + length / phases[i].cuts) {
                snprintf(key, sizeof key, "k%u", round++);
                if (phases[i].before) phases[i].before();
                const size_t passed = cut_proxy_passed(direction);
                if (n > 0 || length > 1) cut_proxy_after(direction, n);
                phases[i].run();
                if (length == 1) length = cut_proxy_passed(direction) - passed;
                if (phases[i].expected) expect_last(phases[i].expected);
            }
            cut_proxy_after(direction, 0); /* what has waited ends now */
            snprintf(key, sizeof key, "k%u", round++);
            put();
        }
    assert_true(round > 40);
}

/* --- a server that is silent ----------------------------------------------------------------- */

#define ANSWER_MS 1500
#define ASKS      6

static struct ask {
    rows_task_t task;
    uint64_t ms; /* until the answer */
} asks[ASKS];
static unsigned asked;

static void ask_submit(void);

/* Others are asked meanwhile, so that some wait for the store's attempts to connect. */
static void ask_ended(slack_store_op_t *op)
{
    struct ask *ask = SLACK_CONTAINER(op, struct ask, task.op);
    ask->ms = (uv_hrtime() - op->since_ns) / 1000000;
    rows_on_done(op);
    if (asked < ASKS) ask_submit();
    if (asked < ASKS) ask_submit();
}

static void ask_submit(void)
{
    struct ask *ask = &asks[asked++];
    snprintf(key, sizeof key, "ask%u", asked);
    rows_prepare(&ask->task, SLACK_STORE_PUT, key);
    ask->task.op.done = ask_ended;
    rows_submit_prepared(&ask->task);
}

/* The longest time to an answer while nothing passes, and connections are accepted. */
static uint64_t slowest_ms(void)
{
    static unsigned rounds;
    uint64_t ms = 0;
    asked = rows.ends = 0;
    cut_proxy_hold(CUT_BOTH);
    ask_submit();
    postgres_query("SELECT 1"); /* meanwhile the store begins */
    ask_submit();
    world_until(&rows.world, rows.ends == ASKS);
    for (unsigned i = 0; i < ASKS; i++) {
        assert_int_equal(asks[i].task.op.status, SLACK_ESTORE);
        if (asks[i].ms > ms) ms = asks[i].ms;
    }
    cut_proxy_hold(0);
    snprintf(key, sizeof key, "end%u", rounds++);
    put();
    return ms;
}

/* An operation that begins a transaction, one behind it, and those that wait for a session are all
 * answered in time, with one host and with two. A busy machine has several chances. */
CUT_TEST(test_a_server_that_is_silent)
{
    const char *folder = postgres_folder();
    char both[256];
    snprintf(both, sizeof both, "host=%s,%s port=6000,6000 user=slackapp dbname=postgres", folder,
             folder);
    for (unsigned hosts = 1; hosts <= 2; hosts++) {
        uint64_t ms = slowest_ms();
        for (unsigned i = 0; i < 5 && ms > ANSWER_MS + 50; i++)
            ms = slowest_ms();
        assert_in_range(ms, 0, ANSWER_MS + 50);
        rows_close();
        rows.place = both;
        rows_open_again();
    }
}

/* --- a partition ----------------------------------------------------------------------------- */

/* A process that nobody reaches for longer than its lease: its rows run elsewhere, its entries are
 * gone, and what it says afterwards changes nothing. */
CUT_TEST(test_a_partition)
{
    char direct[128];
    const int64_t id = rows_put("a", 0, false);
    slack_store_t *cut_off = rows.store;
    rows_swap_in(cut_off, true, NULL, "1");
    snprintf(direct, sizeof direct, "host=%s user=slackapp dbname=postgres", postgres_folder());
    rows.place = direct;
    slack_store_t *other = rows_open_other();
    rows.store = other;
    rows_expect_claim("");
    rows_expect_entry("k", "1");
    cut_proxy_hold(CUT_BOTH);
    for (unsigned i = 0; i < 4; i++) {
        rows_expect_claim("");
        rows_pass_ms(15000);
    }
    rows_expect_claim("a ");
    rows_expect_entry("k", NULL);
    rows_swap_in(other, true, NULL, "2");

    rows.store = cut_off;
    const uint64_t since = uv_hrtime();
    rows_put("b", SLACK_ESTORE, false);
    assert_true(uv_hrtime() - since < UINT64_C(5000000000));
    assert_true(world_logged(&rows.world, "the server does not answer"));
    cut_proxy_hold(0);
    rows_finish("a", id);
    assert_string_equal(postgres_query("SELECT state FROM slackapp.inbox"), "1");
    rows_expect_entry("k", "2");
    rows.store = other;
    rows_finish("a", id);
    assert_string_equal(postgres_query("SELECT state FROM slackapp.inbox"), "2");
    rows_close_other(cut_off);
}

int main(void)
{
    return pg_run_all();
}
