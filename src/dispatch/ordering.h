/* SPDX-License-Identifier: MIT */
#ifndef SLACK_DISPATCH_ORDERING_H
#define SLACK_DISPATCH_ORDERING_H

#include "listeners/match.h"

/*
 * A listener may ask to run for one delivery of a conversation at a time, in order of arrival
 * (`ordered`), or for a limited number of deliveries at once (`max_running`). Such a listener has
 * one list of the deliveries that it runs for and, among them in order, of those that wait for it.
 */
typedef struct slack_ordering {
    slack_link_t link; /* in rule->orderings; alone: in none */
    slack_rule_t *rule;
    const char *channel, *thread; /* the conversation */
    bool running;
    bool waits;
} slack_ordering_t;

/* Ask to begin `rule` in a conversation. False: the delivery waits. */
bool slack__ordering_enter(slack_ordering_t *ordering, slack_rule_t *rule, const char *channel,
                           const char *thread);
/* The listener has ended, or will never begin. Nothing where it is in no list. */
void slack__ordering_leave(slack_ordering_t *ordering);
/* The next delivery of a rule that waits and may begin now: it does. NULL: none. */
slack_ordering_t *slack__ordering_next(slack_rule_t *rule);

#endif
