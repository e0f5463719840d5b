/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_POSTGRES_H
#define SLACK_TESTS_SUPPORT_POSTGRES_H

#include <stdbool.h>
#include <sys/types.h>

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

/* There may be two servers: from now on the functions are about server 0 or 1. Their conninfos
 * differ by the folder alone. postgres_copy() begins to make this server a standby of the other
 * one; its program is awaited before postgres_launch(). */
void postgres_use(unsigned which);
pid_t postgres_copy(unsigned primary);

/* Further arguments of the server, ending with NULL, from its next start on; borrowed. */
void postgres_options(const char *const *options);
/* The folder of the test, in which the server has its socket, and its data in "data". */
const char *postgres_folder(void);
/* Set a parameter for all sessions, or reset it if the value is NULL; new sessions have it. */
void postgres_set(const char *name, const char *value);
/* Start a program of PostgreSQL, or of a path, as the server's user; end it. */
pid_t postgres_peer(const char *const argv[]);
void postgres_peer_end(pid_t pid);
/* Run SQL in a session that stays until postgres_let_go(). Without `wait`, it may wait for a lock.
 */
void postgres_hold(const char *sql, bool wait);
void postgres_let_go(void);

/* Run SQL as the server's owner. The first column of the first row, or "". */
const char *postgres_query(const char *sql);
/* Drop the tables of the store. */
void postgres_clean(void);

#endif
