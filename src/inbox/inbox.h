/* SPDX-License-Identifier: MIT */
#ifndef SLACK_INBOX_INBOX_H
#define SLACK_INBOX_INBOX_H

#include "dispatch/run.h"
#include "store/store.h"
#include "transport/transports.h"

/*
 * Deliveries as the store knows them:
 *
 *   RECEIVED -> (DUPLICATE -> acked) -> STORED -> ACKED -> RUNNING -> DONE
 *                                                          | ^
 *                                                          v |
 *                                        DEAD <-------- WAITING
 *
 *   intake.c   a delivery arrives: its key, the store, the ack
 *   backlog.c  rows of the store are claimed and run: retries, jobs, rows that a process has left
 *   retry.c    how an attempt ended: done, wait, or dead
 *   finish.c   its end is stored and told, and the delivery freed
 *   jobs.c     deliveries that the program makes
 */
typedef struct slack_inbox slack_inbox_t;

enum slack_inbox_phase {
    SLACK_INBOX_NEW,
    SLACK_INBOX_RUNNING,
    SLACK_INBOX_DRAINING, /* deliveries are taken, and end; nothing is claimed */
    SLACK_INBOX_CLOSED    /* nothing is taken */
};

/* A delivery in the inbox. It lies in the delivery's arena. */
typedef struct slack_entry {
    slack_run_t run;
    slack_inbox_t *inbox;
    slack_link_t link;   /* inbox->live or ->zombies */
    slack_store_op_t op; /* op.row: what the store has of the delivery */
    bool stored;
    bool in_store;         /* the store has `op` */
    bool settled;          /* `op` is the end of the attempt */
    bool unsettled;        /* the store could not take the end, which was logged */
    slack_store_op_t mark; /* the progress, for an attempt after a crash */
    bool mark_submitted, mark_changed;
} slack_entry_t;

/* The rows of a store that are to be run. */
typedef struct slack_backlog {
    slack_timer_t timer; /* the next look */
    slack_store_op_t op; /* CLAIM */
    slack_store_batch_t batch;
    size_t next;   /* the first row of the batch that has not begun */
    bool claiming; /* the store has `op` */
    bool more;     /* the last claim was full */
    bool overflow; /* events that arrive are queued in the store, behind those that wait there */
    slack_store_op_t renewal;
    bool renewing;     /* the store has `renewal` */
    uint64_t renew_ms; /* when the lease is renewed next, by the net's clock */
} slack_backlog_t;

typedef struct slack_inbox_bounds {
    unsigned max_deliveries; /* taken and not ended */
    unsigned max_attempts;   /* that fail, of one delivery */
} slack_inbox_bounds_t;

struct slack_inbox {
    slack_services_t *services;
    slack_dispatcher_t *dispatcher;
    const slack_transports_t *transports;
    slack_store_t *store;
    slack_inbox_bounds_t bounds;
    enum slack_inbox_phase phase;
    void (*idle)(void *user_data); /* closed, and a delivery has ended or was answered */
    void *idle_data;
    const slack_run_owner_t *run_owner; /* of every entry */
    void (*run_task)(slack_task_t *task);

    slack_link_t live; /* entry->link: taken and not ended */
    size_t live_count;
    slack_link_t rejected; /* delivery->link: past a bound, about to be answered SLACK_ACK_LATER */
    size_t rejected_count;
    slack_task_t reject_task;
    slack_link_t unsettled; /* entry->op.link: ends that the store could not take yet */
    slack_link_t zombies;   /* entry->link: ended by force while the program held them */
    bool store_failing;     /* the store's last word was an error */
    slack_backlog_t backlog;
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
/* Deliveries may come. `services`, `dispatcher`, `transports`, `store`, `bounds` and `idle` are
 * filled. */
void slack__inbox_start(slack_inbox_t *inbox);
/* Claims nothing more. */
void slack__inbox_drain(slack_inbox_t *inbox);
/* Ends every live delivery by force, with SLACK_ECANCELED, but those that the store has: each of
 * them ends when the store has answered. */
void slack__inbox_close(slack_inbox_t *inbox);
/* Frees the deliveries that the program still held. */
void slack__inbox_done(slack_inbox_t *inbox);

/* Deliveries that are not ended. */
size_t slack__inbox_busy(const slack_inbox_t *inbox);
/* Those of them that wait for the store. */
size_t slack__inbox_in_store(const slack_inbox_t *inbox);

/* ---- intake.c ---- */

/* Take a delivery that a transport has made. */
void slack__inbox_deliver(slack_inbox_t *inbox, slack_transport_t *transport,
                          slack_delivery_t *delivery);

#endif
