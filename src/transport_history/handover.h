/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TRANSPORT_HISTORY_HANDOVER_H
#define SLACK_TRANSPORT_HISTORY_HANDOVER_H

#include "transport/catch_up.h"
#include "transport_history/walk.h"

/*
 * Passes the gathered messages of a channel to the host, one at a time: the next one when the host
 * has stored the one before it. So they are stored in order, and the cursor moves with them.
 */
typedef struct slack_handover {
    slack_transport_t *transport;
    const slack_catch_up_facts_t *facts;
    slack_walk_t *walk;
    bool messages, mentions; /* there are listeners of these events */
    slack_buf_t text;        /* of one event */
    bool waits;              /* a delivery has no ack yet */
    bool message;            /* the event of the first message is stored, or nobody takes it */
    uint64_t recovered, known, skipped; /* events */
} slack_handover_t;

void slack__handover_init(slack_handover_t *handover);
void slack__handover_done(slack_handover_t *handover);

/* Passes the next event on. 0: it waits for its ack; 1: all are stored; SLACK_ENOMEM: try again. */
int slack__handover_next(slack_handover_t *handover);
/* The host has acked the delivery. True: it is stored, else the same event is passed on again. */
bool slack__handover_acked(slack_handover_t *handover, const slack_delivery_t *d,
                           const slack_ack_t *ack);

#endif
