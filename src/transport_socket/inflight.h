/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TRANSPORT_SOCKET_INFLIGHT_H
#define SLACK_TRANSPORT_SOCKET_INFLIGHT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/str.h"

/* The envelopes that were delivered and wait for their ack, named by handles that are never used
 * twice: a delivery that is acked late can at worst name nothing. */

typedef struct slack_inflight_entry {
    slack_slice_t envelope_id; /* borrowed: lies in the delivery's arena */
    unsigned slot;             /* the connection that brought it */
    uint32_t generation;
    bool body_allowed;
    uint32_t serial;    /* of this use of the entry; even while it is free */
    uint32_t next_free; /* index + 1; 0: the last one */
} slack_inflight_entry_t;

typedef struct slack_inflight {
    slack_inflight_entry_t *entries;
    uint32_t size; /* entries there are */
    uint32_t max;
    uint32_t used;
    uint32_t first_free; /* index + 1; 0: none */
} slack_inflight_t;

void slack__inflight_init(slack_inflight_t *table, size_t max);
void slack__inflight_done(slack_inflight_t *table);

/* Add a copy of `entry`. 0; SLACK_EBUSY at the maximum; SLACK_ENOMEM. Handles are never 0. */
int slack__inflight_add(slack_inflight_t *table, const slack_inflight_entry_t *entry,
                        uint64_t *ret_handle);
/* NULL for a handle that names nothing any more. Borrowed until the next call. */
const slack_inflight_entry_t *slack__inflight_get(const slack_inflight_t *table, uint64_t handle);
/* The entry of an envelope, by a walk over all there are; NULL when it does not wait. */
slack_inflight_entry_t *slack__inflight_find(slack_inflight_t *table, slack_slice_t envelope_id);
void slack__inflight_remove(slack_inflight_t *table, uint64_t handle);

#endif
