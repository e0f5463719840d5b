/* SPDX-License-Identifier: MIT */
#ifndef SLACK_CLUSTER_DUTY_H
#define SLACK_CLUSTER_DUTY_H

#include "cluster/processes.h"

/*
 * A duty is work that one process of an app does at a time. Its owned entry "NAME/APP" has the id
 * of that process as its version. The process gives the duty up when it leaves; when it ends
 * without that, another one takes the duty at its next look. A process that was silent for a lease
 * may do the work for a while beside its successor.
 */
typedef struct slack_duty {
    /* Set by the owner. */
    const slack_processes_t *processes;
    const char *name; /* NULL: there is no such work */
    void (*changed)(void *user_data, bool has);
    void *user_data;

    bool has;           /* this process has the duty */
    bool unsure;        /* an operation has failed, which may have been done */
    bool left;          /* this process wants the duty no more */
    bool working;       /* the store is working on `op` */
    uint64_t stored_ms; /* monotonic: when the entry was written last */
    char key[160];
    slack_store_op_t op;
} slack_duty_t;

/* A look at the processes is over: takes the duty if nobody has it, or makes sure that this process
 * still has it. */
void slack__duty_look(slack_duty_t *duty);
/* Gives the duty up, and does not take it again. */
void slack__duty_leave(slack_duty_t *duty);

#endif
