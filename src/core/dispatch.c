/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "core/ctx.h"

/*
 * A delivery runs: the middleware around the listeners, one listener after the other. User code is
 * only ever entered from the loop; what ends later (a hold, a call) posts the ctx's task, which
 * goes on from there.
 */

void slack__ctx_fail(slack_ctx_t *ctx, int status)
{
    if (ctx->status == 0) ctx->status = status;
}

/* Nothing of what has begun is still under way, user code apart. */
static bool idle(const slack_ctx_t *ctx)
{
    return ctx->holds == 0 && ctx->calls == 0;
}

static int enter(slack_ctx_t *ctx, slack_handler_fn fn, void *user_data)
{
    ctx->depth++;
    int rc = fn(ctx, user_data);
    ctx->depth--;
    return rc > 0 ? SLACK_EINVAL : rc;
}

/* ---- listeners ---- */

static int run_step(slack_ctx_t *ctx, const slack_step_t *step)
{
    const slack_listener_t *listener = &step->route->listener;
    if (step->route->removed) return 0;
    ctx->step = step;
    ctx->listeners++;
    int rc = enter(ctx, listener->fn, listener->user_data);
    if (rc == 0) return 0;
    slack__ctx_fail(ctx, rc);
    SLACK_LOG(&ctx->app->log, ERROR, "listener failed", "listener=%s transport=%s error=%s",
              listener->name, ctx->d->transport->ops->name, slack_err_name(rc));
    return rc;
}

/* Run the next step, and on while each ends at once. The first error. */
static int run_steps(slack_ctx_t *ctx)
{
    int first = 0;
    while (ctx->next_step < ctx->steps.count) {
        int rc = run_step(ctx, &ctx->steps.items[ctx->next_step++]);
        if (first == 0) first = rc;
        if (!idle(ctx)) break;
    }
    return first;
}

static int reach_listeners(slack_ctx_t *ctx)
{
    ctx->chain_open = false;
    ctx->reached_listeners = true;
    slack_subject_t subject;
    slack__subject_init(&subject, ctx->d->kind, ctx->d->body, ctx->app->bot_user);
    int rc = slack__routes_match(ctx->app->routes, &subject, slack__ctx_arena(ctx), &ctx->steps);
    if (rc != 0) {
        slack__ctx_fail(ctx, rc);
        return rc;
    }
    if (ctx->steps.gave_up)
        SLACK_LOG(&ctx->app->log, WARN, "a pattern needed too much and was given up",
                  "listener=%s kind=%s", ctx->steps.gave_up, slack_kind_name(ctx->d->kind));
    return run_steps(ctx);
}

int slack_next(slack_ctx_t *ctx)
{
    if (!ctx->chain_open || ctx->state != CTX_RUNNING) return SLACK_EALREADY;
    slack_app_t *app = ctx->app;
    if (ctx->next_middleware == app->middleware_count) return reach_listeners(ctx);
    size_t i = ctx->next_middleware++;
    int rc = enter(ctx, app->middleware[i].fn, app->middleware[i].user_data);
    /* One that returned without going on, and keeps nothing, has ended the chain: its caller may
     * not go on in its place. */
    if (ctx->next_middleware == i + 1 && ctx->holds == 0) ctx->chain_open = false;
    return rc;
}

/* ---- between the steps ---- */

static bool unmatched(const slack_ctx_t *ctx)
{
    return ctx->reached_listeners && ctx->steps.count == 0 && ctx->status == 0;
}

/* What no handler acknowledged, when none of them is going to any more. */
static void acknowledge(slack_ctx_t *ctx)
{
    if (ctx->acked || ctx->holds > 0) return;
    if (unmatched(ctx)) {
        SLACK_LOG(&ctx->app->log, WARN, "no listener", "kind=%s transport=%s add=%s",
                  slack_kind_name(ctx->d->kind), ctx->d->transport->ops->name,
                  slack__routes_suggest(ctx->d->kind, ctx->d->body, slack__ctx_arena(ctx)));
        slack__ack_outcome(ctx, SLACK_ACK_REFUSE);
    } else {
        slack__ack_outcome(ctx, ctx->status ? SLACK_ACK_REFUSE : SLACK_ACK_OK);
    }
}

/* Off the user's stack: acknowledge, and end when nothing is left to run or to wait for. */
static void settle(slack_ctx_t *ctx)
{
    acknowledge(ctx);
    if (idle(ctx) && ctx->next_step == ctx->steps.count) slack__inbox_end(ctx);
}

void slack__dispatch_advance(slack_ctx_t *ctx)
{
    if (ctx->depth > 0) return;
    if (idle(ctx)) run_steps(ctx);
    settle(ctx);
}

/* Events of the bot's own doing would have it talk to itself; joining and leaving a channel it is
 * told of all the same (as Bolt does). */
static bool from_ourselves(const slack_ctx_t *ctx)
{
    if (ctx->d->kind != SLACK_KIND_EVENT) return false;
    const slack_json_t *event = slack_json_get(ctx->d->body, "/event");
    const char *type = slack_json_str(event, "/type");
    if (strcmp(type, "member_joined_channel") == 0 || strcmp(type, "member_left_channel") == 0)
        return false;
    const slack_app_t *app = ctx->app;
    if (*app->bot_id && strcmp(slack_json_str(event, "/bot_id"), app->bot_id) == 0) return true;
    return *app->bot_user && strcmp(slack_json_str(event, "/user"), app->bot_user) == 0;
}

void slack__dispatch_begin(slack_ctx_t *ctx)
{
    ctx->state = CTX_RUNNING;
    if (from_ourselves(ctx)) {
        slack__inbox_end(ctx);
        return;
    }
    ctx->chain_open = true;
    slack__ctx_fail(ctx, slack_next(ctx));
    settle(ctx);
}

/* ---- holds and hooks ---- */

void slack_ctx_hold(slack_ctx_t *ctx)
{
    ctx->holds++;
}

void slack_ctx_release(slack_ctx_t *ctx, int status)
{
    if (ctx->holds == 0) {
        SLACK_LOG(&ctx->app->log, ERROR, "slack_ctx_release without a hold", "kind=%s",
                  slack_kind_name(ctx->d->kind));
        return;
    }
    ctx->holds--;
    if (ctx->state != CTX_RUNNING) return; /* ended by the stop */
    slack__ctx_fail(ctx, status);
    if (ctx->holds == 0) slack__task_post(ctx->app->net, &ctx->task);
}

int slack_ctx_on_done(slack_ctx_t *ctx, slack_done_fn fn, void *user_data)
{
    if (fn == NULL) return SLACK_EINVAL;
    if (ctx->state >= CTX_ENDED) return SLACK_EALREADY;
    struct on_done *hook = slack__arena_alloc(slack__ctx_arena(ctx), sizeof *hook);
    if (hook == NULL) return SLACK_ENOMEM;
    *hook = (struct on_done){ctx->on_done, fn, user_data};
    ctx->on_done = hook;
    return 0;
}
