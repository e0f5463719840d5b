/* SPDX-License-Identifier: MIT */
#ifndef SLACK_INBOX_INBOX_H
#define SLACK_INBOX_INBOX_H

#include "dispatch/run.h"
#include "queue/queue.h"
#include "transport/transports.h"

/*
 * Deliveries as the store knows them:
 *
 *   RECEIVED -> (DUPLICATE -> acked) -> STORED -> ACKED -> RUNNING -> DONE
 *                                                          | ^
 *                                                          v |
 *                                        DEAD <-------- WAITING
 *
 *   intake.c   takes a new delivery, stores it and acks it
 *   restore.c  makes deliveries of the rows that the queue has claimed, and runs them
 *   retry.c    decides how an attempt ends: done, waiting or dead
 *   finish.c   reports the end of an attempt, and frees the delivery
 *   jobs.c     makes the rows of the program's jobs
 *   put.c      stores a row for a handler (its key: handler_key.c); own_put.c one outside of a
 * delivery, or cancels it
 */
typedef struct slack_inbox slack_inbox_t;

/* A delivery in the inbox. It lies in the delivery's arena. */
typedef struct slack_entry {
    slack_run_t run; /* the first: an entry has the address of its ctx (util/lifetime.h) */
    slack_inbox_t *inbox;
    slack_link_t link; /* inbox->live or ->zombies */
    slack_queue_item_t item;
    bool stored;           /* the store has the row */
    size_t storing_bytes;  /* counted in the inbox's sum; 0: a small event, or nothing is stored */
    slack_store_op_t mark; /* stores the progress, for an attempt after a crash */
    bool mark_submitted, mark_changed;
    unsigned puts; /* rows that the listener `puts_of` has stored: see handler_key.h */
    const slack_hit_t *puts_of;
} slack_entry_t;

typedef struct slack_inbox_bounds {
    unsigned max_deliveries; /* live and rejected ones together */
    unsigned max_attempts;   /* attempts that count, for one delivery */
    size_t max_bytes;        /* memory of the deliveries: see slack__inbox_room() */
} slack_inbox_bounds_t;

struct slack_inbox {
    slack_services_t *services;
    slack_dispatcher_t *dispatcher;
    const slack_transports_t *transports;
    slack_queue_t *queue;
    slack_inbox_bounds_t bounds;
    void (*idle)(void *user_data); /* the inbox is closed, and a delivery has left it */
    void *idle_data;
    const slack_consumer_t *consumer;     /* item.consumer of every entry */
    const slack_run_owner_t *run_owner;   /* run.owner of every entry */
    void (*run_task)(slack_task_t *task); /* ctx.task of every entry */

    slack_link_t schedules; /* see schedule.h */
    slack_link_t deferred;  /* rows of the program from before the start: see own_put.c */
    slack_link_t live;      /* links entry->link: deliveries that have not ended */
    size_t live_count;
    atomic_size_t bytes;   /* memory of the live deliveries, zombies and claimed rows */
    size_t storing_bytes;  /* of them, those of large events that the store is writing */
    slack_link_t rejected; /* links delivery->link: to be acked with SLACK_ACK_LATER */
    size_t rejected_count;
    slack_task_t reject_task;
    slack_link_t zombies; /* links entry->link: ended by force, and the program may hold them */
};

static inline slack_entry_t *slack__entry_of(slack_run_t *run)
{
    return SLACK_CONTAINER(run, slack_entry_t, run);
}

static inline slack_entry_t *slack__entry_of_ctx(slack_ctx_t *ctx)
{
    return slack__entry_of(slack__run_of(ctx));
}

/* ---- life (inbox.c) ---- */

void slack__inbox_init(slack_inbox_t *inbox);
/* Begins to take deliveries and to claim rows. The caller has set `services`, `dispatcher`,
 * `transports`, `queue`, `bounds` and `idle`. */
void slack__inbox_start(slack_inbox_t *inbox);
/* Ends every live delivery by force, with SLACK_ECANCELED. A delivery that waits for the store ends
 * when the store has answered. */
void slack__inbox_close(slack_inbox_t *inbox);
/* Each makes the deliveries that the program still holds forget a part that has closed: the Web
 * API, or the transports.
 */
void slack__inbox_detach_calls(slack_inbox_t *inbox);
void slack__inbox_detach_transports(slack_inbox_t *inbox);
/* Frees the zombies. */
void slack__inbox_done(slack_inbox_t *inbox);

/* How many deliveries have not ended. */
size_t slack__inbox_busy(const slack_inbox_t *inbox);
/* How many live deliveries wait for the store. */
size_t slack__inbox_in_store(const slack_inbox_t *inbox);

/* ---- intake.c ---- */

/* Takes a delivery, with its arena, from a transport. */
void slack__inbox_deliver(slack_inbox_t *inbox, slack_transport_t *transport,
                          slack_delivery_t *delivery);

#endif
