/* SPDX-License-Identifier: MIT */
#ifndef SLACK_CONTEXT_CTX_H
#define SLACK_CONTEXT_CTX_H

#include "app/app.h"
#include "dispatch/ordering.h"
#include "dispatch/worker.h"

/*
 * A delivery in the core. It lies in the delivery's arena, and ends with it.
 *
 *   inbox:    RECEIVED -> (event) STORING -> acked -> RUNNING -> ENDED
 *             RECEIVED -> (others) RUNNING -> ENDED, acked on the way
 *   dispatch: authorized, then middleware 0..n-1, then steps 0..m-1, each begun when nothing of the
 * one before is left: no user code on the stack, no hold, no call
 */

enum ctx_state { CTX_RECEIVED, CTX_STORING, CTX_RUNNING, CTX_ENDED, CTX_FINISHING };

struct on_done {
    struct on_done *next;
    slack_done_fn fn;
    void *user_data;
};

struct value {
    struct value *next;
    const slack_key_t *key;
    void *value;
};

/* Middleware around something. Whose turn it is to call slack_next() is told by how deep user code
 * is on the stack: 0 for one that has returned and goes on later. */
struct chain {
    const slack_middleware_t *items;
    size_t count;
    size_t next; /* the index that slack_next() runs next */
    unsigned turn;
    bool open;                      /* slack_next() may be called */
    int (*inner)(slack_ctx_t *ctx); /* what they are around */
};

struct slack_ctx {
    slack_app_t *app;
    slack_delivery_t *d;
    slack_link_t link; /* app->live or app->zombies */
    slack_task_t task; /* goes on with the delivery, off the user's stack */
    enum ctx_state state;
    slack_store_op_t op; /* row: what the store has of it */
    bool stored;
    bool unsettled; /* its end could not be noted, which was told */
    slack_attempt_t attempt;
    const char *job;            /* its name */
    const slack_json_t *tenant; /* of a job: whose it is */

    /* authorize.c */
    const slack_grant_t *grant;  /* never NULL */
    slack_grant_t *granted;      /* the same where it is counted */
    slack_link_t authorize_link; /* among those that wait for the same tenant */
    bool authorizing;            /* waits there */
    bool unauthorized;           /* there is no grant: handlers do not run … */
    bool refused, refusal_told;  /* … nor ever will */

    /* ack.c */
    atomic_bool acked; /* workers look at it as well */
    enum slack_ack_outcome outcome;
    int ack_status;
    const char *ack_body; /* in the arena */
    uint64_t acked_us;
    unsigned defers;   /* jobs that are being stored */
    bool defer_failed; /* one of them was not */
    bool ack_waits;    /* for them: what follows, and ack_body */
    enum slack_ack_body ack_type;
    slack_link_t unacked_link; /* app->unacked */
    bool spare;                /* acknowledged in the handler's place, who has not spoken yet */
    _Atomic uint64_t spare_us; /* when; 0: it was not */
    atomic_uint late_ms;       /* by how much the handler's own ack was late */

    /* dispatch.c */
    bool begun;         /* the middleware have */
    struct chain chain; /* the app's, then one listener's after the other */
    bool own;           /* of the bot's own doing, for listeners that ask for it */
    bool reached_listeners;
    slack_steps_t steps;
    size_t next_step;
    const slack_step_t *step; /* the one that runs, or ran last */
    unsigned listeners;       /* how many ran */
    unsigned depth;           /* user code on the stack */
    unsigned holds;           /* the program's */
    unsigned calls;           /* under way, with nobody else to take the answer */
    int status;               /* the first error */
    slack_ordering_t turn;    /* of the listener that runs, or is the next */
    bool turn_waits;
    int step_status;    /* of ctx->step */
    const char *failed; /* the listener that `status` is of; NULL: none */
    bool error_told, unmatched_told;

    const slack_json_t *assistant_context; /* that was kept of its thread */
    bool assistant_asked;
    atomic_uint responses; /* sent by the response_url */
    bool step_ended;       /* slack_complete() or slack_fail() was called */
    slack_client_t client;
    struct user_client *user_client; /* NULL: not asked for yet */
    slack_voice_t voice;             /* the loop's */
    struct on_done *on_done;
    struct value *values;
    slack_work_t *works; /* worker.c: the newest first */
};

/* context.c: what hangs on a delivery and is not in its arena; the last before it is freed. */
void slack__ctx_done(slack_ctx_t *ctx);

/* dispatch.c: begin to run; go on when something has ended; note an error. */
void slack__dispatch_begin(slack_ctx_t *ctx);
void slack__dispatch_advance(slack_ctx_t *ctx);
void slack__ctx_fail(slack_ctx_t *ctx, int status);
/* ctx->step failed; `reason`: Slack's error, or NULL. */
void slack__step_failed(slack_ctx_t *ctx, int status, const char *reason);
/* Call what takes the answer to a message, as user code. */
int slack__enter_said(slack_ctx_t *ctx, slack_said_fn fn, const slack_response_t *response,
                      void *user_data);
/* Tell the program something of the delivery; nothing where it has set no such hook. */
void slack__run_hook(slack_ctx_t *ctx, const slack_middleware_t *hook);

/* inbox.c: a ctx for a delivery, among the live ones; NULL: memory is out, nothing happened. */
slack_ctx_t *slack__ctx_new(slack_app_t *app, slack_delivery_t *d);
/* The texts that a store keeps of a delivery; without a payload when memory is out. */
void slack__inbox_fill_row(slack_ctx_t *ctx, slack_row_t *row);
/* Note in the store how an attempt has ended; then the delivery is freed. */
void slack__inbox_settle(slack_ctx_t *ctx);
/* Everything has run. */
void slack__inbox_end(slack_ctx_t *ctx);

/* same.c: the key that a delivery is recognised by (false: memory is out); whether a mention of the
 * same words comes. */
bool slack__dedupe_key(const slack_ctx_t *ctx, slack_slice_t *ret);
bool slack__dedupe_as_mention(slack_ctx_t *ctx);

/* ack.c: send the ack that waited for jobs; nothing where none did. */
void slack__ack_kept(slack_ctx_t *ctx);
/* Answer the wire, whatever the kind; once. Returns what the transport said. */
int slack__ack_send(slack_ctx_t *ctx, const slack_ack_t *ack);
void slack__ack_outcome(slack_ctx_t *ctx, enum slack_ack_outcome outcome);

/* spare.c: from now on an ack is awaited; and the ack of a handler that comes after the spare one.
 */
void slack__ack_deadline_watch(slack_ctx_t *ctx);
int slack__ack_deadline_late(slack_ctx_t *ctx, const slack_ack_t *ack);
/* What puts a text in the place of a submitted modal. NULL: it cannot be made. */
const slack_json_t *slack__ack_deadline_view(slack_ctx_t *ctx, const char *text);

/* say.c: make ctx->client one with the token of ctx->grant, whose calls the delivery waits for; the
 * client, ready for a call; make such a call; and why a value that slack_jsonf() made is NULL. */
void slack__ctx_init_client(slack_ctx_t *ctx);
/* Calls made from here on have nobody to wait for them. */
void slack__ctx_leave_clients(slack_ctx_t *ctx);
slack_client_t *slack__ctx_client(slack_ctx_t *ctx);
int slack__ctx_call(slack_ctx_t *ctx, const char *method, const slack_json_t *args);
int slack__ctx_no_json(slack_ctx_t *ctx);

/* value.c: the last of the values. */
void slack__values_free(slack_ctx_t *ctx);

#endif
