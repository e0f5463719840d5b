/* SPDX-License-Identifier: MIT */
#ifndef SLACK_LISTENERS_MATCH_H
#define SLACK_LISTENERS_MATCH_H

#include <slack/listener.h>

#include "listeners/pattern.h"
#include "util/arena.h"
#include "util/queue.h"

/* Whether one listener takes one delivery. Pure: no loop, no function of the program. */

/* The parts of a delivery that listeners are compared with, found once for all listeners. */
typedef struct slack_subject {
    enum slack_kind kind;
    const slack_json_t *body;
    const char *bot_user;       /* the user id of the bot; "": not known */
    const slack_json_t *action; /* for kinds with several actions: the action to compare */
    const char *selector;       /* of slack__kind_selector() */
    const char *text;           /* of a message; NULL: it has no text */
    const char *subtype;        /* of an event; "none" without one */
    bool message;               /* an event of the type "message" … */
    bool spoken;                /* … that carries somebody's words */
    bool own;                   /* the bot caused the event: only for listeners that ask for it */
    unsigned steps_left;        /* for the patterns of all listeners */
} slack_subject_t;

void slack__subject_init(slack_subject_t *ret, enum slack_kind kind, const slack_json_t *body,
                         const char *bot_user);
/* Sets the action to compare, or NULL. */
void slack__subject_set_action(slack_subject_t *subject, const slack_json_t *action);

/* A listener as it was registered. */
typedef struct slack_rule {
    slack_listener_t listener; /* strings and middleware are copies */
    size_t middleware_count;
    slack_pattern_t *pattern, *block_pattern;
    unsigned order;
    uint64_t number; /* with max_running: the same in all processes, and of no other listener */
    unsigned refs;   /* the router's, and one of each hit */
    bool removed;
    bool costly;             /* a limit ended a search of its patterns, and the log has named it */
    slack_link_t orderings;  /* links ordering->link: deliveries that run it or wait (ordering.h) */
    unsigned running;        /* how many of them run it */
    slack_link_t link;       /* in the router's list of all rules, by order */
    struct slack_rule *next; /* in its bucket, by order */
} slack_rule_t;

/* A listener that a delivery reaches, once for each action of the payload. */
typedef struct slack_hit {
    slack_rule_t *rule;
    const slack_json_t *action;
    slack_captures_t captures;
} slack_hit_t;

/* Whether the rule takes the subject. 0 with the captures in the arena; SLACK_ENOTFOUND if it does
 * not; SLACK_ETOOBIG if its pattern exceeded the limits; SLACK_ENOMEM. Subtracts the steps that its
 * patterns took. */
int slack__match(const slack_rule_t *rule, slack_subject_t *subject, slack_arena_t *arena,
                 slack_captures_t *ret);

/* Why the rule does not take the subject: a sentence in the arena. NULL if the rule has another
 * kind or another match, upper and lower case aside. */
const char *slack__match_skipped(const slack_rule_t *rule, const slack_subject_t *subject,
                                 slack_arena_t *arena);

/* Whether a text begins with a mention of the user: "<@U0BOT> …" or "<@U0BOT|name> …". */
bool slack__mentions_first(const char *text, const char *user);

/* The fault of a listener, a constant sentence; NULL if there is none. */
const char *slack__match_check(const slack_listener_t *listener);

#endif
