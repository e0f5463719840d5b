/* SPDX-License-Identifier: MIT */
#ifndef SLACK_CONTEXT_ACK_DEADLINE_H
#define SLACK_CONTEXT_ACK_DEADLINE_H

#include "context/ctx.h"

/*
 * The default ack: what Slack gets when a handler has not acked shortly before Slack's three
 * seconds are over (https://docs.slack.dev/interactivity/handling-user-interaction). Every delivery
 * has the same time, so those that are not acked stand in a queue, and one timer follows its head.
 */

/* What the default ack of a kind says. */
typedef struct slack_default_ack {
    char *body; /* JSON text, "" for an empty ack; NULL: the library's own */
    bool none;  /* no default ack */
} slack_default_ack_t;

typedef struct slack_ack_deadlines {
    slack_net_t *net;
    unsigned ack_ms;      /* from a delivery's first byte */
    slack_link_t unacked; /* ack.unacked, the oldest first */
    slack_timer_t timer;  /* for the first of them */
    slack_default_ack_t acks[SLACK_KINDS];
    slack_middleware_t hook; /* slack_on_unacked() */
} slack_ack_deadlines_t;

void slack__ack_deadlines_init(slack_ack_deadlines_t *deadlines);
void slack__ack_deadlines_done(slack_ack_deadlines_t *deadlines);
void slack__ack_deadlines_start(slack_ack_deadlines_t *deadlines, slack_net_t *net,
                                unsigned ack_ms);
void slack__ack_deadlines_stop(slack_ack_deadlines_t *deadlines);
/* The work of slack_default_ack(). */
int slack__ack_deadlines_set(slack_ack_deadlines_t *deadlines, enum slack_kind kind,
                             const char *body);

/* A delivery begins to wait for its handler's ack; nothing where its kind does not. */
void slack__ack_deadline_watch(slack_ctx_t *ctx);

/* An ack that shows a text where a submitted modal was. NULL: it cannot be made. */
const slack_json_t *slack__ack_view(slack_ctx_t *ctx, const char *text);

#endif
