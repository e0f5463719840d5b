/* SPDX-License-Identifier: MIT */
#ifndef SLACK_CONTEXT_FAILURE_H
#define SLACK_CONTEXT_FAILURE_H

#include <stdbool.h>

#include <slack/listener.h>

/*
 * How a delivery fails. Its first error is reported. Each error of a listener is also judged: it
 * heals if another attempt can succeed, and the attempt counts unless it failed only because this
 * process was out of room or stopping.
 */
typedef struct slack_failure {
    int status;           /* the first error; 0: none */
    const char *reason;   /* Slack's error, or a sentence; NULL: nothing more is known */
    const char *listener; /* that failed first; NULL: no listener failed */
    bool heals, hopeless; /* a listener failed in this way */
    bool counts;          /* an error that heals was not caused by a limit of this process */

    /* The listener that runs. */
    struct {
        bool open; /* it has begun and not ended */
        bool failed;
        int status;         /* the error that the listener returned, once it is logged */
        int hopeless;       /* its first error that no other attempt heals; 0: none */
        const char *reason; /* of `hopeless` */
    } current;
} slack_failure_t;

/* Records and judges an error: of the listener that runs, or else of the delivery. `reason` is
 * optional and is copied. */
void slack__failure_note(slack_ctx_t *ctx, int status, const char *reason);

/* Records an error of the delivery, unless it has one already. A `status` of 0 is no error. */
static inline void slack__failure_set(slack_failure_t *failure, int status)
{
    if (failure->status == 0) failure->status = status;
}

/* The listener has ended. True if it failed in a way that heals: then the next attempt runs it. */
static inline bool slack__failure_listener_end(slack_failure_t *failure)
{
    failure->current.open = false;
    if (!failure->current.failed) return false;
    *(failure->current.hopeless ? &failure->hopeless : &failure->heals) = true;
    return failure->current.hopeless == 0;
}

/* Whether another attempt can succeed after an error. `reason` is Slack's error if the status is
 * SLACK_EAPI, or NULL. */
bool slack__heals(int status, const char *reason);
/* Whether an error says nothing about the delivery, because a limit of this process, of its memory
 * or of its disk caused it, or the stop did. */
bool slack__failure_is_local(const slack_ctx_t *ctx, int status);

#endif
