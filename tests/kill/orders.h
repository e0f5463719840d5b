/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_KILL_ORDERS_H
#define SLACK_TESTS_KILL_ORDERS_H

#include "kill/verdict.h"
#include "net/http_server.h"

/* The messages of the test's Slack: of order N, "order N received" in the channel of the order and
 * "order N shipped" in a thread, as examples/courier.c posts them. Order N is event N of the test.
 */

/* So many that a channel has time for its messages, which are sent one after the other, and for the
 * waits after its faults. */
#define ORDER_CHANNELS 50

typedef struct post {
    int64_t at_ms; /* by the wall clock, as in its ts */
    unsigned order, channel;
    bool shipped;
    char thread[24]; /* "": none */
    char *metadata;  /* JSON */
} post_t;

typedef struct orders {
    post_t *posts;
    size_t count, room;
    unsigned channels; /* in which there are orders */
    bool blind;        /* the history shows no message */
    bool calm;         /* no call meets a fault */
    unsigned calls, cut, lost, failed, limited, late, looks, strays;
} orders_t;

/* The course of a call to the test's Slack. */
typedef struct order_answer {
    int status;       /* of HTTP; 0: the connection ends without an answer */
    const char *body; /* in the arena of the request */
    unsigned late_ms;
} order_answer_t;

/* Takes a call of chat.postMessage, conversations.history or conversations.replies. By chance, 5 of
 * 100 posts lose their answer after they took effect, 5 are lost before, 2 get a 503 after their
 * effect, 3 a 429, and 10 are answered late. The history lags by a second. */
order_answer_t orders_take(orders_t *orders, const slack_http_request_t *request);
/* Adds a message. */
void orders_post(orders_t *orders, post_t post);
void orders_free(orders_t *orders);

typedef struct order_verdict {
    unsigned missing, doubled;
    /* Messages that stand before one of an order that had been acknowledged when theirs was first
     * sent; so with "received" and "shipped", each by itself, in each channel. */
    unsigned misplaced;
} order_verdict_t;

/* Judges the messages about the orders 0 to `count` - 1. With `tell` it prints what went wrong. */
order_verdict_t orders_judge(const orders_t *orders, const event_t *events, unsigned count,
                             bool tell);

#endif
