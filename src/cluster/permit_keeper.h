/* SPDX-License-Identifier: MIT */
#ifndef SLACK_CLUSTER_PERMIT_KEEPER_H
#define SLACK_CLUSTER_PERMIT_KEEPER_H

#include "cluster/processes.h"
#include "queue/permit.h"

/*
 * Keeps the permits of this process on the loop: for each bound listener that runs or waits, a pool
 * with the process's part of the table in the entry "running/APP/LISTENER" of the store
 * (permits.h). LISTENER is the number of the listener in 16 hexadecimal digits.
 *
 * The entry has no owner, since it has lines of several processes. A line counts as long as its
 * process has its own entry "process/APP/ID", which ends with it. So a process takes permits only
 * once that entry is stored, and one that waits for permits removes the line of a holder whose
 * entry it has looked for after it had read the table.
 */
typedef struct slack_permit_keeper {
    /* Set by the owner. */
    slack_net_t *net;
    slack_store_t *store; /* durable */
    slack_slice_t app;
    slack_processes_t *processes;

    slack_link_t pools;
    slack_link_t poor;   /* links permit->link: there was no memory for their pool */
    slack_timer_t timer; /* tries again to make it */
    bool alone;          /* no other process runs listeners of events and jobs */
    bool leaving;        /* this process stops */
    bool started;
    uint64_t warn_ms;   /* the log has a line about the store, and no other one until then */
    unsigned under_way; /* operations of the store */
} slack_permit_keeper_t;

void slack__permit_keeper_init(slack_permit_keeper_t *keeper);
void slack__permit_keeper_start(slack_permit_keeper_t *keeper);
/* A look at the processes is over. */
void slack__permit_keeper_looked(slack_permit_keeper_t *keeper, bool alone);
/* The process stops: it keeps no permit that it does not use. */
void slack__permit_keeper_leave(slack_permit_keeper_t *keeper);
/* Begins no more operations, and grants no more permits. */
void slack__permit_keeper_stop(slack_permit_keeper_t *keeper);
/* The store is closed, and no permit is taken. */
void slack__permit_keeper_done(slack_permit_keeper_t *keeper);

/* The functions of slack_permit_source_t. */
void slack__permit_take(void *keeper, slack_permit_t *permit);
void slack__permit_give(void *keeper, slack_permit_t *permit);

#endif
