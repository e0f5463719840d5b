/* SPDX-License-Identifier: MIT */
#include "net/worker_pool.h"

#include <slack/error.h>

#include "util/alloc.h"

struct slack_pool {
    void (*wake)(void *user_data);
    void *wake_data;
    unsigned max;

    uv_mutex_t lock;         /* for all that follows */
    uv_cond_t wanted;        /* the queue is not empty, or the threads are to end */
    slack_link_t queue;      /* job->link: no thread has them yet */
    slack_link_t ended_jobs; /* job->link */
    slack_link_t asks;       /* ask->link: the loop has not seen them yet */
    slack_link_t pending;    /* ask->pending: not answered yet */
    size_t queued;
    unsigned threads, idle, ended;
    bool canceled;

    uv_thread_t thread[SLACK_POOL_THREADS_MAX]; /* the loop's, as is the rest */
    void (*closed_fn)(void *user_data);
    void *closed_data;
};

int slack__pool_ask_init(slack_pool_ask_t *ask)
{
    slack__link_init(&ask->link);
    slack__link_init(&ask->pending);
    return uv_cond_init(&ask->cond) == 0 ? 0 : SLACK_ENOMEM;
}

void slack__pool_ask_done(slack_pool_ask_t *ask)
{
    uv_cond_destroy(&ask->cond);
}

/* ---- on a worker ---- */

static void worker_main(void *arg)
{
    slack_pool_t *pool = arg;
    uv_mutex_lock(&pool->lock);
    for (;;) {
        while (slack__list_empty(&pool->queue) && !pool->canceled) {
            pool->idle++;
            uv_cond_wait(&pool->wanted, &pool->lock);
            pool->idle--;
        }
        slack_link_t *link = slack__list_shift(&pool->queue);
        if (link == NULL) break;
        pool->queued--;
        uv_mutex_unlock(&pool->lock);
        slack_pool_job_t *job = SLACK_CONTAINER(link, slack_pool_job_t, link);
        job->run(job);
        uv_mutex_lock(&pool->lock);
        slack__list_push(&pool->ended_jobs, link);
        pool->wake(pool->wake_data);
    }
    pool->ended++;
    pool->wake(pool->wake_data); /* under the lock, because the pool is not freed while it is held
                                  */
    uv_mutex_unlock(&pool->lock);
}

int slack__pool_ask(slack_pool_t *pool, slack_pool_ask_t *ask)
{
    uv_mutex_lock(&pool->lock);
    int rc = SLACK_ECANCELED;
    if (!pool->canceled) {
        ask->answered = false;
        slack__list_push(&pool->asks, &ask->link);
        slack__list_push(&pool->pending, &ask->pending);
        pool->wake(pool->wake_data);
        while (!ask->answered)
            uv_cond_wait(&ask->cond, &pool->lock);
        rc = ask->answer;
    }
    uv_mutex_unlock(&pool->lock);
    return rc;
}

/* ---- on the loop ---- */

/* The lock is held. */
static void answer_locked(slack_pool_ask_t *ask, int answer)
{
    ask->answer = answer;
    ask->answered = true;
    slack__unlink(&ask->pending);
    uv_cond_signal(&ask->cond);
}

void slack__pool_answer(slack_pool_t *pool, slack_pool_ask_t *ask, int answer)
{
    uv_mutex_lock(&pool->lock);
    if (!ask->answered) answer_locked(ask, answer);
    uv_mutex_unlock(&pool->lock);
}

static void close_if_ended(slack_pool_t *pool)
{
    uv_mutex_lock(&pool->lock);
    const bool all = pool->ended == pool->threads;
    uv_mutex_unlock(&pool->lock);
    if (!all || pool->closed_fn == NULL) return;
    for (unsigned i = 0; i < pool->threads; i++)
        uv_thread_join(&pool->thread[i]);
    pool->threads = pool->ended = 0;
    void (*fn)(void *user_data) = pool->closed_fn;
    pool->closed_fn = NULL;
    fn(pool->closed_data);
}

static slack_link_t *shift_locked(slack_pool_t *pool, slack_link_t *list)
{
    uv_mutex_lock(&pool->lock);
    slack_link_t *link = slack__list_shift(list);
    uv_mutex_unlock(&pool->lock);
    return link;
}

/* One at a time, since a function that runs here may cancel the pool. A job ends after its last
 * ask. */
void slack__pool_run(slack_pool_t *pool)
{
    slack_link_t *link;
    while ((link = shift_locked(pool, &pool->asks)) != NULL) {
        slack_pool_ask_t *ask = SLACK_CONTAINER(link, slack_pool_ask_t, link);
        const int answer = ask->fn(ask);
        if (answer != SLACK_POOL_LATER) slack__pool_answer(pool, ask, answer);
    }
    while ((link = shift_locked(pool, &pool->ended_jobs)) != NULL) {
        slack_pool_job_t *job = SLACK_CONTAINER(link, slack_pool_job_t, link);
        job->done(job);
    }
    close_if_ended(pool);
}

int slack__pool_submit(slack_pool_t *pool, slack_pool_job_t *job)
{
    uv_mutex_lock(&pool->lock);
    int rc = 0;
    if (pool->canceled) {
        rc = SLACK_ECANCELED;
    } else if (pool->queued == SLACK_POOL_QUEUE_MAX) {
        rc = SLACK_EBUSY;
    } else if (pool->idle <= pool->queued && pool->threads < pool->max) {
        if (uv_thread_create(&pool->thread[pool->threads], worker_main, pool) == 0)
            pool->threads++;
        else if (pool->threads == 0)
            rc = SLACK_EBUSY;
    }
    if (rc == 0) {
        slack__list_push(&pool->queue, &job->link);
        pool->queued++;
        uv_cond_signal(&pool->wanted);
    }
    uv_mutex_unlock(&pool->lock);
    return rc;
}

size_t slack__pool_queued(slack_pool_t *pool)
{
    uv_mutex_lock(&pool->lock);
    const size_t queued = pool->queued;
    uv_mutex_unlock(&pool->lock);
    return queued;
}

size_t slack__pool_room(slack_pool_t *pool)
{
    return SLACK_POOL_QUEUE_MAX - slack__pool_queued(pool);
}

bool slack__pool_busy(slack_pool_t *pool)
{
    uv_mutex_lock(&pool->lock);
    size_t asking = 0;
    for (const slack_link_t *link = pool->pending.next; link != &pool->pending; link = link->next)
        asking++;
    const bool busy = !slack__list_empty(&pool->asks) || !slack__list_empty(&pool->ended_jobs) ||
                      (pool->queued > 0 && pool->idle > 0) ||
                      pool->threads - pool->idle - pool->ended > asking;
    uv_mutex_unlock(&pool->lock);
    return busy;
}

/* ---- life ---- */

int slack__pool_new(slack_pool_t **ret, unsigned threads_max, void (*wake)(void *user_data),
                    void *user_data)
{
    slack_pool_t *pool = slack__calloc(1, sizeof *pool);
    if (pool == NULL) return SLACK_ENOMEM;
    if (uv_mutex_init(&pool->lock) != 0) goto no_lock;
    if (uv_cond_init(&pool->wanted) != 0) goto no_cond;
    pool->max = threads_max < SLACK_POOL_THREADS_MAX ? threads_max : SLACK_POOL_THREADS_MAX;
    pool->wake = wake;
    pool->wake_data = user_data;
    slack__link_init(&pool->queue);
    slack__link_init(&pool->ended_jobs);
    slack__link_init(&pool->asks);
    slack__link_init(&pool->pending);
    *ret = pool;
    return 0;
no_cond:
    uv_mutex_destroy(&pool->lock);
no_lock:
    slack__free(pool);
    return SLACK_ENOMEM;
}

void slack__pool_free(slack_pool_t *pool)
{
    if (pool == NULL) return;
    uv_cond_destroy(&pool->wanted);
    uv_mutex_destroy(&pool->lock);
    slack__free(pool);
}

void slack__pool_cancel(slack_pool_t *pool)
{
    uv_mutex_lock(&pool->lock);
    pool->canceled = true;
    while (slack__list_shift(&pool->queue)) /* the callers free them */
        pool->queued--;
    while (!slack__list_empty(&pool->pending)) {
        slack_pool_ask_t *ask = SLACK_CONTAINER(pool->pending.next, slack_pool_ask_t, pending);
        slack__unlink(&ask->link);
        if (ask->abandoned) ask->abandoned(ask);
        answer_locked(ask, SLACK_ECANCELED);
    }
    uv_cond_broadcast(&pool->wanted);
    uv_mutex_unlock(&pool->lock);
}

void slack__pool_close(slack_pool_t *pool, void (*fn)(void *user_data), void *user_data)
{
    pool->closed_fn = fn;
    pool->closed_data = user_data;
    close_if_ended(pool);
}
