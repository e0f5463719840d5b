/* SPDX-License-Identifier: MIT */
#ifndef SLACK_NET_HTTP_TURNS_H
#define SLACK_NET_HTTP_TURNS_H

#include <stdint.h>

#include "util/queue.h"
#include "util/str.h"

/*
 * The order in which strangers' requests are handled. The handler reads all bytes of a body to
 * check its signature, so a request costs what its body has. Small requests go before large ones,
 * and those of addresses with few waiting requests before those of addresses with many. Whoever
 * waits moves forward, so that each has its turn. No I/O and no clock.
 */
typedef struct slack_http_turns {
    slack_link_t queue; /* by `at` */
    uint64_t served;    /* the costs of all that had their turn */
} slack_http_turns_t;

typedef struct slack_http_turn {
    slack_link_t link;
    slack_slice_t address; /* borrowed while it waits */
    size_t cost;
    uint64_t at; /* it goes before those that come when `served` is greater */
} slack_http_turn_t;

void slack__http_turns_init(slack_http_turns_t *turns);
/* Adds a turn, whose address and cost are set. slack__unlink() takes it out again. */
void slack__http_turns_add(slack_http_turns_t *turns, slack_http_turn_t *turn);
/* Takes the next turn. NULL if none waits. */
slack_http_turn_t *slack__http_turns_take(slack_http_turns_t *turns);

#endif
