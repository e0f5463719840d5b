/* SPDX-License-Identifier: MIT */
/* The tables of a PostgreSQL store in several versions, and the programs that use them. */
#include <slack/error.h>
#include <slack/options.h>

#include "support/postgres_rows.h"
#include "support/test.h"

/* Schema 1 had no owners of entries. */
PG_TEST(test_schema_1_is_changed)
{
    char newest[8];
    rows_put("a", 0, false);
    rows_close();
    snprintf(newest, sizeof newest, "%.7s",
             postgres_query("SELECT version FROM slackapp.schema_version"));
    postgres_query("SET search_path TO slackapp; ALTER TABLE kv DROP COLUMN owner;"
                   "INSERT INTO kv VALUES ('k', '1', 9223372036854775807, '1');"
                   "UPDATE schema_version SET version = 1");
    rows_open_again();
    rows_put("a", 0, true);
    rows_expect_entry("k", "1");
    assert_int_equal(rows_swap_in(rows.store, true, "1", "2"), 0);
    rows_close();
    assert_string_equal(postgres_query("SELECT version FROM slackapp.schema_version"), newest);
    assert_string_equal(postgres_query("SELECT count(*) FROM slackapp.kv"), "0");
}

/* Takes a row through its life. */
static void live_on(const char *key)
{
    const int64_t id = rows_put(key, 0, false);
    rows_put(key, 0, true);
    rows_put_back(SLACK_STORE_WAIT, key, id, rows_now());
    rows_task_t task;
    assert_memory_equal(rows_claim(&task, 1), key, strlen(key));
    rows_free(&task);
    rows_finish(key, id);
}

/* A process of the next release changes the tables during a rolling restart. This one goes on, with
 * the same session and with a new one, and processes of this release may still start. */
PG_TEST(test_the_next_release_side_by_side)
{
    char error[SLACK_ERROR_TEXT_MAX] = "";
    slack_store_t *other;
    live_on("a");
    postgres_query("SET search_path TO slackapp; ALTER TABLE kv ADD COLUMN next bigint;"
                   "ALTER TABLE inbox ADD COLUMN next bigint NOT NULL DEFAULT 7;"
                   "ALTER TABLE owners ADD COLUMN next bytea;"
                   "CREATE TABLE next(id bigint); CREATE INDEX inbox_next ON inbox(next, id);"
                   "UPDATE schema_version SET version = version + 1");
    live_on("b");
    assert_int_equal(rows_swap_in(rows.store, true, "", "1"), 0);
    rows_expect_entry("k", "1");
    pg_end_sessions("");
    live_on("c");
    other = rows_open_other();
    rows_close_other(other);
    postgres_query("UPDATE slackapp.schema_version SET oldest = version");
    assert_int_equal(rows.ops->open(&other, rows.world.net, rows.place, error), SLACK_ESTORE);
    assert_non_null(strstr(error, "made by a newer slackapp; install that one"));
    live_on("d"); /* the session that there is */
    pg_end_sessions("");
    rows_put("e", SLACK_ESTORE, false);
    rows_expect_cause("a newer slackapp has changed its tables");
}

int main(void)
{
    return pg_run_all();
}
