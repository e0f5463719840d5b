/* SPDX-License-Identifier: MIT */
#include "net/turns.h"

static slack_turn_t *turn_at(slack_link_t *link)
{
    return SLACK_CONTAINER(link, slack_turn_t, link);
}

void slack__turns_init(slack_turns_t *turns)
{
    *turns = (slack_turns_t){0};
    slack__link_init(&turns->queue);
}

void slack__turns_add(slack_turns_t *turns, slack_turn_t *turn)
{
    slack_link_t *queue = &turns->queue, *at;
    uint64_t alike = 1;
    for (at = queue->next; at != queue; at = at->next)
        alike += slack__slice_eq(turn_at(at)->address, turn->address);
    turn->at = turn->cost == 0 ? 0 : turns->now + turn->cost * alike;
    while (at->prev != queue && turn_at(at->prev)->at > turn->at)
        at = at->prev;
    slack__list_push(at, &turn->link); /* at the end, or before the turn `at` */
}

slack_turn_t *slack__turns_next(const slack_turns_t *turns)
{
    return slack__list_empty(&turns->queue) ? NULL : turn_at(turns->queue.next);
}

slack_turn_t *slack__turns_take(slack_turns_t *turns)
{
    slack_turn_t *turn = slack__turns_next(turns);
    if (turn == NULL) return NULL;
    slack__unlink(&turn->link);
    if (turn->cost > 0) turns->now = turn->at;
    return turn;
}

slack_turn_t *slack__turns_drop(slack_turns_t *turns)
{
    slack_link_t *link = turns->queue.prev;
    if (link == &turns->queue) return NULL;
    slack__unlink(link);
    return turn_at(link);
}
