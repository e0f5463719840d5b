/* SPDX-License-Identifier: MIT */
#include "context/worker.h"

#include "context/ctx.h"

_Thread_local const slack_ctx_t *slack__worker_ctx;

/* ---- life ---- */

static int ask_on_loop(slack_pool_ask_t *ask)
{
    slack_work_t *work = SLACK_CONTAINER(ask, slack_work_t, ask);
    return work->ask_fn(work->ctx, work->ask_args);
}

static void ask_abandoned(slack_pool_ask_t *ask)
{
    slack_work_t *work = SLACK_CONTAINER(ask, slack_work_t, ask);
    struct slack_call_wait *wait = work->wait;
    work->wait = NULL;
    work->interrupted = wait != NULL;
    if (wait) wait->work = NULL;
    if (wait && wait->abandoned) wait->abandoned(wait);
}

slack_work_t *slack__work_new(slack_ctx_t *ctx, slack_handler_fn fn, void *user_data)
{
    slack_arena_t *arena = slack__arena_new(1024, 0);
    slack_arena_t *scratch = slack__arena_new(1024, 0);
    slack_work_t *work = arena && scratch ? slack__arena_calloc(arena, sizeof *work) : NULL;
    if (work == NULL || slack__pool_ask_init(&work->ask) != 0) {
        slack__arena_free(scratch);
        slack__arena_free(arena);
        return NULL;
    }
    slack__arena_count_with(arena, ctx->delivery->arena);
    slack__arena_count_with(scratch, ctx->delivery->arena);
    slack__link_init(&work->job.link);
    slack__link_init(&work->answers);
    work->ask.fn = ask_on_loop;
    work->ask.abandoned = ask_abandoned;
    work->arena = arena;
    work->scratch = scratch;
    work->ctx = ctx;
    work->fn = fn;
    work->user_data = user_data;
    work->next = ctx->works;
    ctx->works = work;
    return work;
}

void slack__answer_drop(slack_work_t *work, const slack_response_t *response)
{
    slack_link_t *link = work->answers.next;
    for (; response && link != &work->answers; link = link->next) {
        slack_kept_answer_t *answer = SLACK_CONTAINER(link, slack_kept_answer_t, link);
        if (answer->response == response) answer->dropped = true;
    }
}

void slack__answer_replace(const slack_ctx_t *ctx, const slack_response_t **ret)
{
    if (ret == NULL) return;
    if (ctx && slack__on_worker(ctx)) slack__answer_drop(ctx->works, *ret);
    *ret = NULL;
}

void slack__answers_free(slack_work_t *work, bool all)
{
    for (slack_link_t *link = work->answers.next, *next; link != &work->answers; link = next) {
        slack_kept_answer_t *answer = SLACK_CONTAINER(link, slack_kept_answer_t, link);
        next = link->next;
        if (!all && !answer->dropped) continue;
        slack__unlink(link);
        slack__arena_free(answer->arena);
    }
}

void slack__works_free(slack_work_t *works)
{
    while (works) {
        slack_work_t *next = works->next;
        slack__pool_ask_done(&works->ask);
        slack__answers_free(works, true);
        slack__arena_free(works->scratch);
        slack__arena_free(works->arena);
        works = next;
    }
}

int slack__work_ask(slack_ctx_t *ctx, int (*fn)(slack_ctx_t *ctx, void *args), void *args)
{
    slack_work_t *work = ctx->works;
    work->ask_fn = fn;
    work->ask_args = args;
    return slack__pool_ask(ctx->services->pool, &work->ask);
}
