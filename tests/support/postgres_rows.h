/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_POSTGRES_ROWS_H
#define SLACK_TESTS_SUPPORT_POSTGRES_ROWS_H

#include "support/postgres.h"
#include "support/store_rows.h"

/* An open store over a PostgreSQL of the test's own. */

/* A case with the store open, at rows.place. */
#define PG_TEST(function) TEST_CASE(function, pg_set_up, rows_tear_down, NULL)
int pg_set_up(void **state);
/* The end of main(): runs all cases; without a PostgreSQL one, which is skipped. */
int pg_run_all(void);

/* Wait until a condition is true. */
void pg_wait_until(const char *condition);
/* Run SQL in the session of postgres_hold() as soon as a condition is true. The server waits for
 * it, so that a state of less than a second is not missed, however slow the test is. */
void pg_do_when(const char *condition, const char *sql);
/* End the sessions of stores that are `which`, a condition on pg_stat_activity; "": all. */
void pg_end_sessions(const char *which);

/* The conninfo of a user of its own, whom pg_shut_out() may keep from new sessions; its sessions
 * end with the first call. */
const char *pg_visitor(void);
void pg_shut_out(bool out);

void pg_expect_logged(const char *what);
/* The same, and what strangers read: the cause of the last failure. */
void pg_expect_failure(const char *what, const char *cause);

#endif
