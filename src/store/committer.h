/* SPDX-License-Identifier: MIT */
#ifndef SLACK_STORE_COMMITTER_H
#define SLACK_STORE_COMMITTER_H

#include <slack/options.h>

#include "store/store.h"

/*
 * A store over a database. One thread owns the database, applies all operations that were submitted
 * since its last commit as one transaction, and hands them back to the loop. One sync then serves
 * many deliveries. The committer knows nothing of the engine.
 *
 *     loop: submit -> waiting -> thread: apply -> ended -> loop: op->done()
 *
 * Between operations the thread waits for the next one, and for a descriptor of the engine.
 */
typedef struct slack_db slack_db_t;

/* The present. Only the loop may read a test's clock, so the thread gets the time with the
 * operations.
 */
typedef struct slack_db_time {
    int64_t wall_ms;
    uint64_t mono_ms;
} slack_db_time_t;

#define SLACK_DB_NOTICE_MAX 1024

/* The most operations of one transaction. Further operations wait for its commit, but no longer
 * than they would in a larger transaction. */
#define SLACK_DB_BATCH_MAX 1024

/* The wait of an engine, beside that for operations. */
typedef struct slack_db_wait {
    int fd; /* until there is something to read; -1: none */
    int ms; /* no longer than this; -1: without an end */
} slack_db_wait_t;

#define SLACK_DB_READ 1 /* applied without a transaction: nothing had to be written */

/* An engine. Every member is mandatory. The loop calls `open`, before the thread begins. The thread
 * calls the others. If the thread could not be started, the loop calls `close`. `error` has room
 * for SLACK_ERROR_TEXT_MAX bytes. */
typedef struct slack_db_ops {
    const slack_store_ops_t *store; /* the store over this engine */

    /* Open the database at `place`, or make it, and become an owner whose lease begins now. On
     * failure a sentence in `error`. 0; SLACK_ESTORE; SLACK_ECONFIG; SLACK_ENOMEM. */
    int (*open)(slack_db_t **ret, const char *place, int64_t now_ms, char *error);

    /* Apply a list of operations as one transaction, set the status of each, and move them to
     * `ended`. If one operation fails, all operations that write fail: returns their status, with a
     * sentence in `error`. If another process holds the database, operations whose time limit is
     * over fail; the others stay in `ops` and are passed again. 0: committed; SLACK_DB_READ. */
    int (*apply)(slack_db_t *db, slack_link_t *ops, slack_link_t *ended, const slack_db_time_t *now,
                 char *error);

    /* Do work that no operation needs, in a time that operations can wait. Called once at first,
     * after the completions, and after a wait for `ret`, which the engine may change: before the
     * call it is a wait for nothing. A mask of SLACK_STORE_CHANGED_…: what others have changed. */
    unsigned (*rest)(slack_db_t *db, slack_db_wait_t *ret);

    /* Close and free. This owner's claims are free from now on. */
    void (*close)(slack_db_t *db);
} slack_db_ops_t;

/* The first member of the engine's own struct. */
struct slack_db {
    const slack_db_ops_t *ops;
    slack_store_figures_t figures; /* the engine counts */
    slack_store_cause_t cause;     /* of the last failure; the engine sets it with the sentence */
    /* Sentences that the engine leaves for the log, as warnings; each ends with a newline. The
     * committer empties it. */
    char notice[SLACK_DB_NOTICE_MAX];
    /* When the oldest operation was submitted that waits for the end of `rest`; 0: none waits. */
    uint64_t waiting_ns;
};

/* Fail operations. Rows that they have read are dropped, as the transaction is. */
void slack__db_fail(slack_link_t *ops, int status);
/* Move the first operation to `ended`, and those behind it whose time limit is over too; all of
 * them fail. */
void slack__db_give_up_late(slack_link_t *ops, slack_link_t *ended, uint64_t limit_ms);

/* The members of the engine's slack_store_ops_t. */
int slack__committer_open(slack_store_t **ret, const slack_db_ops_t *engine, slack_net_t *net,
                          const char *place, char *error);
void slack__committer_submit(slack_store_t *store, slack_store_op_t *op);
void slack__committer_close(slack_store_t *store, void (*fn)(void *user_data), void *user_data);

#endif
