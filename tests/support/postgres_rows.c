/* SPDX-License-Identifier: MIT */
#include "support/postgres_rows.h"
#include "support/heap.h"
#include "support/test.h"

int pg_set_up(void **state)
{
    rows.ops = &slack__store_postgres;
    rows.place = postgres_start();
    rows.clean = postgres_clean;
    return rows_set_up(state);
}

static void test_there_is_a_server(void **state)
{
    skip();
}

int pg_run_all(void)
{
    const struct CMUnitTest without[] = {cmocka_unit_test(test_there_is_a_server)};
    heap_install();
    if (!postgres_start()) return cmocka_run_group_tests_name("postgres", without, NULL, NULL);
    return test_run_all(NULL, NULL);
}

/* A loop in the server; an error after 20 s. */
static const char *loop_until(const char *condition)
{
    static char sql[512];
    snprintf(sql, sizeof sql,
             "DO $$ BEGIN FOR i IN 1..20000 LOOP IF %s THEN RETURN; END IF;"
             " PERFORM pg_stat_clear_snapshot(), pg_sleep(0.001); END LOOP;"
             " RAISE 'never'; END $$;",
             condition);
    return sql;
}

void pg_wait_until(const char *condition)
{
    assert_string_equal(postgres_query(loop_until(condition)), "");
}

void pg_do_when(const char *condition, const char *sql)
{
    char text[1024];
    snprintf(text, sizeof text, "%s %s", loop_until(condition), sql);
    postgres_hold(text, false);
}

void pg_end_sessions(const char *which)
{
    char sql[256];
    snprintf(sql, sizeof sql,
             "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity"
             " WHERE application_name = 'slackapp'%s%s",
             *which ? " AND " : "", which);
    postgres_query(sql);
}

const char *pg_visitor(void)
{
    static char place[128];
    snprintf(place, sizeof place, "host=%s user=visitor dbname=postgres", postgres_folder());
    postgres_query("CREATE ROLE visitor SUPERUSER LOGIN");
    return place;
}

void pg_shut_out(bool out)
{
    postgres_query(out ? "ALTER ROLE visitor NOLOGIN" : "ALTER ROLE visitor LOGIN");
    if (out) pg_end_sessions("usename = 'visitor'");
}

void pg_expect_logged(const char *what)
{
    if (!world_logged(&rows.world, what)) fail_msg("\"%s\" is not in: %s", what, rows.world.log);
}

void pg_expect_failure(const char *what, const char *cause)
{
    pg_expect_logged(what);
    rows_expect_cause(cause);
}
