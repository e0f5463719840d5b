/* SPDX-License-Identifier: MIT */
#ifndef SLACK_OUTBOX_OUTBOX_H
#define SLACK_OUTBOX_OUTBOX_H

#include "context/services.h"
#include "identity/identity.h"
#include "queue/queue.h"

/*
 * Sends the requests that handlers have stored: the consumer of the rows of kind "call".
 *
 *   post.c     slack_post(): makes the row of a request
 *   outbox.c   an attempt: gets a grant, looks for the effect of the last attempt, calls Slack
 *   course.c   what an attempt does, and what its answer means
 *   trace.c    how a message is found again
 */
typedef struct slack_outbox {
    const slack_services_t *services;
    slack_identity_t *identity;
    slack_queue_t *queue;
    slack_link_t live; /* attempts that have not ended */
    size_t live_count;
} slack_outbox_t;

/* Becomes a consumer of the queue. The caller has set the members before `live`. */
void slack__outbox_init(slack_outbox_t *outbox);

/* The method of a request that may be stored: NULL, or why it may not be. */
const char *slack__outbox_refusal(const char *method);

#endif
