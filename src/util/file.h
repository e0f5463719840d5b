/* SPDX-License-Identifier: MIT */
#ifndef SLACK_UTIL_FILE_H
#define SLACK_UTIL_FILE_H

#include <stddef.h>

/* Small files that may hold secrets: no copy of their content is left behind in any buffer. */

/* More than any secret or .env has; a device or a log file named by mistake stays out. */
#define SLACK_FILE_MAX_BYTES ((size_t)64 * 1024)

/* The content of a file of at most `max` bytes, NUL-terminated, with one byte more to spare; wipe
 * it before it is freed. Never waits: a pipe, a device or a directory is refused. 0; or -1 with
 * errno, which slack__file_why() puts into words (EFBIG past max, ENOMEM). */
int slack__file_read(const char *path, size_t max, char **ret, size_t *ret_len);

/* Whether a file can be read as slack__file_read() does. 0; or -1 with errno. */
int slack__file_check(const char *path);

/* Why a file was not read, static or until the next strerror(). */
const char *slack__file_why(int error);

/* The secret in a file: its text without the last newline; slack__free_secret() it. 0;
 * SLACK_ECONFIG with *ret_why telling why, static or until the next strerror(); SLACK_ENOMEM. */
int slack__file_read_secret(const char *path, char **ret, const char **ret_why);

#endif
