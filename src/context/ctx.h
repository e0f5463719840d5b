/* SPDX-License-Identifier: MIT */
#ifndef SLACK_CONTEXT_CTX_H
#define SLACK_CONTEXT_CTX_H

#include <stdatomic.h>

#include <slack/slack.h>

#include "context/failure.h"
#include "context/services.h"
#include "context/work.h"
#include "identity/grant.h"
#include "listeners/match.h"
#include "protocol/kind.h"
#include "transport/transport.h"
#include "webapi/webapi.h"

/*
 * What a handler sees of a delivery, and what keeps the delivery open: holds, calls, and user code
 * on the stack. It lies in the delivery's arena, inside of the dispatcher's slack_run, and ends
 * with it.
 */

enum slack_ctx_phase {
    SLACK_CTX_RECEIVED, /* nothing has run yet */
    SLACK_CTX_RUNNING,
    SLACK_CTX_ENDED /* nothing runs any more: functions that would act return SLACK_EALREADY */
};

/* The state of a delivery's ack. */
typedef struct slack_ack_state {
    atomic_bool sent; /* workers read it */
    enum slack_ack_outcome outcome;
    int status;       /* what the transport returned */
    const char *body; /* in the arena; NULL: none */
    uint64_t sent_us;

    /* An ack waits for the jobs that its handler has deferred. */
    unsigned defers; /* jobs that are being stored */
    bool defer_failed;
    bool waits; /* `type` and `body` are sent when no job is being stored any more */
    enum slack_ack_body type;

    slack_link_t unacked;        /* in the list of slack_ack_deadlines */
    bool by_default;             /* the default ack was sent, and the handler has not acked yet */
    _Atomic uint64_t default_us; /* when the default ack was sent; 0: it was not */
    atomic_uint late_ms;         /* by how much the handler's own ack was late */
} slack_ack_state_t;

/* The client of the user who acts. */
typedef struct slack_user_client {
    slack_client_t client;
    slack_ctx_t *ctx;
} slack_user_client_t;

struct slack_ctx {
    slack_services_t *services;
    slack_delivery_t *delivery;
    slack_task_t task; /* goes on with the delivery, off the user's stack */
    enum slack_ctx_phase phase;
    unsigned attempt;           /* from 1; 0: the delivery is not stored, and attempted once */
    const char *job;            /* a job's name; NULL for other deliveries */
    const slack_json_t *tenant; /* a job's tenant; NULL for other deliveries */
    const slack_grant_t *grant; /* never NULL */
    const slack_hit_t *hit;     /* the listener that runs, or ran last */
    slack_ack_state_t ack;
    slack_failure_t failure;

    unsigned depth; /* user code on the stack */
    unsigned holds; /* the program's */
    unsigned calls; /* under way, whose answer nobody else takes */

    slack_client_t client;            /* made by slack__ctx_client() */
    slack_user_client_t *user_client; /* NULL: not made yet */
    slack_voice_t voice;              /* the loop's */
    slack_work_t *works;              /* the newest first */
    struct slack_done_hook *done_hooks;
    struct slack_value *values;
    atomic_uint responses;                 /* sent by the response_url */
    bool function_ended;                   /* slack_complete() or slack_fail() was called */
    const slack_json_t *assistant_context; /* that was kept of the thread */
    bool assistant_asked;                  /* the kept context was looked for */
};

/* `task` is the caller's to fill. */
void slack__ctx_init(slack_ctx_t *ctx, slack_services_t *services, slack_delivery_t *delivery,
                     const slack_grant_t *grant);
/* Frees what hangs on a ctx and is not in its arena. */
void slack__ctx_done(slack_ctx_t *ctx);

/* Call a hook of the program's, if it has set one; its error is the delivery's. */
void slack__ctx_run_hook(slack_ctx_t *ctx, const slack_middleware_t *hook);
/* A call that the delivery waited for has ended. */
void slack__ctx_call_ended(slack_ctx_t *ctx, int status, const char *reason);
/* Calls the functions of slack_ctx_on_done(), the newest first. */
void slack__ctx_tell_done(slack_ctx_t *ctx, const slack_done_t *done);

/* client.c: a client with the token of ctx->grant, for whose calls without a callback the delivery
 * waits. */
slack_client_t *slack__ctx_client(slack_ctx_t *ctx);
/* Log the failure of a call whose answer nobody else takes. Returns its status. */
int slack__ctx_log_call(const slack_ctx_t *ctx, const slack_response_t *response);

/* call.c: call a method; on a worker, wait for the answer. */
int slack__ctx_call(slack_ctx_t *ctx, const char *method, const slack_json_t *args);
/* On a worker: make a call, or send a message to a response URL (`method` NULL), and wait for the
 * answer, which `ret` (optional) is set to. The answer's status. */
int slack__worker_call(slack_ctx_t *ctx, const char *method, const char *url,
                       const slack_json_t *args, const slack_response_t **ret);

/* json.c: why the last value that this thread wrote is NULL. */
int slack__ctx_no_json(slack_ctx_t *ctx);

/* Call user code. A positive return is SLACK_EINVAL. */
static inline int slack__ctx_enter(slack_ctx_t *ctx, slack_handler_fn fn, void *user_data)
{
    ctx->depth++;
    int rc = fn(ctx, user_data);
    ctx->depth--;
    return rc > 0 ? SLACK_EINVAL : rc;
}

/* Run `fn` on the loop: at once there, and from a worker by asking and waiting. Its return;
 * SLACK_ECANCELED when a worker asks and the app is closing. */
static inline int slack__ctx_on_loop(slack_ctx_t *ctx, int (*fn)(slack_ctx_t *ctx, void *args),
                                     void *args)
{
    return slack__on_worker(ctx) ? slack__work_ask(ctx, fn, args) : fn(ctx, args);
}

/* Where this thread may allocate for the delivery. */
static inline slack_arena_t *slack__ctx_arena(const slack_ctx_t *ctx)
{
    return slack__on_worker(ctx) ? ctx->works->arena : ctx->delivery->arena;
}

/* What this thread has said for the delivery. */
static inline slack_voice_t *slack__ctx_voice(slack_ctx_t *ctx)
{
    return slack__on_worker(ctx) ? &ctx->works->voice : &ctx->voice;
}

/* The delivery waits for no call that is made from here on. */
static inline void slack__ctx_leave_clients(slack_ctx_t *ctx)
{
    ctx->client.begin = NULL;
    if (ctx->user_client) ctx->user_client->client.begin = NULL;
}

static inline const slack_logger_t *slack__ctx_log(const slack_ctx_t *ctx)
{
    return ctx->services->net->log;
}

static inline uint64_t slack__ctx_now_us(const slack_ctx_t *ctx)
{
    return slack__mono_us(ctx->services->net->clock);
}

#endif
