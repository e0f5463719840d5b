/* SPDX-License-Identifier: MIT */
#include "store/store.h"
#include "support/postgres.h"
#include "support/store_suite.h"
#include "support/test.h"

static void test_there_is_a_server(void **state)
{
    skip();
}

int main(void)
{
    const struct CMUnitTest without[] = {cmocka_unit_test(test_there_is_a_server)};
    const char *conninfo = postgres_start();
    if (!conninfo) return cmocka_run_group_tests_name("postgres", without, NULL, NULL);
    return store_suite(&slack__store_postgres, conninfo, postgres_clean);
}
