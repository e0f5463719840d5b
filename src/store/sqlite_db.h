/* SPDX-License-Identifier: MIT */
#ifndef SLACK_STORE_SQLITE_DB_H
#define SLACK_STORE_SQLITE_DB_H

#include "store/store.h"

/*
 * The inbox in an SQLite file, without thread and loop: what a transaction does. One thread at a
 * time.
 */
typedef struct slack_db slack_db_t;

/* The present, by both clocks. */
typedef struct slack_db_time {
    int64_t wall_ms;
    uint64_t mono_ms; /* the silence of other owners is measured by it */
} slack_db_time_t;

/* Open or make the file, bring its schema up to date, become an owner, with a lease from now on. On
 * failure a sentence in `error` (SLACK_ERROR_TEXT_MAX bytes). 0; SLACK_ESTORE; SLACK_ENOMEM. */
int slack__db_open(slack_db_t **ret, const char *path, int64_t now_ms, char *error);
/* Claims that are left are free from now on. NULL is fine. */
void slack__db_close(slack_db_t *db);

#define SLACK_DB_READ 1 /* nothing was to be written */
/*
 * Apply a list of operations as one transaction, set the status of each and move it to `ended`.
 * Where one fails, all that write have failed: returns their status, and tells why in `error`.
 * Where another process does not let go of the file, those have failed which have waited for too
 * long; the rest stays in the list, to be given again. 0: committed.
 */
int slack__db_apply(slack_db_t *db, slack_link_t *ops, slack_link_t *ended,
                    const slack_db_time_t *now, char *error);
/* After that, when the ends have been told: what nobody is to wait for. */
void slack__db_rest(slack_db_t *db);

#endif
