/* SPDX-License-Identifier: MIT */
#ifndef SLACK_UTIL_FILE_H
#define SLACK_UTIL_FILE_H

#include <stddef.h>

/* Small files that may hold secrets: no copy of their content is left behind in any buffer. */

/* More than any secret or .env has; a device or a log file named by mistake stays out. */
#define SLACK_FILE_MAX_BYTES ((size_t)64 * 1024)

/* The content of a file, NUL-terminated, with one byte more to spare; wipe it before it is freed.
 * 0; or -1 with errno (EFBIG past SLACK_FILE_MAX_BYTES, ENOMEM). */
int slack__file_read(const char *path, char **ret, size_t *ret_len);

/* The secret in a file: its text without the last newline; slack__free_secret() it. 0;
 * SLACK_ECONFIG with *ret_why telling why, static or until the next strerror(); SLACK_ENOMEM. */
int slack__file_read_secret(const char *path, char **ret, const char **ret_why);

#endif
