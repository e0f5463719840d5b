/* SPDX-License-Identifier: MIT */
#ifndef SLACK_PROTOCOL_KIND_H
#define SLACK_PROTOCOL_KIND_H

#include <stdbool.h>
#include <stddef.h>

#include <slack/listener.h>

/*
 * What kinds.def says of each kind. A kind out of range counts as SLACK_KIND_UNKNOWN.
 * slack_kind_name() is declared in slack/listener.h.
 */

/* The number of kinds; the last one is SLACK_KINDS - 1. */
enum {
    SLACK_KINDS = 0
#define KIND(...) +1
#include "protocol/kinds.def"
};

/* What kinds.def says of a kind. */
typedef struct slack_kind_facts {
    const char *name;
    bool waits;      /* Slack waits for the ack of a handler */
    bool takes_body; /* Slack reads the body of that ack */
    bool recurs;     /* two different deliveries may be byte for byte the same */
    /* Paths to the selector: the first path that leads to a string with content counts. */
    const char *in_action;  /* from the action; NULL: not from there */
    const char *in_body[2]; /* from the body */
} slack_kind_facts_t;

extern const slack_kind_facts_t slack__kind_facts[SLACK_KINDS];

static inline const slack_kind_facts_t *slack__kind_facts_of(enum slack_kind kind)
{
    return &slack__kind_facts[(size_t)kind < SLACK_KINDS ? (size_t)kind : 0];
}

enum slack_kind slack__kind_of(const slack_json_t *body);

/* Whether Slack expects an ack from the handler, within SLACK_ACK_DEADLINE_MS. */
static inline bool slack__kind_waits_for_ack(enum slack_kind kind)
{
    return slack__kind_facts_of(kind)->waits;
}

/* Whether Slack reads the body of that ack. `body` is the delivery's, or NULL for the kind in
 * general. */
bool slack__kind_takes_ack_body(enum slack_kind kind, const slack_json_t *body);

/* The string that the match of a listener is compared with, borrowed from the body; "" if there is
 * no such string. `action` is one of the body's actions, or NULL. */
const char *slack__kind_selector(enum slack_kind kind, const slack_json_t *body,
                                 const slack_json_t *action);
/* Whether bodies of this kind have a selector. If so, slack_on_NAME() registers a listener for it.
 */
bool slack__kind_has_selector(enum slack_kind kind);

#endif
