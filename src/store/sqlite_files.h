/* SPDX-License-Identifier: MIT */
#ifndef SLACK_STORE_SQLITE_FILES_H
#define SLACK_STORE_SQLITE_FILES_H

#include <stdint.h>
#include <sys/types.h>

/*
 * The database file and its log, as this process left them. SQLite looks at neither while it has
 * their pages in memory. If somebody truncates, removes or replaces one under a running program, it
 * would notice only after a restart, when what it has acknowledged since then cannot be read.
 */
typedef struct slack_sqlite_files {
    const char *name, *log_name; /* SQLite's strings */
    dev_t device;
    ino_t inode, log_inode; /* 0: not known yet */
    off_t bytes, log_bytes;
    int64_t version; /* the database's data_version */
} slack_sqlite_files_t;

/* Note the files as they are, after a transaction of this process. */
void slack__sqlite_files_note(slack_sqlite_files_t *files, int64_t version);

/*
 * Before the next transaction: NULL, or what is wrong with the files. `version` is the data_version
 * now: if it has changed, another process has written and may have begun the log anew. `needed`
 * returns the bytes that all pages take: a process that has removed empty pages has made the file
 * shorter.
 */
const char *slack__sqlite_files_spoilt(const slack_sqlite_files_t *files, int64_t version,
                                       int64_t (*needed)(void *user_data), void *user_data);

#endif
