/* SPDX-License-Identifier: MIT */
#include "support/store_suite.h"
#include "support/test.h"

#include <slack/error.h>
#include <slack/options.h>

#include "support/alloc_fail.h"
#include "support/heap.h"
#include "support/store_rows.h"

/* ---- keys, order and ends ---- */

static void test_a_key_is_stored_once(void **state)
{
    int64_t id = rows_put("Ev1", 0, false);
    rows_put("Ev1", 0, true);
    rows_put("Ev2", 0, false);
    rows_finish("Ev1", id);
    rows_put("Ev1", 0, true); /* a finished key is still known */
    rows_put("Ev2", 0, true);
}

static void test_an_empty_key_is_never_a_duplicate(void **state)
{
    rows_put("", 0, false);
    int64_t id = rows_put("", 0, false);
    rows_finish("", id);
    rows_put("", 0, false);
}

static void test_any_bytes_are_a_key(void **state)
{
    rows_task_t a, b, c;
    rows_submit(&a, SLACK_STORE_PUT, "k");
    rows_prepare(&b, SLACK_STORE_PUT, "k");
    b.op.row.key = (slack_slice_t){"k\0x", 3};
    rows_submit_prepared(&b);
    rows_prepare(&c, SLACK_STORE_PUT, "k");
    c.op.row.key = (slack_slice_t){"k\0x", 3};
    rows_submit_prepared(&c);
    world_until(&rows.world, rows.ends >= 3);
    assert_false(a.op.duplicate);
    assert_false(b.op.duplicate);
    assert_true(c.op.duplicate);
    rows_put("'; DROP TABLE inbox; --", 0, false);
    rows_put("\xff\xfe", 0, false);
}

/* Duplicates that are submitted together: one batch, whose operations end in order. */
static void test_operations_end_in_order(void **state)
{
    rows_task_t tasks[100];
    for (unsigned i = 0; i < 100; i++) {
        char key[16];
        snprintf(key, sizeof key, "Ev%u", i / 2);
        rows_submit(&tasks[i], SLACK_STORE_PUT, key);
    }
    assert_int_equal(rows.ends, 0);
    world_until(&rows.world, rows.ends >= 100);
    for (unsigned i = 0; i < 100; i++) {
        assert_int_equal(tasks[i].ended, i + 1);
        assert_int_equal(tasks[i].op.status, 0);
        assert_int_equal(tasks[i].op.duplicate, i % 2);
        assert_false(slack__linked(&tasks[i].op.link));
    }
}

/* Operations on one row and on one key, submitted together: each sees what those before it did. */
static void test_operations_see_those_before_them(void **state)
{
    static const struct {
        enum slack_store_op_kind kind;
        bool forget, duplicate;
    } steps[] = {{SLACK_STORE_PUT, false, true},
                 {SLACK_STORE_MARK, false, false},
                 {SLACK_STORE_FINISH, true, false},
                 {SLACK_STORE_PUT, false, false},
                 {SLACK_STORE_PUT, false, true}};
    enum { COUNT = sizeof steps / sizeof *steps };
    rows_task_t tasks[3][COUNT];
    int64_t ids[3] = {rows_put("a", 0, false), rows_put("b", 0, false), rows_put("c", 0, false)};
    for (unsigned n = 0; n < 3; n++)
        for (unsigned i = 0; i < COUNT; i++) {
            rows_prepare(&tasks[n][i], steps[i].kind, (char[]){(char)('a' + n), '\0'});
            if (steps[i].kind != SLACK_STORE_PUT) tasks[n][i].op.row.id = ids[n];
            tasks[n][i].op.row.done = SLACK_SLICE("first");
            tasks[n][i].op.forget = steps[i].forget;
            rows_submit_prepared(&tasks[n][i]);
        }
    world_until(&rows.world, rows.ends >= 3 + 3 * COUNT);
    for (unsigned i = 0; i < 3 * COUNT; i++) {
        assert_int_equal(tasks[i / COUNT][i % COUNT].op.status, 0);
        assert_int_equal(tasks[i / COUNT][i % COUNT].op.duplicate, steps[i % COUNT].duplicate);
    }
}

static void test_finishing_the_unknown_is_nothing(void **state)
{
    rows_finish("Ev1", 77);
    int64_t id = rows_put("Ev1", 0, false);
    rows_finish("Ev1", id);
    rows_finish("Ev1", id);
    rows_put("Ev1", 0, true);
}

static void test_finished_keys_are_forgotten(void **state)
{
    rows_put("unfinished", 0, false);
    int64_t first = rows_put("first", 0, false);
    int64_t second = rows_put("second", 0, false);
    rows_finish("second", second);
    rows_pass_ms(1000);
    rows_finish("first", first);
    rows_finish("second", second); /* finishing again does not extend its time */
    rows_pass_ms((uint64_t)SLACK_STORE_KEEP_MS - 1000);
    rows_put("first", 0, true);
    rows_put("second", 0, false);
    rows_pass_ms(1000);
    rows_put("first", 0, false);
    rows_pass_ms(2 * (uint64_t)SLACK_STORE_KEEP_MS);
    rows_put("unfinished", 0, true);
    rows_put("second", 0, true); /* this one is not finished */
}

static void test_the_bound(void **state)
{
    enum { BATCH = 1000 };
    if (rows.ops->durable) return; /* only the disk limits it */
    rows_task_t *tasks = calloc(BATCH, sizeof *tasks);
    assert_non_null(tasks);
    rows_open();
    for (unsigned n = 0; n < SLACK_STORE_ROWS_MAX; n += BATCH) {
        for (unsigned i = 0; i < BATCH; i++) {
            char key[16];
            snprintf(key, sizeof key, "Ev%u", n + i);
            rows_submit(&tasks[i], SLACK_STORE_PUT, key);
        }
        world_until(&rows.world, rows.ends >= n + BATCH);
        for (unsigned i = 0; i < BATCH; i++)
            assert_int_equal(tasks[i].op.status, 0);
    }
    rows_put("one more", SLACK_EBUSY, false);
    rows_put("Ev7", 0, true); /* a duplicate needs no room */
    rows_put("", 0, false);
    rows_finish("Ev7", 0);
    rows_finish("Ev5", 0);
    rows_put("one more", 0, false);
    rows_put("Ev5", 0, true);
    rows_put("Ev7", 0,
             false); /* it was finished first, so it was forgotten first; now it replaces Ev5 */
    rows_put("Ev5", SLACK_EBUSY, false);
    rows_close();
    free(tasks);
}

static void test_close_completes_what_was_submitted(void **state)
{
    rows_open();
    rows_task_t tasks[3];
    rows_submit(&tasks[0], SLACK_STORE_PUT, "Ev1");
    rows_submit(&tasks[1], SLACK_STORE_PUT, "Ev1");
    rows_prepare(&tasks[2], SLACK_STORE_FINISH, "Ev1");
    tasks[2].op.row.id = 1; /* the first id of an empty store */
    rows_submit_prepared(&tasks[2]);
    rows_close();
    assert_int_equal(rows.ends, 3);
    for (int i = 0; i < 3; i++)
        assert_int_equal(tasks[i].op.status, 0);
    assert_true(tasks[1].op.duplicate);
}

static rows_task_t follow_up;
static bool follow_up_closes, closed_inside;

static void on_done_go_on(slack_store_op_t *op)
{
    rows_on_done(op);
    if (follow_up_closes)
        rows.store->ops->close(rows.store, world_set_flag, &closed_inside);
    else
        rows_submit(&follow_up, SLACK_STORE_PUT, "Ev1");
}

static void test_submitting_inside_a_completion(void **state)
{
    rows_task_t task;
    follow_up_closes = false;
    rows_prepare(&task, SLACK_STORE_PUT, "Ev1");
    task.op.done = on_done_go_on;
    rows_submit_prepared(&task);
    world_until(&rows.world, rows.ends >= 2);
    assert_true(follow_up.op.duplicate);
}

static void test_closing_inside_a_completion(void **state)
{
    rows_open();
    rows_task_t first, second;
    follow_up_closes = true;
    closed_inside = false;
    rows_prepare(&first, SLACK_STORE_PUT, "Ev1");
    first.op.done = on_done_go_on;
    rows_submit_prepared(&first);
    rows_submit(&second, SLACK_STORE_PUT, "Ev2");
    world_until(&rows.world, closed_inside);
    assert_int_equal(rows.ends, 2);
    world_close(&rows.world);
}

/* ---- out of memory ---- */

static int store_some(void *ctx)
{
    char error[SLACK_ERROR_TEXT_MAX];
    if (rows.clean) rows.clean();
    if (!world_open(&rows.world)) return SLACK_ENOMEM;
    int rc = rows.ops->open(&rows.store, rows.world.net, rows.place, error);
    if (rc != 0) {
        world_close(&rows.world);
        return rc;
    }
    static const enum slack_store_op_kind kinds[] = {
        SLACK_STORE_PUT,     SLACK_STORE_PUT,           SLACK_STORE_MARK,    SLACK_STORE_WAIT,
        SLACK_STORE_CLAIM,   SLACK_STORE_BURY,          SLACK_STORE_LIST,    SLACK_STORE_STATS,
        SLACK_STORE_RETRY,   SLACK_STORE_LIST,          SLACK_STORE_CLAIM,   SLACK_STORE_FINISH,
        SLACK_STORE_PUT,     SLACK_STORE_DROP,          SLACK_STORE_CANCEL,  SLACK_STORE_KV_PUT,
        SLACK_STORE_KV_GET,  SLACK_STORE_KV_PUT,        SLACK_STORE_RENEW,   SLACK_STORE_KV_ADD,
        SLACK_STORE_KV_ADD,  SLACK_STORE_KV_SWAP,       SLACK_STORE_KV_LIST, SLACK_STORE_KV_DELETE,
        SLACK_STORE_KV_SWAP, SLACK_STORE_CANCEL_TENANT,
    };
    enum { COUNT = sizeof kinds / sizeof *kinds };
    rows_task_t tasks[COUNT];
    rows.ends = 0;
    for (unsigned i = 0; i < COUNT; i++) {
        rows_prepare(&tasks[i], kinds[i], i % 5 == 1 ? "Ev2" : "Ev1");
        tasks[i].op.row.id = kinds[i] == SLACK_STORE_PUT || kinds[i] == SLACK_STORE_RETRY ||
                                     kinds[i] == SLACK_STORE_DROP
                                 ? 0
                                 : 1;
        tasks[i].op.claim = i == 0;
        tasks[i].op.owned = i == 21;
        if (kinds[i] >= SLACK_STORE_KV_PUT && kinds[i] <= SLACK_STORE_KV_SWAP)
            tasks[i].op.row.due_ms = rows_now() + 1000;
        tasks[i].batch.limit = 5;
        tasks[i].batch.now_ms = rows_now() + 1000;
        tasks[i].batch.one = i == 6;
        rows_submit_prepared(&tasks[i]);
    }
    rows_close();
    assert_int_equal(rows.ends, COUNT);
    for (unsigned i = 0; i < COUNT; i++) {
        if (rc == 0) rc = tasks[i].op.status;
        slack__arena_free(tasks[i].batch.arena);
    }
    return rc;
}

static void test_allocations(void **state)
{
    assert_true(alloc_fail_each(store_some, NULL) >= 5);
}

/* A row that could not be returned for lack of memory was not claimed, and its attempt does not
 * count. */
static void test_a_claim_without_memory_is_none(void **state)
{
    static char payload[100000]; /* larger than the first block of the batch */
    unsigned nth = 0;
    bool failed = true;
    memset(payload, 'x', sizeof payload);
    for (; failed; nth++) {
        rows_task_t task;
        rows_open();
        rows_prepare(&task, SLACK_STORE_PUT, "a");
        task.op.claim = false;
        task.op.row.payload = (slack_slice_t){payload, sizeof payload};
        rows_run_well(&task);
        heap_fail_at(nth, false);
        rows_prepare(&task, SLACK_STORE_CLAIM, "");
        task.batch.limit = 1;
        task.batch.now_ms = rows_now();
        rows_run(&task);
        failed = heap_heal();
        if (task.op.status != 0) assert_string_equal(rows_claim(&task, 1), "a ");
        assert_int_equal(task.batch.count, 1);
        assert_int_equal(task.batch.rows[0].attempt, 1);
        rows_free(&task);
        rows_close();
    }
    assert_true(nth > 1);
}

int store_suite(const slack_store_ops_t *backend, const char *rest, void (*clean)(void))
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_allocations), /* first: it changes the allocator */
        cmocka_unit_test(test_a_claim_without_memory_is_none),
        ROWS_CASE(test_a_key_is_stored_once),
        ROWS_CASE(test_an_empty_key_is_never_a_duplicate),
        ROWS_CASE(test_any_bytes_are_a_key),
        ROWS_CASE(test_operations_end_in_order),
        ROWS_CASE(test_operations_see_those_before_them),
        ROWS_CASE(test_finishing_the_unknown_is_nothing),
        ROWS_CASE(test_finished_keys_are_forgotten),
        cmocka_unit_test(test_the_bound),
        cmocka_unit_test(test_close_completes_what_was_submitted),
        ROWS_CASE(test_submitting_inside_a_completion),
        cmocka_unit_test(test_closing_inside_a_completion),
    };
    rows.ops = backend;
    rows.place = rest;
    rows.clean = clean;
    const int failed = cmocka_run_group_tests_name(backend->scheme, tests, NULL, NULL);
    return failed + store_suite_claims() + store_suite_order() + store_suite_entries();
}
