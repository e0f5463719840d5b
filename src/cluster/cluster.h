/* SPDX-License-Identifier: MIT */
#ifndef SLACK_CLUSTER_CLUSTER_H
#define SLACK_CLUSTER_CLUSTER_H

#include "cluster/duty.h"
#include "cluster/permit_keeper.h"
#include "cluster/processes.h"
#include "cluster/row_counts.h"
#include "cluster/shares.h"
#include "cluster/slot_keeper.h"

/*
 * The processes of an app that share a durable store. Without such a store there is no cluster, and
 * nothing is read or written.
 *
 *   process.c     what the entry of a process says
 *   processes.c   the entry of this process, and the list of all
 *   shares.c      the rates of Web API calls that the processes share
 *   duty.c        work that one process does at a time
 *   slots.c       which slots for connections this process takes, keeps, and hands over
 *   slot_keeper.c the slots on the loop: the store's entries, and the transport's allowance
 *   permits.c     for how many deliveries this process may run a bound listener
 *   permit_keeper.c  the permits on the loop: the tables in the store, and deliveries that wait
 *   row_counts.c  the rows by their states
 *   cluster.c     the parts by value
 */
typedef struct slack_cluster {
    slack_processes_t processes;
    slack_shares_t shares;
    slack_duty_t catch_up; /* reading the history of channels; has no name: nobody does */
    /* A look at the processes is over, and `counts` is set. */
    void (*looked)(void *user_data);
    void *user_data;
    slack_slot_keeper_t slots;
    unsigned budget; /* of connections of all processes; 0: this one has none */
    slack_permit_keeper_t permits;
    slack_permit_source_t permit_source; /* of `permits`, for the dispatcher */
    slack_row_counts_t rows;
    /* The processes that the last look has found, this one included. 1 without a cluster. */
    struct slack_cluster_counts {
        size_t processes;
        size_t by_role[SLACK_ROLE_WORK + 1];
        size_t socket_candidates; /* that are not leaving */
        bool fewer;               /* than the look before has found */
    } counts;
    uint64_t changed_ms; /* when their number last changed, by the monotonic clock */
    size_t logged;       /* their number in the last line of the log */
} slack_cluster_t;

void slack__cluster_init(slack_cluster_t *cluster);
/* Joins the other processes. The owner has set the members of `processes` up to `describe_data`,
 * the role and the candidacy of processes.own, shares.webapi (NULL: there are no calls), the
 * members of the duty up to `user_data`, `looked` with its `user_data`, and for a process with
 * connections `budget` and slots.owner with its data. */
void slack__cluster_start(slack_cluster_t *cluster);
/* Hints of the store: other processes have changed their entries. */
void slack__cluster_changed(slack_cluster_t *cluster);
/* This process stops: the others take over what it holds. */
void slack__cluster_leave(slack_cluster_t *cluster);
/* Begins no more operations of the store. */
void slack__cluster_stop(slack_cluster_t *cluster);
void slack__cluster_done(slack_cluster_t *cluster);

#endif
