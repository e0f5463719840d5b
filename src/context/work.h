/* SPDX-License-Identifier: MIT */
#ifndef SLACK_CONTEXT_WORK_H
#define SLACK_CONTEXT_WORK_H

#include <slack/call.h>
#include <slack/listener.h>

#include "net/worker_pool.h"
#include "util/arena.h"

/*
 * A handler on a thread of the pool. It touches nothing that the loop may change: a function of the
 * API that changes a ctx asks the loop to do it, and waits. The handler's own values lie in an
 * arena of its own.
 */

/* What a thread that speaks for a delivery remembers of what it said. */
typedef struct slack_voice {
    int json_error;           /* why the last value that it wrote is NULL */
    const char *ts, *channel; /* of the last message, in its arena; NULL: none yet */
    unsigned under_way;       /* messages without an answer */
} slack_voice_t;

/* A call that a worker waits for. It ends with the call, which may outlive the work. */
struct slack_call_wait {
    struct slack_work *work; /* NULL: the worker waits no more */
};

/* Lies in its own arena. The worker's while the handler runs. */
typedef struct slack_work {
    slack_pool_job_t job;
    struct slack_work *next; /* of the ctx's */
    slack_ctx_t *ctx;
    slack_arena_t *arena;
    slack_handler_fn fn;
    void *user_data;
    int status;         /* what the handler returned */
    const char *reason; /* Slack's error of the last call that failed */
    slack_voice_t voice;

    slack_pool_ask_t ask;
    int (*ask_fn)(slack_ctx_t *ctx, void *args);
    void *ask_args;
    struct slack_call_wait *wait; /* the loop's: the call that the handler waits for */
} slack_work_t;

/* The ctx whose handler this thread runs; NULL on every other thread. */
extern _Thread_local const slack_ctx_t *slack__worker_ctx;

static inline bool slack__on_worker(const slack_ctx_t *ctx)
{
    return slack__worker_ctx == ctx;
}

/* A work in ctx->works. NULL: memory is out. */
slack_work_t *slack__work_new(slack_ctx_t *ctx, slack_handler_fn fn, void *user_data);
/* Frees a list of them, which may be empty. */
void slack__works_free(slack_work_t *works);

/* ---- on a worker, or on the loop ---- */

/* On a worker: have the loop run `fn`, and wait. Its return; SLACK_ECANCELED when the app is
 * closing.
 */
int slack__work_ask(slack_ctx_t *ctx, int (*fn)(slack_ctx_t *ctx, void *args), void *args);

#endif
