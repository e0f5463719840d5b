/* SPDX-License-Identifier: MIT */
#ifndef SLACK_LISTENERS_ROUTER_H
#define SLACK_LISTENERS_ROUTER_H

#include "listeners/match.h"

/*
 * Finds the listeners that a delivery reaches. Pure: no loop, and no function of the program except
 * the destructors of user_data.
 *
 * The router finds listeners with an exact match by a hash of kind and selector. So a delivery
 * costs the same with one such listener and with a thousand. Other listeners are tried one by one.
 * The order of registration is kept across both.
 */
typedef struct slack_router slack_router_t;

slack_router_t *slack__router_new(void);
void slack__router_free(slack_router_t *router); /* frees the listeners' user_data too */

/* Adds a listener. 0; SLACK_EINVAL with a sentence in `error` (SLACK_ERROR_TEXT_MAX bytes,
 * optional); SLACK_ETOOBIG if there are too many listeners; SLACK_ENOMEM. */
int slack__router_add(slack_router_t *router, const slack_listener_t *listener, char *error);
/* Whether the newest listener never runs, because an earlier one takes all of its deliveries. Looks
 * at the first hundred listeners only. Returns the names of both. */
bool slack__router_last_never_runs(const slack_router_t *router, const char **ret_last,
                                   const char **ret_first);
/* Removes all listeners of this name. Hits keep a reference to their rule, which is marked
 * `removed`. 0; SLACK_ENOTFOUND. */
int slack__router_remove(slack_router_t *router, const char *name);

/* The listener that was registered behind `rule`; the first one for NULL. NULL: there is none. */
const slack_rule_t *slack__router_next(const slack_router_t *router, const slack_rule_t *rule);

/* The listeners that a delivery reaches, in the order in which they run. */
typedef struct slack_hits {
    slack_hit_t *items; /* in the arena */
    size_t count;
    size_t gave_up;       /* how many listeners do not match because a limit ended the search */
    slack_rule_t *costly; /* the first of them that the log has not named; NULL: no listener */
} slack_hits_t;

/* Finds the listeners of a delivery: for an event all that match; for other kinds the first that
 * matches, once for each action of the payload. 0: the hits have to be released; SLACK_ENOMEM. */
int slack__router_match(const slack_router_t *router, slack_subject_t *subject,
                        slack_arena_t *arena, slack_hits_t *ret);
/* Releases the rules of the hits, none of which runs any more, and empties `hits`. */
void slack__hits_release(slack_hits_t *hits);

/* Whether an ordered listener takes a delivery. */
bool slack__router_orders(const slack_router_t *router, slack_subject_t *subject,
                          slack_arena_t *arena);

/* Whether a listener takes events of a type, whatever else it asks of them; with `named`, one that
 * names the type. */
bool slack__router_takes_event(const slack_router_t *router, const char *type, bool named);

/* The names of the listeners of a kind, at most ten, separated by commas, in the arena; "" if the
 * kind has no listener.
 */
const char *slack__router_names(const slack_router_t *router, enum slack_kind kind,
                                slack_arena_t *arena);

/* Says which listener of the subject's kind and match was skipped, and why; "" if no listener was.
 * Looks at the first hundred listeners only. */
const char *slack__router_skipped(const slack_router_t *router, const slack_subject_t *subject,
                                  slack_arena_t *arena);

/* A line of C that registers a matching listener, in the arena: slack_on_action(app, "approve", …).
 * "" for kinds that reach no listener. */
const char *slack__router_suggest(enum slack_kind kind, const slack_json_t *body,
                                  slack_arena_t *arena);

#endif
