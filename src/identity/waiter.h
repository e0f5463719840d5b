/* SPDX-License-Identifier: MIT */
#ifndef SLACK_IDENTITY_WAITER_H
#define SLACK_IDENTITY_WAITER_H

#include "util/queue.h"

struct slack_grant;

/* The answer to a question for a grant. */
typedef struct slack_answer {
    int status;                /* 0; SLACK_EAUTH: refused for good; else the error of the lookup */
    const char *reason;        /* a sentence, or NULL; valid until answered() returns */
    struct slack_grant *grant; /* if status is 0; the receiver owns one reference */
} slack_answer_t;

/* Embedded in the struct that waits for an answer. */
typedef struct slack_waiter {
    slack_link_t link; /* linked while it waits; initialised by the caller */
    void (*answered)(struct slack_waiter *waiter, const slack_answer_t *answer);
} slack_waiter_t;

#endif
