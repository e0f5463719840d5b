/* SPDX-License-Identifier: MIT */
#ifndef SLACK_CLUSTER_PROCESSES_H
#define SLACK_CLUSTER_PROCESSES_H

#include "cluster/process.h"
#include "net/loop.h"
#include "store/store.h"

/*
 * The processes of an app that share a store: this one's owned entry "process/APP/ID", and what the
 * entries of the others say. An entry ends with its process.
 *
 * A look lists the entries every SLACK_PROCESSES_LOOK_MS, and soon after a hint of the store. It
 * writes this process's entry if the entry is missing, is not true any more, or is older than
 * SLACK_PROCESSES_WRITE_MS. Then it reports to its owner. While the store fails, the list stays as
 * it was.
 */
typedef struct slack_processes {
    /* Set by the owner. */
    slack_net_t *net;
    slack_store_t *store;
    slack_slice_t app;
    /* Updates what `own` says of this process. */
    void (*describe)(void *user_data, slack_process_t *own);
    void *describe_data;
    /* A look is over. The list stays as it is until the next one. */
    void (*looked)(void *user_data);
    void *looked_data;

    slack_process_t own;   /* this process */
    slack_process_t *list; /* this process is the first one */
    size_t count;          /* 0: there was no look yet */
    uint64_t listed_ms;    /* when the look that found the list began, on the monotonic clock */
    size_t invalid;        /* entries of the last look that are not valid, and are ignored */

    slack_timer_t timer; /* the next look */
    slack_store_op_t op;
    slack_store_batch_t batch;
    slack_arena_t *arena, *next_arena; /* of `list`; of `next`, and of the texts of `op` */
    slack_process_t *next;             /* the list of the look under way */
    size_t next_count, next_invalid;
    uint64_t next_ms;
    char version[24];        /* of this process's entry, as listed; "": it has none */
    slack_process_t written; /* what the entry says; seen_ms 0: it is to be written again */
    bool looking;            /* the store is working on `op` */
    bool again;              /* a hint has come since the look began */
    bool started;
} slack_processes_t;

/* The time between two looks; between two looks of a process that is alone, if the store gives no
 * hints; and between two writings of an entry that stays true. */
#define SLACK_PROCESSES_LOOK_MS  250
#define SLACK_PROCESSES_ALONE_MS 2000
#define SLACK_PROCESSES_WRITE_MS 15000
/* More are not listed. */
#define SLACK_PROCESSES_MAX 1000

/* Sets the id and the host of this process. The caller sets the members before `own`, and its
 * role, and then starts. */
void slack__processes_init(slack_processes_t *processes);
void slack__processes_start(slack_processes_t *processes);
/* Looks soon: `own` has changed, or the store hints that others have. */
void slack__processes_look_soon(slack_processes_t *processes);
/* Whether this is the id of this process, or of one that the last look has found. */
bool slack__processes_has(const slack_processes_t *processes, const char *id);
/* Whether the others can find this process: the store has its entry. */
bool slack__processes_is_known(const slack_processes_t *processes);
/* Begins no more looks. The entry ends when the store closes. */
void slack__processes_stop(slack_processes_t *processes);
void slack__processes_done(slack_processes_t *processes);

#endif
