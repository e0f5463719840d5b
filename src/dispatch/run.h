/* SPDX-License-Identifier: MIT */
#ifndef SLACK_DISPATCH_RUN_H
#define SLACK_DISPATCH_RUN_H

#include "context/ctx.h"
#include "dispatch/ordering.h"
#include "dispatch/progress.h"
#include "identity/identity.h"
#include "listeners/registry.h"

/*
 * A delivery on its way through authorization, middleware and listeners:
 *
 *   begin -> grant -> middleware 0..n-1 -> listeners 0..m-1 -> owner->ended()
 *
 * Each begins when nothing of the one before is left: no user code on the stack, no hold, no call.
 */
typedef struct slack_delivery_run slack_run_t; /* enum slack_run is public */

/* What runs deliveries; const after the start, `closed` apart. */
typedef struct slack_dispatcher {
    const slack_registry_t *registry;
    slack_identity_t *identity;
    bool own_events;      /* events of the bot's own doing reach every listener */
    bool dedupe_messages; /* SLACK_DEDUPE=messages */
    bool closed;          /* nothing begins any more */
} slack_dispatcher_t;

/* The inbox's side of a run. */
typedef struct slack_run_owner {
    /* A listener is done, or failed for good, and others are still to run: run->progress has
     * changed. */
    void (*progressed)(slack_run_t *run);
    /* Nothing is left to run or to wait for. */
    void (*ended)(slack_run_t *run);
} slack_run_owner_t;

/* Middleware around something. The chain goes on by slack_next(), which only the code may call
 * whose turn it is: that at the depth `caller` of the stack, 0 for one that has returned and goes
 * on later.
 */
typedef struct slack_chain {
    const slack_middleware_t *items;
    size_t count;
    size_t next; /* the index that slack_next() runs next */
    unsigned caller;
    bool open;                      /* slack_next() may be called */
    int (*inner)(slack_run_t *run); /* what the chain is around */
} slack_chain_t;

struct slack_delivery_run {
    slack_ctx_t ctx;
    slack_dispatcher_t *dispatcher;
    const slack_run_owner_t *owner;

    slack_waiter_t waiter;  /* linked while the run waits for its grant */
    slack_grant_t *granted; /* ctx.grant, where it is counted */
    bool unauthorized;      /* there is no grant: no handler runs */
    bool refused;           /* for good */
    bool refusal_told;

    bool begun;             /* the middleware have */
    bool own;               /* of the bot's own doing: only for listeners that ask for it */
    bool reached_listeners; /* the middleware have let it pass */
    bool error_told, unmatched_told;
    unsigned listeners; /* how many ran */
    slack_chain_t chain;
    slack_hits_t hits;
    size_t next_hit;
    slack_progress_t progress;
    slack_ordering_t ordering; /* of the listener that runs, or is the next */
};

static inline slack_run_t *slack__run_of(slack_ctx_t *ctx)
{
    return SLACK_CONTAINER(ctx, slack_run_t, ctx);
}

/* The caller fills `owner` and ctx.task. */
void slack__run_init(slack_run_t *run, slack_dispatcher_t *dispatcher, slack_services_t *services,
                     slack_delivery_t *delivery);
/* Leaves every list and frees what is not in the delivery's arena. */
void slack__run_done(slack_run_t *run);

/* The listener has ended, or will never begin: the next delivery that waits for it may. */
void slack__run_leave_ordering(slack_run_t *run);

/* dispatch.c: begin. */
void slack__run_begin(slack_run_t *run);
/* Go on, when something that the run waited for has ended. From the loop, off the user's stack. */
void slack__run_advance(slack_run_t *run);

/* The listener that runs has returned an error. `reason`: Slack's error, or NULL. */
void slack__run_listener_failed(slack_run_t *run, int status, const char *reason);

#endif
