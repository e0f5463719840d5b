/* SPDX-License-Identifier: MIT */
#include "webapi/order.h"

#include <string.h>

#include <slack/error.h>

static slack_slice_t call_key(const void *value)
{
    return ((const slack_ordered_t *)value)->key;
}

static slack_ordered_t *call_at(slack_link_t *link)
{
    return SLACK_CONTAINER(link, slack_ordered_t, ring);
}

slack_map_t *slack__orders_new(size_t calls_max)
{
    return slack__map_new_keyed(calls_max, call_key);
}

int slack__order_set(slack_ordered_t *call, slack_arena_t *arena, const void *order,
                     const char *target)
{
    const size_t len = strlen(target);
    char *key = slack__arena_alloc(arena, sizeof order + len);
    if (key == NULL) return SLACK_ENOMEM;
    memcpy(key, &order, sizeof order);
    memcpy(key + sizeof order, target, len);
    call->key = (slack_slice_t){key, sizeof order + len};
    return 0;
}

int slack__order_join(slack_map_t *orders, slack_ordered_t *call)
{
    slack__link_init(&call->ring);
    slack_ordered_t *first = call->key.len > 0 ? slack__map_get(orders, call->key) : NULL;
    call->first = first == NULL || call->number < first->number;
    if (call->key.len == 0) return 0;
    if (first == NULL) return slack__map_put(orders, call->key, call);
    if (call->first) { /* in front of it */
        first->first = false;
        slack__list_push(&first->ring, &call->ring);
        slack__map_take(orders, call->key);
        return slack__map_put(orders, call->key, call); /* in the room of the other one */
    }
    slack_ordered_t *before = call_at(first->ring.prev);
    while (before->number > call->number)
        before = call_at(before->ring.prev);
    slack__list_push(before->ring.next, &call->ring);
    return 0;
}

slack_ordered_t *slack__order_leave(slack_map_t *orders, slack_ordered_t *call)
{
    slack_ordered_t *next = slack__linked(&call->ring) ? call_at(call->ring.next) : NULL;
    slack__unlink(&call->ring);
    if (call->key.len == 0 || !call->first) return NULL;
    slack__map_take(orders, call->key);
    if (next == NULL) return NULL;
    next->first = true;
    slack__map_put(orders, next->key, next); /* in the room of the other one */
    return next;
}
