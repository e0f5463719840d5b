/* SPDX-License-Identifier: MIT */
#ifndef SLACK_NET_WORKER_POOL_H
#define SLACK_NET_WORKER_POOL_H

#include <stdbool.h>
#include <stddef.h>

#include <uv.h>

#include "util/queue.h"

/*
 * A bounded pool of threads for code that may block.
 *
 *   loop:     submit -> queue                                          done(job)
 *   worker:                   run(job) … ask ……………………………… end of run ^
 *   loop:                                  fn(ask) -> answer ^
 *
 * A job of a pool is a function call on one thread; it is not a job of slack_defer(). It touches
 * nothing that the loop may change, and asks the loop for everything else. All functions are for
 * the loop thread, except slack__pool_ask().
 */
typedef struct slack_pool slack_pool_t;

/* Embedded in a struct of the caller, which must stay valid until `done` or slack__pool_cancel().
 */
typedef struct slack_pool_job {
    slack_link_t link;                        /* the pool's; slack__link_init() it once */
    void (*run)(struct slack_pool_job *job);  /* on a worker */
    void (*done)(struct slack_pool_job *job); /* on the loop, once, after `run` has returned */
} slack_pool_job_t;

/* What `fn` of an ask returns when slack__pool_answer() follows. */
#define SLACK_POOL_LATER 1

/* A question of a running job to the loop, one at a time for each job. */
typedef struct slack_pool_ask {
    slack_link_t link;                     /* the pool's */
    slack_link_t pending;                  /* the pool's */
    int (*fn)(struct slack_pool_ask *ask); /* on the loop: the answer, or SLACK_POOL_LATER */
    void (*abandoned)(struct slack_pool_ask *ask); /* on the loop: the job no longer waits for
                                                    * the later answer; optional */
    int answer;
    bool answered;
    uv_cond_t cond;
} slack_pool_ask_t;

/* 0; SLACK_ENOMEM. */
int slack__pool_ask_init(slack_pool_ask_t *ask);
void slack__pool_ask_done(slack_pool_ask_t *ask);

#define SLACK_POOL_THREADS_MAX 64
/* The most jobs that wait for a thread. */
#define SLACK_POOL_QUEUE_MAX 1024

/* Any thread may call `wake`; the loop then has to call slack__pool_run(). Threads are made when
 * they are needed. 0; SLACK_ENOMEM. */
int slack__pool_new(slack_pool_t **ret, unsigned threads_max, void (*wake)(void *user_data),
                    void *user_data);
void slack__pool_free(slack_pool_t *pool); /* after slack__pool_close() or before any submit */

/* 0: `done` follows, unless the pool is canceled while the job is queued. SLACK_EBUSY: the queue is
 * full, or the system has no thread; SLACK_ECANCELED. */
int slack__pool_submit(slack_pool_t *pool, slack_pool_job_t *job);

/* On a worker: have the loop run ask->fn, and wait for the answer. SLACK_ECANCELED after
 * slack__pool_cancel(). */
int slack__pool_ask(slack_pool_t *pool, slack_pool_ask_t *ask);
/* Answer an ask whose fn returned SLACK_POOL_LATER. */
void slack__pool_answer(slack_pool_t *pool, slack_pool_ask_t *ask, int answer);

/* Runs the functions that workers ask for, and calls `done` of the jobs that have ended. */
void slack__pool_run(slack_pool_t *pool);

/* The number of jobs that wait for a thread, and how many more can wait. */
size_t slack__pool_queued(slack_pool_t *pool);
size_t slack__pool_room(slack_pool_t *pool);
/* Whether a thread runs a job and does not wait for the loop. */
bool slack__pool_busy(slack_pool_t *pool);

/* Drops the queue and answers every ask, open or still to come, with SLACK_ECANCELED. */
void slack__pool_cancel(slack_pool_t *pool);
/* Calls `fn`, now or later, when every thread has ended. After slack__pool_cancel(). */
void slack__pool_close(slack_pool_t *pool, void (*fn)(void *user_data), void *user_data);

#endif
