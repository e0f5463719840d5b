/* SPDX-License-Identifier: MIT */
#ifndef SLACK_STORE_SQLITE_INTERNAL_H
#define SLACK_STORE_SQLITE_INTERNAL_H

#include <sqlite3.h>

#include "store/owner.h"
#include "store/sqlite_db.h"
#include "store/sqlite_files.h"

/*
 * What the files of the SQLite store share, and nobody else: sqlite_open.c opens and closes,
 * sqlite_statements.c is the SQL, sqlite_rows.c an operation, sqlite_db.c a transaction of them,
 * and sqlite_busy.c who writes when.
 */

/* sqlite_statements.c's, by name. */
enum statement {
    BEGIN,
    COMMIT,
    ROLLBACK,
    VERSION,
    PAGES,
    SWEEP,
    PUT,
    MARK,
    FINISH,
    FORGET,
    WAIT,
    BURY,
    OWNERS,
    OWNER_GONE,
    RENEW,
    ABANDONED,
    DUE,
    NEXT_DUE,
    TAKE,
    CANCEL,
    KV_PUT,
    KV_SWEEP,
    KV_GET,
    LIST, /* of queued ones; then the other states */
    LIST_RUNNING,
    LIST_DONE,
    LIST_DEAD,
    ONE,
    RETRY,
    RETRY_ALL,
    DROP,
    DROP_ALL,
    STATS,
    STATEMENTS
};

/* More owners than these are told gone at once, or watched, the next time. */
#define OWNERS_MAX 64

/* Another owner whose process is there. Leases are not compared with any clock: whose does not move
 * for as long as it lasts, while we are looking, is silent. So a clock that is set, forward or
 * back, takes nobody's rows and keeps nobody's. */
typedef struct watched {
    int64_t id, lease_ms, silent_ms;
} watched_t;

struct slack_db {
    char *path; /* as it was given */
    sqlite3 *sqlite;
    sqlite3_stmt *statements[STATEMENTS];
    slack_owner_t owner;
    int64_t now_ms;   /* of the transaction */
    uint64_t mono_ms; /* the same, on the clock that nobody sets */
    watched_t watched[OWNERS_MAX];
    size_t watched_count;
    uint64_t looked_ms;     /* when they were looked at last, on that clock */
    uint64_t busy_until_ns; /* another process's transaction is waited for */
    bool waits;             /* and the others know it */
    int log_pages;          /* after the last commit */
    int copy_pages;         /* when to copy them */
    slack_files_t files;
    int64_t page_bytes;
    bool fresh;         /* the file was made by us */
    const char *spoilt; /* what is wrong with the files; NULL: nothing */
};

/* ---- sqlite_statements.c ---- */

/* 0, SLACK_ENOMEM or SLACK_ESTORE for one of SQLite's codes. */
int slack__db_status(int rc);
int slack__db_prepare(slack_db_t *db);
void slack__db_finalize(slack_db_t *db);
/* What is bound to it is forgotten; its status. */
int slack__stmt_reset(sqlite3_stmt *s);
/* One that returns no rows, with what is bound to it. */
int slack__stmt_run(sqlite3_stmt *s);
int slack__db_run(slack_db_t *db, enum statement which);
/* One about a row, with ?1 to ?3 bound as they always are. */
sqlite3_stmt *slack__db_about(slack_db_t *db, enum statement which, int64_t id);
/* The number that one returns. */
int slack__db_number(slack_db_t *db, enum statement which, int64_t *ret);

/* ---- sqlite_rows.c ---- */

/* Without beginning a transaction. */
int slack__db_apply_op(slack_db_t *db, slack_store_op_t *op);
/* Remove some of what is over. */
int slack__db_sweep(slack_db_t *db);
/* Most claims find nothing, and a transaction that might write makes others wait. */
bool slack__db_nothing_to_claim(slack_db_t *db, slack_store_batch_t *batch);

/* ---- sqlite_db.c ---- */

#define SLACK_DB_REPAIR                                                                            \
    "stop all that use it, then move it away or repair it: sqlite3 FILE .recover"

/* A sentence: which file, what is wrong, what helps. */
void slack__db_say(const slack_db_t *db, const char *what, const char *cure, char *error);
/* Say what has failed, where rc is not 0; returns rc. */
int slack__db_tell(slack_db_t *db, int rc, char *error);

/* ---- sqlite_busy.c ---- */

/* From now on a lock is waited for until that long after `since_ns`. */
void slack__db_be_patient(slack_db_t *db, uint64_t since_ns);
/* Whether who began to wait then has waited for that long. */
bool slack__db_is_late(uint64_t since_ns);
int slack__db_on_busy(void *db, int tries);
/* The lock is there, or was given up. */
void slack__db_wait_no_more(slack_db_t *db);
int slack__db_on_commit(void *db, sqlite3 *sqlite, const char *name, int pages);

#endif
