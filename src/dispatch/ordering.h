/* SPDX-License-Identifier: MIT */
#ifndef SLACK_DISPATCH_ORDERING_H
#define SLACK_DISPATCH_ORDERING_H

#include "listeners/match.h"

/*
 * A listener may be run for one delivery of a conversation at a time, in order of arrival, and for
 * so many at once in all. Each such listener has one list, of the deliveries that it runs for and,
 * among them in order, of those that wait for it.
 */
typedef struct slack_ordering {
    slack_link_t link; /* in route->turns; alone: in none */
    slack_rule_t *route;
    const char *channel, *thread; /* the conversation */
    bool running;
} slack_ordering_t;

/* Whether the delivery's next listener may begin. Where not, the delivery waits (turn_waits), and
 * its task is posted when it may. */
bool slack__ordering_enter(slack_ctx_t *ctx, slack_rule_t *route);
/* The listener has ended, or will never begin. Nothing where it takes no turns. */
void slack__ordering_leave(slack_ctx_t *ctx);

#endif
