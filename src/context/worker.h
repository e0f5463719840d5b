/* SPDX-License-Identifier: MIT */
#ifndef SLACK_CONTEXT_WORKER_H
#define SLACK_CONTEXT_WORKER_H

#include <stdatomic.h>

#include <slack/call.h>
#include <slack/listener.h>

#include "context/failure.h"
#include "net/worker_pool.h"
#include "util/arena.h"

/*
 * A handler on a worker. It reads and writes nothing that the loop may change: a function of the
 * API that changes a ctx asks the loop to do so, and waits. The handler allocates in an arena of
 * its own.
 */

/* The last error and the last message of one thread that runs handlers of a delivery. */
typedef struct slack_voice {
    slack_fault_t fault;          /* the last one of a function of the API, in the thread's arena */
    const char *ts, *channel;     /* of the last message, in its arena; NULL: no message yet */
    struct slack_saying *pending; /* the last message, while it has no answer */
    struct slack_also *left;      /* by slack__failure_leave(), the newest first */
    unsigned left_count;          /* all of them; the list has at most SLACK_ALSO_MAX */
} slack_voice_t;

/* A worker that waits for a call. This struct is freed when the call ends, which may be after the
 * end of the work. */
struct slack_call_wait {
    struct slack_work *work; /* NULL: the worker has stopped waiting */
    /* The worker stops waiting, and its memory may go. Optional. */
    void (*abandoned)(struct slack_call_wait *wait);
};

/* An answer that a handler on a worker may read. It lies in the arena of its call. */
typedef struct slack_kept_answer {
    slack_link_t link; /* in work->answers */
    slack_arena_t *arena;
    const slack_response_t *response;
    bool dropped; /* the handler is done with it, and the next call frees it */
} slack_kept_answer_t;

/* The work of one worker for one handler. It lies in its own arena. Only the worker uses it while
 * the handler runs. */
typedef struct slack_work {
    slack_pool_job_t job;
    struct slack_work *next; /* in ctx->works */
    slack_ctx_t *ctx;
    slack_arena_t *arena;
    slack_arena_t *scratch; /* emptied after each call */
    slack_handler_fn fn;
    void *user_data;
    int status;          /* what the handler returned */
    atomic_bool started; /* a worker has taken it from the queue */
    bool interrupted;    /* the stop of the app has ended its wait */
    bool ended;          /* the handler has returned, and the loop may read what it has left */
    slack_link_t answers;
    slack_voice_t voice;

    slack_pool_ask_t ask;
    int (*ask_fn)(slack_ctx_t *ctx, void *args);
    void *ask_args;
    struct slack_call_wait *wait; /* the call that the handler waits for; only the loop uses it */
} slack_work_t;

/* The ctx whose handler this thread runs; NULL on the loop and on idle threads. */
extern _Thread_local const slack_ctx_t *slack__worker_ctx;

static inline bool slack__on_worker(const slack_ctx_t *ctx)
{
    return slack__worker_ctx == ctx;
}

/* Adds a work to ctx->works. NULL if memory is out. */
slack_work_t *slack__work_new(slack_ctx_t *ctx, slack_handler_fn fn, void *user_data);
/* Frees a list of works, which may be empty. */
void slack__works_free(slack_work_t *works);

/* call.c: gives an answer, with its arena, to the handler. 0; SLACK_ETOOBIG; SLACK_ENOMEM. */
int slack__answer_keep(slack_work_t *work, const slack_response_t *response, slack_arena_t *arena);
slack_fault_t slack__fault_not_kept(slack_work_t *work, const char *method, int rc);
/* Marks an answer that the handler no longer needs. Does nothing for NULL, or for a response that
 * is not an answer of this work.
 */
void slack__answer_drop(slack_work_t *work, const slack_response_t *response);
/* The same for the answer in a variable of the program, which is NULL from now on. On a thread that
 * does not run the handler the answer stays. `ret` may be NULL. */
void slack__answer_replace(const slack_ctx_t *ctx, const slack_response_t **ret);
/* Frees the answers that are dropped, or all. */
void slack__answers_free(slack_work_t *work, bool all);

/* On a worker only: the loop runs `fn`, and the worker waits. Returns what `fn` returned, or
 * SLACK_ECANCELED while the app closes. */
int slack__work_ask(slack_ctx_t *ctx, int (*fn)(slack_ctx_t *ctx, void *args), void *args);

#endif
