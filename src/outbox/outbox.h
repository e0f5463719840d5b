/* SPDX-License-Identifier: MIT */
#ifndef SLACK_OUTBOX_OUTBOX_H
#define SLACK_OUTBOX_OUTBOX_H

#include <slack/outbox.h>

#include "identity/identity.h"
#include "inbox/own_put.h"

/*
 * Sends the requests that handlers have stored: the consumer of the rows of kind "call".
 *
 *   post.c     slack_post() and slack_app_post_request(): make the row of a request
 *   outbox.c   an attempt: gets a grant, and decides how the row goes on
 *   target.c   finds the message that a request names by a key
 *   send.c     looks for the effect of the last attempt, and calls Slack
 *   result.c   stores the result for the program
 *   course.c   what an attempt does, and what its answer means
 *   trace.c    how a message is found again
 */
typedef struct slack_outbox {
    const slack_services_t *services;
    slack_identity_t *identity;
    slack_queue_t *queue;
    slack_link_t live; /* attempts that have not ended */
    size_t live_count;
    slack_dead_post_fn dead_fn;
    void *dead_data;
} slack_outbox_t;

/* Becomes a consumer of the queue. The caller has set the members before `live`. */
void slack__outbox_init(slack_outbox_t *outbox);

/* Implement slack_app_post_request() and slack_cancel_post(). After a failure of the first one
 * `error` has a sentence. */
int slack__outbox_post(slack_inbox_t *inbox, const slack_post_options_t *post, char *error);
int slack__outbox_cancel(slack_inbox_t *inbox, const char *key, slack_cancel_fn fn,
                         void *user_data);

/* The method of a request that may be stored: NULL, or why it may not be. */
const char *slack__outbox_refusal(const char *method);

#endif
