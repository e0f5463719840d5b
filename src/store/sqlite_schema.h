/* SPDX-License-Identifier: MIT */
#ifndef SLACK_STORE_SQLITE_SCHEMA_H
#define SLACK_STORE_SQLITE_SCHEMA_H

#include <stdbool.h>

/* "slki", in the file's header: another program's database is not touched. */
#define SLACK_SQLITE_APPLICATION 0x736c6b69
/* A change makes the next number. */
#define SLACK_SQLITE_SCHEMA 5

/* The schema of the store at a path, from the head of its file: no lock is taken and nothing is
 * changed. False: the file cannot be read, has no tables yet, is no store, or its head is still in
 * the log beside it. */
bool slack__sqlite_peek(const char *path, unsigned *ret_schema);

#endif
