/* SPDX-License-Identifier: MIT */
#ifndef SLACK_CORE_TURN_H
#define SLACK_CORE_TURN_H

#include "core/match.h"

/*
 * A listener may be run for one delivery of a conversation at a time, in order of arrival, and for
 * so many at once in all. Each such listener has one list, of the deliveries that it runs for and,
 * among them in order, of those that wait for it.
 */
typedef struct slack_turn {
    slack_link_t link; /* in route->turns; alone: in none */
    slack_route_t *route;
    const char *channel, *thread; /* the conversation */
    bool running;
} slack_turn_t;

/* Whether the delivery's next listener may begin. Where not, the delivery waits (turn_waits), and
 * its task is posted when it may. */
bool slack__turn_enter(slack_ctx_t *ctx, slack_route_t *route);
/* The listener has ended, or will never begin. Nothing where it takes no turns. */
void slack__turn_leave(slack_ctx_t *ctx);

#endif
