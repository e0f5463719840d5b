/* SPDX-License-Identifier: MIT */
#ifndef SLACK_CONTEXT_CTX_H
#define SLACK_CONTEXT_CTX_H

#include <stdarg.h>
#include <stdatomic.h>

#include <slack/slack.h>

#include "context/failure.h"
#include "context/services.h"
#include "context/worker.h"
#include "identity/grant.h"
#include "listeners/match.h"
#include "protocol/kind.h"
#include "transport/transport.h"
#include "webapi/webapi.h"

/*
 * A ctx is what a handler sees of a delivery. It counts what keeps the delivery open: holds, calls,
 * and user code on the stack. The ctx lies in the dispatcher's slack_delivery_run, in the
 * delivery's arena, and ends with the delivery.
 */

enum slack_ctx_phase {
    SLACK_CTX_RECEIVED, /* no handler has run yet */
    SLACK_CTX_RUNNING,
    SLACK_CTX_ENDED, /* no handler runs any more: functions that act return SLACK_EALREADY */
    SLACK_CTX_OVER   /* the hooks have run too: the program may not use the ctx any more */
};

/* The state of a delivery's ack. */
typedef struct slack_ack_state {
    atomic_bool sent; /* atomic, as workers read it */
    enum slack_ack_outcome outcome;
    int status;       /* what the transport returned */
    const char *body; /* in the arena; NULL: no body */
    uint64_t sent_us;

    /* The ack of a handler waits until the jobs that the handler has deferred are stored. */
    unsigned defers; /* jobs that are being stored */
    bool defer_failed;
    bool waits; /* the handler has acked: `type` and `body` are sent when `defers` is 0 */
    enum slack_ack_body type;

    slack_link_t unacked;        /* in slack_ack_deadlines.unacked */
    bool again;                  /* a handler has acked a second time */
    bool by_default;             /* the default ack was sent, and the handler has not acked yet */
    _Atomic uint64_t default_us; /* when the default ack was sent; 0: it was not sent */
    atomic_uint late_ms;         /* by how much the handler's own ack was late */
} slack_ack_state_t;

/* The context of an assistant's thread that the app keeps. */
typedef struct slack_assistant_state {
    const slack_json_t *context; /* NULL: none is kept, or nobody has looked */
    bool asked;                  /* the app has looked for it */
} slack_assistant_state_t;

struct slack_ctx {
    slack_services_t *services;
    slack_delivery_t *delivery;
    slack_task_t task; /* continues the delivery from the loop, when no user code is on the stack */
    enum slack_ctx_phase phase;
    unsigned attempt;           /* from 1; 0: the delivery is not stored, and has one attempt */
    const char *job;            /* a job's name; NULL for other deliveries */
    int64_t due_ms;             /* of a job, as it was planned; 0 for other deliveries */
    const slack_json_t *tenant; /* a job's tenant; NULL for other deliveries */
    const slack_grant_t *grant; /* never NULL */
    const slack_hit_t *hit;     /* the listener that runs, or ran last */
    slack_ack_state_t ack;
    slack_failure_t failure;

    unsigned depth; /* functions of the program on the stack */
    unsigned holds; /* of the program */
    unsigned calls; /* in flight, for whose end the delivery waits */

    slack_client_t client;      /* made by slack__ctx_client() */
    slack_client_t user_client; /* of the user who acts; without a webapi: not made yet */
    slack_voice_t voice;        /* of handlers on the loop; a work has its own */
    slack_work_t *works;        /* the newest first; only the first may be running */
    struct slack_done_hook *done_hooks;
    struct slack_owned_stream *streams; /* of stream.c, the newest first */
    struct slack_value *values;
    atomic_uint responses; /* messages sent to the response URL */
    bool function_ended;   /* slack_complete() or slack_fail() was called */
    slack_assistant_state_t assistant;
};

/* The caller sets `task`. */
void slack__ctx_init(slack_ctx_t *ctx, slack_services_t *services, slack_delivery_t *delivery,
                     const slack_grant_t *grant);
/* Frees the works and values of a ctx, which are not in its arena. */
void slack__ctx_done(slack_ctx_t *ctx);

/* ended.c: 0 if the program may use the ctx in `function`. SLACK_EINVAL for NULL; SLACK_EALREADY
 * after the end of the delivery, in an app that checks lifetimes. */
int slack__ctx_judge(const slack_ctx_t *ctx, const char *function);

static inline int slack__ctx_status(const slack_ctx_t *ctx, const char *function)
{
    return ctx && !slack__lifetimes_checked() ? 0 : slack__ctx_judge(ctx, function);
}

/* The same, and SLACK_ETHREAD on a thread that may not act for this ctx. Only the loop's thread
 * may, and a worker that runs a handler of this ctx. */
static inline int slack__ctx_act(const slack_ctx_t *ctx, const char *function)
{
    const int unusable = slack__ctx_status(ctx, function);
    if (unusable != 0 || slack__on_worker(ctx)) return unusable;
    if (slack__net_is_here(ctx->services->net)) return 0;
    return slack__net_misused(ctx->services->net, function,
                              "only a handler of this ctx, on the loop or on its worker,");
}

/* The first line of a public function that acts for a ctx or allocates in it: the function returns
 * an error if the program may not do that here. */
#define SLACK_CTX_REQUIRE(ctx)                                                                     \
    do {                                                                                           \
        const int unusable = slack__ctx_act(ctx, __func__);                                        \
        if (unusable != 0) return unusable;                                                        \
    } while (0)
/* The same for a function that returns no errors. */
#define SLACK_CTX_ACT_OR(ctx, neutral)                                                             \
    do {                                                                                           \
        if (slack__ctx_act(ctx, __func__) != 0) return neutral;                                    \
    } while (0)
/* The first line of a function that only reads what does not change while the ctx is held. Any
 * thread may call such a function. */
#define SLACK_CTX_REQUIRE_OR(ctx, neutral)                                                         \
    do {                                                                                           \
        if (slack__ctx_status(ctx, __func__) != 0) return neutral;                                 \
    } while (0)

/* Calls a hook, if the program has set it. The delivery fails with the hook's error. */
void slack__ctx_run_hook(slack_ctx_t *ctx, const slack_middleware_t *hook);
/* Something that the delivery waited for has ended, with a fault or with status 0. */
void slack__ctx_call_ended(slack_ctx_t *ctx, const slack_fault_t *fault);
/* Why the delivery has not ended: a sentence with the cure. Never NULL. */
const char *slack__ctx_why_open(const slack_ctx_t *ctx, slack_arena_t *arena);
/* Calls the functions of slack_ctx_on_done(), the newest first. */
void slack__ctx_run_done_hooks(slack_ctx_t *ctx, const slack_done_t *done);

/* client.c: the client with the token of ctx->grant. The delivery waits for the calls of this
 * client that have no callback. */
slack_client_t *slack__ctx_client(slack_ctx_t *ctx);

/* call.c: 0 on a worker. On the loop SLACK_EDEADLK after slack__ctx_fail(), as `function` would
 * block it; `instead` names the function that does not. */
int slack__ctx_may_wait(slack_ctx_t *ctx, const char *function, const char *instead);
/* call.c: calls a method. A worker waits for the answer. */
int slack__ctx_call(slack_ctx_t *ctx, const char *method, const slack_json_t *args);
/* A call whose answer goes to a function of the program. On the loop this struct lies in the
 * delivery's arena; on a worker, on the stack. */
typedef struct slack_then {
    slack_ctx_t *ctx;
    slack_then_fn fn; /* NULL: a failure of the call fails the delivery */
    void *user_data;
    /* Takes the answer before `fn` does; NULL: nothing is to be done. */
    void (*answered)(struct slack_then *then, const slack_response_t *response);
} slack_then_t;
/* Calls a method. The delivery stays open until then->fn has returned. A worker waits for that. */
int slack__ctx_call_then(slack_ctx_t *ctx, const char *method, const slack_json_t *args,
                         slack_then_t *then);
/* A slack_call_fn: takes the answer of a slack_then_t. */
void slack__then_answered(const slack_response_t *response, void *then);
/* On a worker only: makes a call, or posts to a URL if `url` is not NULL (slack_post_t), and waits.
 * Sets `ret` (optional) to the answer and returns its status. */
int slack__worker_call(slack_ctx_t *ctx, const char *method, const char *url,
                       const slack_json_t *args, const slack_response_t **ret);

/* What the user of a failed delivery reads: in the ack of a command, or in a message to the
 * response URL. */
#define SLACK_REFUSAL_TEXT "The app could not do that. Please try again later."
/* say.c: sends this text to the response URL, unless there is none or the handler has used it. */
void slack__respond_refusal(slack_ctx_t *ctx);

/* failure.c: returns `status` to a handler, and leaves a sentence for the log: the call, the cause,
 * the cure. The log has it also if the handler ignores the error. */
int slack__ctx_fail(slack_ctx_t *ctx, int status, const char *format, ...) SLACK_PRINTF(3, 4);
/* call.c: the same for a call that could not begin. */
int slack__ctx_fail_call(slack_ctx_t *ctx, int status, const char *method);
/* 0 if `args` may be sent to a method, or as a "response_url" message or an "ack":
 * slack__args_check() and slack__block_guard(). Otherwise SLACK_EINVAL, after slack__ctx_fail(). */
int slack__ctx_check_call(slack_ctx_t *ctx, const char *method, const slack_json_t *args);
/* 0 if the delivery has not ended, or a worker asks, which the end waits for. Otherwise
 * SLACK_EALREADY, after slack__ctx_fail(). */
int slack__ctx_refuse_ended(slack_ctx_t *ctx, const char *method);
/* Names a delivery in such a sentence: the type of an event, or the kind. */
const char *slack__ctx_what(const slack_ctx_t *ctx);

/* failure.c: the text of a printf format, for the public function `caller`. NULL after
 * slack__ctx_fail(), with SLACK_EINVAL for a malformed format. */
const char *slack__ctx_text(slack_ctx_t *ctx, const char *caller, slack_arena_t *arena,
                            const char *format, va_list ap) SLACK_PRINTF(4, 0);

/* json.c: 0 if a required value was made; otherwise the error, after slack__ctx_fail(). */
int slack__ctx_required(slack_ctx_t *ctx, const slack_json_t *value);

/* A positive return of a function of the program becomes SLACK_EINVAL. */
static inline int slack__ctx_returned(slack_ctx_t *ctx, int rc)
{
    if (rc <= 0) return rc;
    return slack__ctx_fail(
        ctx, SLACK_EINVAL,
        "the handler returned %d: return 0 or a SLACK_E… code, which is negative", rc);
}

/* The time that a function of the program is on the loop's stack. Its end logs a blocked loop. It
 * also notes what the program has begun by itself, since another attempt would repeat that. */
typedef struct slack_visit {
    uint64_t since_us, unwatched;
    slack_ctx_t *outer; /* that ran before; NULL: none */
} slack_visit_t;
slack_visit_t slack__ctx_visit_begin(slack_ctx_t *ctx);
void slack__ctx_visit_end(slack_ctx_t *ctx, const slack_visit_t *visit);

static inline uint64_t slack__ctx_now_us(const slack_ctx_t *ctx)
{
    return slack__mono_us(ctx->services->log->clock);
}

/* Calls a function of the program on the loop. */
static inline int slack__ctx_enter(slack_ctx_t *ctx, slack_handler_fn fn, void *user_data)
{
    const slack_visit_t visit = slack__ctx_visit_begin(ctx);
    int rc = fn(ctx, user_data);
    slack__ctx_visit_end(ctx, &visit);
    return slack__ctx_returned(ctx, rc);
}

/* Runs `fn` on the loop and returns its result. On the loop this is a plain call; a worker asks the
 * loop and waits. SLACK_ECANCELED if a worker asks while the app closes. */
static inline int slack__ctx_on_loop(slack_ctx_t *ctx, int (*fn)(slack_ctx_t *ctx, void *args),
                                     void *args)
{
    return slack__on_worker(ctx) ? slack__work_ask(ctx, fn, args) : fn(ctx, args);
}

/* The arena in which this thread may allocate for the delivery. */
static inline slack_arena_t *slack__ctx_arena(const slack_ctx_t *ctx)
{
    return slack__on_worker(ctx) ? ctx->works->arena : ctx->delivery->arena;
}

/* The same for the arguments of a call: on a worker they end with the call. */
static inline slack_arena_t *slack__ctx_scratch(const slack_ctx_t *ctx)
{
    return slack__on_worker(ctx) ? ctx->works->scratch : ctx->delivery->arena;
}

/* The voice of this thread. */
static inline slack_voice_t *slack__ctx_voice(slack_ctx_t *ctx)
{
    return slack__on_worker(ctx) ? &ctx->works->voice : &ctx->voice;
}

/* The code of the last slack__ctx_fail() on this thread. */
static inline int slack__ctx_failed(slack_ctx_t *ctx)
{
    return slack__ctx_voice(ctx)->fault.status;
}

/* Calls that begin from now on do not keep the delivery open. */
static inline void slack__ctx_leave_clients(slack_ctx_t *ctx)
{
    ctx->client.begin = NULL;
    ctx->user_client.begin = NULL;
}

static inline const slack_logger_t *slack__ctx_log(const slack_ctx_t *ctx)
{
    return ctx->services->log;
}

#endif
