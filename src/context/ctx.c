/* SPDX-License-Identifier: MIT */
#include "context/ctx.h"

#include "context/values.h"
#include "util/alloc.h"

void slack__ctx_init(slack_ctx_t *ctx, slack_services_t *services, slack_delivery_t *delivery,
                     const slack_grant_t *grant)
{
    ctx->services = services;
    ctx->delivery = delivery;
    ctx->grant = grant;
    ctx->failure.alloc_failures = slack__alloc_failures();
    slack__link_init(&ctx->task.link);
    slack__link_init(&ctx->ack.unacked);
}

void slack__ctx_done(slack_ctx_t *ctx)
{
    slack__unlink(&ctx->ack.unacked);
    if (ctx->values) slack__values_free(ctx);
    slack_work_t *works = ctx->works;
    ctx->works = NULL;
    if (works) slack__works_free(works);
}

void slack__ctx_run_hook(slack_ctx_t *ctx, const slack_middleware_t *hook)
{
    const int rc = hook->fn ? slack__ctx_enter(ctx, hook->fn, hook->user_data) : 0;
    if (rc == 0 || ctx->failure.first.status != 0) return;
    const slack_fault_t fault = slack__fault_returned(ctx, &ctx->voice, rc, "the hook");
    slack__failure_note(ctx, &fault);
}

void slack__ctx_call_ended(slack_ctx_t *ctx, const slack_fault_t *fault)
{
    ctx->calls--;
    if (fault->status == 0) ctx->failure.acted = true;
    if (ctx->phase != SLACK_CTX_RUNNING) return; /* ended by the stop */
    if (fault->status != 0) slack__failure_note(ctx, fault);
    if (ctx->calls == 0) slack__task_post(ctx->services->net, &ctx->task);
}

/* ---- functions of the program ---- */

/* Counts the calls and jobs of the program whose end no delivery gets. */
static uint64_t count_unwatched(const slack_services_t *services)
{
    return services->own_rows + (services->webapi ? slack__webapi_unwatched(services->webapi) : 0) +
           (services->fetcher ? slack__fetcher_unwatched(services->fetcher) : 0);
}

slack_visit_t slack__ctx_visit_begin(slack_ctx_t *ctx)
{
    ctx->depth++;
    slack_ctx_t *const outer = ctx->services->running;
    ctx->services->running = ctx;
    return (slack_visit_t){slack__ctx_now_us(ctx), count_unwatched(ctx->services), outer};
}

void slack__ctx_visit_end(slack_ctx_t *ctx, const slack_visit_t *visit)
{
    ctx->services->running = visit->outer;
    if (count_unwatched(ctx->services) != visit->unwatched) ctx->failure.acted = true;
    if (--ctx->depth == 0)
        slack__net_note_blocking(ctx->services->net, visit->since_us,
                                 slack_kind_name(ctx->delivery->kind),
                                 ctx->hit ? ctx->hit->rule->listener.name : "");
}

/* ---- holds ---- */

static int hold_here(slack_ctx_t *ctx, void *unused)
{
    ctx->holds++;
    return 0;
}

void slack_ctx_hold(slack_ctx_t *ctx)
{
    SLACK_CTX_ACT_OR(ctx, );
    slack__ctx_on_loop(ctx, hold_here, NULL);
}

static int release_here(slack_ctx_t *ctx, void *args)
{
    if (ctx->holds == 0) {
        static const char what[] = "slack_ctx_release() without a hold";
        SLACK_LOG(slack__ctx_log(ctx), ERROR, what, "kind=%s listener=%s hint=%s",
                  slack_kind_name(ctx->delivery->kind), slack_ctx_listener(ctx),
                  SLACK_RELEASE_ONCE);
        slack__lifetimes_misused(&ctx->services->lifetimes, what, slack_ctx_listener(ctx),
                                 SLACK_RELEASE_ONCE);
        return 0;
    }
    ctx->holds--;
    if (ctx->phase != SLACK_CTX_RUNNING) return 0; /* the stop has ended the delivery */
    const slack_fault_t *fault = args;
    if (fault->status != 0) slack__failure_note(ctx, fault);
    if (ctx->holds == 0) slack__task_post(ctx->services->net, &ctx->task);
    return 0;
}

void slack_ctx_release(slack_ctx_t *ctx, int status)
{
    SLACK_CTX_ACT_OR(ctx, );
    slack_fault_t fault = {0};
    if (status != 0)
        fault = slack__fault_returned(ctx, slack__ctx_voice(ctx), status, "slack_ctx_release()");
    slack__ctx_on_loop(ctx, release_here, &fault);
}

const char *slack__ctx_why_open(const slack_ctx_t *ctx, slack_arena_t *arena)
{
    unsigned waiting = 0, queued = 0, running = 0;
    for (const slack_work_t *work = ctx->works; work; work = work->next) {
        if (work->ended) continue;
        if (!atomic_load(&work->started))
            queued++;
        else if (work->wait || work->interrupted)
            waiting++;
        else
            running++;
    }
    const struct {
        unsigned count;
        const char *what, *cure;
    } open[] = {
        {waiting, "a handler on a worker waits for an answer, or for the turn of its call",
         "make fewer calls, or raise SLACK_DRAIN_MS"},
        {queued, "a handler waits for a free worker", "raise SLACK_WORKERS or SLACK_DRAIN_MS"},
        {running, "a handler on a worker has not returned",
         "return when slack_ctx_canceled() is true"},
        {ctx->holds - waiting - queued - running, "a hold is open",
         "end each slack_ctx_hold() with a slack_ctx_release() on every path"},
        {ctx->calls, "a call has no answer", "make fewer calls, or raise SLACK_DRAIN_MS"},
    };
    const char *why = "";
    for (size_t i = 0; i < sizeof open / sizeof *open && why; i++)
        if (open[i].count > 0)
            why = slack__arena_printf(arena, "%s%s%s (%u): %s", why, *why ? "; " : "", open[i].what,
                                      open[i].count, open[i].cure);
    if (why && *why == '\0') return "a function of the program has not returned";
    return why ? why : slack_strerror(SLACK_ENOMEM);
}

/* ---- done hooks ---- */

struct slack_done_hook {
    struct slack_done_hook *next;
    slack_done_fn fn;
    void *user_data;
};

static int done_hook_add(slack_ctx_t *ctx, void *args)
{
    if (ctx->phase >= SLACK_CTX_ENDED) return SLACK_EALREADY;
    struct slack_done_hook *hook = slack__arena_alloc(ctx->delivery->arena, sizeof *hook);
    if (hook == NULL) return SLACK_ENOMEM;
    *hook = *(const struct slack_done_hook *)args;
    hook->next = ctx->done_hooks;
    ctx->done_hooks = hook;
    return 0;
}

int slack_ctx_on_done(slack_ctx_t *ctx, slack_done_fn fn, void *user_data)
{
    SLACK_CTX_REQUIRE(ctx);
    struct slack_done_hook hook = {.fn = fn, .user_data = user_data};
    const int rc = fn ? slack__ctx_on_loop(ctx, done_hook_add, &hook) : SLACK_EINVAL;
    if (rc == 0) return 0;
    return slack__ctx_fail(ctx, rc, "slack_ctx_on_done: %s",
                           rc == SLACK_EINVAL     ? "the function is NULL: pass one"
                           : rc == SLACK_EALREADY ? "the delivery has ended: call it earlier"
                                                  : slack_strerror(rc));
}

void slack__ctx_run_done_hooks(slack_ctx_t *ctx, const slack_done_t *done)
{
    for (struct slack_done_hook *hook = ctx->done_hooks; hook; hook = hook->next) {
        const slack_visit_t visit = slack__ctx_visit_begin(ctx);
        hook->fn(ctx, done, hook->user_data);
        slack__ctx_visit_end(ctx, &visit);
    }
}
