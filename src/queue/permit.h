/* SPDX-License-Identifier: MIT */
#ifndef SLACK_QUEUE_PERMIT_H
#define SLACK_QUEUE_PERMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "util/queue.h"

/*
 * A permit lets a listener run for one delivery. If processes share the bound of a listener
 * (`max_running`), all of them together have as many permits of it as the bound says.
 *
 * This is the contract between the dispatcher, which takes a permit for each delivery, and the
 * cluster, which keeps the permits.
 */
typedef struct slack_permit {
    /* Set by the user. */
    uint64_t listener; /* its number, which is the same in all processes */
    unsigned most;     /* its bound, at least 1 */
    /* The permit has been waited for, and is there. Posts a task: the keeper is on the stack. */
    void (*granted)(struct slack_permit *permit);

    bool has;   /* the delivery may run the listener */
    bool waits; /* for that */
    /* The keeper's. */
    slack_link_t link;
    struct slack_permit_pool *pool;
} slack_permit_t;

typedef struct slack_permit_source {
    /* Takes a permit, or waits for it. */
    void (*take)(void *data, slack_permit_t *permit);
    /* Gives a permit back, or waits for it no more. Legal for one that was not taken. */
    void (*give)(void *data, slack_permit_t *permit);
    void *data;
} slack_permit_source_t;

#endif
