/* SPDX-License-Identifier: MIT */
/* The owners of a PostgreSQL store, as others see them: sessions that are lost, and hints. */
#include <signal.h>

#include "support/postgres_rows.h"
#include "support/test.h"

static slack_store_t *other; /* beside rows.store, which is the visitor's */

/* The hints of a store to its user. */
static struct told {
    unsigned what, count;
} told[2];

static void on_changed(void *user_data, unsigned what)
{
    struct told *t = user_data;
    t->what |= what;
    t->count++;
}

static int set_up(void **state)
{
    const char *place = postgres_start();
    rows.ops = &slack__store_postgres;
    rows.clean = postgres_clean;
    rows.place = pg_visitor();
    pg_shut_out(false);
    rows_open();
    rows.place = place;
    other = rows_open_other();
    rows.store->changed = other->changed = on_changed;
    rows.store->changed_data = &told[0];
    other->changed_data = &told[1];
    memset(told, 0, sizeof told);
    return 0;
}

static void close_other(void)
{
    slack_store_t *store = other;
    other = NULL;
    if (store) rows_close_other(store);
}

static int tear_down(void **state)
{
    close_other();
    return rows_tear_down(state);
}

#define OWNERS_TEST(function) TEST_CASE(function, set_up, tear_down, NULL)

/* Now rows.store is the other store, and the other way round. */
static void swap_stores(void)
{
    slack_store_t *store = rows.store;
    rows.store = other;
    other = store;
}

/* An owner whose session ends has some time to come back, seen by a store that only reads entries;
 * more of it, from the session of that store on, if that one has lost its own session too, or the
 * server was started again. An owner that comes back later does not find its entry. */
OWNERS_TEST(test_an_entry_of_an_owner_without_a_session)
{
    enum { ITS_OWN, EVERY_SESSION, RESTART, LOSSES };
    static const uint64_t limits_ms[] = {400, 2000, 2000};
    for (unsigned i = 0; i < 2 * LOSSES; i++) {
        const unsigned loss = i / 2;
        const bool comes_back = i % 2;
        assert_int_equal(rows_swap_in(rows.store, true, "", "1"), 0);
        swap_stores();
        rows_expect_entry("k", "1");
        rows_pass_ms(5000);
        rows_expect_entry("k", "1");
        pg_shut_out(true);
        if (loss == EVERY_SESSION) pg_end_sessions("");
        if (loss == RESTART) postgres_crash();
        postgres_start();
        rows_pass_ms(5000); /* since the last look */
        rows_expect_entry("k", "1");
        rows_pass_ms(limits_ms[loss] - 1);
        rows_expect_entry("k", "1");
        pg_shut_out(!comes_back);
        if (comes_back) rows_swap_in(other, true, "", "");
        rows_pass_ms(5000); /* a look that is slow begins the time anew */
        rows_expect_entry("k", comes_back ? "1" : NULL);
        pg_shut_out(false);
        assert_int_equal(rows_swap_in(other, true, "1", "2"), !comes_back);
        rows_expect_entry("k", comes_back ? "2" : NULL);
        tear_down(state);
        set_up(state);
    }
}

/* The look of a store waits for a server that hangs. This wait does not count: the other owners
 * could not come back either. */
OWNERS_TEST(test_a_look_that_takes_its_time)
{
    rows_task_t task;
    assert_int_equal(rows_swap_in(rows.store, true, "", "1"), 0);
    swap_stores();
    pg_shut_out(true);
    rows_pass_ms(400);
    const pid_t session = (pid_t)strtol(postgres_query("SELECT pid FROM pg_stat_activity WHERE"
                                                       " application_name = 'slackapp'"),
                                        NULL, 10);
    assert_int_equal(kill(session, SIGSTOP), 0);
    rows_submit(&task, SLACK_STORE_KV_GET, "k");
    postgres_query("SELECT pg_sleep(0.2)");
    assert_int_equal(kill(session, SIGCONT), 0);
    world_until(&rows.world, task.ended);
    assert_int_equal(task.batch.count, 1);
    rows_free(&task);
    rows_pass_ms(400);
    rows_expect_entry("k", "1");
    rows_pass_ms(5000);
    rows_expect_entry("k", NULL);
}

/* The session of an owner that lives comes back by itself, although nobody asks for anything. */
OWNERS_TEST(test_a_session_that_comes_back)
{
    rows_put("a", 0, false);
    pg_end_sessions("usename = 'visitor'");
    pg_wait_until("EXISTS (SELECT FROM pg_locks JOIN pg_stat_activity USING (pid)"
                  " WHERE usename = 'visitor' AND locktype = 'advisory' AND objsubid = 2)");
    swap_stores();
    for (unsigned i = 0; i < 3; i++) {
        rows_expect_claim("");
        rows_pass_ms(5000);
    }
    assert_int_equal(told[1].count, 0);
}

/* --- hints ---------------------------------------------------------------------------------- */

#define ROWS    SLACK_STORE_CHANGED_ROWS
#define ENTRIES SLACK_STORE_CHANGED_ENTRIES

static void expect_told(unsigned what)
{
    world_until(&rows.world, (told[1].what & what) == what);
    assert_int_equal(told[1].what, what);
    assert_int_equal(told[0].count, 0); /* not of its own changes */
    told[1].what = 0;
}

/* Claims as often as a claim says when the next one is worth it. The keys of the last claim, and
 * the time that has passed. */
static const char *claim_in_time(uint64_t *ret_ms)
{
    *ret_ms = 0;
    for (;;) {
        rows_task_t task;
        const char *keys = rows_claim(&task, 10);
        rows_free(&task);
        if (*keys || task.batch.next_ms == INT64_MAX) return keys;
        assert_in_range(task.batch.next_ms - rows_now(), 1, 2000);
        *ret_ms += (uint64_t)(task.batch.next_ms - rows_now());
        rows_pass_ms((uint64_t)(task.batch.next_ms - rows_now()));
    }
}

/* A look at entries finds an owner without a session, and tells of the rows that it has left. The
 * claims that follow say when they can be claimed. Rows of another app are left to it, and those of
 * an owner that has closed are free at once. */
OWNERS_TEST(test_rows_of_an_owner_that_is_gone)
{
    enum { ENDED, OTHER_APP, CLOSED, WAYS };
    uint64_t ms;
    for (unsigned way = 0; way < WAYS; way++) {
        rows_put("a", 0, false);
        if (way == OTHER_APP) postgres_query("UPDATE slackapp.inbox SET app = 'other'");
        swap_stores();
        assert_string_equal(claim_in_time(&ms), "");
        rows_pass_ms(5000);
        if (way == CLOSED)
            close_other();
        else
            pg_shut_out(true);
        rows_expect_entry("k", NULL);
        expect_told(ROWS);
        assert_string_equal(claim_in_time(&ms), way == OTHER_APP ? "" : "a ");
        assert_in_range(ms, way == ENDED ? 400 : 0, way == ENDED ? 5000 : 0);
        tear_down(state);
        set_up(state);
    }
}

/* Each change, and the hint that the other store gets before the next one. */
OWNERS_TEST(test_the_other_store_is_told)
{
    static const struct {
        enum slack_store_op_kind kind;
        const char *key, *app;
        unsigned what;
        bool claim, owned;
        int in_ms;
    } changes[] = {
        {SLACK_STORE_PUT, "a", "A1", .claim = true},
        {SLACK_STORE_PUT, "b", "A1", .what = ROWS},
        {SLACK_STORE_PUT, "b", "A1", .what = 0}, /* a duplicate */
        {SLACK_STORE_PUT, "c", "A1", .in_ms = 60000},
        {SLACK_STORE_PUT, "d", "A2", .what = 0},
        {SLACK_STORE_RETRY, "", "A1", .what = 0}, /* no row is dead */
        {SLACK_STORE_WAIT, "a", "A1", .in_ms = 1000},
        {SLACK_STORE_PUT, "e", "A1", .claim = true},
        {SLACK_STORE_WAIT, "e", "A1", .what = ROWS},
        {SLACK_STORE_PUT, "f", "A1", .claim = true},
        {SLACK_STORE_BURY, "f", "A1", .what = 0},
        {SLACK_STORE_RETRY, "", "A2", .what = ROWS}, /* rows of any app */
        {SLACK_STORE_KV_ADD, "k", "", .what = 0},
        {SLACK_STORE_KV_SWAP, "k", "", .owned = true},
        {SLACK_STORE_KV_SWAP, "l", "", .what = 0},
        {SLACK_STORE_KV_SWAP, "m", "", .what = ENTRIES, .owned = true},
        {SLACK_STORE_KV_DELETE, "l", "", .what = 0},
        {SLACK_STORE_KV_DELETE, "m", "", .what = ENTRIES},
        {SLACK_STORE_KV_DELETE, "m", "", .what = 0},
    };
    rows_task_t task;
    int64_t id = 0;
    swap_stores();
    rows_prepare(&task, SLACK_STORE_CLAIM, "");
    task.op.row.app = SLACK_SLICE("A1");
    rows_run_well(&task);
    swap_stores();
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        rows_prepare(&task, changes[i].kind, changes[i].key);
        task.op.claim = changes[i].claim;
        task.op.owned = changes[i].owned;
        task.op.row.app = slack__slice(changes[i].app);
        const bool entry =
            changes[i].kind >= SLACK_STORE_KV_PUT && changes[i].kind < SLACK_STORE_LIST;
        task.op.row.due_ms = rows_now() + (entry ? 60000 : changes[i].in_ms);
        task.op.row.id = id;
        rows_run_well(&task);
        if (changes[i].claim) id = task.op.row.id;
        rows_prepare(&task, entry ? SLACK_STORE_PUT : SLACK_STORE_KV_SWAP, "");
        task.op.claim = false;
        task.op.owned = true;
        snprintf(task.key, sizeof task.key, "end%zu", i);
        task.op.row.key = slack__slice(task.key);
        task.op.row.app = SLACK_SLICE("A1");
        task.op.row.due_ms = entry ? 0 : INT64_MAX;
        rows_run_well(&task);
        expect_told(changes[i].what | (entry ? ROWS : ENTRIES));
    }
}

/* A store that closes leaves its rows and its entries. */
OWNERS_TEST(test_the_other_store_is_told_of_a_close)
{
    assert_int_equal(rows_swap_in(rows.store, true, "", "1"), 0);
    expect_told(ENTRIES);
    swap_stores();
    close_other();
    expect_told(ROWS | ENTRIES);
}

OWNERS_TEST(test_many_rows_are_few_hints)
{
    enum { COUNT = 10000 };
    rows_task_t *tasks = calloc(COUNT, sizeof *tasks);
    assert_non_null(tasks);
    const uint64_t start_ns = uv_hrtime();
    for (unsigned i = 0; i < COUNT; i++) {
        rows_prepare(&tasks[i], SLACK_STORE_PUT, "");
        tasks[i].op.claim = false;
        rows_submit_prepared(&tasks[i]);
    }
    world_until(&rows.world, rows.ends >= COUNT);
    expect_told(ROWS);
    const uint64_t ms = (uv_hrtime() - start_ns) / 1000000;
    assert_in_range(told[1].count, 1, ms / 10 + 2);
    free(tasks);
}

/* Anybody may send anything. After a session that was lost, the user has to look. */
OWNERS_TEST(test_hints_that_are_bad_or_lost)
{
    postgres_query("NOTIFY slackapp; NOTIFY slackapp, 'x'; NOTIFY slackapp, '-1x';"
                   "NOTIFY slackapp, '4 0'; NOTIFY other, '1 0'");
    postgres_query("NOTIFY slackapp, '99999999999999999999999 zz'; NOTIFY slackapp, '2 0'");
    world_until(&rows.world, told[0].count > 0 && told[1].count > 0);
    assert_int_equal(told[0].what, ENTRIES);
    memset(told, 0, sizeof told);
    pg_end_sessions("");
    world_until(&rows.world, told[0].what == (ROWS | ENTRIES) && told[1].what == (ROWS | ENTRIES));
}

int main(void)
{
    return pg_run_all();
}
