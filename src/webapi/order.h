/* SPDX-License-Identifier: MIT */
#ifndef SLACK_WEBAPI_ORDER_H
#define SLACK_WEBAPI_ORDER_H

#include "util/arena.h"
#include "util/map.h"
#include "util/queue.h"

/*
 * Calls of one order (of a delivery) to one target (a channel, a response URL, a view, the home tab
 * of a user) are sent one after the other, each when those before it have ended. The map has the
 * first call of each order and target. No I/O.
 */

/* Lies in the caller's call. */
typedef struct slack_ordered {
    slack_link_t ring; /* of the calls of its order and target, by number */
    slack_slice_t key; /* the order and the target; empty: the call has no order */
    uint64_t number;
    bool first; /* no call has to end before this one is sent */
} slack_ordered_t;

slack_map_t *slack__orders_new(size_t calls_max); /* NULL: memory is out */

/* Names the order and the target of a call, which has none otherwise. 0; SLACK_ENOMEM. */
int slack__order_set(slack_ordered_t *call, slack_arena_t *arena, const void *order,
                     const char *target);
/* Puts the call behind those with its number or a lower one. 0; SLACK_ENOMEM. */
int slack__order_join(slack_map_t *orders, slack_ordered_t *call);
/* The call ends. Returns the one that is first now; NULL: there is none. */
slack_ordered_t *slack__order_leave(slack_map_t *orders, slack_ordered_t *call);

#endif
