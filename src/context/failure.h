/* SPDX-License-Identifier: MIT */
#ifndef SLACK_CONTEXT_FAILURE_H
#define SLACK_CONTEXT_FAILURE_H

#include <stdbool.h>

#include <slack/listener.h>

/*
 * How a delivery fails. Its first error is the one that people read. Each listener's failure is
 * also judged: it heals if a repetition can mend it, and an attempt counts unless it failed only
 * for want of room in this process, or by the stop.
 */
typedef struct slack_failure {
    int status;           /* the first error; 0: none */
    const char *reason;   /* Slack's error, or a sentence; NULL: nothing more is known */
    const char *listener; /* the one that failed first; NULL: none of them */
    bool heals, hopeless; /* some listener failed in this way */
    bool counts;          /* a failure that heals was not one of this process's own bounds */

    /* Of the listener that runs. */
    struct {
        bool open; /* it has begun and not ended */
        bool failed;
        int status;         /* what the listener itself returned, if that was logged */
        int hopeless;       /* its first error that no repetition heals; 0: none */
        const char *reason; /* of that error */
    } current;
} slack_failure_t;

/* Note an error of the listener that runs, or of the delivery outside of any, and judge it.
 * `reason` is copied; optional. */
void slack__failure_note(slack_ctx_t *ctx, int status, const char *reason);

/* Note the delivery's error, unless there is one already. 0 is no error. */
static inline void slack__failure_set(slack_failure_t *failure, int status)
{
    if (failure->status == 0) failure->status = status;
}

/* A listener has ended. Whether it failed in a way that heals, so that it runs again. */
static inline bool slack__failure_listener_end(slack_failure_t *failure)
{
    failure->current.open = false;
    if (!failure->current.failed) return false;
    *(failure->current.hopeless ? &failure->hopeless : &failure->heals) = true;
    return failure->current.hopeless == 0;
}

/* Whether a repetition can mend an error. `reason` is Slack's for SLACK_EAPI, or NULL. */
bool slack__heals(int status, const char *reason);
/* Whether an error says nothing about the delivery: a bound of this process, of its memory or its
 * disk, or its stop. */
bool slack__failure_is_local(const slack_ctx_t *ctx, int status);

#endif
