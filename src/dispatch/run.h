/* SPDX-License-Identifier: MIT */
#ifndef SLACK_DISPATCH_RUN_H
#define SLACK_DISPATCH_RUN_H

#include "context/ctx.h"
#include "dispatch/ordering.h"
#include "dispatch/progress.h"
#include "identity/identity.h"
#include "listeners/registry.h"
#include "queue/permit.h"

/*
 * A delivery on its way through authorization, middleware and listeners:
 *
 *   begin -> grant -> middleware 0..n-1 -> listeners 0..m-1 -> owner->ended()
 *
 * Each part begins when the part before has ended: no function of the program is on the stack, and
 * no hold and no call is left.
 */
typedef struct slack_delivery_run slack_run_t; /* enum slack_run is public */

/* Runs deliveries. Only `closed` changes after the start. */
typedef struct slack_dispatcher {
    const slack_registry_t *registry;
    slack_identity_t *identity;
    bool own_events;      /* the events that the bot causes reach every listener */
    bool dedupe_messages; /* SLACK_DEDUPE=messages */
    bool closed;          /* no listener begins any more */
    /* Optional. An event that ends tokens (slack__tenant_revoked()) begins with it. True: `ret` has
     * the result; its status fails the event, and another attempt follows. False: the waiter gets
     * the result. */
    bool (*leave)(slack_ctx_t *ctx, slack_waiter_t *waiter, slack_answer_t *ret, void *leave_data);
    void *leave_data;
    /* Of stored deliveries, if processes share the bounds of listeners. NULL: they do not. */
    const slack_permit_source_t *permits;
} slack_dispatcher_t;

/* What a run reports to the inbox. */
typedef struct slack_run_owner {
    /* run->progress has changed: a listener is done or has failed for good, and others follow. */
    void (*progressed)(slack_run_t *run);
    /* Nothing is left to run or to wait for. The inbox may free the run. */
    void (*ended)(slack_run_t *run);
} slack_run_owner_t;

/* Middleware, and the function that they wrap. Only the current middleware may call slack_next().
 * `caller` is the depth of the stack at which that middleware runs, or 0 after it has returned with
 * a hold; slack_next() compares `caller` with the present depth. */
typedef struct slack_chain {
    const slack_middleware_t *items;
    size_t count;
    size_t next; /* the index that slack_next() runs next */
    unsigned caller;
    bool open;                      /* slack_next() may be called */
    int (*inner)(slack_run_t *run); /* runs after the last middleware */
} slack_chain_t;

struct slack_delivery_run {
    slack_ctx_t ctx;
    slack_dispatcher_t *dispatcher;
    const slack_run_owner_t *owner;

    slack_waiter_t waiter;  /* linked while the run waits for its grant */
    slack_grant_t *granted; /* ctx.grant, if the run holds a reference to it; else NULL */
    bool unauthorized;      /* there is no grant, so no handler runs */
    bool refused;           /* unauthorized for good: no other attempt follows */
    bool refusal_sent;

    bool begun;             /* the app's middleware has begun */
    bool own;               /* the bot caused the event: only for listeners that ask for it */
    bool reached_listeners; /* the app's middleware has let the delivery pass */
    bool unmatched_reported;
    unsigned listeners; /* how many ran */
    slack_chain_t chain;
    slack_hits_t hits;
    size_t next_hit;
    slack_progress_t progress;
    slack_ordering_t ordering; /* of the listener that runs, or that runs next */
    slack_permit_t permit;     /* of the same listener */
};

static inline slack_run_t *slack__run_of(slack_ctx_t *ctx)
{
    return SLACK_CONTAINER(ctx, slack_run_t, ctx);
}

/* The caller sets `owner` and ctx.task. */
void slack__run_init(slack_run_t *run, slack_dispatcher_t *dispatcher, slack_services_t *services,
                     slack_delivery_t *delivery);
/* Removes the run from every list, and frees its memory outside of the delivery's arena. */
void slack__run_done(slack_run_t *run);

/* Whether the run waits for other deliveries that run its next listener, in this process or in
 * another one. */
static inline bool slack__run_waits(const slack_run_t *run)
{
    return run->ordering.waits || run->permit.waits;
}
/* The listener has ended, or will not run. Lets the deliveries begin that waited for it. */
void slack__run_leave_ordering(slack_run_t *run);

/* dispatch.c */
void slack__run_begin(slack_run_t *run);
/* Continues after a wait has ended. Called from the loop, with no function of the program on the
 * stack. */
void slack__run_advance(slack_run_t *run);

/* The listener that runs has returned an error. `voice` is that of the thread that ran it. */
void slack__run_listener_failed(slack_run_t *run, int status, const slack_voice_t *voice);

#endif
