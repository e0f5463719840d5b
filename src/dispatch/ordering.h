/* SPDX-License-Identifier: MIT */
#ifndef SLACK_DISPATCH_ORDERING_H
#define SLACK_DISPATCH_ORDERING_H

#include "listeners/match.h"

/*
 * A listener may run for one delivery of a conversation at a time, in order of arrival (`ordered`),
 * or for a limited number of deliveries at once (`max_running`). Such a listener has one list of
 * deliveries in order of arrival: the ones that it runs for, and the ones that wait for it.
 */
typedef struct slack_ordering {
    slack_link_t link; /* in rule->orderings while the delivery runs or waits */
    slack_rule_t *rule;
    const char *channel, *thread; /* the conversation */
    bool running;
    bool waits;
} slack_ordering_t;

/* Enters the list of a listener. True: the delivery may run the listener now. False: it waits. */
bool slack__ordering_enter(slack_ordering_t *ordering, slack_rule_t *rule, const char *channel,
                           const char *thread);
/* Leaves the list, after the listener has run or if it will not run. Legal outside of any list. */
void slack__ordering_leave(slack_ordering_t *ordering);
/* Admits the next waiting delivery that may run the listener now. NULL if there is none. */
slack_ordering_t *slack__ordering_next(slack_rule_t *rule);

#endif
