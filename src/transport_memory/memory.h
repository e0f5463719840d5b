/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TRANSPORT_MEMORY_MEMORY_H
#define SLACK_TRANSPORT_MEMORY_MEMORY_H

#include "transport/transport.h"

/*
 * Deliveries from the program itself, for unit tests and for the replay of recordings. Their acks
 * go to a callback.
 */
extern const slack_transport_type_t slack__transport_memory;

/* The most deliveries that may wait for their ack. */
#define SLACK_MEMORY_WAITING_MAX 65536

/*
 * Receives the ack of an injected delivery, borrowed. ops->ack() returns what this function
 * returns: 0; SLACK_ECLOSED if the peer is gone; SLACK_ETOOBIG or SLACK_EACKBODY, after which the
 * app may ack once more. `ack` is NULL if the transport stopped first. Runs inside ops->ack(), or
 * from the loop when the transport stops.
 */
typedef int (*slack_memory_ack_fn)(const slack_ack_t *ack, void *user_data);

/* Deliver a body in the next turn of the loop, as a wire would. The transport owns `arena`, with
 * `body` in it, from now on, also on failure. `retry_reason` is copied; NULL: no reason. 0: `fn`
 * will be called until it accepts an ack, or once with NULL. SLACK_ECLOSED: the transport is not
 * started, or drains; SLACK_EBUSY: too many deliveries wait; SLACK_ENOMEM. */
int slack__memory_inject(slack_transport_t *t, slack_arena_t *arena, const slack_json_t *body,
                         int retry_num, const char *retry_reason, slack_memory_ack_fn fn,
                         void *user_data);

/* The delivery that was injected last, and has not been delivered yet, is a recovered one. */
void slack__memory_recovered(slack_transport_t *t);

#endif
