/* SPDX-License-Identifier: MIT */
#ifndef SLACK_STORE_SQLITE_DB_H
#define SLACK_STORE_SQLITE_DB_H

#include "store/store.h"

/*
 * The inbox in an SQLite file, without thread and loop: what a transaction does. One thread at a
 * time.
 */
typedef struct slack_db slack_db_t;

/* Open or make the file, bring its schema up to date, become an owner, with a lease from now on. On
 * failure a sentence in `error` (SLACK_ERROR_TEXT_MAX bytes). 0; SLACK_ESTORE; SLACK_ENOMEM. */
int slack__db_open(slack_db_t **ret, const char *path, int64_t now_ms, char *error);
/* Claims that are left are free from now on. NULL is fine. */
void slack__db_close(slack_db_t *db);

/*
 * Apply a list of operations as one transaction, and set the status of each. Where one fails, all
 * that write have failed: returns their status, and tells why in `error`. The operations stay in
 * the list.
 */
int slack__db_apply(slack_db_t *db, slack_link_t *ops, int64_t now_ms, char *error);

#endif
