/* SPDX-License-Identifier: MIT */
#ifndef SLACK_INBOX_PUT_H
#define SLACK_INBOX_PUT_H

#include "inbox/inbox.h"

/* A row that a handler stores: a job, or a request of the outbox. It lies in the arena of its
 * delivery. */
typedef struct slack_put {
    slack_store_op_t op; /* PUT, and its row */
    slack_ctx_t *ctx;
    const char *what; /* the row in a sentence: "the job" */
    const char *cure; /* what to use after the end of the delivery, in a sentence */
    bool at_once;     /* the row is due when it is stored, and begins then if there is room */
    bool has_place;   /* it counts in queue->starting */
    /* The store has answered: op.status, op.duplicate. */
    void (*stored)(struct slack_put *put);
} slack_put_t;

/* Submits a PUT, on the loop or a worker. The delivery stays open until the row is stored, and its
 * ack waits: see slack_ack_state. If the row cannot be stored, the delivery fails. 0;
 * SLACK_EALREADY if the delivery has ended; SLACK_ECANCELED on a worker when the app stops. */
int slack__put(slack_put_t *put);
/* The tenant of the delivery, for the row. "" for an app with a token of its own; NULL if memory is
 * out. */
const char *slack__put_tenant(slack_ctx_t *ctx, slack_arena_t *arena);

#endif
