/* SPDX-License-Identifier: MIT */
#ifndef SLACK_CORE_ROUTES_H
#define SLACK_CORE_ROUTES_H

#include <slack/listener.h>

#include "util/arena.h"

/*
 * The listeners of an app, found by what a delivery is. Pure: no loop, no user code.
 *
 * Listeners with an exact match are found by a hash of kind and selector, so a delivery costs the
 * same with one listener and with a thousand; those that match a part, or everything, are tried one
 * by one. Order of registration is kept across both.
 */
typedef struct slack_routes slack_routes_t;

/* A listener as it was registered. Lives as long as the routes. */
typedef struct slack_route {
    slack_listener_t listener; /* its strings are copies */
    unsigned order;
    struct slack_route *next; /* in its bucket, by order */
} slack_route_t;

/* One run of a listener: an action says which of a payload's actions it is for. */
typedef struct slack_step {
    const slack_route_t *route;
    const slack_json_t *action;
} slack_step_t;

slack_routes_t *slack__routes_new(void);
void slack__routes_free(slack_routes_t *routes); /* frees the listeners' user_data too */

/* 0; SLACK_EINVAL; SLACK_ENOMEM. */
int slack__routes_add(slack_routes_t *routes, const slack_listener_t *listener);

/* The listeners that are to run for a delivery, in order: for events all that match, for the other
 * kinds the first that does, once for each action of the payload. `steps` is in the arena; NULL
 * when there are none. 0; SLACK_ENOMEM. */
int slack__routes_match(const slack_routes_t *routes, enum slack_kind kind,
                        const slack_json_t *body, slack_arena_t *arena, slack_step_t **ret_steps,
                        size_t *ret_count);

/* The registration that would have matched, as C: slack_on_action(app, "approve", …). In the arena;
 * "" for kinds that are not dispatched. */
const char *slack__routes_suggest(enum slack_kind kind, const slack_json_t *body,
                                  slack_arena_t *arena);

#endif
