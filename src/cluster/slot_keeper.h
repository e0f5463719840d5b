/* SPDX-License-Identifier: MIT */
#ifndef SLACK_CLUSTER_SLOT_KEEPER_H
#define SLACK_CLUSTER_SLOT_KEEPER_H

#include "cluster/processes.h"
#include "cluster/slots.h"

/*
 * Runs the slots of this process (slots.h) on the loop: looks at the entries "socket/APP/NUMBER"
 * and "socket/APP/spare" of the store, gives the store the orders, one at a time, and tells the
 * transport what it may have. The version of an entry is what slots.h says, its value is the budget
 * of its holder.
 */
/* The bytes of a key; the name of an app is shorter. */
#define SLACK_SLOT_KEY 112

typedef struct slack_slot_keeper {
    /* Set by the owner. */
    slack_net_t *net;
    slack_store_t *store;
    slack_slice_t app;
    slack_processes_t *processes;
    const struct slack_slot_keeper_owner {
        /* Gives the transport its allowance, and returns how it uses it. */
        slack_allowance_use_t (*allow)(void *user_data, const slack_allowance_t *allowance);
        /* A slot was taken whose holder is gone. Events may have been missed. */
        void (*took_over)(void *user_data);
    } * owner;
    void *owner_data;

    slack_slots_t slots;
    slack_allowance_use_t use;           /* as of the last allowance */
    slack_timer_t timer;                 /* the next look, or the next step */
    uint64_t began_ms;                   /* the last look */
    slack_slot_t found[SLACK_SLOTS_ALL]; /* by the look, so far */
    char *after;                         /* its next page follows this key */
    struct slack_slot_unlisted {
        slack_slot_t slot;
        uint64_t since_ms;       /* the first look that has found it so; 0: its holder is listed */
    } unlisted[SLACK_SLOTS_ALL]; /* entries whose holder is not in the list of processes */
    slack_store_op_t op;
    slack_store_batch_t batch;
    slack_slots_order_t order;
    struct slack_slot_texts {
        char key[SLACK_SLOT_KEY], before[SLACK_SLOT_TEXT], after[SLACK_SLOT_TEXT];
        char value[8];
    } texts;    /* of `op` */
    bool busy;  /* the store is working on `op` */
    bool again; /* a hint has come, or the use has changed, meanwhile */
    bool started;
    bool warned_budget, warned_spare, warned_stranger;
} slack_slot_keeper_t;

void slack__slot_keeper_init(slack_slot_keeper_t *keeper);
/* Begins to look. Until the first look is over, the transport may have no connection. */
void slack__slot_keeper_start(slack_slot_keeper_t *keeper, unsigned budget);
/* Looks soon: others have changed entries, or the use of the allowance has changed. */
void slack__slot_keeper_look_soon(slack_slot_keeper_t *keeper);
/* The process leaves, and hands its slots over. */
void slack__slot_keeper_leave(slack_slot_keeper_t *keeper);
/* Returns true while it waits for another process to take a slot over. */
bool slack__slot_keeper_leaving(const slack_slot_keeper_t *keeper);
/* Looks no more. The entries end when the store closes. */
void slack__slot_keeper_stop(slack_slot_keeper_t *keeper);

#endif
