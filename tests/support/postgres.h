/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_POSTGRES_H
#define SLACK_TESTS_SUPPORT_POSTGRES_H

#include <sys/types.h>

/* A PostgreSQL of the test's own, of Debian's package, in a temporary folder. It listens on a Unix
 * socket in this folder alone, and ends with the test. */

/* Start the server, unless it runs. Its conninfo; NULL: there is no PostgreSQL on this machine. */
const char *postgres_start(void);
/* End the server at once, as a crash does; postgres_start() starts it again with the same data. */
void postgres_crash(void);
/* Run SQL as the server's owner. The first column of the first row, or "". */
const char *postgres_query(const char *sql);
/* Drop the tables of the store. */
void postgres_clean(void);

#endif
