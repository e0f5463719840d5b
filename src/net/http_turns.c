/* SPDX-License-Identifier: MIT */
#include "net/http_turns.h"

static slack_http_turn_t *turn_at(slack_link_t *link)
{
    return SLACK_CONTAINER(link, slack_http_turn_t, link);
}

void slack__http_turns_init(slack_http_turns_t *turns)
{
    *turns = (slack_http_turns_t){0};
    slack__link_init(&turns->queue);
}

void slack__http_turns_add(slack_http_turns_t *turns, slack_http_turn_t *turn)
{
    slack_link_t *queue = &turns->queue, *at;
    uint64_t alike = 1;
    for (at = queue->next; at != queue; at = at->next)
        alike += slack__slice_eq(turn_at(at)->address, turn->address);
    turn->at = turns->served + turn->cost * alike;
    while (at->prev != queue && turn_at(at->prev)->at > turn->at)
        at = at->prev;
    slack__list_push(at, &turn->link); /* at the end, or before the turn `at` */
}

slack_http_turn_t *slack__http_turns_take(slack_http_turns_t *turns)
{
    slack_link_t *link = slack__list_shift(&turns->queue);
    if (link == NULL) return NULL;
    turns->served += turn_at(link)->cost;
    return turn_at(link);
}
