/* SPDX-License-Identifier: MIT */
#ifndef SLACK_STORE_CAUSE_H
#define SLACK_STORE_CAUSE_H

/*
 * The class of a store's failure, for /readyz, which strangers may read: it names no host, file,
 * user or SQL. The log has the sentence with these. An engine finds the class in the table of its
 * errors: postgres_error.c, sqlite_error.c.
 */
typedef enum slack_store_cause {
    SLACK_CAUSE_OTHER,
    SLACK_CAUSE_SILENT,
    SLACK_CAUSE_REFUSED,
    SLACK_CAUSE_UNREACHED,
    SLACK_CAUSE_LOST,
    SLACK_CAUSE_LOGIN,
    SLACK_CAUSE_TLS,
    SLACK_CAUSE_CROWDED,
    SLACK_CAUSE_STARTING,
    SLACK_CAUSE_POOLER,
    SLACK_CAUSE_READ_ONLY,
    SLACK_CAUSE_FULL,
    SLACK_CAUSE_DISK,
    SLACK_CAUSE_LOCKED,
    SLACK_CAUSE_RIGHTS,
    SLACK_CAUSE_MISSING,
    SLACK_CAUSE_NEWER,
    SLACK_CAUSE_DAMAGED,
    SLACK_CAUSE_MEMORY
} slack_store_cause_t;

/* "the store fails", with the cause if it is known, and a newline. Static. */
const char *slack__store_cause_line(slack_store_cause_t cause);

#endif
