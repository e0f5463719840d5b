/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TRANSPORT_SOCKET_INFLIGHT_H
#define SLACK_TRANSPORT_SOCKET_INFLIGHT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/str.h"

/* The envelopes that were delivered and wait for their ack. A handle names one of them and is never
 * used twice, so a late ack cannot be taken for the ack of another envelope. */

typedef struct slack_inflight_entry {
    slack_slice_t envelope_id; /* borrowed from the delivery's arena */
    unsigned slot;             /* the connection that brought it */
    uint32_t generation;
    bool body_allowed;
    uint32_t serial;    /* counts uses and ends of use: odd while in use; half of the handle */
    uint32_t next_free; /* index + 1; 0: the last one */
} slack_inflight_entry_t;

typedef struct slack_inflight {
    slack_inflight_entry_t *entries;
    uint32_t size; /* allocated entries */
    uint32_t max;
    uint32_t used;
    uint32_t first_free; /* index + 1; 0: no entry is free */
} slack_inflight_t;

void slack__inflight_init(slack_inflight_t *table, size_t max);
void slack__inflight_done(slack_inflight_t *table);

/* Add a copy of `entry`. 0; SLACK_EBUSY at the maximum; SLACK_ENOMEM. Handles are never 0. */
int slack__inflight_add(slack_inflight_t *table, const slack_inflight_entry_t *entry,
                        uint64_t *ret_handle);
/* NULL: the handle's envelope was removed. Borrowed until the next call. */
const slack_inflight_entry_t *slack__inflight_get(const slack_inflight_t *table, uint64_t handle);
/* The entry of an envelope, found by a walk over all entries; NULL: it does not wait for an ack. */
slack_inflight_entry_t *slack__inflight_find(slack_inflight_t *table, slack_slice_t envelope_id);
void slack__inflight_remove(slack_inflight_t *table, uint64_t handle);

#endif
