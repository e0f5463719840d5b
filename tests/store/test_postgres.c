/* SPDX-License-Identifier: MIT */
#include "store/store.h"
#include "support/postgres_rows.h"
#include "support/store_suite.h"
#include "support/test.h"

/* Keeps the tables, if there are any: to make them takes longer than most cases. */
static void empty_tables(void)
{
    postgres_query("TRUNCATE slackapp.inbox, slackapp.kv, slackapp.owners RESTART IDENTITY");
}

/* However many rows there are, and although the plans were made for empty tables, the end of a row
 * looks at this row, and at the next one in its order. */
static void test_ends_look_at_few_rows(void **state)
{
    static const enum slack_store_op_kind steps[] = {SLACK_STORE_PUT, SLACK_STORE_PUT,
                                                     SLACK_STORE_MARK, SLACK_STORE_FINISH};
    enum { COUNT = 100, STEPS = sizeof steps / sizeof *steps };
    int64_t ids[COUNT];
    rows.clean = postgres_clean; /* and the server's counts */
    rows_open();
    for (unsigned i = 0; i < COUNT * STEPS; i++) {
        const enum slack_store_op_kind kind = steps[i / COUNT];
        const unsigned n = i % COUNT;
        rows_task_t task;
        rows_prepare(&task, kind, "");
        snprintf(task.key, sizeof task.key, "order %u", n);
        task.op.row.order = slack__slice(task.key);
        task.op.row.id = kind == SLACK_STORE_PUT ? 0 : ids[n];
        rows_run_well(&task);
        assert_int_equal(task.op.claim, i < COUNT || kind != SLACK_STORE_PUT);
        if (i < COUNT) ids[n] = task.op.row.id;
    }
    rows_close();
    pg_wait_until("NOT EXISTS (SELECT FROM pg_stat_activity"
                  " WHERE application_name = 'slackapp')");
    assert_in_range(atoi(postgres_query("SELECT sum(idx_tup_read) FROM pg_stat_user_indexes"
                                        " WHERE relname = 'inbox'")),
                    COUNT, 10 * COUNT * STEPS);
}

static void test_there_is_a_server(void **state)
{
    skip();
}

int main(void)
{
    const struct CMUnitTest without[] = {cmocka_unit_test(test_there_is_a_server)};
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_ends_look_at_few_rows)};
    const char *conninfo = postgres_start();
    if (!conninfo) return cmocka_run_group_tests_name("postgres", without, NULL, NULL);
    const int failed = store_suite(&slack__store_postgres, conninfo, empty_tables);
    return failed + cmocka_run_group_tests_name("cost", tests, NULL, NULL);
}
