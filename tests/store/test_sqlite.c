/* SPDX-License-Identifier: MIT */
#include <sqlite3.h>

#include "store/store.h"
#include "support/store_file.h"
#include "support/store_suite.h"
#include "support/test.h"

/* ---- the statements of the suite ---- */

static int statements, scans;

/* Figures and lists, which only a person asks for, may scan an index of the rows of one state. */
static bool may_scan(const char *sql)
{
    return strncmp(sql, "CREATE", 6) == 0 || strstr(sql, "count(*)") || strstr(sql, "INDEXED BY");
}

static int on_statement(unsigned type, void *user_data, void *statement, void *ns)
{
    const char *sql = sqlite3_sql(statement);
    if (!sql || !(strstr(sql, "inbox") || strstr(sql, "kv")) || may_scan(sql)) return 0;
    statements++;
    /* A sort reads all rows of a key to return the first of them. */
    if (sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_FULLSCAN_STEP, 1) == 0 &&
        sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_SORT, 1) == 0)
        return 0;
    if (scans++ == 0) print_message("# reads or sorts more than it needs: %s\n", sql);
    return 0;
}

static int watch(sqlite3 *db, char **problem, const void *api)
{
    return sqlite3_trace_v2(db, SQLITE_TRACE_PROFILE, on_statement, NULL);
}

/* A delivery into an inbox of a million rows costs no more than into an empty one. */
static void test_nothing_reads_every_row(void **state)
{
    assert_true(statements > 100);
    assert_int_equal(scans, 0);
}

int main(void)
{
    const struct CMUnitTest after[] = {cmocka_unit_test(test_nothing_reads_every_row)};
    sqlite3_auto_extension((void (*)(void))watch);
    int failed = store_suite(&slack__store_sqlite, store_file_path(), store_file_clean);
    return failed + cmocka_run_group_tests(after, NULL, NULL);
}
