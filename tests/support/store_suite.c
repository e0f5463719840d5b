/* SPDX-License-Identifier: MIT */
#include "support/store_suite.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <slack/error.h>
#include <slack/options.h>

#include "support/alloc_fail.h"
#include "support/world.h"

/* An operation, and how it ended. */
typedef struct task {
    slack_store_op_t op;
    char key[32];
    unsigned ended; /* its place among the ends, from 1 */
} task_t;

static const slack_store_ops_t *ops;
static const char *place;
static world_t world;
static slack_store_t *store;
static unsigned ends;

static void on_done(slack_store_op_t *op)
{
    task_t *task = SLACK_CONTAINER(op, task_t, op);
    assert_int_equal(task->ended, 0);
    task->ended = ++ends;
}

static void submit(task_t *task, enum slack_store_op_kind kind, const char *key)
{
    memset(task, 0, sizeof *task);
    snprintf(task->key, sizeof task->key, "%s", key);
    slack__link_init(&task->op.link);
    task->op.kind = kind;
    task->op.key = slack__slice(task->key);
    task->op.payload = kind == SLACK_STORE_PUT ? SLACK_SLICE("{\"a\":1}") : (slack_slice_t){0};
    task->op.status = 1;
    task->op.done = on_done;
    store->ops->submit(store, &task->op);
}

/* Submit, wait for the end, check it. */
static void put(const char *key, int status, bool duplicate)
{
    task_t task;
    submit(&task, SLACK_STORE_PUT, key);
    assert_int_equal(task.ended, 0); /* never before the submission has returned */
    world_until_count(&world, &task.ended, 1);
    if (task.op.status != status || task.op.duplicate != duplicate)
        fail_msg("put %s: %s, duplicate %d", key, slack_err_name(task.op.status),
                 task.op.duplicate);
}

static void finish(const char *key)
{
    task_t task;
    submit(&task, SLACK_STORE_FINISH, key);
    world_until_count(&world, &task.ended, 1);
    assert_int_equal(task.op.status, 0);
}

static void open_store(void)
{
    char error[SLACK_ERROR_TEXT_MAX] = "";
    assert_true(world_open(&world));
    if (ops->open(&store, world.net, place, error) != 0) fail_msg("%s", error);
    ends = 0;
}

static void close_store(void)
{
    bool closed = false;
    store->ops->close(store, world_set_flag, &closed);
    assert_false(closed);
    world_until(&world, &closed);
    world_close(&world);
}

/* --- the promises -------------------------------------------------------------------------- */

static void test_a_key_is_stored_once(void **state)
{
    open_store();
    put("Ev1", 0, false);
    put("Ev1", 0, true);
    put("Ev2", 0, false);
    finish("Ev1");
    put("Ev1", 0, true); /* finished is not forgotten */
    put("Ev2", 0, true);
    close_store();
}

static void test_an_empty_key_is_never_a_duplicate(void **state)
{
    open_store();
    put("", 0, false);
    put("", 0, false);
    finish("");
    put("", 0, false);
    close_store();
}

static void test_any_bytes_are_a_key(void **state)
{
    open_store();
    task_t a, b, c;
    submit(&a, SLACK_STORE_PUT, "k");
    submit(&b, SLACK_STORE_PUT, "k");
    b.op.key = (slack_slice_t){"k\0x", 3};
    submit(&c, SLACK_STORE_PUT, "k");
    c.op.key = (slack_slice_t){"k\0x", 3};
    world_until_count(&world, &ends, 3);
    assert_false(a.op.duplicate);
    assert_false(b.op.duplicate);
    assert_true(c.op.duplicate);
    put("'; DROP TABLE inbox; --", 0, false);
    put("\xff\xfe", 0, false);
    close_store();
}

/* Two copies of an event that arrive together, and their end: one batch, in its order. */
static void test_operations_end_in_order(void **state)
{
    open_store();
    task_t tasks[100];
    for (unsigned i = 0; i < 100; i++) {
        char key[16];
        snprintf(key, sizeof key, "Ev%u", i / 2);
        submit(&tasks[i], SLACK_STORE_PUT, key);
    }
    assert_int_equal(ends, 0);
    world_until_count(&world, &ends, 100);
    for (unsigned i = 0; i < 100; i++) {
        assert_int_equal(tasks[i].ended, i + 1);
        assert_int_equal(tasks[i].op.status, 0);
        assert_int_equal(tasks[i].op.duplicate, i % 2);
        assert_false(slack__linked(&tasks[i].op.link));
    }
    close_store();
}

static void test_finishing_the_unknown_is_nothing(void **state)
{
    open_store();
    finish("Ev1");
    put("Ev1", 0, false);
    finish("Ev1");
    finish("Ev1");
    put("Ev1", 0, true);
    close_store();
}

static void pass_ms(uint64_t ms)
{
    world.mono_us += ms * 1000;
}

static void test_finished_keys_are_forgotten(void **state)
{
    open_store();
    put("unfinished", 0, false);
    put("first", 0, false);
    put("second", 0, false);
    finish("second");
    pass_ms(1000);
    finish("first");
    finish("second"); /* does not begin its time again */
    pass_ms(SLACK_STORE_KEEP_MS - 1000);
    put("first", 0, true);
    put("second", 0, false);
    pass_ms(1000);
    put("first", 0, false);
    pass_ms(2 * SLACK_STORE_KEEP_MS);
    put("unfinished", 0, true);
    put("second", 0, true); /* unfinished, this time */
    close_store();
}

static void test_the_bound(void **state)
{
    enum { BATCH = 1000 };
    task_t *tasks = calloc(BATCH, sizeof *tasks);
    assert_non_null(tasks);
    open_store();
    for (unsigned n = 0; n < SLACK_STORE_ROWS_MAX; n += BATCH) {
        for (unsigned i = 0; i < BATCH; i++) {
            char key[16];
            snprintf(key, sizeof key, "Ev%u", n + i);
            submit(&tasks[i], SLACK_STORE_PUT, key);
        }
        world_until_count(&world, &ends, n + BATCH);
        for (unsigned i = 0; i < BATCH; i++)
            assert_int_equal(tasks[i].op.status, 0);
    }
    put("one more", SLACK_EBUSY, false);
    put("Ev7", 0, true); /* what is known costs nothing */
    put("", 0, false);
    finish("Ev7");
    finish("Ev5");
    put("one more", 0, false);
    put("Ev5", 0, true);
    put("Ev7", 0, false); /* was finished first, so it went first; now in the place of Ev5 */
    put("Ev5", SLACK_EBUSY, false);
    close_store();
    free(tasks);
}

static void test_close_completes_what_was_submitted(void **state)
{
    open_store();
    task_t tasks[3];
    submit(&tasks[0], SLACK_STORE_PUT, "Ev1");
    submit(&tasks[1], SLACK_STORE_PUT, "Ev1");
    submit(&tasks[2], SLACK_STORE_FINISH, "Ev1");
    close_store();
    assert_int_equal(ends, 3);
    for (int i = 0; i < 3; i++)
        assert_int_equal(tasks[i].op.status, 0);
    assert_true(tasks[1].op.duplicate);
}

static task_t follow_up;
static bool follow_up_closes, closed_inside;

static void on_done_go_on(slack_store_op_t *op)
{
    on_done(op);
    if (follow_up_closes)
        store->ops->close(store, world_set_flag, &closed_inside);
    else
        submit(&follow_up, SLACK_STORE_PUT, "Ev1");
}

static void test_submitting_inside_a_completion(void **state)
{
    open_store();
    task_t task;
    follow_up_closes = false;
    submit(&task, SLACK_STORE_PUT, "Ev1");
    task.op.done = on_done_go_on;
    world_until_count(&world, &ends, 2);
    assert_true(follow_up.op.duplicate);
    close_store();
}

static void test_closing_inside_a_completion(void **state)
{
    open_store();
    task_t first, second;
    follow_up_closes = true;
    closed_inside = false;
    submit(&first, SLACK_STORE_PUT, "Ev1");
    first.op.done = on_done_go_on;
    submit(&second, SLACK_STORE_PUT, "Ev2");
    world_until(&world, &closed_inside);
    assert_int_equal(ends, 2);
    world_close(&world);
}

/* --- out of memory ------------------------------------------------------------------------- */

static int store_some(void *ctx)
{
    char error[SLACK_ERROR_TEXT_MAX];
    if (!world_open(&world)) return SLACK_ENOMEM;
    int rc = ops->open(&store, world.net, place, error);
    if (rc != 0) {
        world_close(&world);
        return rc;
    }
    task_t tasks[20];
    ends = 0;
    for (unsigned i = 0; i < 20; i++) {
        char key[16];
        snprintf(key, sizeof key, "Ev%u", i / 2);
        submit(&tasks[i], i % 2 ? SLACK_STORE_FINISH : SLACK_STORE_PUT, key);
    }
    close_store();
    assert_int_equal(ends, 20);
    for (unsigned i = 0; i < 20; i++)
        if (rc == 0) rc = tasks[i].op.status;
    return rc;
}

static void test_allocations(void **state)
{
    assert_true(alloc_fail_each(store_some, NULL) > 10);
}

int store_suite(const slack_store_ops_t *backend, const char *rest)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_allocations), /* first: it changes the allocator */
        cmocka_unit_test(test_a_key_is_stored_once),
        cmocka_unit_test(test_an_empty_key_is_never_a_duplicate),
        cmocka_unit_test(test_any_bytes_are_a_key),
        cmocka_unit_test(test_operations_end_in_order),
        cmocka_unit_test(test_finishing_the_unknown_is_nothing),
        cmocka_unit_test(test_finished_keys_are_forgotten),
        cmocka_unit_test(test_the_bound),
        cmocka_unit_test(test_close_completes_what_was_submitted),
        cmocka_unit_test(test_submitting_inside_a_completion),
        cmocka_unit_test(test_closing_inside_a_completion),
    };
    ops = backend;
    place = rest;
    return cmocka_run_group_tests_name(backend->scheme, tests, NULL, NULL);
}
