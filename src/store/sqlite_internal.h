/* SPDX-License-Identifier: MIT */
#ifndef SLACK_STORE_SQLITE_INTERNAL_H
#define SLACK_STORE_SQLITE_INTERNAL_H

#include <sqlite3.h>
#include <sys/types.h>

#include <slack/error.h>

#include "store/committer.h"
#include "store/owner.h"

/*
 * What the files of the SQLite engine share. sqlite_open.c opens and closes the database,
 * sqlite_transaction.c takes turns with other processes and applies a list of operations;
 * sqlite_rows.c applies one operation, sqlite_kv.c one on entries. sqlite_owners.c finds the owners
 * that are gone. sqlite_statements.c holds the SQL, sqlite_values.c binds and reads values,
 * sqlite_scrub.c zeroes what is left of deleted values, sqlite_error.c explains failures.
 *
 * One thread at a time uses a database.
 */

enum statement {
    BEGIN,
    COMMIT,
    ROLLBACK,
    VERSION,
    PAGES,
    SWEEP_DONE,
    SWEEP_DEAD,
    APP_ID,
    APP_NEW,
    PUT,
    FREE_KEY,
    MARK,
    FINISH,
    FORGET,
    WAIT,
    BURY,
    OWNERS,
    OWNER_GONE,
    OWNER_ENTRIES,
    RENEW,
    ABANDONED,
    DUE,
    NEXT_DUE,
    TAKE,
    CANCEL,
    CANCEL_TENANT,
    ORDER_TAKEN,
    ORDER_BUSY,
    ORDER_FIRST,
    ORDER_ADVANCE,
    ORDER_HOLD,
    KV_PUT,
    KV_ADD,
    KV_SWAP,
    KV_DELETE,
    KV_SWEEP,
    KV_GET,
    KV_LIST,
    LIST, /* queued rows; the other states follow in the order of slack_row_state */
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

/* The most expired rows that one transaction deletes: more than it adds, and too few for a pause.
 */
#define SLACK_SQLITE_SWEEP_ROWS 200

/* The most owners that one look handles; the next look goes on from there. */
#define OWNERS_MAX 64

/* Another owner whose process is alive, as the last look found it. A look compares its lease with
 * the lease at the look before, and not with a clock. So a change of the clock has no effect on its
 * rows. */
typedef struct watched {
    int64_t id, lease_ms;
    int64_t silent_ms; /* for how long this process has seen the lease unchanged */
} watched_t;

/*
 * The database file and its log, as this process left them. SQLite looks at neither while it has
 * their pages in memory. If somebody truncates, removes or replaces one of them while the program
 * runs, SQLite notices only after a restart. The rows stored since then are lost by then.
 */
typedef struct slack_sqlite_files {
    const char *name, *log_name; /* SQLite's strings */
    dev_t device;
    ino_t inode, log_inode; /* 0: not known yet */
    off_t bytes, log_bytes;
    int64_t version; /* the database's data_version */
} slack_sqlite_files_t;

/* Stands before the methods of the database's file: see sqlite_scrub.c. */
typedef struct slack_sqlite_scrubber {
    sqlite3_io_methods methods;      /* first: the file points to it */
    const sqlite3_io_methods *below; /* SQLite's */
} slack_sqlite_scrubber_t;

typedef struct slack_sqlite {
    slack_db_t db;
    char *path; /* as given */
    sqlite3 *sqlite;
    sqlite3_stmt *statements[STATEMENTS];
    slack_owner_t owner;
    int64_t now_ms;   /* of the transaction, wall clock */
    uint64_t mono_ms; /* the same time, monotonic */
    watched_t watched[OWNERS_MAX];
    size_t watched_count;
    uint64_t looked_ms;     /* monotonic: when the owners were last looked at */
    uint64_t busy_until_ns; /* until when to wait for another process's transaction */
    bool waits;             /* this owner asks the others for a turn */
    bool syncs;             /* a commit is synced */
    int log_pages;          /* pages in the log after the last commit */
    int copy_pages;         /* copy the log into the file once it has this many */
    slack_sqlite_files_t files;
    int64_t page_bytes;
    char app[128]; /* the name of the last app */
    size_t app_len;
    int64_t app_id;     /* its id; 0: not known */
    bool fresh;         /* this process made the file */
    const char *spoilt; /* what is wrong with the files; NULL: nothing */
    slack_sqlite_scrubber_t scrubber;
} slack_sqlite_t;

/* ---- sqlite_error.c ---- */

#define SLACK_SQLITE_REPAIR                                                                        \
    "stop all that use it, then move it away or repair it: sqlite3 FILE .recover"

/* 0, SLACK_ENOMEM or SLACK_ESTORE for one of SQLite's codes. */
static inline int slack__sqlite_status(int code)
{
    if (code == SQLITE_OK || code == SQLITE_DONE || code == SQLITE_ROW) return 0;
    return (code & 0xff) == SQLITE_NOMEM ? SLACK_ENOMEM : SLACK_ESTORE;
}

/* Write a sentence: the file, what is wrong, the remedy. */
void slack__sqlite_say(const slack_sqlite_t *s, const char *what, const char *remedy, char *error);
/* The same for a file that cannot be used: the path with `after` behind it, such as "-wal". Returns
 * SLACK_ESTORE or SLACK_ENOMEM. */
int slack__sqlite_refuse(const slack_sqlite_t *s, const char *after,
                         const slack_file_fault_t *fault, char *error);
/* Unless rc is 0, write what has just failed. Returns rc. */
int slack__sqlite_explain(slack_sqlite_t *s, int rc, char *error);

/* ---- sqlite_statements.c ---- */

int slack__sqlite_prepare(slack_sqlite_t *s);
void slack__sqlite_finalize(slack_sqlite_t *s);
/* Reset a statement and clear what is bound to it. */
static inline int slack__sqlite_reset(sqlite3_stmt *stmt)
{
    int code = sqlite3_reset(stmt);
    sqlite3_clear_bindings(stmt);
    return slack__sqlite_status(code);
}

/* Run a statement that returns no rows, then reset it. */
static inline int slack__sqlite_step(sqlite3_stmt *stmt)
{
    int rc = slack__sqlite_status(sqlite3_step(stmt));
    int end = slack__sqlite_reset(stmt);
    return rc ? rc : end;
}

static inline int slack__sqlite_run(slack_sqlite_t *s, enum statement which)
{
    return slack__sqlite_step(s->statements[which]);
}

/* A statement about one row, with ?1 to ?3 bound: the row's id, the present time, this owner's id.
 */
sqlite3_stmt *slack__sqlite_about(slack_sqlite_t *s, enum statement which, int64_t id);
/* The number that a statement returns. */
int slack__sqlite_number(slack_sqlite_t *s, enum statement which, int64_t *ret);
/* Deletes some of what was over at `before_ms`: SWEEP_DONE, SWEEP_DEAD, KV_SWEEP. */
int slack__sqlite_sweep_of(slack_sqlite_t *s, enum statement which, int64_t before_ms);

/* ---- sqlite_rows.c ---- */

/* Apply one operation inside of a transaction. */
int slack__sqlite_apply_op(slack_sqlite_t *s, slack_store_op_t *op);
/* Delete some of the rows whose time is over. */
int slack__sqlite_sweep(slack_sqlite_t *s);
/* Whether a CLAIM would find nothing; sets its next_ms. Most claims find nothing, and a transaction
 * that might write makes other processes wait. */
bool slack__sqlite_nothing_to_claim(slack_sqlite_t *s, const slack_store_op_t *op);

/* ---- sqlite_owners.c ---- */

/* The owners that are gone, as a look has found them. */
typedef struct slack_sqlite_gone {
    int64_t ids[OWNERS_MAX]; /* of those that may have rows of the app */
    size_t count;
    int64_t holders[OWNERS_MAX]; /* of those that have entries */
    size_t holder_count;
} slack_sqlite_gone_t;

/* Look at the other owners. An owner whose rows belong to another app is left to that app. */
int slack__sqlite_find_gone(slack_sqlite_t *s, int64_t app, slack_sqlite_gone_t *ret);
/* Whether an owner that is gone has entries. */
bool slack__sqlite_entries_ended(slack_sqlite_t *s);
/* Delete the entries of owners that are gone; of one owner. */
int slack__sqlite_end_entries(slack_sqlite_t *s);
int slack__sqlite_end_entries_of(slack_sqlite_t *s, int64_t owner);
/* Begin a new lease. */
int slack__sqlite_renew(slack_sqlite_t *s);

/* ---- sqlite_scrub.c ---- */

/* From now on the unused parts of pages are zeroed as they are written to the file. */
int slack__sqlite_scrub(slack_sqlite_t *s);

/* ---- sqlite_kv.c ---- */

int slack__sqlite_kv_write(slack_sqlite_t *s, slack_store_op_t *op); /* KV_PUT, KV_ADD, KV_SWAP */
int slack__sqlite_kv_delete(slack_sqlite_t *s, slack_store_op_t *op);
int slack__sqlite_kv_read(slack_sqlite_t *s, const slack_store_op_t *op); /* KV_GET, KV_LIST */

/* ---- sqlite_transaction.c ---- */

/* Wait for locks until the time limit of an operation that was submitted at `since_ns`. */
void slack__sqlite_be_patient(slack_sqlite_t *s, uint64_t since_ns);
/* Stop waiting: this process has the lock, or has given up. */
void slack__sqlite_wait_no_more(slack_sqlite_t *s);
/* Copy the whole log into the file and cut it off, unless others need it now: the log holds what
 * was deleted from the file. The last process deletes the log itself. */
void slack__sqlite_empty_log(slack_sqlite_t *s);
/* SQLite's busy handler and WAL hook. */
int slack__sqlite_on_busy(void *sqlite, int tries);
int slack__sqlite_on_commit(void *sqlite, sqlite3 *handle, const char *name, int pages);

/* ---- members of slack_db_ops_t, in sqlite_open.c and sqlite_transaction.c ---- */

int slack__sqlite_open(slack_db_t **ret, const char *path, int64_t now_ms, char *error);
int slack__sqlite_apply(slack_db_t *db, slack_link_t *ops, slack_link_t *ended,
                        const slack_db_time_t *now, char *error);
unsigned slack__sqlite_rest(slack_db_t *db, slack_db_wait_t *unused);
void slack__sqlite_close(slack_db_t *db);

#endif
