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
    slack_store_batch_t batch;
    char key[32];
    unsigned ended; /* its place among the ends, from 1 */
} task_t;

static const slack_store_ops_t *ops;
static const char *place;
static void (*clean_place)(void);
static world_t world;
static slack_store_t *store;
static unsigned ends;

static void on_done(slack_store_op_t *op)
{
    task_t *task = SLACK_CONTAINER(op, task_t, op);
    assert_int_equal(task->ended, 0);
    task->ended = ++ends;
}

static void prepare(task_t *task, enum slack_store_op_kind kind, const char *key)
{
    memset(task, 0, sizeof *task);
    snprintf(task->key, sizeof task->key, "%s", key);
    slack__link_init(&task->op.link);
    task->op.kind = kind;
    task->op.claim = true;
    task->op.row.key = slack__slice(task->key);
    task->op.row.kind = SLACK_SLICE("event");
    task->op.row.name = SLACK_SLICE("message");
    task->op.row.payload = SLACK_SLICE("{\"a\":1}");
    task->op.row.transport = SLACK_SLICE("http");
    task->op.row.retry_reason = SLACK_SLICE("http_timeout");
    task->op.row.tenant = SLACK_SLICE("{\"team_id\":\"T1\"}");
    task->op.row.retry_num = 2;
    task->op.batch = &task->batch;
    task->op.status = 1;
    task->op.done = on_done;
}

static void submit_prepared(task_t *task)
{
    store->ops->submit(store, &task->op);
}

static void submit(task_t *task, enum slack_store_op_kind kind, const char *key)
{
    prepare(task, kind, key);
    submit_prepared(task);
}

/* Submit and wait for the end. */
static void run(task_t *task)
{
    submit_prepared(task);
    assert_int_equal(task->ended, 0); /* never before the submission has returned */
    world_until_count(&world, &task->ended, 1);
}

/* Submit, wait for the end, check it. The id of a new row. */
static int64_t put(const char *key, int status, bool duplicate)
{
    task_t task;
    prepare(&task, SLACK_STORE_PUT, key);
    run(&task);
    if (task.op.status != status || task.op.duplicate != duplicate)
        fail_msg("put %s: %s, duplicate %d", key, slack_err_name(task.op.status),
                 task.op.duplicate);
    return task.op.row.id;
}

static int64_t put_queued(const char *key, int64_t due_ms)
{
    task_t task;
    prepare(&task, SLACK_STORE_PUT, key);
    task.op.claim = false;
    task.op.row.due_ms = due_ms;
    run(&task);
    assert_int_equal(task.op.status, 0);
    return task.op.row.id;
}

static void finish(const char *key, int64_t id)
{
    task_t task;
    prepare(&task, SLACK_STORE_FINISH, key);
    task.op.row.id = id;
    run(&task);
    assert_int_equal(task.op.status, 0);
}

/* WAIT and BURY. */
static void put_back(enum slack_store_op_kind kind, const char *key, int64_t id, int64_t due_ms)
{
    task_t task;
    prepare(&task, kind, key);
    task.op.row.id = id;
    task.op.row.due_ms = due_ms;
    task.op.row.done = SLACK_SLICE("first");
    task.op.row.error = SLACK_SLICE("SLACK_EIO");
    run(&task);
    assert_int_equal(task.op.status, 0);
}

static void open_again(void)
{
    char error[SLACK_ERROR_TEXT_MAX] = "";
    assert_true(world_open(&world));
    if (ops->open(&store, world.net, place, error) != 0) fail_msg("%s", error);
    ends = 0;
}

static void open_store(void)
{
    if (clean_place) clean_place();
    open_again();
}

static void close_store(void)
{
    bool closed = false;
    store->ops->close(store, world_set_flag, &closed);
    assert_false(closed);
    world_until(&world, &closed);
    world_close(&world);
}

static int64_t now(void)
{
    return slack__wall_ms(&world.clock);
}

/* Claim: the keys of the rows, "a b ", and in `task` the rows themselves; free_rows() follows. */
static const char *claim(task_t *task, unsigned limit)
{
    static char keys[256];
    prepare(task, SLACK_STORE_CLAIM, "");
    task->batch.limit = limit;
    task->batch.now_ms = now();
    run(task);
    assert_int_equal(task->op.status, 0);
    *keys = '\0';
    for (size_t i = 0; i < task->batch.count; i++) {
        size_t len = strlen(keys);
        snprintf(keys + len, sizeof keys - len, "%.*s ", (int)task->batch.rows[i].key.len,
                 task->batch.rows[i].key.ptr);
        assert_int_equal(task->batch.rows[i].state, SLACK_ROW_RUNNING);
    }
    return keys;
}

static void free_rows(task_t *task)
{
    slack__arena_free(task->batch.arena);
}

static void expect_claim(const char *keys)
{
    task_t task;
    assert_string_equal(claim(&task, 10), keys);
    free_rows(&task);
}

/* --- the promises -------------------------------------------------------------------------- */

static void test_a_key_is_stored_once(void **state)
{
    open_store();
    int64_t id = put("Ev1", 0, false);
    put("Ev1", 0, true);
    put("Ev2", 0, false);
    finish("Ev1", id);
    put("Ev1", 0, true); /* finished is not forgotten */
    put("Ev2", 0, true);
    close_store();
}

static void test_an_empty_key_is_never_a_duplicate(void **state)
{
    open_store();
    put("", 0, false);
    int64_t id = put("", 0, false);
    finish("", id);
    put("", 0, false);
    close_store();
}

static void test_any_bytes_are_a_key(void **state)
{
    open_store();
    task_t a, b, c;
    submit(&a, SLACK_STORE_PUT, "k");
    prepare(&b, SLACK_STORE_PUT, "k");
    b.op.row.key = (slack_slice_t){"k\0x", 3};
    submit_prepared(&b);
    prepare(&c, SLACK_STORE_PUT, "k");
    c.op.row.key = (slack_slice_t){"k\0x", 3};
    submit_prepared(&c);
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
    finish("Ev1", 77);
    int64_t id = put("Ev1", 0, false);
    finish("Ev1", id);
    finish("Ev1", id);
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
    int64_t first = put("first", 0, false);
    int64_t second = put("second", 0, false);
    finish("second", second);
    pass_ms(1000);
    finish("first", first);
    finish("second", second); /* does not begin its time again */
    pass_ms((uint64_t)SLACK_STORE_KEEP_MS - 1000);
    put("first", 0, true);
    put("second", 0, false);
    pass_ms(1000);
    put("first", 0, false);
    pass_ms(2 * (uint64_t)SLACK_STORE_KEEP_MS);
    put("unfinished", 0, true);
    put("second", 0, true); /* unfinished, this time */
    close_store();
}

static void test_the_bound(void **state)
{
    enum { BATCH = 1000 };
    if (ops->durable) return; /* a disk is its bound */
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
    finish("Ev7", 0);
    finish("Ev5", 0);
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
    tasks[2].op.row.id = 1; /* the first of an empty store */
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

/* --- attempts and claims ------------------------------------------------------------------- */

static void expect_text(slack_slice_t text, const char *expected)
{
    if (!slack__slice_eq(text, slack__slice(expected)))
        fail_msg("\"%.*s\" is not \"%s\"", (int)text.len, text.ptr, expected);
}

static void test_a_queued_row_is_claimed_once(void **state)
{
    open_store();
    int64_t id = put_queued("a", now());
    put_queued("a", now()); /* known: nothing changes */
    put("mine", 0, false);
    task_t task;
    assert_string_equal(claim(&task, 10), "a ");
    const slack_row_t *row = &task.batch.rows[0];
    assert_int_equal(row->id, id);
    assert_int_equal(row->attempt, 1);
    assert_int_equal(row->retry_num, 2);
    assert_int_equal(row->received_ms, now());
    expect_text(row->kind, "event");
    expect_text(row->name, "message");
    expect_text(row->payload, "{\"a\":1}");
    expect_text(row->transport, "http");
    expect_text(row->retry_reason, "http_timeout");
    expect_text(row->tenant, "{\"team_id\":\"T1\"}");
    expect_text(row->done, "");
    assert_true(task.batch.next_ms == INT64_MAX);
    free_rows(&task);
    expect_claim("");
    finish("a", id);
    expect_claim("");
    put("a", 0, true);
    close_store();
}

static void test_rows_are_claimed_when_they_are_due_and_in_order(void **state)
{
    open_store();
    put_queued("later", now() + 500);
    put_queued("b", now() - 1);
    put_queued("c", now() - 1);
    put_queued("a", now() - 2);
    task_t task;
    assert_string_equal(claim(&task, 2), "a b ");
    assert_true(task.batch.next_ms == now() - 1);
    free_rows(&task);
    assert_string_equal(claim(&task, 2), "c ");
    assert_true(task.batch.next_ms == now() + 500);
    free_rows(&task);
    pass_ms(499);
    expect_claim("");
    pass_ms(1);
    expect_claim("later ");
    close_store();
}

static void put_large(const char *key, char *bytes, size_t len)
{
    task_t task;
    prepare(&task, SLACK_STORE_PUT, key);
    task.op.claim = false;
    task.op.row.due_ms = now();
    task.op.row.payload = (slack_slice_t){bytes, len};
    run(&task);
    assert_int_equal(task.op.status, 0);
}

/* More than one claim may take is taken by several. */
static void test_a_claim_is_as_large_as_it_may_be(void **state)
{
    if (!ops->durable) skip(); /* it keeps no more at all */
    const size_t len = SLACK_STORE_BYTES_MAX / 5 * 2;
    char *bytes = malloc(len);
    assert_non_null(bytes);
    memset(bytes, 'x', len);
    open_store();
    put_large("a", bytes, len);
    put_large("b", bytes, len);
    put_large("c", bytes, len);
    task_t task;
    assert_string_equal(claim(&task, 10), "a b ");
    assert_true(task.batch.next_ms <= now());
    free_rows(&task);
    expect_claim("c ");
    close_store();

    open_again(); /* and what an owner left that is gone */
    assert_string_equal(claim(&task, 10), "a b ");
    free_rows(&task);
    expect_claim("c ");
    close_store();
    free(bytes);
}

static void test_a_row_that_waits_comes_back(void **state)
{
    open_store();
    int64_t id = put("a", 0, false);
    put_back(SLACK_STORE_WAIT, "a", id, now() + 100);
    put("a", 0, true);
    expect_claim("");
    pass_ms(100);
    task_t task;
    for (unsigned attempt = 2; attempt < 4; attempt++) {
        assert_string_equal(claim(&task, 10), "a ");
        const slack_row_t *row = &task.batch.rows[0];
        assert_int_equal(row->id, id);
        assert_int_equal(row->attempt, attempt);
        expect_text(row->payload, "{\"a\":1}");
        expect_text(row->done, "first");
        expect_text(row->error, "SLACK_EIO");
        free_rows(&task);
        put_back(SLACK_STORE_WAIT, "a", id, now());
    }
    close_store();
}

/* One that was put without a key has to wait as well. */
static void test_a_row_without_a_key_waits(void **state)
{
    open_store();
    int64_t id = put("", 0, false);
    put_back(SLACK_STORE_WAIT, "", id, now());
    task_t task;
    assert_string_equal(claim(&task, 10), " ");
    assert_int_equal(task.batch.rows[0].id, id);
    assert_int_equal(task.batch.rows[0].attempt, 2);
    free_rows(&task);
    finish("", id);
    expect_claim("");
    close_store();
}

static uint64_t count_of(enum slack_row_state state)
{
    task_t task;
    prepare(&task, SLACK_STORE_STATS, "");
    run(&task);
    assert_int_equal(task.op.status, 0);
    return task.batch.counts[state];
}

/* How many rows an operation on all or one has changed. */
static size_t change(enum slack_store_op_kind kind, int64_t id)
{
    task_t task;
    prepare(&task, kind, "");
    task.op.row.id = id;
    run(&task);
    assert_int_equal(task.op.status, 0);
    return task.batch.count;
}

static void test_the_dead_are_listed_and_brought_back(void **state)
{
    open_store();
    int64_t a = put("a", 0, false), b = put("b", 0, false), c = put("c", 0, false);
    put_back(SLACK_STORE_BURY, "c", c, 0);
    put_back(SLACK_STORE_BURY, "a", a, 0);
    put_back(SLACK_STORE_BURY, "b", b, 0);
    expect_claim("");
    put("a", 0, true);
    assert_int_equal(count_of(SLACK_ROW_DEAD), 3);

    task_t task;
    prepare(&task, SLACK_STORE_LIST, "");
    task.op.row.id = a; /* behind the first */
    task.batch.state = SLACK_ROW_DEAD;
    task.batch.limit = 1;
    run(&task);
    assert_int_equal(task.batch.count, 1);
    assert_int_equal(task.batch.rows[0].id, b);
    expect_text(task.batch.rows[0].error, "SLACK_EIO");
    expect_text(task.batch.rows[0].payload, "");
    free_rows(&task);

    prepare(&task, SLACK_STORE_LIST, "");
    task.op.row.id = c;
    task.batch.one = true;
    run(&task);
    assert_int_equal(task.batch.count, 1);
    assert_int_equal(task.batch.rows[0].state, SLACK_ROW_DEAD);
    expect_text(task.batch.rows[0].payload, "{\"a\":1}");
    free_rows(&task);

    assert_int_equal(change(SLACK_STORE_RETRY, b), 1);
    assert_string_equal(claim(&task, 10), "b ");
    assert_int_equal(task.batch.rows[0].attempt, 1);
    expect_text(task.batch.rows[0].done, "first");
    free_rows(&task);
    assert_int_equal(change(SLACK_STORE_DROP, a), 1);
    assert_int_equal(change(SLACK_STORE_DROP, b), 0); /* it runs */
    assert_int_equal(change(SLACK_STORE_RETRY, 0), 1);
    expect_claim("c ");
    put("a", 0, false);
    close_store();
}

static void test_a_key_may_be_given_up(void **state)
{
    open_store();
    task_t task;
    int64_t id = put("a", 0, false);
    prepare(&task, SLACK_STORE_FINISH, "a");
    task.op.row.id = id;
    task.op.forget = true;
    run(&task);
    id = put("a", 0, false);
    prepare(&task, SLACK_STORE_BURY, "a");
    task.op.row.id = id;
    task.op.forget = true;
    run(&task);
    assert_int_equal(task.op.status, 0);
    assert_int_equal(count_of(SLACK_ROW_DEAD), 1);
    put("a", 0, false);
    assert_int_equal(change(SLACK_STORE_RETRY, id), 1);
    expect_claim(" ");
    close_store();
}

static void test_many_dead_are_changed_a_few_at_a_time(void **state)
{
    open_store();
    for (int i = 0; i < 5; i++) {
        char key[8];
        snprintf(key, sizeof key, "k%d", i);
        put_back(SLACK_STORE_BURY, key, put(key, 0, false), 0);
    }
    static const unsigned left[] = {3, 1, 0, 0};
    for (int i = 0; i < 4; i++) {
        task_t task;
        prepare(&task, i % 2 ? SLACK_STORE_DROP : SLACK_STORE_RETRY, "");
        task.batch.limit = 2;
        run(&task);
        assert_int_equal(task.op.status, 0);
        assert_int_equal(count_of(SLACK_ROW_DEAD), left[i]);
    }
    assert_int_equal(count_of(SLACK_ROW_QUEUED), 3);
    close_store();
}

static size_t cancel(const char *key)
{
    task_t task;
    prepare(&task, SLACK_STORE_CANCEL, key);
    run(&task);
    assert_int_equal(task.op.status, 0);
    return task.batch.count;
}

static void test_a_queued_row_can_be_canceled(void **state)
{
    open_store();
    put_queued("a", now() + 1000);
    put("running", 0, false);
    assert_int_equal(cancel("a"), 1);
    assert_int_equal(cancel("a"), 0);
    assert_int_equal(cancel(""), 0);
    assert_int_equal(cancel("running"), 0);
    pass_ms(2000);
    expect_claim("");
    put("a", 0, false);
    close_store();
}

static int note(const char *key, const char *version, const char *text, int64_t until_ms)
{
    task_t task;
    prepare(&task, SLACK_STORE_NOTE, key);
    task.op.row.name = slack__slice(version);
    task.op.row.payload = slack__slice(text);
    task.op.row.due_ms = until_ms;
    run(&task);
    return task.op.status;
}

static void expect_note(const char *key, const char *text)
{
    task_t task;
    prepare(&task, SLACK_STORE_RECALL, key);
    run(&task);
    assert_int_equal(task.op.status, 0);
    assert_int_equal(task.batch.count, text != NULL);
    if (text) {
        expect_text(task.batch.rows[0].payload, text);
        expect_text(task.batch.rows[0].key, key);
    }
    free_rows(&task);
}

static void test_notes(void **state)
{
    open_store();
    expect_note("a", NULL);
    put("a", 0, false); /* a row is no note, and the other way round */
    expect_note("a", NULL);
    const int64_t over = now() + 1000;
    assert_int_equal(note("a", "5", "one", over), 0);
    assert_int_equal(note("b", "5", "other", over + 1), 0);
    put("b", 0, false);
    expect_note("a", "one");
    assert_int_equal(note("a", "6", "two", over), 0);
    expect_note("a", "two");
    assert_int_equal(note("a", "59", "older", over), 0);
    expect_note("a", "two");
    assert_int_equal(note("a", "6", "two again", over), 0);
    expect_note("a", "two again");
    assert_int_equal(note("a", "60", "three", over), 0);
    expect_note("a", "three");
    expect_note("b", "other");
    pass_ms(1000); /* the time is over: of an old version nothing is left */
    expect_note("a", NULL);
    expect_note("b", "other");
    assert_int_equal(note("a", "1", "new", over + 5000), 0);
    expect_note("a", "new");
    close_store();
    if (!ops->durable) return;
    open_again();
    expect_note("a", "new");
    expect_note("b", "other");
    close_store();
}

/* What was submitted first is there for what was submitted behind it. */
static void test_a_note_is_read_in_its_order(void **state)
{
    open_store();
    task_t tasks[3];
    prepare(&tasks[0], SLACK_STORE_RECALL, "k");
    prepare(&tasks[1], SLACK_STORE_NOTE, "k");
    tasks[1].op.row.due_ms = now() + 1000;
    prepare(&tasks[2], SLACK_STORE_RECALL, "k");
    for (unsigned i = 0; i < 3; i++)
        submit_prepared(&tasks[i]);
    world_until_count(&world, &ends, 3);
    assert_int_equal(tasks[0].batch.count, 0);
    assert_int_equal(tasks[2].batch.count, 1);
    free_rows(&tasks[0]);
    free_rows(&tasks[2]);
    close_store();
}

static void test_notes_are_bounded(void **state)
{
    if (ops->durable) return; /* a disk is its bound */
    open_store();
    const int64_t over = now() + 1000;
    assert_int_equal(note("first", "1", "x", over), 0);
    assert_int_equal(note("second", "1", "x", over), 0);
    assert_int_equal(note("first", "2", "y", over), 0);
    for (unsigned i = 2; i < SLACK_STORE_NOTES_MAX; i++) {
        char key[16];
        snprintf(key, sizeof key, "k%u", i);
        assert_int_equal(note(key, "1", "x", over), 0);
    }
    expect_note("second", "x");
    assert_int_equal(note("one more", "1", "x", over), 0);
    expect_note("second", NULL); /* was written longest ago */
    expect_note("first", "y");
    close_store();
}

static void test_the_dead_are_forgotten_in_the_end(void **state)
{
    open_store();
    int64_t id = put("a", 0, false);
    put_back(SLACK_STORE_BURY, "a", id, 0);
    pass_ms((uint64_t)SLACK_STORE_DEAD_MS - 1);
    put("a", 0, true);
    pass_ms(1);
    put("a", 0, false);
    close_store();
}

/* A second store on the same place, as the new process of a rolling deploy has. */
static void test_owners_leave_each_other_alone(void **state)
{
    if (!ops->durable) return;
    open_store();
    int64_t id = put("a", 0, false);
    task_t task;
    prepare(&task, SLACK_STORE_MARK, "a");
    task.op.row.id = id;
    task.op.row.done = SLACK_SLICE("first");
    run(&task);

    slack_store_t *first = store;
    char error[SLACK_ERROR_TEXT_MAX];
    if (ops->open(&store, world.net, place, error) != 0) fail_msg("%s", error);
    put("a", 0, true);
    expect_claim("");
    finish("a", id); /* not ours to finish */
    bool closed = false;
    first->ops->close(first, world_set_flag, &closed);
    world_until(&world, &closed);
    assert_string_equal(claim(&task, 10), "a "); /* at once */
    assert_int_equal(task.batch.rows[0].attempt, 2);
    expect_text(task.batch.rows[0].done, "first");
    free_rows(&task);
    close_store();

    open_again();
    expect_claim("a ");
    finish("a", id);
    close_store();
    open_again();
    expect_claim("");
    put("a", 0, true);
    close_store();
}

static slack_store_t *open_other(void)
{
    slack_store_t *other = NULL;
    char error[SLACK_ERROR_TEXT_MAX];
    if (ops->open(&other, world.net, place, error) != 0) fail_msg("%s", error);
    return other;
}

static void run_in(slack_store_t *which, enum slack_store_op_kind kind, const char *key, int64_t id)
{
    slack_store_t *kept = store;
    task_t task;
    store = which;
    prepare(&task, kind, key);
    task.op.row.id = id;
    run(&task);
    assert_int_equal(task.op.status, 0);
    store = kept;
}

/* The first owner lives, and is silent for too long. */
static void test_a_lease_ends(void **state)
{
    if (!ops->durable) return;
    open_store();
    int64_t id = put("a", 0, false);
    slack_store_t *silent = store;
    store = open_other();
    for (int i = 0; i < 3; i++) {
        pass_ms(SLACK_STORE_LEASE_MS - 1);
        expect_claim("");
        run_in(silent, SLACK_STORE_RENEW, "", 0);
        run_in(store, SLACK_STORE_RENEW, "", 0);
    }
    pass_ms(SLACK_STORE_LEASE_MS);
    task_t task;
    assert_string_equal(claim(&task, 10), "a ");
    assert_int_equal(task.batch.rows[0].attempt, 2);
    free_rows(&task);
    run_in(silent, SLACK_STORE_FINISH, "a", id); /* not its own any more */
    put_back(SLACK_STORE_WAIT, "a", id, now());
    expect_claim("a ");

    run_in(silent, SLACK_STORE_RENEW, "", 0); /* it is back */
    run_in(silent, SLACK_STORE_PUT, "b", 0);
    expect_claim("");
    bool closed = false;
    silent->ops->close(silent, world_set_flag, &closed);
    world_until(&world, &closed);
    expect_claim("b ");
    close_store();
}

/* --- out of memory ------------------------------------------------------------------------- */

static int store_some(void *ctx)
{
    char error[SLACK_ERROR_TEXT_MAX];
    if (clean_place) clean_place();
    if (!world_open(&world)) return SLACK_ENOMEM;
    int rc = ops->open(&store, world.net, place, error);
    if (rc != 0) {
        world_close(&world);
        return rc;
    }
    static const enum slack_store_op_kind kinds[] = {
        SLACK_STORE_PUT,    SLACK_STORE_PUT,  SLACK_STORE_MARK,   SLACK_STORE_WAIT,
        SLACK_STORE_CLAIM,  SLACK_STORE_BURY, SLACK_STORE_LIST,   SLACK_STORE_STATS,
        SLACK_STORE_RETRY,  SLACK_STORE_LIST, SLACK_STORE_CLAIM,  SLACK_STORE_FINISH,
        SLACK_STORE_PUT,    SLACK_STORE_DROP, SLACK_STORE_CANCEL, SLACK_STORE_NOTE,
        SLACK_STORE_RECALL, SLACK_STORE_NOTE, SLACK_STORE_RENEW,
    };
    enum { COUNT = sizeof kinds / sizeof *kinds };
    task_t tasks[COUNT];
    ends = 0;
    for (unsigned i = 0; i < COUNT; i++) {
        prepare(&tasks[i], kinds[i], i % 5 == 1 ? "Ev2" : "Ev1");
        tasks[i].op.row.id = kinds[i] == SLACK_STORE_PUT || kinds[i] == SLACK_STORE_RETRY ||
                                     kinds[i] == SLACK_STORE_DROP
                                 ? 0
                                 : 1;
        tasks[i].op.claim = i == 0;
        if (kinds[i] == SLACK_STORE_NOTE) tasks[i].op.row.due_ms = now() + 1000;
        tasks[i].batch.limit = 5;
        tasks[i].batch.now_ms = now() + 1000;
        tasks[i].batch.one = i == 6;
        submit_prepared(&tasks[i]);
    }
    close_store();
    assert_int_equal(ends, COUNT);
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

int store_suite(const slack_store_ops_t *backend, const char *rest, void (*clean)(void))
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
        cmocka_unit_test(test_a_queued_row_is_claimed_once),
        cmocka_unit_test(test_rows_are_claimed_when_they_are_due_and_in_order),
        cmocka_unit_test(test_a_claim_is_as_large_as_it_may_be),
        cmocka_unit_test(test_a_row_that_waits_comes_back),
        cmocka_unit_test(test_a_row_without_a_key_waits),
        cmocka_unit_test(test_the_dead_are_listed_and_brought_back),
        cmocka_unit_test(test_a_key_may_be_given_up),
        cmocka_unit_test(test_many_dead_are_changed_a_few_at_a_time),
        cmocka_unit_test(test_a_queued_row_can_be_canceled),
        cmocka_unit_test(test_notes),
        cmocka_unit_test(test_a_note_is_read_in_its_order),
        cmocka_unit_test(test_notes_are_bounded),
        cmocka_unit_test(test_the_dead_are_forgotten_in_the_end),
        cmocka_unit_test(test_owners_leave_each_other_alone),
        cmocka_unit_test(test_a_lease_ends),
    };
    ops = backend;
    place = rest;
    clean_place = clean;
    return cmocka_run_group_tests_name(backend->scheme, tests, NULL, NULL);
}
