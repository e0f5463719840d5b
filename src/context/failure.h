/* SPDX-License-Identifier: MIT */
#ifndef SLACK_CONTEXT_FAILURE_H
#define SLACK_CONTEXT_FAILURE_H

#include <stdbool.h>

#include <slack/call.h>
#include <slack/listener.h>

#include "util/arena.h"

/* What is known of an error. The texts live as long as the delivery. */
typedef struct slack_fault {
    int status;         /* 0: no error */
    const char *method; /* the call that failed; NULL: no call failed */
    const char *word;   /* Slack's error, if Slack answered with one; else NULL */
    const char *why;    /* a sentence: the cause, the cure; NULL: memory was out */
} slack_fault_t;

/* The sentence of a fault, which is never empty. */
static inline const char *slack__fault_why(const slack_fault_t *fault)
{
    return fault->why && *fault->why ? fault->why : slack_strerror(fault->status);
}

/* An error after the first one of an attempt. */
typedef struct slack_also {
    struct slack_also *next;
    slack_fault_t fault;
    const char *listener; /* NULL: not a listener's error */
} slack_also_t;

#define SLACK_ALSO_MAX 7

/*
 * How a delivery fails. Its first error is reported. Each error of a listener is also judged. An
 * error heals if another attempt can succeed. The attempt counts, unless it failed only because
 * this process had no room or was stopping.
 */
typedef struct slack_failure {
    slack_fault_t first;     /* the first error, which is reported */
    const char *listener;    /* the one that failed first; NULL: no listener failed */
    struct slack_also *also; /* the errors after the first one, in order */
    unsigned also_count;     /* all of them; the list has at most SLACK_ALSO_MAX */
    bool heals, hopeless;    /* a listener failed and runs again; or it failed for good */
    bool counts;             /* a failure that heals has another cause than want of room here */
    bool no_room;            /* the library had no room for a call, a handler or a job of the
                              * delivery */
    bool acted;              /* a call has succeeded, or one of which the delivery learns nothing
                              * has begun: another attempt would repeat it */
    bool reported;           /* slack_on_error() has learned of the first error */
    unsigned alloc_failures; /* slack__alloc_failures() when the attempt began */

    /* The listener that runs. */
    struct {
        bool open;   /* it has begun and not ended */
        bool last;   /* slack_listener_t.attempts: no other attempt follows if this one counts */
        bool counts; /* a failure that heals has another cause than want of room here */
        bool heals;  /* `error` heals */
        int status;  /* the error that the listener returned, once it is logged */
        int error;   /* its first error that no other attempt heals, or else its first error; 0: no
                      * error */
        const char *word; /* Slack's word for `error`; NULL: it has none */
    } current;
} slack_failure_t;

/* Records and judges an error: of the listener that runs, or else of the delivery. A fault that is
 * known already is not recorded again. */
void slack__failure_note(slack_ctx_t *ctx, const slack_fault_t *fault);

/* A function of the API has failed on this thread. The handler may ignore that, or learn of it by
 * another function, whose error it returns. If the delivery does not fail with the sentence, the
 * end of the attempt logs it. */
struct slack_voice;
void slack__failure_leave(slack_ctx_t *ctx, int status, const char *why);
void slack__failure_log_left(slack_ctx_t *ctx, const struct slack_voice *voice);

/* The fault of a function of the program (`who`) that has returned `status`: the one that the
 * library left on the voice of its thread, if it has that status; or else one that explains the
 * number. */
slack_fault_t slack__fault_returned(slack_ctx_t *ctx, const struct slack_voice *voice, int status,
                                    const char *who);
/* The fault of a call that has failed, copied into `arena`. */
slack_fault_t slack__fault_of_call(slack_arena_t *arena, const slack_response_t *response);

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

/* Whether another attempt can succeed after an error. `reason` is Slack's error if the status is
 * SLACK_EAPI, or NULL. */
bool slack__heals(int status, const char *reason);
/* Whether the library itself caused an error because this process has no room or is stopping. Such
 * an error says nothing about the delivery. An error that a handler returns of its own accord is
 * never local, whatever its code. */
bool slack__failure_is_local(const slack_ctx_t *ctx, int status);

#endif
