/* SPDX-License-Identifier: MIT */
#ifndef SLACK_STORE_STORE_H
#define SLACK_STORE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "net/net.h"
#include "util/queue.h"
#include "util/str.h"

/*
 * Durable state, behind one contract. Operations are structs that their owner embeds and submits;
 * each completes exactly once, on the loop, from a task, in order of submission. A backend that has
 * a thread of its own gathers what is waiting into one transaction and completes all of it when
 * that has been committed.
 *
 * What is kept is one table, the inbox: a row per delivery that was acknowledged because it was
 * stored. A row is unfinished until it is finished, and its key is known for a while after that, so
 * that a redelivery is recognised.
 */
typedef struct slack_store slack_store_t;

enum slack_store_op_kind {
    SLACK_STORE_PUT,   /* remember a delivery by its key, unless it is known */
    SLACK_STORE_FINISH /* a delivery's handlers are done: keep the key, drop the rest */
};

typedef struct slack_store_op {
    slack_link_t link; /* the store's while submitted */
    enum slack_store_op_kind kind;
    slack_slice_t key;     /* borrowed until completion */
    slack_slice_t payload; /* PUT: what to run again after a crash; borrowed until completion */
    bool duplicate;        /* PUT, out: the key was known; nothing was changed */
    int status; /* out: 0; SLACK_EBUSY when a bound is reached; SLACK_ESTORE; SLACK_ENOMEM */
    void (*done)(struct slack_store_op *op);
} slack_store_op_t;

/* Every member mandatory. */
typedef struct slack_store_ops {
    const char *scheme; /* "memory": the part of SLACK_STORE before the colon */

    /* Open. `rest` is what follows the colon. Borrowed: net. On failure a sentence in `error`
     * (SLACK_ERROR_TEXT_MAX bytes) names the place. 0; SLACK_ESTORE; SLACK_ECONFIG; SLACK_ENOMEM.
     */
    int (*open)(slack_store_t **ret, slack_net_t *net, const char *rest, char *error);

    /* Take an operation. Never fails: problems are the operation's status. */
    void (*submit)(slack_store_t *store, slack_store_op_t *op);

    /* Complete what was submitted, then close; `fn` follows exactly once, the store is gone by
     * then. */
    void (*close)(slack_store_t *store, void (*fn)(void *user_data), void *user_data);
} slack_store_ops_t;

struct slack_store {
    const slack_store_ops_t *ops;
};

/* Open the store that a SLACK_STORE value names: "memory:". */
int slack__store_open(slack_store_t **ret, slack_net_t *net, const char *url, char *error);

extern const slack_store_ops_t slack__store_memory;

/* How long a key is known after its delivery was finished. */
#define SLACK_STORE_KEEP_MS ((uint64_t)24 * 3600 * 1000)
/* How many rows a store keeps in memory: some 8 MiB of them. It is a little less than what fits
 * into 2^17 slots of a map, and three hours of the most events that Slack sends for one workspace.
 */
#define SLACK_STORE_ROWS_MAX 98000

#endif
