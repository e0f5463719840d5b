/* SPDX-License-Identifier: MIT */
#include "support/store_suite.h"
#include "support/test.h"

#include <slack/error.h>
#include <slack/options.h>

#include "support/store_rows.h"

/* Rows that are claimed, wait, become dead letters and change their owner. */

static void test_a_queued_row_is_claimed_once(void **state)
{
    int64_t id = rows_put_queued("a", rows_now());
    rows_put_queued("a", rows_now()); /* a duplicate changes nothing */
    rows_put("mine", 0, false);
    rows_task_t task;
    assert_string_equal(rows_claim(&task, 10), "a ");
    const slack_row_t *row = &task.batch.rows[0];
    assert_int_equal(row->id, id);
    assert_int_equal(row->attempt, 1);
    assert_int_equal(row->retry_num, 2);
    assert_int_equal(row->received_ms, rows_now());
    rows_expect_text(row->kind, "event");
    rows_expect_text(row->name, "message");
    rows_expect_text(row->payload, "{\"a\":1}");
    rows_expect_text(row->transport, "http");
    rows_expect_text(row->retry_reason, "http_timeout");
    rows_expect_text(row->tenant, "{\"team_id\":\"T1\"}");
    rows_expect_text(row->done, "");
    assert_true(task.batch.next_ms == INT64_MAX);
    rows_free(&task);
    rows_expect_claim("");
    rows_finish("a", id);
    rows_expect_claim("");
    rows_put("a", 0, true);
}

static void test_rows_are_claimed_when_they_are_due_and_in_order(void **state)
{
    rows_put_queued("later", rows_now() + 500);
    rows_put_queued("b", rows_now() - 1);
    rows_put_queued("c", rows_now() - 1);
    rows_put_queued("a", rows_now() - 2);
    rows_task_t task;
    assert_string_equal(rows_claim(&task, 2), "a b ");
    assert_true(task.batch.next_ms == rows_now() - 1);
    rows_free(&task);
    assert_string_equal(rows_claim(&task, 2), "c ");
    assert_true(task.batch.next_ms == rows_now() + 500);
    rows_free(&task);
    rows_pass_ms(499);
    rows_expect_claim("");
    rows_pass_ms(1);
    rows_expect_claim("later ");
}

static size_t cancel(const char *key)
{
    rows_task_t task;
    rows_prepare(&task, SLACK_STORE_CANCEL, key);
    rows_run_well(&task);
    return task.batch.count;
}

static int put_large(const char *key, char *bytes, size_t len)
{
    rows_task_t task;
    rows_prepare(&task, SLACK_STORE_PUT, key);
    task.op.claim = false;
    task.op.row.due_ms = rows_now();
    task.op.row.payload = (slack_slice_t){bytes, len};
    rows_run(&task);
    return task.op.status;
}

/* Rows fit up to the limit, and as many again after they are cancelled. */
static void test_the_bytes_are_bounded(void **state)
{
    if (rows.ops->durable) return; /* only the disk limits it */
    const size_t len = SLACK_STORE_BYTES_MAX / 32;
    char *bytes = calloc(1, len), key[8];
    assert_non_null(bytes);
    rows_open();
    for (unsigned round = 0; round < 2; round++) {
        unsigned count = 0;
        do
            snprintf(key, sizeof key, "k%u", ++count);
        while (put_large(key, bytes, len) == 0 && count < 40);
        assert_in_range(count, 17, 32); /* an arena may be up to twice as large as its contents */
        for (unsigned i = 1; i <= count; i++) {
            snprintf(key, sizeof key, "k%u", i);
            assert_int_equal(cancel(key), i < count);
        }
    }
    rows_close();
    free(bytes);
}

/* Rows beyond the size of one claim come with the next claim. */
static void test_a_claim_is_as_large_as_it_may_be(void **state)
{
    if (!rows.ops->durable) skip(); /* all its rows fit into one claim */
    const size_t len = SLACK_STORE_BYTES_MAX / 5 * 2;
    char *bytes = malloc(len);
    assert_non_null(bytes);
    memset(bytes, 'x', len);
    rows_open();
    assert_int_equal(put_large("a", bytes, len), 0);
    assert_int_equal(put_large("b", bytes, len), 0);
    assert_int_equal(put_large("c", bytes, len), 0);
    rows_task_t task;
    assert_string_equal(rows_claim(&task, 10), "a b ");
    assert_true(task.batch.next_ms <= rows_now());
    rows_free(&task);
    rows_expect_claim("c ");
    rows_close();

    rows_open_again(); /* the same for rows of an owner that is gone */
    assert_string_equal(rows_claim(&task, 10), "a b ");
    rows_free(&task);
    rows_expect_claim("c ");
    rows_close();
    free(bytes);
}

static void test_a_row_that_waits_comes_back(void **state)
{
    int64_t id = rows_put("a", 0, false);
    rows_put_back(SLACK_STORE_WAIT, "a", id, rows_now() + 100);
    rows_put("a", 0, true);
    rows_expect_claim("");
    rows_pass_ms(100);
    rows_task_t task;
    for (unsigned attempt = 2; attempt < 4; attempt++) {
        assert_string_equal(rows_claim(&task, 10), "a ");
        const slack_row_t *row = &task.batch.rows[0];
        assert_int_equal(row->id, id);
        assert_int_equal(row->attempt, attempt);
        rows_expect_text(row->payload, "{\"a\":1}");
        rows_expect_text(row->done, "first");
        rows_expect_text(row->error, "SLACK_EIO");
        rows_free(&task);
        rows_put_back(SLACK_STORE_WAIT, "a", id, rows_now());
    }
}

/* A row without a key may wait as well. */
static void test_a_row_without_a_key_waits(void **state)
{
    int64_t id = rows_put("", 0, false);
    rows_put_back(SLACK_STORE_WAIT, "", id, rows_now());
    rows_task_t task;
    assert_string_equal(rows_claim(&task, 10), " ");
    assert_int_equal(task.batch.rows[0].id, id);
    assert_int_equal(task.batch.rows[0].attempt, 2);
    rows_free(&task);
    rows_finish("", id);
    rows_expect_claim("");
}

static uint64_t count_of(enum slack_row_state state)
{
    rows_task_t task;
    rows_prepare(&task, SLACK_STORE_STATS, "");
    rows_run_well(&task);
    return task.batch.counts[state];
}

/* Returns the number of rows that an operation on one row, or on all, has changed. */
static size_t change(enum slack_store_op_kind kind, int64_t id)
{
    rows_task_t task;
    rows_prepare(&task, kind, "");
    task.op.row.id = id;
    task.batch.one = id != 0;
    rows_run_well(&task);
    return task.batch.count;
}

static void test_the_dead_are_listed_and_brought_back(void **state)
{
    int64_t a = rows_put("a", 0, false), b = rows_put("b", 0, false), c = rows_put("c", 0, false);
    rows_put_back(SLACK_STORE_BURY, "c", c, 0);
    rows_put_back(SLACK_STORE_BURY, "a", a, 0);
    rows_put_back(SLACK_STORE_BURY, "b", b, 0);
    rows_expect_claim("");
    rows_put("a", 0, true);
    assert_int_equal(count_of(SLACK_ROW_DEAD), 3);

    rows_task_t task;
    rows_prepare(&task, SLACK_STORE_LIST, "");
    task.op.row.id = a + 1; /* after the first row */
    task.batch.state = SLACK_ROW_DEAD;
    task.batch.limit = 1;
    rows_run(&task);
    assert_int_equal(task.batch.count, 1);
    assert_int_equal(task.batch.rows[0].id, b);
    rows_expect_text(task.batch.rows[0].error, "SLACK_EIO");
    rows_expect_text(task.batch.rows[0].payload, "");
    rows_free(&task);

    rows_prepare(&task, SLACK_STORE_LIST, "");
    task.op.row.id = c;
    task.batch.one = true;
    rows_run(&task);
    assert_int_equal(task.batch.count, 1);
    assert_int_equal(task.batch.rows[0].state, SLACK_ROW_DEAD);
    rows_expect_text(task.batch.rows[0].payload, "{\"a\":1}");
    rows_free(&task);

    assert_int_equal(change(SLACK_STORE_RETRY, b), 1);
    assert_string_equal(rows_claim(&task, 10), "b ");
    assert_int_equal(task.batch.rows[0].attempt, 1);
    rows_expect_text(task.batch.rows[0].done, "first");
    rows_expect_text(task.batch.rows[0].error, "");
    rows_free(&task);
    assert_int_equal(change(SLACK_STORE_DROP, a), 1);
    assert_int_equal(change(SLACK_STORE_DROP, b), 0); /* it runs */
    rows_prepare(&task, SLACK_STORE_RETRY, "");
    task.batch.now_ms = rows_now() - 1; /* it was alive then */
    rows_run_well(&task);
    assert_int_equal(task.batch.count, 0);
    assert_int_equal(change(SLACK_STORE_RETRY, 0), 1);
    rows_expect_claim("c ");
    rows_put("a", 0, false);
}

static void expect_list(enum slack_row_state in, int64_t after, int64_t id)
{
    rows_task_t task;
    rows_prepare(&task, SLACK_STORE_LIST, "");
    task.op.row.id = after + 1;
    task.batch.state = in;
    task.batch.limit = 1;
    rows_run_well(&task);
    assert_int_equal(task.batch.count, id != 0);
    if (id) assert_int_equal(task.batch.rows[0].id, id);
    if (id) assert_int_equal(task.batch.rows[0].state, in);
    rows_free(&task);
}

static void test_every_state_is_listed_in_pages(void **state)
{
    if (!rows.ops->durable) return; /* a memory store has no other owners' rows */
    int64_t ids[SLACK_ROW_STATES][2];
    rows_open();
    for (int i = 0; i < 2; i++) {
        ids[SLACK_ROW_QUEUED][i] = rows_put_queued("", rows_now() + 1000);
        ids[SLACK_ROW_RUNNING][i] = rows_put("", 0, false);
        ids[SLACK_ROW_DONE][i] = rows_put(i ? "a" : "b", 0, false);
        rows_finish(i ? "a" : "b", ids[SLACK_ROW_DONE][i]);
        ids[SLACK_ROW_DEAD][i] = rows_put("", 0, false);
        rows_put_back(SLACK_STORE_BURY, "", ids[SLACK_ROW_DEAD][i], 0);
    }
    for (unsigned i = 0; i < SLACK_ROW_STATES; i++) {
        expect_list((enum slack_row_state)i, 0, ids[i][0]);
        expect_list((enum slack_row_state)i, ids[i][0], ids[i][1]);
        expect_list((enum slack_row_state)i, ids[i][1], 0);
    }
    rows_close();
}

static void test_a_key_may_be_given_up(void **state)
{
    rows_task_t task;
    int64_t id = rows_put("a", 0, false);
    rows_prepare(&task, SLACK_STORE_FINISH, "a");
    task.op.row.id = id;
    task.op.forget = true;
    rows_run(&task);
    id = rows_put("a", 0, false);
    rows_prepare(&task, SLACK_STORE_BURY, "a");
    task.op.row.id = id;
    task.op.forget = true;
    rows_run_well(&task);
    assert_int_equal(count_of(SLACK_ROW_DEAD), 1);
    rows_put("a", 0, false);
    assert_int_equal(change(SLACK_STORE_RETRY, id), 1);
    rows_expect_claim(" ");
}

static void test_many_dead_are_changed_a_few_at_a_time(void **state)
{
    for (int i = 0; i < 5; i++) {
        char key[8];
        snprintf(key, sizeof key, "k%d", i);
        rows_put_back(SLACK_STORE_BURY, key, rows_put(key, 0, false), 0);
    }
    static const unsigned left[] = {3, 1, 0, 0};
    for (int i = 0; i < 4; i++) {
        rows_task_t task;
        rows_prepare(&task, i % 2 ? SLACK_STORE_DROP : SLACK_STORE_RETRY, "");
        task.batch.limit = 2;
        rows_run(&task);
        assert_int_equal(task.op.status, 0);
        assert_int_equal(count_of(SLACK_ROW_DEAD), left[i]);
    }
    assert_int_equal(count_of(SLACK_ROW_QUEUED), 3);
}

static void bury_due(void)
{
    rows_task_t task;
    char key[8];
    snprintf(key, sizeof key, "%s", rows_claim(&task, 1));
    key[1] = '\0'; /* without the blank */
    rows_put_back(SLACK_STORE_BURY, key, task.batch.rows[0].id, 0);
    rows_free(&task);
}

/* By their arrival, not by when they are due or died; done rows by when they were finished. */
static void test_the_oldest_are_told(void **state)
{
    const int64_t start = rows_now();
    const int64_t first = rows_put("a", 0, false);
    rows_put_queued("b", start + 5000);
    for (unsigned i = 0; i < 2; i++) { /* each kind twice, the second time later */
        rows_pass_ms(10);
        rows_put_queued(i ? "d" : "c", rows_now());
        rows_pass_ms(10);
        bury_due();
    }
    rows_put_queued("e", start + 1000);
    rows_finish("a", first);
    rows_finish("f", rows_put("f", 0, false));
    rows_put("g", 0, false);
    rows_pass_ms(10);
    rows_put("h", 0, false);
    rows_finish("i", rows_put("i", 0, false));
    rows_task_t task;
    rows_prepare(&task, SLACK_STORE_STATS, "");
    rows_run_well(&task);
    static const struct {
        unsigned count;
        int64_t after_ms;
    } want[] = {[SLACK_ROW_QUEUED] = {2, 0},
                [SLACK_ROW_RUNNING] = {2, 40},
                [SLACK_ROW_DONE] = {3, 40},
                [SLACK_ROW_DEAD] = {2, 10}};
    for (unsigned i = 0; i < SLACK_ROW_STATES; i++) {
        assert_int_equal(task.batch.counts[i], want[i].count);
        assert_int_equal(task.batch.oldest_ms[i] - start, want[i].after_ms);
    }
}

/* A count above the limit is an estimate. A row that is behind another one is never due. */
static void test_counts_have_a_limit(void **state)
{
    static const struct {
        slack_slice_t app;
        int64_t next_ms; /* from now */
    } cases[] = {{{NULL, 0}, 1000}, {{"other", 5}, 1000}, {{"", 0}, 2000}, {{"none", 4}, -1}};
    rows_task_t task;
    for (int i = 0; i < 4; i++) {
        rows_prepare(&task, SLACK_STORE_PUT, "");
        task.op.claim = false;
        task.op.row.order = i < 2 ? SLACK_SLICE("o") : (slack_slice_t){NULL, 0};
        task.op.row.app = i < 3 ? SLACK_SLICE("") : SLACK_SLICE("other");
        task.op.row.due_ms = rows_now() + (i < 3 ? 2000 : 1000);
        rows_run_well(&task);
    }
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        rows_prepare(&task, SLACK_STORE_STATS, "");
        task.op.row.app = cases[i].app;
        task.batch.limit = i % 2 ? 10 : 1;
        rows_run_well(&task);
        assert_true(i % 2 ? task.batch.counts[SLACK_ROW_QUEUED] == 4
                          : task.batch.counts[SLACK_ROW_QUEUED] > 1);
        assert_int_equal(task.batch.owners, 0); /* beside this one */
        assert_int_equal(task.batch.next_ms,
                         cases[i].next_ms < 0 ? INT64_MAX : rows_now() + cases[i].next_ms);
    }
}

static void test_a_queued_row_can_be_canceled(void **state)
{
    rows_put_queued("a", rows_now() + 1000);
    rows_put("running", 0, false);
    assert_int_equal(cancel("a"), 1);
    assert_int_equal(cancel("a"), 0);
    assert_int_equal(cancel(""), 0);
    assert_int_equal(cancel("running"), 0);
    rows_pass_ms(2000);
    rows_expect_claim("");
    rows_put("a", 0, false);
}

static void test_the_dead_are_forgotten_in_the_end(void **state)
{
    int64_t id = rows_put("a", 0, false);
    rows_put_back(SLACK_STORE_BURY, "a", id, 0);
    rows_pass_ms((uint64_t)SLACK_STORE_DEAD_MS - 1);
    rows_put("a", 0, true);
    rows_pass_ms(1);
    rows_put("a", 0, false);
}

/* A second store on the same file, as the new process of a rolling deploy has. */
static void test_owners_leave_each_other_alone(void **state)
{
    if (!rows.ops->durable) return;
    rows_open();
    int64_t id = rows_put("a", 0, false);
    rows_task_t task;
    rows_prepare(&task, SLACK_STORE_MARK, "a");
    task.op.row.id = id;
    task.op.row.done = SLACK_SLICE("first");
    rows_run(&task);

    slack_store_t *first = rows.store;
    rows.store = rows_open_other();
    rows_put("a", 0, true);
    rows_expect_claim("");
    rows_finish("a", id); /* not the row's owner: a no-op */
    rows_close_other(first);
    assert_string_equal(rows_claim(&task, 10), "a "); /* without waiting for a lease */
    assert_int_equal(task.batch.rows[0].attempt, 2);
    rows_expect_text(task.batch.rows[0].done, "first");
    rows_free(&task);
    rows_close();

    rows_open_again();
    rows_expect_claim("a ");
    rows_finish("a", id);
    rows_close();
    rows_open_again();
    rows_expect_claim("");
    rows_put("a", 0, true);
    rows_close();
}

static void run_in(slack_store_t *which, enum slack_store_op_kind kind, const char *key, int64_t id)
{
    slack_store_t *kept = rows.store;
    rows_task_t task;
    rows.store = which;
    rows_prepare(&task, kind, key);
    task.op.row.id = id;
    rows_run_well(&task);
    rows.store = kept;
}

/* Claims as seldom as an inbox may, for so long; there is nothing to claim. */
static void look_for_ms(int64_t ms)
{
    for (int64_t step = SLACK_STORE_RENEW_MS; ms > 0; ms -= step) {
        rows_pass_ms((uint64_t)(ms < step ? ms : step));
        rows_expect_claim("");
    }
}

/* The first owner lives, and sends no RENEW for a whole lease. */
static void test_a_lease_ends(void **state)
{
    if (!rows.ops->durable) return;
    rows_open();
    int64_t id = rows_put("a", 0, false);
    slack_store_t *silent = rows.store;
    rows.store = rows_open_other();
    for (int i = 0; i < 3; i++) {
        rows_expect_claim("");
        look_for_ms(SLACK_STORE_LEASE_MS - 1);
        run_in(silent, SLACK_STORE_RENEW, "", 0);
        run_in(rows.store, SLACK_STORE_RENEW, "", 0);
    }
    rows_expect_claim("");
    look_for_ms(SLACK_STORE_LEASE_MS - 1);
    rows_pass_ms(1);
    rows_task_t task;
    assert_string_equal(rows_claim(&task, 10), "a ");
    assert_int_equal(task.batch.rows[0].attempt, 2);
    rows_free(&task);
    run_in(silent, SLACK_STORE_FINISH, "a", id); /* not its row any more: a no-op */
    rows_put_back(SLACK_STORE_WAIT, "a", id, rows_now());
    rows_expect_claim("a ");

    run_in(silent, SLACK_STORE_RENEW, "", 0); /* it is back */
    run_in(silent, SLACK_STORE_PUT, "b", 0);
    rows_expect_claim("");
    rows_close_other(silent);
    rows_expect_claim("b ");
    rows_close();
}

/* An owner that renews keeps its rows, and one that does not loses them, whatever the wall clock is
 * set to. */
static void test_a_clock_that_is_set(void **state)
{
    static const int64_t skews_ms[] = {2 * SLACK_STORE_LEASE_MS, 24 * 3600 * 1000LL,
                                       -2 * SLACK_STORE_LEASE_MS, -24 * 3600 * 1000LL};
    if (!rows.ops->durable) return;
    for (size_t i = 0; i < sizeof skews_ms / sizeof *skews_ms; i++) {
        rows_open();
        rows_put("a", 0, false);
        slack_store_t *first = rows.store;
        rows.store = rows_open_other();
        rows_expect_claim("");
        rows.world.wall_skew_ms = skews_ms[i];
        rows_expect_claim("");
        look_for_ms(SLACK_STORE_LEASE_MS / 2);
        run_in(first, SLACK_STORE_RENEW, "", 0);
        rows.world.wall_skew_ms -= SLACK_STORE_RENEW_MS; /* its time is the same as before */
        rows_pass_ms(SLACK_STORE_RENEW_MS);
        rows_expect_claim("");
        run_in(first, SLACK_STORE_RENEW, "", 0);
        rows_expect_claim("");
        look_for_ms(SLACK_STORE_LEASE_MS - 1);
        rows.world.wall_skew_ms = 0; /* it renews no more; its lease is of that time */
        rows_pass_ms(1);
        rows_expect_claim("a ");
        rows_close_other(first);
        rows_close();
    }
}

/* The machine was asleep, so that no owner could renew. */
static void test_all_slept(void **state)
{
    if (!rows.ops->durable) return;
    rows_open();
    rows_put("a", 0, false);
    slack_store_t *first = rows.store;
    rows.store = rows_open_other();
    rows_expect_claim("");
    rows_pass_ms(24 * 3600 * 1000);
    rows_expect_claim("");
    run_in(first, SLACK_STORE_RENEW, "", 0);
    rows_expect_claim("");
    look_for_ms(SLACK_STORE_LEASE_MS - 1);
    rows_pass_ms(1);
    rows_expect_claim("a ");
    rows_close_other(first);
    rows_close();
}

/* ---- apps ---- */

static int64_t put_of(const char *app, const char *key, int64_t due_ms)
{
    rows_task_t task;
    rows_prepare(&task, SLACK_STORE_PUT, key);
    task.op.claim = false;
    task.op.row.app = slack__slice(app);
    task.op.row.due_ms = due_ms;
    rows_run_well(&task);
    return task.op.row.id;
}

/* Claims the app's rows, and checks when it is to claim again. */
static void expect_claim_of(const char *app, const char *keys, int64_t next_ms)
{
    rows_task_t task;
    char got[64] = "";
    rows_prepare(&task, SLACK_STORE_CLAIM, "");
    task.op.row.app = slack__slice(app);
    task.batch.limit = 10;
    task.batch.now_ms = rows_now();
    rows_run_well(&task);
    for (size_t i = 0; i < task.batch.count; i++) {
        const size_t len = strlen(got);
        snprintf(got + len, sizeof got - len, "%.*s ", (int)task.batch.rows[i].key.len,
                 task.batch.rows[i].key.ptr);
        rows_expect_text(task.batch.rows[i].app, app);
    }
    assert_string_equal(got, keys);
    assert_true(task.batch.next_ms == next_ms);
    rows_free(&task);
}

static void test_an_app_claims_its_own_rows(void **state)
{
    rows_open();
    const int64_t now = rows_now();
    put_of("T1/B1", "a1", now - 5);
    put_of("T1/B2", "b1", now - 4);
    put_of("", "none", now - 3);
    put_of("T1/B1", "a2", now - 2);
    put_of("T1/B2", "b2", now + 50);
    expect_claim_of("A9", "", INT64_MAX);
    expect_claim_of("T1/B1", "a1 a2 ", INT64_MAX);
    expect_claim_of("T1/B", "", INT64_MAX);
    expect_claim_of("T1/B2", "b1 ", now + 50);
    expect_claim_of("", "none ", INT64_MAX);
    rows_pass_ms(50);
    expect_claim_of("T1/B1", "", INT64_MAX);
    expect_claim_of("T1/B2", "b2 ", INT64_MAX);
    rows_close();
}

/* A row that waited, and one that was retried, still belongs to its app. */
static void test_a_row_stays_its_apps(void **state)
{
    rows_open();
    const int64_t id = put_of("T1/B1", "a", rows_now());
    expect_claim_of("T1/B1", "a ", INT64_MAX);
    rows_put_back(SLACK_STORE_WAIT, "a", id, rows_now());
    rows_expect_claim("");
    expect_claim_of("T1/B1", "a ", INT64_MAX);
    rows_put_back(SLACK_STORE_BURY, "a", id, 0);
    assert_int_equal(change(SLACK_STORE_RETRY, id), 1);
    rows_expect_claim("");
    expect_claim_of("T1/B1", "a ", INT64_MAX);
    rows_close();
}

/* Another app does not claim the rows of a dead process, and is not delayed by them. */
static void test_an_app_leaves_what_another_left(void **state)
{
    if (!rows.ops->durable) return;
    rows_open();
    put_of("T1/B1", "a", rows_now());
    expect_claim_of("T1/B1", "a ", INT64_MAX);
    rows_close();
    for (int i = 0; i < 3; i++) {
        rows_open_again();
        expect_claim_of("T1/B2", "", INT64_MAX);
        rows_close();
    }
    rows_open_again();
    expect_claim_of("T1/B1", "a ", INT64_MAX);
    rows_close();
}

/* ---- keys that are free once their row runs ---- */

static bool put_successor(const char *key, int64_t *ret_id)
{
    rows_task_t task;
    rows_prepare(&task, SLACK_STORE_PUT, key);
    task.op.claim = false;
    task.op.succeeds = true;
    task.op.row.due_ms = rows_now();
    rows_run_well(&task);
    *ret_id = task.op.row.id;
    return !task.op.duplicate;
}

static void end_one(enum slack_store_op_kind kind, const char *key, int64_t id)
{
    rows_task_t task;
    rows_prepare(&task, kind, key);
    task.op.row.id = id;
    task.op.row.due_ms = rows_now() + 10;
    task.op.forget = kind != SLACK_STORE_WAIT;
    rows_run_well(&task);
}

static void test_a_running_row_gives_its_key_up(void **state)
{
    static const enum slack_store_op_kind ends[] = {SLACK_STORE_FINISH, SLACK_STORE_WAIT,
                                                    SLACK_STORE_BURY};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        int64_t first, second, other;
        rows_open();
        assert_true(put_successor("a", &first));
        assert_false(put_successor("a", &other)); /* the first one waits */
        rows_expect_claim("a ");
        assert_true(put_successor("a", &second));
        assert_false(put_successor("a", &other));
        end_one(ends[i], "a", first); /* by its id: the key is the second row's now */
        assert_int_equal(count_of(SLACK_ROW_QUEUED), ends[i] == SLACK_STORE_WAIT ? 2 : 1);
        assert_int_equal(count_of(SLACK_ROW_DEAD), ends[i] == SLACK_STORE_BURY);
        assert_int_equal(count_of(SLACK_ROW_RUNNING), 0);
        rows_expect_claim("a ");
        end_one(SLACK_STORE_FINISH, "a", second);
        rows_pass_ms(10);
        rows_expect_claim(ends[i] == SLACK_STORE_WAIT ? " " : "");
        rows_close();
    }
}

/* Each attempt has the time at which the row was first due. */
static void test_the_first_due_time_is_kept(void **state)
{
    rows_open();
    const int64_t due = rows_now();
    const int64_t id = rows_put_queued("a", due);
    rows_task_t task;
    for (int i = 0; i < 3; i++) {
        assert_string_equal(rows_claim(&task, 1), "a ");
        assert_true(task.batch.rows[0].planned_ms == due);
        rows_free(&task);
        rows_put_back(SLACK_STORE_WAIT, "a", id, rows_now() + 7);
        rows_pass_ms(7);
    }
    rows_close();
}

int store_suite_claims(void)
{
    const struct CMUnitTest tests[] = {
        ROWS_CASE(test_a_queued_row_is_claimed_once),
        ROWS_CASE(test_rows_are_claimed_when_they_are_due_and_in_order),
        cmocka_unit_test(test_the_bytes_are_bounded),
        cmocka_unit_test(test_a_claim_is_as_large_as_it_may_be),
        ROWS_CASE(test_a_row_that_waits_comes_back),
        ROWS_CASE(test_a_row_without_a_key_waits),
        ROWS_CASE(test_the_dead_are_listed_and_brought_back),
        cmocka_unit_test(test_every_state_is_listed_in_pages),
        ROWS_CASE(test_a_key_may_be_given_up),
        ROWS_CASE(test_many_dead_are_changed_a_few_at_a_time),
        ROWS_CASE(test_the_oldest_are_told),
        ROWS_CASE(test_counts_have_a_limit),
        ROWS_CASE(test_a_queued_row_can_be_canceled),
        ROWS_CASE(test_the_dead_are_forgotten_in_the_end),
        cmocka_unit_test(test_owners_leave_each_other_alone),
        cmocka_unit_test(test_a_lease_ends),
        cmocka_unit_test(test_a_clock_that_is_set),
        cmocka_unit_test(test_all_slept),
        cmocka_unit_test(test_an_app_claims_its_own_rows),
        cmocka_unit_test(test_a_row_stays_its_apps),
        cmocka_unit_test(test_an_app_leaves_what_another_left),
        cmocka_unit_test(test_a_running_row_gives_its_key_up),
        cmocka_unit_test(test_the_first_due_time_is_kept),
    };
    return cmocka_run_group_tests_name("claims", tests, NULL, NULL);
}
