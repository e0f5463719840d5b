/* SPDX-License-Identifier: MIT */
/* The owners of a PostgreSQL store, as others see them: sessions that are lost. */
#include "support/postgres.h"
#include "support/store_rows.h"
#include "support/test.h"

/* An owner whose session ends has a second to come back, seen by a store that only reads entries;
 * after a restart of the server it begins with the session of that store. An owner that comes back
 * later does not find its entry. */
static void test_an_entry_of_an_owner_without_a_session(void **state)
{
    for (unsigned i = 0; i < 4; i++) {
        const bool restart = i / 2, comes_back = i % 2;
        rows_open();
        slack_store_t *first = rows.store, *second = rows_open_other();
        assert_int_equal(rows_swap_in(first, true, "", "1"), 0);
        rows.store = second;
        rows_expect_entry("k", "1");
        rows_pass_ms(5000);
        rows_expect_entry("k", "1");
        if (restart)
            postgres_crash();
        else
            postgres_query("SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity WHERE"
                           " application_name = 'slackapp' ORDER BY backend_start LIMIT 1");
        postgres_start();
        rows_pass_ms(5000); /* since the last look */
        rows_expect_entry("k", "1");
        rows_pass_ms(899);
        rows_expect_entry("k", "1");
        if (comes_back) rows_swap_in(first, true, "", "");
        rows_pass_ms(101);
        rows_expect_entry("k", comes_back ? "1" : NULL);
        rows_pass_ms(100);
        assert_int_equal(rows_swap_in(first, true, "1", "2"), !comes_back);
        rows_expect_entry("k", comes_back ? "2" : NULL);
        rows_close_other(first);
        rows_close();
    }
}

static void test_there_is_a_server(void **state)
{
    skip();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_entry_of_an_owner_without_a_session),
    };
    const struct CMUnitTest without[] = {cmocka_unit_test(test_there_is_a_server)};
    rows.ops = &slack__store_postgres;
    rows.place = postgres_start();
    rows.clean = postgres_clean;
    if (!rows.place) return cmocka_run_group_tests_name("postgres", without, NULL, NULL);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
