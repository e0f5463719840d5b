/* SPDX-License-Identifier: MIT */
#ifndef SLACK_DISPATCH_WORKER_H
#define SLACK_DISPATCH_WORKER_H

#include <stdbool.h>
#include <stddef.h>

#include <slack/call.h>

#include "util/arena.h"

/*
 * Handlers that may block, on threads of the app's own.
 *
 *   loop:    run_listener -> submit -> queue ----------------------> done: the hold is released
 *   worker:                              run the handler … ask … ask   ^
 *   loop:                                                  v    ^------+
 *                                                    ask->fn, then the answer
 *
 * A worker touches nothing that the loop may change: what a ctx function has to change, it asks the
 * loop to do, and waits. What a handler makes lies in an arena of its work's.
 */
typedef struct slack_workers slack_workers_t;
typedef struct slack_work slack_work_t;

/* The ctx whose handler this thread runs; NULL on every other thread. */
extern _Thread_local const slack_ctx_t *slack__worker_ctx;

static inline bool slack__on_worker(const slack_ctx_t *ctx)
{
    return slack__worker_ctx == ctx;
}

/* ---- on the loop ---- */

/* Have a worker run the handler of ctx->step; the delivery is held until it has. 0; SLACK_EBUSY
 * when the queue is full, or no thread can be had; SLACK_ENOMEM; SLACK_ECANCELED. */
int slack__workers_submit(slack_app_t *app, slack_ctx_t *ctx);
/* How many wait in the queue, and how many more it takes. NULL is fine. */
size_t slack__workers_queued(slack_workers_t *workers);
size_t slack__workers_room(slack_workers_t *workers);
/* Whether a worker has something to do that does not wait for the loop: without it, nothing happens
 * until a call is answered. */
bool slack__workers_busy(const slack_app_t *app);
/* What workers ask for and what they have done: on every wakeup of the loop. */
void slack__workers_run(slack_app_t *app);
/* No handler is begun and no answer waited for any more. */
void slack__workers_cancel(slack_app_t *app);
/* `fn` is called, now or later, when no handler runs any more. After slack__workers_cancel(). */
void slack__workers_close(slack_app_t *app, void (*fn)(slack_app_t *app));
void slack__workers_free(slack_workers_t *workers);
/* With the ctx that they were for. */
void slack__works_free(slack_work_t *works);

/* ---- on a worker, or on the loop ---- */

/* Run `fn` on the loop: at once there, else by asking and waiting. What it returned;
 * SLACK_ECANCELED when the app is closing. */
int slack__ctx_on_loop(slack_ctx_t *ctx, int (*fn)(slack_ctx_t *ctx, void *args), void *args);
/* Where the thread that asks may allocate for the delivery. */
slack_arena_t *slack__ctx_arena(const slack_ctx_t *ctx);

/* What a thread that speaks for a delivery remembers of what it said. */
typedef struct slack_voice {
    int json_error;           /* why the last value that it wrote is NULL */
    const char *ts, *channel; /* of the last message, in its arena; NULL: none yet */
    unsigned under_way;       /* messages without an answer */
} slack_voice_t;

slack_voice_t *slack__ctx_voice(slack_ctx_t *ctx);

/* On a worker only: a call, or a message to a response URL (method NULL), and the wait for its
 * answer, which `ret` (optional) is set to. What slack_response_status() tells of it. */
int slack__worker_call(slack_ctx_t *ctx, const char *method, const char *url,
                       const slack_json_t *args, const slack_response_t **ret);

#endif
