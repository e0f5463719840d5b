/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TRANSPORT_MEMORY_MEMORY_H
#define SLACK_TRANSPORT_MEMORY_MEMORY_H

#include "core/transport.h"

/*
 * Deliveries from the program itself: for unit tests, for replaying recordings, and for holding the
 * contract against something that has no wire. Its ack goes to a callback.
 */
extern const slack_transport_type_t slack__transport_memory;

/* Told the one ack of an injected delivery; `ack` borrowed. Returns what ops->ack() is to return.
 */
typedef int (*slack_memory_ack_fn)(const slack_ack_t *ack, void *user_data);

/* Deliver a body as a wire would: takes `arena`, in which `body` lives, also on failure. The ack
 * goes to `fn`. 0; SLACK_ECLOSED unless the transport is started and not draining; SLACK_ENOMEM. */
int slack__memory_inject(slack_transport_t *t, slack_arena_t *arena, const slack_json_t *body,
                         int retry_num, const char *retry_reason, slack_memory_ack_fn fn,
                         void *user_data);

#endif
