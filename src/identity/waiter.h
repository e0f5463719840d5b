/* SPDX-License-Identifier: MIT */
#ifndef SLACK_IDENTITY_WAITER_H
#define SLACK_IDENTITY_WAITER_H

#include "identity/grant.h"
#include "util/queue.h"

/* What a question for a grant ends with. */
typedef struct slack_answer {
    int status;           /* 0; SLACK_EAUTH: refused for good; else why there is no answer */
    const char *reason;   /* a sentence; NULL: none. Borrowed until the waiter has been called */
    slack_grant_t *grant; /* if status is 0; one reference is the receiver's */
} slack_answer_t;

/* Embedded by whoever waits for an answer. */
typedef struct slack_waiter {
    slack_link_t link; /* the authorizer's; slack__link_init() it once */
    void (*answered)(struct slack_waiter *waiter, const slack_answer_t *answer);
} slack_waiter_t;

#endif
