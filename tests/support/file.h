/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_FILE_H
#define SLACK_TESTS_SUPPORT_FILE_H

/* A text becomes a file's only content: in its place, or by a new file that is renamed to it, so
 * that nobody reads half of it. */
void file_write(const char *path, const char *text);
void file_replace(const char *path, const char *text);

#endif
