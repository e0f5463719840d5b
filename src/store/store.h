/* SPDX-License-Identifier: MIT */
#ifndef SLACK_STORE_STORE_H
#define SLACK_STORE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "net/loop.h"
#include "util/arena.h"
#include "util/queue.h"
#include "util/str.h"

/*
 * Durable state, behind one contract. docs/store.md says the same at length, for whoever writes
 * another engine; tests/support/store_suite.c holds every engine to it.
 *
 * Operations are structs that their owner embeds and submits; each completes exactly once, on the
 * loop, from a task, in order of submission. A backend that has a thread of its own gathers what is
 * waiting into one transaction and completes all of it when that has been committed.
 *
 * What is kept is first the inbox: a row per delivery that was acknowledged because it was stored,
 * and per job.
 *
 *     PUT -> QUEUED -> (CLAIM) RUNNING -> (FINISH) DONE, its key known for a day
 *            ^                    | WAIT: the next attempt, at a time
 *            +--------------------+
 *            ^                    | BURY: no attempt can help
 *            +--- (RETRY) -- DEAD-+
 *
 * A running row belongs to the store that claimed it: to its owner, one per open store. When that
 * owner is gone, by a crash or by closing, its rows can be claimed again, at once where the backend
 * can know that it is gone, and in any case when it is silent: a process which lives and does
 * nothing any more, so that its lease has not moved for as long as it lasts, while others looked.
 * No other owner touches them before.
 *
 * Times are wall-clock milliseconds: they have to mean something after a restart.
 */
typedef struct slack_store slack_store_t;

enum slack_row_state {
    SLACK_ROW_QUEUED, /* to be claimed from due_ms on */
    SLACK_ROW_RUNNING,
    SLACK_ROW_DONE,
    SLACK_ROW_DEAD
};
#define SLACK_ROW_STATES 4

/* Texts are borrowed: from the owner of the operation going in, from the batch's arena coming out.
 */
typedef struct slack_row {
    int64_t id; /* given by PUT; not 0 */
    enum slack_row_state state;
    slack_slice_t key;     /* unique while known; empty: none, so never a duplicate */
    slack_slice_t kind;    /* "event", "job" */
    slack_slice_t name;    /* the event's type, the job's name: for people */
    slack_slice_t payload; /* JSON text; empty once done */
    slack_slice_t transport;
    slack_slice_t retry_reason;
    slack_slice_t tenant; /* of a job: whose it is, in the core's own notation */
    slack_slice_t done;   /* the listeners that need not run again, in the inbox's own notation */
    slack_slice_t error;  /* why the last attempt failed */
    int retry_num;
    unsigned attempt; /* how many were begun */
    bool damaged;     /* out of a CLAIM: the payload is not what was put, and left out */
    int64_t received_ms, due_ms, changed_ms;
} slack_row_t;

enum slack_store_op_kind {
    /* Remember row.key, kind, name, payload, transport, retry_*, tenant, due_ms, unless the key is
     * known: then `duplicate` is set and nothing changed. With `claim` the row is this store's and
     * runs its first attempt; otherwise it is queued. Out: row.id, row.received_ms. */
    SLACK_STORE_PUT,
    /* Of a running row of ours: note row.done, for an attempt after a crash. */
    SLACK_STORE_MARK,
    /* Of a running row of ours: it is done. The payload goes; the key stays known for
     * SLACK_STORE_KEEP_MS, or with `forget` goes too. */
    SLACK_STORE_FINISH,
    /* Of a running row of ours: queue it for row.due_ms with row.done and row.error. A store that
     * is not durable takes all other texts of the row from here, unless it has them since a PUT
     * without `claim`. */
    SLACK_STORE_WAIT,
    /* The same, but dead: for a person to read. With `forget` its key is free. */
    SLACK_STORE_BURY,
    /* Take up to batch.limit rows: of owners that are gone, in order of their ids, then queued ones
     * that are due at batch.now_ms, in order of due_ms and id. They run, their attempt one higher.
     * Out: rows; batch.next_ms, when the next queued one is due, INT64_MAX for none. */
    SLACK_STORE_CLAIM,
    /* Our lease is another one, which ends SLACK_STORE_LEASE_MS from now. Opening does the same. */
    SLACK_STORE_RENEW,
    /* Remove a queued row by row.key. Out: batch.count, 1 or 0. */
    SLACK_STORE_CANCEL,

    /* Beside the rows there are notes, small texts that the app keeps for a time: */

    /* Note row.payload by row.key, until row.due_ms, in the place of what is noted there; nothing
     * where that bears a row.name which is greater, byte by byte: it is newer. Keys of notes are
     * apart from those of rows, and not empty. */
    SLACK_STORE_KV_PUT,
    /* Read the note of row.key. Out: batch.rows with its key, name, payload and due_ms, or none. */
    SLACK_STORE_KV_GET,

    /* For people, beside a running app: */

    /* Rows of batch.state with ids above row.id, in order of ids, at most batch.limit; without
     * their payloads. With batch.one: the row row.id, whatever its state, with its payload. */
    SLACK_STORE_LIST,
    /* Queue dead rows again, now, as if never begun; listeners that are done stay so. row.id, or 0
     * for all, but at most batch.limit unless that is 0, so that whoever asks again and again
     * stands in nobody's way. Out: batch.count. */
    SLACK_STORE_RETRY,
    /* Remove a dead or queued row row.id, or with 0 all dead ones, within the same limit. Out:
     * batch.count. */
    SLACK_STORE_DROP,
    /* Out: batch.counts and batch.oldest_ms by state. */
    SLACK_STORE_STATS
};

/* What an operation needs that is about more than one row. */
typedef struct slack_store_batch {
    unsigned limit;
    int64_t now_ms;
    enum slack_row_state state;
    bool one;

    slack_arena_t *arena; /* holds the rows; out, the owner's to free; NULL for none */
    slack_row_t *rows;
    size_t count;
    int64_t next_ms;
    uint64_t counts[SLACK_ROW_STATES];
    int64_t oldest_ms[SLACK_ROW_STATES]; /* the smallest received_ms, of done ones changed_ms; 0:
                                            none */
} slack_store_batch_t;

typedef struct slack_store_op {
    slack_link_t link; /* the store's while submitted */
    uint64_t since_ns; /* the store's, too */
    enum slack_store_op_kind kind;
    bool claim;     /* PUT */
    bool forget;    /* FINISH, BURY */
    bool duplicate; /* PUT, out */
    slack_row_t row;
    slack_store_batch_t *batch; /* CLAIM and after */
    int status; /* out: 0; SLACK_EBUSY when a bound is reached; SLACK_ESTORE; SLACK_ENOMEM. Nothing
                 * was changed unless it is 0. */
    void (*done)(struct slack_store_op *op);
} slack_store_op_t;

/* Every member mandatory. */
typedef struct slack_store_ops {
    const char *scheme; /* "memory": the part of SLACK_STORE before the colon */

    /* What is put outlives the process. Where it does not, the inbox spares itself the text of what
     * it puts and claims at once, and gives it when the row has to wait. */
    bool durable;

    /* Open. `rest` is what follows the colon. Borrowed: net. On failure a sentence in `error`
     * (SLACK_ERROR_TEXT_MAX bytes) names the place. 0; SLACK_ESTORE; SLACK_ECONFIG; SLACK_ENOMEM.
     */
    int (*open)(slack_store_t **ret, slack_net_t *net, const char *rest, char *error);

    /* Take an operation. Never fails: problems are the operation's status. */
    void (*submit)(slack_store_t *store, slack_store_op_t *op);

    /* Complete what was submitted, then close; `fn` follows exactly once, the store is gone by
     * then. Rows that still run are free for the next one. */
    void (*close)(slack_store_t *store, void (*fn)(void *user_data), void *user_data);
} slack_store_ops_t;

struct slack_store {
    const slack_store_ops_t *ops;
};

/* Open the store that a SLACK_STORE value names: "sqlite:PATH", "memory:". `error` is optional. */
int slack__store_open(slack_store_t **ret, slack_net_t *net, const char *url, char *error);

extern const slack_store_ops_t slack__store_memory;
extern const slack_store_ops_t slack__store_sqlite;

/* How long a key is known after its delivery was finished, and how long dead rows are kept. */
#define SLACK_STORE_KEEP_MS ((int64_t)24 * 3600 * 1000)
#define SLACK_STORE_DEAD_MS ((int64_t)30 * 24 * 3600 * 1000)
/* How long an owner may be silent, and how often the inbox has it renew its lease. */
#define SLACK_STORE_LEASE_MS ((int64_t)60 * 1000)
#define SLACK_STORE_RENEW_MS ((int64_t)15 * 1000)
/* How many rows a store keeps in memory: some 8 MiB of them. It is a little less than what fits
 * into 2^17 slots of a map, and three hours of the most events that Slack sends for one workspace.
 */
#define SLACK_STORE_ROWS_MAX 98000
/* The bytes that the queued and dead ones among them may take, and that one claim may. */
#define SLACK_STORE_BYTES_MAX ((size_t)64 << 20)

/* How many notes a store keeps in memory. */
#define SLACK_STORE_KV_MAX 10000

/* A copy of a row and its texts. False: memory is out. */
bool slack__row_copy(slack_arena_t *arena, slack_row_t *ret, const slack_row_t *row);
/* A store fills a batch: room for `limit` rows and SLACK_STORE_BYTES_MAX of texts. 0; SLACK_ENOMEM.
 */
int slack__batch_begin(slack_store_batch_t *batch, unsigned limit);
/* Nothing comes out of what failed. */
void slack__batch_drop(slack_store_batch_t *batch);

#endif
