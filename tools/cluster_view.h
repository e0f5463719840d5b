/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_CLUSTER_VIEW_H
#define TOOLS_CLUSTER_VIEW_H

#include "cluster/process.h"
#include "cluster/slots.h"
#include "store/kv.h"
#include "store/store.h"

/*
 * The processes that share a store, as its entries and counts describe them, and what a person
 * should look at. Pure.
 */

#define CLUSTER_PROBLEMS_MAX 20
#define CLUSTER_PROBLEM_SIZE 160

typedef struct cluster_app {
    slack_slice_t name;
    slack_process_t *processes;
    size_t process_count;
    slack_slot_t slots[SLACK_SLOTS_ALL]; /* the last one is the spare */
    unsigned budget;                     /* of connections; 0: nobody has said it */
} cluster_app_t;

typedef struct cluster_view {
    slack_arena_t *arena; /* holds all that follows */
    int64_t now_ms;
    cluster_app_t *apps;
    size_t app_count;
    size_t strangers; /* entries that are not valid */
    slack_store_batch_t counts;
    char problems[CLUSTER_PROBLEMS_MAX][CLUSTER_PROBLEM_SIZE];
    size_t problem_count;
} cluster_view_t;

/* Take an entry whose key begins with "process/" or "socket/". False: memory is out. */
bool cluster_view_add(cluster_view_t *view, const slack_kv_entry_t *entry);
/* Find the problems, once all entries and counts are there. A row may be due for `max_lag_ms`. */
void cluster_view_judge(cluster_view_t *view, int64_t max_lag_ms);

/* For how long the oldest row that is due has been due. */
int64_t cluster_view_lag_ms(const cluster_view_t *view);
/* Returns true if a slot is shown: one of the budget, the spare beside it, and any that is held. */
bool cluster_slot_is_shown(const cluster_app_t *app, unsigned number);
/* "running", "leaving", or "standby" for a process that waits for a connection of the others. */
const char *cluster_process_state(const slack_process_t *process);
extern const char *const cluster_slot_states[];

#endif
