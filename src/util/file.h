/* SPDX-License-Identifier: MIT */
#ifndef SLACK_UTIL_FILE_H
#define SLACK_UTIL_FILE_H

#include <stddef.h>

/* Reads small files that may hold secrets, and leaves no copy of the content in any buffer. */

/* More than any secret or .env file has, so that a log file named by mistake is refused. */
#define SLACK_FILE_MAX_BYTES ((size_t)64 * 1024)

/* Read a file of at most `max` bytes; NUL-terminated, with one more byte of room. The caller wipes
 * and frees it. Never waits: pipes, devices and directories are refused. 0; -1 with errno (EFBIG
 * past `max`, ENOMEM), for slack__file_why(). */
int slack__file_read(const char *path, size_t max, char **ret, size_t *ret_len);

/* Whether slack__file_read() can open the file. 0; -1 with errno. */
int slack__file_check(const char *path);

/* Why a file was not read; constant, or valid until the next strerror(). */
const char *slack__file_why(int error);

/* Read the secret in a file, without the white space at its ends; the caller frees it with
 * slack__free_secret(). 0; SLACK_ECONFIG, and *ret_why says why, as slack__file_why();
 * SLACK_ENOMEM.
 */
int slack__file_read_secret(const char *path, char **ret, const char **ret_why);

#endif
