/* SPDX-License-Identifier: MIT */
#ifndef SLACK_CONTEXT_FAILURE_H
#define SLACK_CONTEXT_FAILURE_H

#include <stdbool.h>

#include <slack/listener.h>

/*
 * How a delivery fails. Its first error is reported. Each error of a listener is also judged. It
 * heals if another attempt can succeed. The attempt counts, unless it failed only because this
 * process had no room or was stopping.
 */
typedef struct slack_failure {
    int status;              /* the first error; 0: none */
    const char *reason;      /* Slack's error, or a sentence; NULL: nothing more is known */
    const char *listener;    /* the one that failed first; NULL: none of them */
    bool heals, hopeless;    /* some listener failed with such an error */
    bool counts;             /* a failure that heals was not for want of room in this process */
    bool no_room;            /* the library had no room for a call, a handler or a job of the
                              * delivery */
    bool acted;              /* a call has succeeded, so that another attempt would repeat it */
    unsigned alloc_failures; /* slack__alloc_failures() when the attempt began */

    /* The listener that runs. */
    struct {
        bool open;   /* it has begun and not ended */
        bool last;   /* slack_listener_t.attempts: no other attempt follows if this one counts */
        bool counts; /* a failure that heals was not for want of room in this process */
        bool heals;  /* `error` does */
        int status;  /* the error that the listener returned, once it is logged */
        int error;   /* its first error that no other attempt heals, or else its first; 0: none */
        const char *reason; /* of `error` */
    } current;
} slack_failure_t;

/* Records and judges an error: of the listener that runs, or else of the delivery. `reason` is
 * optional and is copied. */
void slack__failure_note(slack_ctx_t *ctx, int status, const char *reason);

/* Records an error of the delivery, unless it has one already. A `status` of 0 is not an error. */
static inline void slack__failure_set(slack_failure_t *failure, int status)
{
    if (failure->status == 0) failure->status = status;
}

/* The listener has ended. True if it failed in a way that heals, and has an attempt left: then the
 * next attempt runs it. */
static inline bool slack__failure_listener_end(slack_failure_t *failure)
{
    failure->current.open = false;
    if (failure->current.error == 0) return false;
    const bool counts = failure->current.counts || failure->acted;
    const bool again = failure->current.heals && !(failure->current.last && counts);
    *(again ? &failure->heals : &failure->hopeless) = true;
    return again;
}

/* Returns SLACK_ETOOBIG, with a sentence, for SLACK_ENOMEM of a delivery that has used up its own
 * share of memory, because that happens in every attempt; otherwise `status`. */
int slack__failure_cause(const slack_ctx_t *ctx, int status, const char **reason);

/* Whether another attempt can succeed after an error. `reason` is Slack's error if the status is
 * SLACK_EAPI, or NULL. */
bool slack__heals(int status, const char *reason);
/* Whether the library itself caused an error because this process has no room or is stopping. It
 * says nothing about the delivery then. An error that a handler returns of its own accord is never
 * local, whatever its code. */
bool slack__failure_is_local(const slack_ctx_t *ctx, int status);

#endif
