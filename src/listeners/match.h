/* SPDX-License-Identifier: MIT */
#ifndef SLACK_LISTENERS_MATCH_H
#define SLACK_LISTENERS_MATCH_H

#include <slack/listener.h>

#include "listeners/pattern.h"
#include "util/arena.h"
#include "util/queue.h"

/*
 * Whether one listener takes one delivery. Pure: no loop, no user code.
 */

/* What listeners are compared with, looked up once for all of them. */
typedef struct slack_subject {
    enum slack_kind kind;
    const slack_json_t *body;
    const char *bot_user;       /* its user id; "" when it is not known */
    const slack_json_t *action; /* the one in question, of kinds that have several */
    const char *selector;       /* slack__kind_selector()'s */
    const char *text;           /* a message's; NULL where it has none */
    const char *subtype;        /* an event's; "none" where it has none */
    bool message;               /* event.type is "message" … */
    bool spoken;                /* … and it carries somebody's words */
    bool own;                   /* of the bot's own doing: for listeners that ask for it */
} slack_subject_t;

void slack__subject_init(slack_subject_t *ret, enum slack_kind kind, const slack_json_t *body,
                         const char *bot_user);
/* Go on to another action, or to NULL. */
void slack__subject_set_action(slack_subject_t *subject, const slack_json_t *action);

/* A listener as it was registered. */
typedef struct slack_rule {
    slack_listener_t listener; /* strings and middleware are copies */
    size_t middleware_count;
    slack_pattern_t *pattern, *block_pattern;
    unsigned order;
    unsigned refs; /* the router's, and one of each hit */
    bool removed;
    slack_link_t orderings; /* ordering->link: deliveries that run it or wait for it (ordering.h) */
    unsigned running;       /* of them */
    slack_link_t link;      /* of all, by order */
    struct slack_rule *next; /* in its bucket, by order */
} slack_rule_t;

/* A listener that a delivery reaches, once for each action of the payload. */
typedef struct slack_hit {
    slack_rule_t *rule;
    const slack_json_t *action;
    slack_captures_t captures;
} slack_hit_t;

/* Whether the rule takes the subject: 0, with the captures in the arena; SLACK_ENOTFOUND;
 * SLACK_ETOOBIG for a pattern that was given up; SLACK_ENOMEM. */
int slack__match(const slack_rule_t *rule, const slack_subject_t *subject, slack_arena_t *arena,
                 slack_captures_t *ret);

/* Whether a text begins with a mention of the user: "<@U0BOT> …" or "<@U0BOT|name> …". */
bool slack__mentions_first(const char *text, const char *user);

/* What is wrong with a listener, as a constant sentence; NULL for nothing. */
const char *slack__match_check(const slack_listener_t *listener);

#endif
