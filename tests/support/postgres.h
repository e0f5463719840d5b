/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_POSTGRES_H
#define SLACK_TESTS_SUPPORT_POSTGRES_H

#include <stdbool.h>

/* A PostgreSQL of the test's own, of Debian's package, in a temporary folder. It listens on a Unix
 * socket in this folder alone, and ends with the test. */

/* Start the server, unless it runs. Its conninfo; NULL: there is no PostgreSQL on this machine. */
const char *postgres_start(void);
/* End the server at once, as a crash does; postgres_start() starts it again with the same data. */
void postgres_crash(void);
/* The same in steps, none of which waits. SIGINT ends the sessions and then the server, SIGQUIT
 * ends it at once; SIGKILL, SIGSTOP and SIGCONT are sent to all of its processes. */
void postgres_signal(int signum);
bool postgres_is_gone(void);
void postgres_launch(void);
bool postgres_is_ready(void);

/* End the server, and remove its folder, as the end of the test does; for a test that ends by
 * _exit(). */
void postgres_end(void);

/* Run SQL as the server's owner. The first column of the first row, or "". */
const char *postgres_query(const char *sql);
/* Drop the tables of the store. */
void postgres_clean(void);

#endif
