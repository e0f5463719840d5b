/* SPDX-License-Identifier: MIT */
#ifndef SLACK_CONTEXT_ACK_DEADLINE_H
#define SLACK_CONTEXT_ACK_DEADLINE_H

#include "context/ctx.h"

/*
 * If a handler has not acked shortly before Slack's three seconds are over, the app sends the
 * default ack (https://docs.slack.dev/interactivity/handling-user-interaction). Every delivery has
 * the same time, so the deliveries without an ack form a queue, and one timer is set for its head.
 */

/* The default ack of a kind. */
typedef struct slack_default_ack {
    char *body; /* JSON text, "" for an empty ack; NULL: the library's own default */
    bool none;  /* no default ack is sent */
} slack_default_ack_t;

typedef struct slack_ack_deadlines {
    slack_net_t *net;
    unsigned ack_ms;      /* from a delivery's first byte */
    slack_link_t unacked; /* links ctx->ack.unacked, the oldest first */
    slack_timer_t timer;  /* for the head of `unacked` */
    slack_default_ack_t acks[SLACK_KINDS];
    slack_middleware_t hook; /* slack_on_unacked() */
} slack_ack_deadlines_t;

void slack__ack_deadlines_init(slack_ack_deadlines_t *deadlines);
void slack__ack_deadlines_done(slack_ack_deadlines_t *deadlines);
void slack__ack_deadlines_start(slack_ack_deadlines_t *deadlines, slack_net_t *net,
                                unsigned ack_ms);
void slack__ack_deadlines_stop(slack_ack_deadlines_t *deadlines);
/* Implements slack_default_ack(). */
int slack__ack_deadlines_set(slack_ack_deadlines_t *deadlines, enum slack_kind kind,
                             const char *body);

/* Queues a delivery whose handler has to ack. Deliveries of other kinds are left alone. */
void slack__ack_deadline_watch(slack_ctx_t *ctx);

/* The body of an ack that replaces the content of a submitted modal by a text. NULL if memory is
 * out or the delivery has no modal. */
const slack_json_t *slack__ack_view(slack_ctx_t *ctx, const char *text);

#endif
