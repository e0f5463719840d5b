/* SPDX-License-Identifier: MIT */
#include "support/store_suite.h"
#include "support/test.h"

#include "support/store_rows.h"

/* Rows with ordering keys. A case is a script of steps, separated by spaces. "a1" is a row whose
 * ordering key is "a"; "_1" has none.
 *
 *   a1+  a1-   a PUT that claims the row, and one that finds another row before it
 *   a1q        a PUT that only queues
 *   a1.  a1!   its end: done, dead
 *   a1~  a1=   its next attempt follows in 10 ms; with = it holds newer rows up meanwhile
 *   a1x        CANCEL; a1d: DROP; a1r: RETRY of a dead row
 *   ?a1,b1     a CLAIM that returns these rows, "?" one that returns no row; "?1:a1" returns one
 *   >          10 ms pass
 *   @          the other one of two stores goes on; ^ it ends, and its rows are free
 */

static int64_t ids[128][10]; /* by the letter and the digit of a name */

static int64_t *id_of(const char *name)
{
    return &ids[(unsigned char)name[0]][name[1] - '0'];
}

static void step_run(rows_task_t *task, enum slack_store_op_kind kind, const char *name)
{
    char key[3] = {name[0], name[1], '\0'};
    rows_prepare(task, kind, key);
    slack_store_op_t *op = &task->op;
    if (*name != '_') op->row.order = (slack_slice_t){task->key, 1};
    op->row.id = *id_of(name);
    op->row.due_ms = rows_now() + (kind == SLACK_STORE_WAIT ? 10 : 0);
    op->batch->one = true;
    op->hold = name[2] == '=';
    op->claim = name[2] != 'q';
    rows_run_well(task);
}

static void step_put(const char *name)
{
    rows_task_t task;
    step_run(&task, SLACK_STORE_PUT, name);
    assert_false(task.op.duplicate);
    *id_of(name) = task.op.row.id;
    if (task.op.claim != (name[2] == '+')) fail_msg("%s is claimed: %d", name, task.op.claim);
}

static void step_claim(const char *step, const char *script)
{
    rows_task_t task;
    const char *limit = strchr(step, ':');
    const char *keys = rows_claim(&task, limit ? (unsigned)atoi(step + 1) : 10), *at = keys;
    for (const char *want = limit ? limit + 1 : step + 1; *want; want++, at++)
        if (*at != (*want == ',' ? ' ' : *want)) break;
    if (strspn(at, " ") != strlen(at)) fail_msg("\"%s\" at %s of %s", keys, step, script);
    if (task.batch.count == 0) assert_true(task.batch.next_ms > rows_now());
    rows_free(&task);
}

static void script_run(const char *script)
{
    static const struct {
        char sign;
        enum slack_store_op_kind kind;
    } ends[] = {{'.', SLACK_STORE_FINISH}, {'!', SLACK_STORE_BURY},   {'~', SLACK_STORE_WAIT},
                {'=', SLACK_STORE_WAIT},   {'x', SLACK_STORE_CANCEL}, {'d', SLACK_STORE_DROP},
                {'r', SLACK_STORE_RETRY}};
    char steps[256], *rest = NULL;
    slack_store_t *other = NULL;
    rows_task_t task;
    snprintf(steps, sizeof steps, "%s", script);
    rows_open();
    for (char *step = strtok_r(steps, " ", &rest); step; step = strtok_r(NULL, " ", &rest)) {
        slack_store_t *now = rows.store;
        if (*step == '@') {
            rows.store = other ? other : rows_open_other();
            other = now;
        } else if (*step == '^') {
            rows_close_other(other);
            other = NULL;
        } else if (*step == '>') {
            rows_pass_ms(10);
        } else if (*step == '?') {
            step_claim(step, script);
        } else if (strchr("+-q", step[2])) {
            step_put(step);
        } else {
            for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
                if (ends[i].sign == step[2]) step_run(&task, ends[i].kind, step);
        }
    }
    if (other) rows_close_other(other);
    rows_close();
}

static void test_rows_in_order(void **state)
{
    static const char *const scripts[] = {
        "a1+ a2- b1+ a3- _1+ ? a1. ?a2 ? a2. ?a3 a3. ? a4+", /* a key by itself, and no key */
        "a1+ a2- a3- a1! ?a2",                               /* the dead hold nothing up */
        "a1+ a2- a1. a3- ?a2",                   /* a3 does not overtake a row that is due */
        "a1q a2q b1q ?a1,b1 a1. ?a2",            /* nor does a claim of several rows */
        "a1q a2q b1q ?1:a1 ?1:b1 a1. ?a2",       /* a row behind another takes no one's place */
        "a1+ a1~ a2+ a3- > ? a2. ?a1 ? a1. ?a3", /* attempts: one at a time, the oldest first */
        "a1+ a1~ a2+ a2~ > ?a1 a1~ ?a2 > ? a2. ?a1",
        "a1+ a2- a1~ ?a2 a2. ? a3+ a3. > ?a1", /* whoever waits for its time holds nothing up */
        "a1+ a2- a3- a2x a1. ?a3",             /* a canceled row: behind another … */
        "a1q a2q a3q a1x ?a2",                 /* … and before others */
        "a1q a2q a3q a1d ?a2 a3d a2. ?",
        "a1+ a2- a1= a3- ? > ?a1 a1. ?a2 a2. ?a3", /* the first one holds the others up */
        "a1+ a1= a2- ? > ?a1 a1! ?a2",
        "a1+ a2- a1= a1x ?a2",
        "a1+ a1~ a2+ a2= > ?a1 a1. ?a2 a2= a3- a4q ? > ?a2 a2~ ?a3", /* older ones pass */
        "a1+ a1! a2+ a3- a1r ? a2. ?a1 a1. ?a3",                     /* a retry */
    };
    for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++)
        script_run(scripts[i]);
}

static void test_rows_in_order_for_two(void **state)
{
    static const char *const scripts[] = {
        "a1+ @ a2- ? @ a1. @ ?a2 @ a3- ? @ a2. ?a3",
        "a1+ a2- @ ? ^ ?a1 ? a1. ?a2", /* the row of a process that ended, then the next */
        "a1q a2q @ ?a1 @ ? @ a1~ @ ?a2 > ? a2. @ ?a1",
        "a1+ @ a2- @ a1= @ ? > ?a1 a1= @ ? > ?a1 @ ? @ a1. ?a2",
        "a1+ @ a2- a1. ? @ a1. ?a2", /* a row that is not this owner's holds on */
    };
    for (size_t i = 0; rows.ops->durable && i < sizeof scripts / sizeof *scripts; i++)
        script_run(scripts[i]);
}

/* Keys are of an app, and of any bytes. */
static void test_orders_apart(void **state)
{
    const struct {
        slack_slice_t app, order;
        bool claimed;
    } puts[] = {{SLACK_SLICE("A"), SLACK_SLICE("k"), true},
                {SLACK_SLICE("B"), SLACK_SLICE("k"), true},
                {SLACK_SLICE("A"), SLACK_SLICE("k\0l"), true},
                {SLACK_SLICE("A"), SLACK_SLICE("K"), true},
                {SLACK_SLICE("A"), SLACK_SLICE("k"), false}};
    for (size_t i = 0; i < sizeof puts / sizeof *puts; i++) {
        rows_task_t task;
        rows_prepare(&task, SLACK_STORE_PUT, (char[]){'r', (char)('0' + i), '\0'});
        task.op.row.app = puts[i].app;
        task.op.row.order = puts[i].order;
        rows_run_well(&task);
        assert_int_equal(task.op.claim, puts[i].claimed);
    }
}

static size_t cancel_tenant(const char *tenant, int64_t before_id)
{
    rows_task_t task;
    rows_prepare(&task, SLACK_STORE_CANCEL_TENANT, "");
    task.op.row.app = SLACK_SLICE("A");
    task.op.row.tenant = slack__slice(tenant);
    task.op.row.id = before_id;
    task.batch.limit = 2;
    rows_run_well(&task);
    return task.batch.count;
}

/* Queued rows of the tenant are canceled, a few at a time; the rows behind them go on. */
static void test_the_rows_of_a_tenant_are_canceled(void **state)
{
    static const struct {
        const char *key, *app, *tenant, *order;
        enum slack_store_op_kind end; /* of a row that was claimed; PUT: it is only queued */
    } puts[] = {
        {"1", "A", "T1;", "", SLACK_STORE_PUT},      {"long", "A", "T1;U1", "", SLACK_STORE_PUT},
        {"other", "A", "T10;", "", SLACK_STORE_PUT}, {"less", "A", "T1", "", SLACK_STORE_PUT},
        {"none", "A", "", "", SLACK_STORE_PUT},      {"app", "B", "T1;", "", SLACK_STORE_PUT},
        {"waits", "A", "T1;", "", SLACK_STORE_WAIT}, {"dead", "A", "T1;", "", SLACK_STORE_BURY},
        {"runs", "A", "T1;", "", SLACK_STORE_MARK},  {"first", "A", "T1;", "k", SLACK_STORE_PUT},
        {"next", "A", "T1;", "k", SLACK_STORE_PUT},  {"last", "A", "T2;", "k", SLACK_STORE_PUT},
    };
    rows_task_t task;
    int64_t first = 0;
    for (size_t i = 0; i < sizeof puts / sizeof *puts; i++) {
        rows_prepare(&task, SLACK_STORE_PUT, puts[i].key);
        task.op.claim = puts[i].end != SLACK_STORE_PUT;
        task.op.row.app = slack__slice(puts[i].app);
        task.op.row.tenant = slack__slice(puts[i].tenant);
        task.op.row.order = slack__slice(puts[i].order);
        task.op.row.due_ms = rows_now();
        rows_run_well(&task);
        if (i == 0) first = task.op.row.id;
        if (!task.op.claim) continue;
        task.ended = 0;
        task.op.kind = puts[i].end;
        rows_run_well(&task);
    }
    assert_int_equal(cancel_tenant("T1;", first), 0);
    assert_int_equal(cancel_tenant("T3;", 0), 0);
    assert_int_equal(cancel_tenant("", 0), 0);
    assert_int_equal(cancel_tenant("T1;", first + 1), 1);
    size_t total = 0;
    for (size_t count; (count = cancel_tenant("T1;", 0)) > 0; total += count)
        assert_in_range(count, 1, 2);
    assert_int_equal(total, 4); /* long, waits, first, next */
    rows_prepare(&task, SLACK_STORE_CLAIM, "");
    task.op.row.app = SLACK_SLICE("A");
    task.batch.limit = 20;
    task.batch.now_ms = rows_now();
    rows_run_well(&task);
    static const char *const left[] = {"other", "less", "none", "last"};
    assert_int_equal(task.batch.count, sizeof left / sizeof *left);
    for (size_t i = 0; i < task.batch.count; i++)
        rows_expect_text(task.batch.rows[i].key, left[i]);
    rows_free(&task);
    rows_prepare(&task, SLACK_STORE_STATS, "");
    rows_run_well(&task);
    assert_int_equal(task.batch.counts[SLACK_ROW_DEAD], 1);
    assert_int_equal(task.batch.counts[SLACK_ROW_RUNNING], 5);
    assert_int_equal(task.batch.counts[SLACK_ROW_QUEUED], 1); /* of the other app */
}

int store_suite_order(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_in_order),
        cmocka_unit_test(test_rows_in_order_for_two),
        ROWS_CASE(test_orders_apart),
        ROWS_CASE(test_the_rows_of_a_tenant_are_canceled),
    };
    return cmocka_run_group_tests_name("order", tests, NULL, NULL);
}
