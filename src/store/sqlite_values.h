/* SPDX-License-Identifier: MIT */
#ifndef SLACK_STORE_SQLITE_VALUES_H
#define SLACK_STORE_SQLITE_VALUES_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "store/row.h"

/* Values that are bound to a statement or read from a column. */

/* An empty text or an empty blob becomes NULL. Statements borrow what is bound to them, and are
 * reset before their caller returns. */
void slack__bind_text(sqlite3_stmt *stmt, int i, slack_slice_t text);
void slack__bind_blob(sqlite3_stmt *stmt, int i, slack_slice_t bytes);

/* Detects decay, not tampering. The result is the same on every machine, because the file may move.
 */
int64_t slack__checksum(slack_slice_t bytes);

/*
 * Another program may have written to the file, and each value has any type and any size. So every
 * value is checked when it is read. One that a store does not write is replaced by one that is safe
 * to use, and `*damaged` is set. Bytes are SQLite's until the next step.
 */

/* A row with texts of these sizes fits into a batch. */
#define SLACK_SQLITE_PAYLOAD_MAX (SLACK_STORE_BYTES_MAX / 2)
#define SLACK_SQLITE_TEXT_MAX    (SLACK_STORE_BYTES_MAX / 32)

/* From 0 to `most`. */
int64_t slack__column_number(sqlite3_stmt *stmt, int i, int64_t most, bool *damaged);
slack_slice_t slack__column_bytes(sqlite3_stmt *stmt, int i, size_t most, bool *damaged);
/* A text is also used as a C string. */
slack_slice_t slack__column_text(sqlite3_stmt *stmt, int i, bool *damaged);

#endif
