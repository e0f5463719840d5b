/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_FILE_H
#define SLACK_TESTS_SUPPORT_FILE_H

#include <stddef.h>

/* A text becomes a file's only content: in place, or through a new file that is renamed, so that no
 * reader sees half of it. */
void file_write(const char *path, const char *text);
void file_replace(const char *path, const char *text);

/* Reads a file, or a page of docs/ ("http.md"), as a string, in memory that the next read frees.
 * The pointer to the length may be NULL. */
char *file_read(const char *path, size_t *ret_len);
char *file_read_page(const char *name);

long file_size(const char *path);
/* Inverts the bits of `mask` in one byte of a file. */
void file_flip(const char *path, long at, int mask);

#endif
