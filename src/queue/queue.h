/* SPDX-License-Identifier: MIT */
#ifndef SLACK_QUEUE_QUEUE_H
#define SLACK_QUEUE_QUEUE_H

#include <stdatomic.h>

#include <slack/authorize.h>

#include "store/store.h"

/*
 * The rows of the store that wait for this app. The queue claims rows that are due, gives each to
 * the consumer of its kind, and stores how each attempt ended:
 *
 *   queue.c      looks at the store from time to time, and renews the lease
 *   claims.c     claims rows and begins them
 *   ends.c       stores the end of an attempt, again and again until the store takes it
 *   attempts.c   counts attempts, and decides when the next one follows
 *   look.c       the timer of the next look
 *   submit.c     gives the store an operation, unless it closes
 *   tenant.c     cancels the rows of a tenant that has left
 *
 * The queue knows neither deliveries nor calls.
 */
typedef struct slack_queue slack_queue_t;

enum slack_queue_phase {
    SLACK_QUEUE_NEW,
    SLACK_QUEUE_RUNNING,
    SLACK_QUEUE_DRAINING, /* what is claimed goes on, and no row is claimed */
    SLACK_QUEUE_CLOSED,   /* what has ended is stored, and nothing else goes on */
    SLACK_QUEUE_DETACHED  /* the store closes, and takes nothing any more */
};

/* A row in the hands of its consumer, from its claim until the store has taken the end of the
 * attempt. It lies in an object of the consumer, which uses `op` to put the row, and then to end
 * the attempt. */
typedef struct slack_queue_item {
    slack_queue_t *queue;
    const struct slack_consumer *consumer;
    slack_store_op_t op; /* op.row: the row */
    bool starting;       /* counted in queue->starting */
    bool in_store;       /* the store is working on `op` */
    bool decided;        /* `op` is the end of the attempt */
    bool failed;         /* the store has failed to take the end, and the log says so */
} slack_queue_item_t;

/* A consumer runs the rows of one kind. A part has a const table of them. Every member is
 * mandatory. */
typedef struct slack_consumer {
    const char *kind; /* of rows; "": the rows of every kind that has no consumer */

    /* Begin an attempt of a claimed row. Its texts are valid until the return. False: memory is
     * out, and the row is offered again. */
    bool (*begin)(void *data, const slack_row_t *row);

    /* Decide how the attempt ends, and set item->op: FINISH, WAIT or BURY, and its row. Called once
     * for an attempt, unless memory is out. 0; SLACK_ENOMEM. */
    int (*decide)(slack_queue_item_t *item);

    /* The store has no room to keep the row, which has to be finished without an attempt or a dead
     * letter. */
    void (*lost)(slack_queue_item_t *item);

    /* The store has taken the end, item->op.status is 0; or the queue has closed before, and it is
     * an error. The consumer may free the item. */
    void (*ended)(slack_queue_item_t *item);
} slack_consumer_t;

#define SLACK_CONSUMERS_MAX 8

/* The questions of the queue to its owner. */
typedef struct slack_queue_host {
    /* The number of rows that may begin now, and in `ret_bytes` how many bytes of texts they may
     * have. */
    size_t (*room)(void *data, size_t *ret_bytes);
    /* A look begins. Rows that are put now can be claimed by this look. */
    void (*looking)(void *data);
} slack_queue_host_t;

struct slack_queue {
    slack_net_t *net;
    slack_store_t *store;
    slack_slice_t app; /* the app's name for its rows: see identity.h */
    enum slack_queue_phase phase;
    bool leaves_rows;   /* to other processes: it claims none */
    unsigned poll_ms;   /* the time between two looks for rows of other owners */
    bool store_failing; /* the last operation of the store failed */
    const slack_queue_host_t *host;
    void *host_data;
    atomic_size_t *bytes; /* counts the memory of claimed rows that have not begun */
    struct slack_queue_consumer {
        const slack_consumer_t *consumer;
        void *data;
    } consumers[SLACK_CONSUMERS_MAX];
    size_t consumer_count;

    slack_timer_t timer; /* the next slack__queue_look() */
    slack_link_t undone; /* links item->op.link: ends that the store has not taken yet */

    slack_store_op_t op; /* CLAIM */
    slack_store_batch_t batch;
    size_t next;     /* the first row of the batch that has not begun */
    size_t starting; /* rows that begin, and have taken no room yet: see host->room() */
    bool claiming;   /* the store is working on `op` */
    bool more;       /* there may be more rows to claim now */
    bool again;      /* a row has become due since the claim was submitted */
    bool overflow;   /* new rows are queued behind the rows that wait in the store */

    slack_store_op_t renewal;
    bool renewing;     /* the store is working on `renewal` */
    uint64_t renew_ms; /* when to renew the lease next, by the monotonic clock */
};

/* The most rows of one claim. */
#define SLACK_CLAIM_MAX 64
/* The time between two looks for rows that other owners of a shared store have queued or left; in a
 * process that only works, if the store does not notify it. */
#define SLACK_QUEUE_POLL_MS      2000
#define SLACK_QUEUE_WORK_POLL_MS 150

static inline bool slack__queue_is_open(const slack_queue_t *queue)
{
    return queue->phase == SLACK_QUEUE_RUNNING || queue->phase == SLACK_QUEUE_DRAINING;
}

/* Returns true if this process runs rows, and does not leave them all to others. */
static inline bool slack__queue_may_claim(const slack_queue_t *queue)
{
    return queue->phase == SLACK_QUEUE_RUNNING && !queue->leaves_rows;
}

static inline bool slack__queue_is_closed(const slack_queue_t *queue)
{
    return queue->phase >= SLACK_QUEUE_CLOSED;
}

/* ---- queue.c ---- */

void slack__queue_init(slack_queue_t *queue);
/* Adds a part's consumers, and the data of their functions. The table stays valid. */
void slack__queue_consume(slack_queue_t *queue, const slack_consumer_t *consumers, size_t count,
                          void *data);
/* Begins to claim rows. The caller has set the members up to `consumer_count`. */
void slack__queue_start(slack_queue_t *queue);
/* Stops claiming rows. */
void slack__queue_drain(slack_queue_t *queue);
/* Stops. Ends that the store has not taken are given back with an error. */
void slack__queue_close(slack_queue_t *queue);
/* The store is about to close. Operations that are submitted later fail with SLACK_ECANCELED. */
void slack__queue_detach(slack_queue_t *queue);
/* Renews the lease, stores the ends that the store could not take before, claims rows and begins
 * them. */
void slack__queue_look(slack_queue_t *queue);

/* ---- submit.c ---- */

/* Gives the store an operation. When the queue is detached, op->done runs before the return. */
void slack__queue_submit(const slack_queue_t *queue, slack_store_op_t *op);

/* ---- look.c ---- */

/* Schedules slack__queue_look() in `in_ms` at the latest. */
void slack__queue_look_in(slack_queue_t *queue, uint64_t in_ms);
/* Schedules that look for a time on the wall clock. */
void slack__queue_look_at(slack_queue_t *queue, int64_t wall_ms);

/* ---- claims.c ---- */

/* Claims rows, unless a claim is under way, and begins them. */
void slack__queue_claim(slack_queue_t *queue);
/* A row has become due. Claims it soon, and begins no row before the return: a consumer that ends a
 * row may be on the stack. */
void slack__queue_claim_next(slack_queue_t *queue);
/* Gives a row that this store has claimed to the consumer of its kind. False: memory is out. */
bool slack__queue_begin(const slack_queue_t *queue, const slack_row_t *row);
/* Whether a row may begin as soon as it is stored. */
bool slack__queue_has_room(const slack_queue_t *queue);
/* A row begins, and takes its room later: its consumer calls slack__queue_started() then. The end
 * of the attempt counts as such a call. Meanwhile the next claim leaves that room free. */
void slack__queue_starting(slack_queue_item_t *item);
void slack__queue_started(slack_queue_item_t *item);
/* Forgets the claimed rows that have not begun. They stay claimed until the store is closed. */
void slack__queue_drop_claimed(slack_queue_t *queue);

/* ---- ends.c ---- */

/* Stores the end of an attempt, or stores it again after the store has failed. */
void slack__queue_end(slack_queue_item_t *item);
/* Stores the ends again that the store could not take before. */
void slack__queue_end_undone(slack_queue_t *queue);

/* ---- tenant.c ---- */

/* The end of a cancellation; `count` rows were deleted. 0; a status of the store, or
 * SLACK_ECANCELED if the queue was closed: rows may be left. */
typedef void (*slack_queue_canceled_fn)(void *user_data, int status, size_t count);

/*
 * Deletes the rows of an installation that wait: events with another attempt to come, jobs, and
 * requests, a few at a time until none is left. Then `fn`, which is optional, is called once. Rows
 * that run and dead rows stay. With `before_id` only rows that were put before that one go: if it
 * is the event that reports the loss, the rows of a tenant that is back already stay. A job that
 * follows the loss has to be put without the tenant, or after the end.
 *
 * `tenant` names the workspace, or with is_enterprise_install the organization and perhaps a
 * workspace of it. 0; SLACK_EINVAL if it names neither; SLACK_ECANCELED if the queue is not open;
 * SLACK_ENOMEM. Unless it is 0, `fn` is not called.
 */
int slack__queue_cancel_tenant(slack_queue_t *queue, const slack_tenant_t *tenant,
                               int64_t before_id, slack_queue_canceled_fn fn, void *user_data);

#endif
