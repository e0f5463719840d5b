/* SPDX-License-Identifier: MIT */
#ifndef SLACK_LISTENERS_ROUTER_H
#define SLACK_LISTENERS_ROUTER_H

#include "listeners/match.h"

/*
 * The listeners of an app, found by what a delivery is. Pure: no loop, no user code but the
 * destructors of user_data.
 *
 * Listeners with an exact match are found by a hash of kind and selector, so a delivery costs the
 * same with one listener and with a thousand; those that match a part, or everything, are tried one
 * by one. Order of registration is kept across both.
 */
typedef struct slack_router slack_router_t;

slack_router_t *slack__router_new(void);
void slack__router_free(slack_router_t *router); /* frees the listeners' user_data too */

/* 0; SLACK_EINVAL with a sentence in `error` (SLACK_ERROR_TEXT_MAX bytes, optional); SLACK_EBUSY;
 * SLACK_ENOMEM. */
int slack__router_add(slack_router_t *router, const slack_listener_t *listener, char *error);
/* Remove all of this name. Steps that have them keep them, marked `removed`. 0; SLACK_ENOTFOUND. */
int slack__router_remove(slack_router_t *router, const char *name);

/* What is to run for a delivery. */
typedef struct slack_hits {
    slack_hit_t *items; /* in the arena */
    size_t count;
    const char *gave_up; /* a listener whose pattern needed too much; NULL: none */
} slack_hits_t;

/* The listeners that are to run for a delivery, in order: for events all that match, for the other
 * kinds the first that does, once for each action of the payload. 0: to be released; SLACK_ENOMEM.
 */
int slack__router_match(const slack_router_t *router, slack_subject_t *subject,
                        slack_arena_t *arena, slack_hits_t *ret);
/* No more of them will run, or is running. Leaves them empty. */
void slack__hits_release(slack_hits_t *hits);

/* The registration that would have matched, as C: slack_on_action(app, "approve", …). In the arena;
 * "" for kinds that are not dispatched. */
const char *slack__router_suggest(enum slack_kind kind, const slack_json_t *body,
                                  slack_arena_t *arena);

#endif
