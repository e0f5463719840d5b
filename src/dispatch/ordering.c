/* SPDX-License-Identifier: MIT */
#include "dispatch/ordering.h"

#include <string.h>

static slack_ordering_t *ordering_at(slack_link_t *link)
{
    return SLACK_CONTAINER(link, slack_ordering_t, link);
}

/* Whether a delivery may run its listener now. It waits for every earlier delivery of its
 * conversation in the list, whether that one runs or waits. */
static bool may_run(const slack_ordering_t *o)
{
    const slack_rule_t *rule = o->rule;
    if (rule->listener.max_running && rule->running >= rule->listener.max_running) return false;
    if (!rule->listener.ordered) return true;
    for (slack_link_t *link = o->link.prev; link != &rule->orderings; link = link->prev) {
        const slack_ordering_t *before = ordering_at(link);
        if (strcmp(before->channel, o->channel) == 0 && strcmp(before->thread, o->thread) == 0)
            return false;
    }
    return true;
}

static void ordering_run(slack_ordering_t *o)
{
    o->waits = false;
    o->running = true;
    o->rule->running++;
}

bool slack__ordering_enter(slack_ordering_t *o, slack_rule_t *rule, const char *channel,
                           const char *thread)
{
    if (o->running) return true; /* slack__ordering_next() has admitted it */
    o->rule = rule;
    o->channel = channel;
    o->thread = thread;
    slack__list_push(&rule->orderings, &o->link);
    o->waits = !may_run(o);
    if (!o->waits) ordering_run(o);
    return !o->waits;
}

void slack__ordering_leave(slack_ordering_t *o)
{
    if (!slack__linked(&o->link)) return;
    slack__unlink(&o->link);
    if (o->running) o->rule->running--;
    o->running = o->waits = false;
}

slack_ordering_t *slack__ordering_next(slack_rule_t *rule)
{
    for (slack_link_t *link = rule->orderings.next; link != &rule->orderings; link = link->next) {
        slack_ordering_t *o = ordering_at(link);
        if (o->running || !may_run(o)) continue;
        ordering_run(o);
        return o;
    }
    return NULL;
}
