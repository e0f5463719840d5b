/* SPDX-License-Identifier: MIT */
#ifndef SLACK_NET_TURNS_H
#define SLACK_NET_TURNS_H

#include <stdint.h>

#include "util/queue.h"
#include "util/str.h"

/*
 * A fair order of work by the address that it is for. Small work goes before large, and the work of
 * addresses with little of it before that of addresses with much: in the order of virtual finish
 * times, as in self-clocked fair queueing. However many turns wait, a new one of another address
 * waits for about one of each address. No I/O and no clock.
 */
typedef struct slack_turns {
    slack_link_t queue; /* by `at` */
    uint64_t now;       /* the virtual time: `at` of the last turn that was taken */
} slack_turns_t;

typedef struct slack_turn {
    slack_link_t link;
    slack_slice_t address; /* borrowed while it waits */
    size_t cost;           /* 0: it goes before all others */
    uint64_t at;           /* the virtual time at which it is done */
} slack_turn_t;

void slack__turns_init(slack_turns_t *turns);
/* Adds a turn, whose address and cost are set. slack__unlink() takes it out again. */
void slack__turns_add(slack_turns_t *turns, slack_turn_t *turn);
/* The next turn, which stays in the queue. NULL if none waits. */
slack_turn_t *slack__turns_next(const slack_turns_t *turns);
/* Takes the next turn. NULL if none waits. */
slack_turn_t *slack__turns_take(slack_turns_t *turns);
/* Takes the last turn: the newest one of the address that has the most work. NULL if none waits. */
slack_turn_t *slack__turns_drop(slack_turns_t *turns);

#endif
