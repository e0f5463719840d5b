/* SPDX-License-Identifier: MIT */
#ifndef SLACK_UTIL_QUEUE_H
#define SLACK_UTIL_QUEUE_H

#include <stdbool.h>
#include <stddef.h>

/* An intrusive, doubly linked list with a sentinel. A link outside of a list points to itself. */
typedef struct slack_link {
    struct slack_link *next, *prev;
} slack_link_t;

#define SLACK_CONTAINER(ptr, type, member) ((type *)((char *)(ptr)-offsetof(type, member)))

static inline void slack__link_init(slack_link_t *link)
{
    link->next = link->prev = link;
}

static inline bool slack__list_empty(const slack_link_t *head)
{
    return head->next == head;
}

/* Whether the link is in a list. */
static inline bool slack__linked(const slack_link_t *link)
{
    return link->next != link;
}

static inline void slack__list_push(slack_link_t *head, slack_link_t *link) /* at the end */
{
    link->prev = head->prev;
    link->next = head;
    head->prev->next = link;
    head->prev = link;
}

static inline void slack__unlink(slack_link_t *link)
{
    link->prev->next = link->next;
    link->next->prev = link->prev;
    slack__link_init(link);
}

/* Take the first link off; NULL: the list is empty. */
static inline slack_link_t *slack__list_shift(slack_link_t *head)
{
    slack_link_t *link = head->next;
    if (link == head) return NULL;
    slack__unlink(link);
    return link;
}

/* Move everything from one list to the end of another. */
static inline void slack__list_splice(slack_link_t *to, slack_link_t *from)
{
    if (slack__list_empty(from)) return;
    from->next->prev = to->prev;
    to->prev->next = from->next;
    from->prev->next = to;
    to->prev = from->prev;
    slack__link_init(from);
}

#endif
