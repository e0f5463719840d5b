/* SPDX-License-Identifier: MIT */
#ifndef SLACK_STORE_STORE_H
#define SLACK_STORE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "net/loop.h"
#include "store/cause.h"
#include "store/row.h"
#include "util/queue.h"
#include "util/str.h"

/*
 * A store keeps rows and entries behind one contract. docs/store.md explains it for the author of
 * another engine; tests/support/store_suite.c holds every engine to it.
 *
 * Operations are structs that the caller embeds and submits. Each completes exactly once, on the
 * loop, from a task, in the order of submission. An engine with a thread of its own gathers the
 * waiting operations into one transaction and completes them when it is committed.
 *
 * A row is a job, or a delivery that the app acknowledges once it is stored:
 *
 *     PUT -> QUEUED -> (CLAIM) RUNNING -> (FINISH) DONE, its key known for a day
 *            ^                    | WAIT: the next attempt, at a time
 *            +--------------------+
 *            ^                    | BURY: no attempt can help
 *            +--- (RETRY) -- DEAD-+
 *
 * Rows of an app with the same ordering key run one at a time, whichever owners claim them. Of the
 * rows that are due, the one with the smallest id runs first. A row that waits for its next attempt
 * lets the others pass, unless it holds them up.
 *
 * A running row belongs to the owner that claimed it; every open store is one owner, and puts and
 * claims rows of one app. When an owner is gone, its rows can be claimed again: at once if the
 * engine can detect that its process has ended, otherwise when the owner is silent. It is silent
 * when others have seen its lease unchanged for as long as a lease lasts. Until then no other owner
 * touches its rows.
 *
 * An entry can belong to an owner too (KV_SWAP with `owned`). It ends when its store closes, and
 * when its owner is gone, in the sense above: from then on it is absent for every operation, also
 * if the owner comes back. So it shows others that a process lives, and what that process holds.
 * Nothing but an operation on entries looks for it: a user who waits for such an end reads the
 * entries every 250 ms.
 *
 * Times are wall-clock milliseconds: they have to mean something after a restart.
 */
typedef struct slack_store slack_store_t;

enum slack_store_op_kind {
    /* Store row.key, kind, name, payload, transport, retry_*, tenant, app, order, due_ms. If the
     * key is known, set `duplicate` and change nothing. With `claim` the row runs its first attempt
     * and belongs to this store, otherwise it is queued. With `succeeds`, a row with that key
     * counts only if it is queued; a row in another state loses the key. If another row with
     * row.order runs or is due, the new row is queued behind it, and `claim` is false. Out: row.id,
     * row.received_ms. */
    SLACK_STORE_PUT,
    /* A running row of this store: save row.done, for an attempt after a crash. */
    SLACK_STORE_MARK,
    /* A running row of this store is done. The payload is dropped; the key stays known for
     * SLACK_STORE_KEEP_MS, or with `forget` is dropped too. */
    SLACK_STORE_FINISH,
    /* Queue a running row of this store for row.due_ms, with row.done and row.error. A store that
     * is not durable takes the row's other texts from here, unless a PUT without `claim` supplied
     * them. With `hold`, newer rows with row.order stay behind it. */
    SLACK_STORE_WAIT,
    /* Like WAIT, but the row is dead, for a person to read. With `forget` its key is free. */
    SLACK_STORE_BURY,
    /* Claim up to batch.limit rows of the app row.app: first those of owners that are gone, by id,
     * then queued ones that are due at batch.now_ms, by due_ms and id. Each begins its next
     * attempt. A batch with enough bytes of texts (batch.bytes) ends early. A row is left out while
     * another row with its ordering key runs; it can be claimed when that one ends. Out: rows;
     * batch.next_ms, when the app's next queued row is due, or rows of an owner become free that
     * seems to be gone; INT64_MAX if there are no such rows. */
    SLACK_STORE_CLAIM,
    /* Begin a new lease, which ends SLACK_STORE_LEASE_MS from now. Opening the store does the same.
     */
    SLACK_STORE_RENEW,
    /* Delete the queued row with row.key. Out: batch.count, 1 or 0. */
    SLACK_STORE_CANCEL,
    /* Delete queued rows of the app row.app whose tenants begin with row.tenant, which is not
     * empty, at most batch.limit of them. With row.id, only rows with smaller ids. Out:
     * batch.count; 0 if no such row is left. */
    SLACK_STORE_CANCEL_TENANT,

    /* Key-value entries. slack__kv_to_row() makes the row of such an operation. */

    /* Store the entry until row.due_ms. An entry with that key is replaced, unless its version is
     * greater, byte by byte. */
    SLACK_STORE_KV_PUT,
    /* Store the entry until row.due_ms. If there is an entry with that key, set `duplicate` and
     * change nothing. SLACK_EBUSY if there is no room: an added entry is never dropped early. Only
     * a power cut may lose it, so that this operation need not wait for a disk. */
    SLACK_STORE_KV_ADD,
    /* Store the entry until row.due_ms, in place of an entry with that key and the expected
     * version; without an expected version, only if there is no entry with that key. Otherwise set
     * `duplicate` and change nothing. SLACK_EBUSY if there is no room: like an added entry, it is
     * never dropped early. Unlike KV_ADD, it also outlives a power cut. With `owned` the entry
     * belongs to this store, and the lease begins anew; any other write makes it an entry without
     * an owner. */
    SLACK_STORE_KV_SWAP,
    /* Delete the entry with row.key. With an expected version, set `duplicate` and change nothing
     * if there is no entry with this version. */
    SLACK_STORE_KV_DELETE,
    /* Read the entry with row.key. Out: batch.rows, one or none. */
    SLACK_STORE_KV_GET,
    /* Read entries whose keys begin with a prefix and are greater than another key, in the order of
     * their bytes: slack__kv_page() makes the row. At most batch.limit of them; a page with enough
     * bytes of texts (batch.bytes) ends early, so that only an empty page is the last one. Out:
     * batch.rows. */
    SLACK_STORE_KV_LIST,

    /* For people, beside a running app: */

    /* At most batch.limit rows of batch.state with ids from row.id on, in the order of ids, without
     * their payloads. With batch.one: the row row.id, whatever its state, with its payload. */
    SLACK_STORE_LIST,
    /* Queue dead rows again, due now, as if never begun; listeners that are done stay done. With
     * batch.one: only the row row.id. Else all dead rows that have not changed since batch.now_ms,
     * the oldest first, at most batch.limit of them unless that is 0. Retry a few at a time, so
     * that other operations need not wait long. Out: batch.count. */
    SLACK_STORE_RETRY,
    /* With batch.one: delete the row row.id, unless it is running or done. Else delete dead rows
     * within the same limit. Out: batch.count. */
    SLACK_STORE_DROP,
    /* Out, of all apps: batch.counts and batch.oldest_ms by state; batch.stateless and
     * stateless_id, unless there is a limit. A count above batch.limit is an estimate: the
     * operation takes no longer, however many rows there are. An engine may have a limit of its
     * own, SLACK_STORE_COUNT_MAX or more. batch.next_ms is when the next queued row of the app
     * row.app is due, or of any app if that text is NULL; INT64_MAX as by CLAIM. Also owners and
     * bare_owners, and without a limit a text about the engine. */
    SLACK_STORE_STATS
};

typedef struct slack_store_op {
    slack_link_t link; /* the store's while submitted */
    uint64_t since_ns; /* the store's: when it was submitted */
    enum slack_store_op_kind kind;
    bool claim;     /* PUT; out: the row is claimed */
    bool succeeds;  /* PUT */
    bool forget;    /* FINISH, BURY */
    bool hold;      /* WAIT */
    bool owned;     /* KV_SWAP */
    bool duplicate; /* PUT, KV_ADD, KV_SWAP, KV_DELETE, out */
    slack_row_t row;
    slack_store_batch_t *batch; /* required by CLAIM and those after it, except RENEW and those that
                                 * write an entry */
    int status; /* out: 0; SLACK_EBUSY when a limit is reached; SLACK_ESTORE; SLACK_ENOMEM. Unless
                 * it is 0, nothing was changed; but if a server does not answer at the commit, a
                 * write that fails with SLACK_ESTORE may have been made. */
    void (*done)(struct slack_store_op *op);
} slack_store_op_t;

/* Every member is mandatory. */
typedef struct slack_store_ops {
    const char *scheme; /* the part of SLACK_STORE before the colon: "memory" */

    /* Rows survive the process. If false, a PUT with `claim` and without row.order may leave the
     * texts empty; a later WAIT or BURY supplies them. */
    bool durable;

    /* The store calls `changed`. */
    bool notifies;

    /* Open a store. `rest` is what follows the colon; net is borrowed. On failure a sentence in
     * `error` (SLACK_ERROR_TEXT_MAX bytes) names the place. 0; SLACK_ESTORE; SLACK_ECONFIG;
     * SLACK_ENOMEM. */
    int (*open)(slack_store_t **ret, slack_net_t *net, const char *rest, char *error);

    /* Find out if there is a store at this place; `open` would make one. Changes nothing, may block
     * like `open`. 0; SLACK_ENOTFOUND, or a status of `open`, with a sentence in `error`. */
    int (*find)(const char *rest, char *error);

    /* The same, but a database that cannot be reached is no failure: operations fail until it
     * can. */
    int (*open_later)(slack_store_t **ret, slack_net_t *net, const char *rest, char *error);

    /* Take an operation. Never fails: problems are the operation's status. */
    void (*submit)(slack_store_t *store, slack_store_op_t *op);

    /* Complete all submitted operations, then close and free the store and call `fn`, exactly once.
     * The next owner can claim rows that still run. */
    void (*close)(slack_store_t *store, void (*fn)(void *user_data), void *user_data);
} slack_store_ops_t;

/* Changes by other owners. */
#define SLACK_STORE_CHANGED_ROWS    1u /* rows were queued that are due */
#define SLACK_STORE_CHANGED_ENTRIES 2u /* entries with an owner were written, deleted or ended */

/* Of one store since it was opened; a store without a server has none. */
typedef struct slack_store_figures {
    uint64_t reconnects;    /* sessions that replaced a lost one */
    uint64_t unclear;       /* commits whose answer was lost, so that their end was looked up */
    uint64_t notifications; /* hints of other owners */
} slack_store_figures_t;

struct slack_store {
    const slack_store_ops_t *ops;
    slack_store_figures_t figures; /* the store writes it, on the loop */
    slack_store_cause_t cause;     /* of the last failure; so does it, before the operation ends */
    /* Called on the loop for each operation that has ended, with the time since it was submitted,
     * and for each commit. Optional, as `changed` is, and with its `changed_data`. A store in
     * memory does not call it. */
    void (*timed)(void *user_data, bool commit, uint64_t us);
    /* Called on the loop, from a task, if other owners have changed something; `what` is a mask of
     * SLACK_STORE_CHANGED_…. It is a hint, which may be late or missing: the user looks from time
     * to time as well. Optional; the user sets it on the loop. */
    void (*changed)(void *user_data, unsigned what);
    void *changed_data;
};

/* Open the store that a SLACK_STORE value names: "sqlite:PATH", "postgres://HOST/DATABASE",
 * "memory:". `error` is optional, and gets a sentence that does not say where the value came from.
 */
int slack__store_open(slack_store_t **ret, slack_net_t *net, const char *url, char *error);
/* The same, but a database that cannot be reached is no failure: see `open_later`. */
int slack__store_open_later(slack_store_t **ret, slack_net_t *net, const char *url, char *error);

/* Find the store that a SLACK_STORE value names, as another process would: see `find`. */
int slack__store_find(const char *url, char *error);

extern const slack_store_ops_t slack__store_memory;
extern const slack_store_ops_t slack__store_sqlite;
extern const slack_store_ops_t slack__store_postgres; /* opens nothing without libpq */

/* How long the key of a done row is known, and how long a dead row is kept. */
#define SLACK_STORE_KEEP_MS ((int64_t)24 * 3600 * 1000)
#define SLACK_STORE_DEAD_MS ((int64_t)30 * 24 * 3600 * 1000)
/* Up to so many rows of a state are counted exactly, unless STATS has a lower limit. */
#define SLACK_STORE_COUNT_MAX 100000
/* How long a lease lasts, and how often the inbox renews it. */
#define SLACK_STORE_LEASE_MS ((int64_t)60 * 1000)
#define SLACK_STORE_RENEW_MS ((int64_t)15 * 1000)
/* The most rows that a store keeps in memory. They take some 8 MiB, and fit into a map of 2^17
 * slots. Slack sends at most so many events for one workspace in three hours. */
#define SLACK_STORE_ROWS_MAX 98000

#endif
