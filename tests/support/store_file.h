/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_STORE_FILE_H
#define SLACK_TESTS_SUPPORT_STORE_FILE_H

#include <stdbool.h>

/* A database of the test's own, in a temporary folder that is removed at exit. If the variable
 * SLACK_TEST_STORE is "postgres", it is a schema on a server of the test's own, and the test is
 * skipped if there is none. */

bool store_file_is_on_postgres(void);
/* Its path, and its URL, "sqlite:PATH". */
const char *store_file_path(void);
const char *store_file_url(void);
/* A second one beside it. */
const char *store_file_copy(void);

/* The suffixes of a database's files; the first is empty. */
#define STORE_FILE_PARTS 4
extern const char *const store_file_parts[STORE_FILE_PARTS];

/* Remove both, or the second one alone. */
void store_file_clean(void);
void store_file_clean_copy(void);

#endif
