/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_FILE_H
#define SLACK_TESTS_SUPPORT_FILE_H

#include <stddef.h>

/* A text becomes a file's only content: in place, or through a new file that is renamed, so that no
 * reader sees half of it. */
void file_write(const char *path, const char *text);
void file_replace(const char *path, const char *text);

/* Reads a page of docs/, "http.md", as a string. */
void file_read_page(const char *name, char *ret, size_t size);

#endif
