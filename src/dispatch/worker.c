/* SPDX-License-Identifier: MIT */
#include "dispatch/worker.h"

#include "context/ctx.h"
#include "util/alloc.h"
#include "webapi/response.h"

/* Handlers that wait for a thread. */
#define QUEUE_MAX 1024
/* What fn of an ask returns whose answer comes later. */
#define ANSWER_LATER 1

_Thread_local const slack_ctx_t *slack__worker_ctx;

/* A call that a worker waits for. Ends with the call, which may outlive the wait. */
struct wait {
    slack_work_t *work; /* NULL: nobody waits any more */
};

/* Lies in its arena, which is freed with the ctx. All of it is the worker's while the handler runs,
 * the parts that are named under the lock apart. */
struct slack_work {
    slack_link_t link;  /* queue or to_loop; under the lock */
    slack_work_t *next; /* of the ctx's */
    slack_ctx_t *ctx;
    slack_arena_t *arena;
    slack_handler_fn fn;
    void *user_data;
    bool done;          /* under the lock */
    int status;         /* what the handler returned */
    const char *reason; /* Slack's error of the last call that failed */
    slack_voice_t voice;
    /* An ask; under the lock. */
    slack_link_t asking_link; /* workers->asking: no answer yet */
    int (*ask)(slack_ctx_t *ctx, void *args);
    void *ask_args;
    int answer;
    bool answered;
    uv_cond_t answered_cond;
    struct wait *wait; /* the loop's */
};

struct slack_workers {
    slack_app_t *app;
    uv_mutex_t lock;
    uv_cond_t wanted;     /* the queue is not empty, or the threads are to end */
    slack_link_t queue;   /* work->link: no thread has them yet */
    slack_link_t to_loop; /* work->link: they ask, or are done */
    slack_link_t asking;  /* work->asking_link */
    size_t queued;
    unsigned max, threads, idle, ended;
    bool canceled;
    uv_thread_t thread[SLACK_WORKERS_MAX];
    void (*closed_fn)(slack_app_t *app); /* the loop's */
};

/* ---- a worker ---- */

/* The lock is held. */
static slack_work_t *take_work(slack_workers_t *w)
{
    while (slack__list_empty(&w->queue) && !w->canceled) {
        w->idle++;
        uv_cond_wait(&w->wanted, &w->lock);
        w->idle--;
    }
    slack_link_t *link = slack__list_shift(&w->queue);
    if (link == NULL) return NULL;
    w->queued--;
    slack_work_t *work = SLACK_CONTAINER(link, slack_work_t, link);
    return work;
}

static void thread_main(void *arg)
{
    slack_workers_t *w = arg;
    slack_work_t *work;
    uv_mutex_lock(&w->lock);
    while ((work = take_work(w)) != NULL) {
        uv_mutex_unlock(&w->lock);
        slack__worker_ctx = work->ctx;
        int rc = work->fn(work->ctx, work->user_data);
        slack__worker_ctx = NULL;
        uv_mutex_lock(&w->lock);
        work->status = rc > 0 ? SLACK_EINVAL : rc;
        work->done = true;
        slack__list_push(&w->to_loop, &work->link);
        slack__app_wake(w->app);
    }
    w->ended++;
    slack__app_wake(w->app); /* before the lock is given back: the pool is there until then */
    uv_mutex_unlock(&w->lock);
}

static int ask(slack_work_t *work, int (*fn)(slack_ctx_t *ctx, void *args), void *args)
{
    slack_workers_t *w = work->ctx->app->workers;
    uv_mutex_lock(&w->lock);
    int rc = SLACK_ECANCELED;
    if (!w->canceled) {
        work->ask = fn;
        work->ask_args = args;
        work->answered = false;
        slack__list_push(&w->to_loop, &work->link);
        slack__list_push(&w->asking, &work->asking_link);
        slack__app_wake(w->app);
        while (!work->answered)
            uv_cond_wait(&work->answered_cond, &w->lock);
        rc = work->answer;
    }
    uv_mutex_unlock(&w->lock);
    return rc;
}

int slack__ctx_on_loop(slack_ctx_t *ctx, int (*fn)(slack_ctx_t *ctx, void *args), void *args)
{
    return slack__on_worker(ctx) ? ask(ctx->works, fn, args) : fn(ctx, args);
}

slack_arena_t *slack__ctx_arena(const slack_ctx_t *ctx)
{
    return slack__on_worker(ctx) ? ctx->works->arena : ctx->d->arena;
}

slack_voice_t *slack__ctx_voice(slack_ctx_t *ctx)
{
    return slack__on_worker(ctx) ? &ctx->works->voice : &ctx->voice;
}

/* ---- asks, on the loop ---- */

/* The lock is held. */
static void answer(slack_work_t *work, int rc)
{
    work->wait = NULL;
    work->answer = rc;
    work->answered = true;
    slack__unlink(&work->asking_link);
    uv_cond_signal(&work->answered_cond);
}

/* Unless it was canceled meanwhile. */
static void answer_now(slack_work_t *work, int rc)
{
    slack_workers_t *w = work->ctx->app->workers;
    uv_mutex_lock(&w->lock);
    if (!work->answered) answer(work, rc);
    uv_mutex_unlock(&w->lock);
}

static void finish(slack_work_t *work)
{
    slack_ctx_t *ctx = work->ctx;
    const char *reason = work->status == SLACK_EAPI ? work->reason : NULL;
    if (work->status != 0 && ctx->state == CTX_RUNNING)
        slack__step_failed(ctx, work->status, reason);
    slack_ctx_release(ctx, 0);
}

static void close_if_ended(slack_workers_t *w)
{
    uv_mutex_lock(&w->lock);
    bool all = w->ended == w->threads;
    uv_mutex_unlock(&w->lock);
    if (!all || w->closed_fn == NULL) return;
    for (unsigned i = 0; i < w->threads; i++)
        uv_thread_join(&w->thread[i]);
    w->threads = w->ended = 0;
    void (*fn)(slack_app_t * app) = w->closed_fn;
    w->closed_fn = NULL;
    fn(w->app);
}

/* One at a time, since what runs here may lead to slack__workers_cancel(). */
static slack_work_t *next_for_loop(slack_workers_t *w)
{
    uv_mutex_lock(&w->lock);
    slack_link_t *link = slack__list_shift(&w->to_loop);
    uv_mutex_unlock(&w->lock);
    return link ? SLACK_CONTAINER(link, slack_work_t, link) : NULL;
}

void slack__workers_run(slack_app_t *app)
{
    slack_workers_t *w = app->workers;
    if (w == NULL) return;
    slack_work_t *work;
    while ((work = next_for_loop(w)) != NULL) {
        if (work->done) {
            finish(work);
            continue;
        }
        int rc = work->ask(work->ctx, work->ask_args);
        if (rc != ANSWER_LATER) answer_now(work, rc);
    }
    close_if_ended(w);
}

/* ---- calls ---- */

struct call {
    const char *method, *url;
    const slack_json_t *args;
    const slack_response_t *response;
};

/* The response as the handler keeps it: in the work's arena, which the worker leaves alone while it
 * waits. */
static const slack_response_t *keep(slack_arena_t *arena, const slack_response_t *response)
{
    slack_response_t *copy = slack__arena_alloc(arena, sizeof *copy);
    if (copy == NULL) return NULL;
    *copy = *response;
    copy->error = slack__arena_strdup(arena, response->error);
    if (response->json &&
        slack__jsonf(arena, &copy->json, NULL, "%p", (const void *)response->json))
        return NULL;
    return copy->error ? copy : NULL;
}

static void on_answer(const slack_response_t *response, void *user_data)
{
    struct wait *wait = user_data;
    slack_work_t *work = wait->work;
    slack__free(wait);
    if (work == NULL) return;
    struct call *call = work->ask_args;
    call->response = keep(work->arena, response);
    answer_now(work, call->response ? slack_response_status(response) : SLACK_ENOMEM);
}

static int start_call(slack_ctx_t *ctx, void *args)
{
    struct call *call = args;
    slack_work_t *work = ctx->works;
    struct wait *wait = slack__malloc(sizeof *wait);
    if (wait == NULL) return SLACK_ENOMEM;
    wait->work = work;
    int rc =
        call->method
            ? slack__webapi_call(slack__ctx_client(ctx), call->method, call->args, on_answer, wait)
            : slack__webapi_respond(&ctx->client, call->url, call->args, on_answer, wait);
    if (rc != 0) {
        slack__free(wait);
        return rc;
    }
    work->wait = wait;
    return ANSWER_LATER;
}

int slack__worker_call(slack_ctx_t *ctx, const char *method, const char *url,
                       const slack_json_t *args, const slack_response_t **ret)
{
    struct call call = {.method = method, .url = url, .args = args};
    int rc = ask(ctx->works, start_call, &call);
    if (rc != 0 && call.response) ctx->works->reason = call.response->error;
    if (ret && call.response) *ret = call.response;
    return rc;
}

int slack_call_wait(slack_ctx_t *ctx, const char *method, const slack_json_t *args,
                    const slack_response_t **ret_response)
{
    if (!slack__on_worker(ctx)) return SLACK_EDEADLK;
    if (args == NULL) return slack__ctx_no_json(ctx);
    return slack__worker_call(ctx, method, NULL, args, ret_response);
}

/* ---- handing over ---- */

static slack_workers_t *workers_new(slack_app_t *app)
{
    slack_workers_t *w = slack__calloc(1, sizeof *w);
    if (w == NULL) return NULL;
    if (uv_mutex_init(&w->lock) != 0) goto no_lock;
    if (uv_cond_init(&w->wanted) != 0) goto no_cond;
    w->app = app;
    w->max = app->options.workers;
    slack__link_init(&w->queue);
    slack__link_init(&w->to_loop);
    slack__link_init(&w->asking);
    return w;
no_cond:
    uv_mutex_destroy(&w->lock);
no_lock:
    slack__free(w);
    return NULL;
}

void slack__workers_free(slack_workers_t *w)
{
    if (w == NULL) return;
    uv_cond_destroy(&w->wanted);
    uv_mutex_destroy(&w->lock);
    slack__free(w);
}

static slack_work_t *work_new(slack_ctx_t *ctx)
{
    slack_arena_t *arena = slack__arena_new(1024, 0);
    slack_work_t *work = arena ? slack__arena_calloc(arena, sizeof *work) : NULL;
    if (work == NULL || uv_cond_init(&work->answered_cond) != 0) {
        slack__arena_free(arena);
        return NULL;
    }
    slack__link_init(&work->link);
    slack__link_init(&work->asking_link);
    work->arena = arena;
    work->ctx = ctx;
    work->fn = ctx->step->route->listener.fn;
    work->user_data = ctx->step->route->listener.user_data;
    work->next = ctx->works;
    return work;
}

void slack__works_free(slack_work_t *works)
{
    while (works) {
        slack_work_t *next = works->next;
        uv_cond_destroy(&works->answered_cond);
        slack__arena_free(works->arena);
        works = next;
    }
}

/* The lock is held. A thread more, where all that there are have work and there may be more. */
static int grow(slack_workers_t *w)
{
    if (w->idle > w->queued || w->threads == w->max) return 0;
    if (uv_thread_create(&w->thread[w->threads], thread_main, w) == 0) w->threads++;
    return w->threads > 0 ? 0 : SLACK_EBUSY;
}

static int enqueue(slack_workers_t *w, slack_work_t *work)
{
    uv_mutex_lock(&w->lock);
    int rc = w->canceled ? SLACK_ECANCELED : w->queued == QUEUE_MAX ? SLACK_EBUSY : grow(w);
    if (rc == 0) {
        slack__list_push(&w->queue, &work->link);
        w->queued++;
        uv_cond_signal(&w->wanted);
    }
    uv_mutex_unlock(&w->lock);
    return rc;
}

int slack__workers_submit(slack_app_t *app, slack_ctx_t *ctx)
{
    if (app->workers == NULL) app->workers = workers_new(app);
    slack_work_t *work = app->workers ? work_new(ctx) : NULL;
    if (work == NULL) return SLACK_ENOMEM;
    slack_work_t *before = ctx->works;
    ctx->works = work;
    slack_ctx_hold(ctx); /* all of this before a worker may see it */
    int rc = enqueue(app->workers, work);
    if (rc == 0) return 0;
    ctx->holds--;
    ctx->works = before;
    work->next = NULL;
    slack__works_free(work);
    return rc;
}

size_t slack__workers_queued(slack_workers_t *w)
{
    if (w == NULL) return 0;
    uv_mutex_lock(&w->lock);
    size_t queued = w->queued;
    uv_mutex_unlock(&w->lock);
    return queued;
}

size_t slack__workers_room(slack_workers_t *w)
{
    return QUEUE_MAX - slack__workers_queued(w);
}

bool slack__workers_busy(const slack_app_t *app)
{
    slack_workers_t *w = app->workers;
    if (w == NULL) return false;
    uv_mutex_lock(&w->lock);
    size_t waiting = 0; /* for the loop's answer */
    for (const slack_link_t *link = w->asking.next; link != &w->asking; link = link->next)
        waiting++;
    const bool busy = !slack__list_empty(&w->to_loop) || (w->queued > 0 && w->idle > 0) ||
                      w->threads - w->idle - w->ended > waiting;
    uv_mutex_unlock(&w->lock);
    return busy;
}

/* ---- the end ---- */

void slack__workers_cancel(slack_app_t *app)
{
    slack_workers_t *w = app->workers;
    if (w == NULL) return;
    uv_mutex_lock(&w->lock);
    w->canceled = true;
    while (slack__list_shift(&w->queue)) /* freed with their ctx */
        w->queued--;
    while (!slack__list_empty(&w->asking)) {
        slack_work_t *work = SLACK_CONTAINER(w->asking.next, slack_work_t, asking_link);
        slack__unlink(&work->link); /* not taken up by the loop yet */
        if (work->wait) work->wait->work = NULL;
        answer(work, SLACK_ECANCELED);
    }
    uv_cond_broadcast(&w->wanted);
    uv_mutex_unlock(&w->lock);
}

void slack__workers_close(slack_app_t *app, void (*fn)(slack_app_t *app))
{
    if (app->workers == NULL) {
        fn(app);
        return;
    }
    app->workers->closed_fn = fn;
    close_if_ended(app->workers);
}
