/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TRANSPORT_MEMORY_MEMORY_H
#define SLACK_TRANSPORT_MEMORY_MEMORY_H

#include "transport/transport.h"

/*
 * Deliveries from the program itself: for unit tests, for replaying recordings, and for holding the
 * contract against something that has no wire. Its ack goes to a callback.
 */
extern const slack_transport_type_t slack__transport_memory;

/* The most deliveries that wait for their acks at once. */
#define SLACK_MEMORY_WAITING_MAX 65536

/*
 * Told the one ack of an injected delivery; `ack` borrowed. Returns what ops->ack() is to return:
 * 0, or SLACK_ECLOSED for a peer that is gone; SLACK_ETOOBIG and SLACK_EACKBODY let the core ack
 * once more. `ack` is NULL when the transport was stopped before there was one. Runs inside
 * ops->ack(), or from the loop when nobody acknowledged before STOPPED.
 */
typedef int (*slack_memory_ack_fn)(const slack_ack_t *ack, void *user_data);

/* Deliver a body as a wire would, in the loop's next turn: takes `arena`, in which `body` lives,
 * also on failure. `retry_reason` is copied, NULL for none. The ack goes to `fn`, exactly once for
 * a 0 here. SLACK_ECLOSED unless the transport is started and not draining; SLACK_EBUSY when too
 * many wait; SLACK_ENOMEM. */
int slack__memory_inject(slack_transport_t *t, slack_arena_t *arena, const slack_json_t *body,
                         int retry_num, const char *retry_reason, slack_memory_ack_fn fn,
                         void *user_data);

#endif
