/* SPDX-License-Identifier: MIT */
#ifndef SLACK_STORE_SQLITE_FILES_H
#define SLACK_STORE_SQLITE_FILES_H

#include <stdint.h>
#include <sys/types.h>

/*
 * The files of an SQLite database as they should be: the database itself and its log. SQLite looks
 * at neither as long as it has their pages in memory. So who cuts one short, removes or replaces it
 * under a running program would be noticed only after a restart, when what was acknowledged since
 * then cannot be read.
 */
typedef struct slack_files {
    const char *name, *log_name; /* SQLite's */
    dev_t device;
    ino_t number, log_number; /* 0: not known yet */
    off_t bytes, log_bytes;   /* what they had after our last transaction */
    int64_t version;          /* of the database, by its data_version */
} slack_files_t;

/* Remember them as they are, after a transaction of ours. */
void slack__files_note(slack_files_t *files, int64_t version);
/*
 * Before the next one: NULL, or what is wrong with them. `version` is the data_version now: where
 * it is another one, somebody else has written and may have begun the log anew. `needed` tells how
 * many bytes all pages take: who has done away with empty ones has made it shorter.
 */
const char *slack__files_spoilt(const slack_files_t *files, int64_t version,
                                int64_t (*needed)(void *user_data), void *user_data);

#endif
