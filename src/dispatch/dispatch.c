/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "context/ctx.h"
#include "protocol/kind.h"

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
    return ctx->holds == 0 && ctx->calls == 0 && !ctx->turn_waits;
}

static int enter(slack_ctx_t *ctx, slack_handler_fn fn, void *user_data)
{
    ctx->depth++;
    int rc = fn(ctx, user_data);
    ctx->depth--;
    return rc > 0 ? SLACK_EINVAL : rc;
}

int slack__enter_said(slack_ctx_t *ctx, slack_said_fn fn, const slack_response_t *response,
                      void *user_data)
{
    ctx->depth++;
    int rc = fn(ctx, response, user_data);
    ctx->depth--;
    return rc > 0 ? SLACK_EINVAL : rc;
}

/* ---- chains ---- */

static int go_on(slack_ctx_t *ctx)
{
    struct chain *c = &ctx->chain;
    if (c->next == c->count) {
        c->open = false;
        return c->inner(ctx);
    }
    const slack_middleware_t *items = c->items;
    size_t i = c->next++;
    c->turn = ctx->depth + 1;
    int rc = enter(ctx, items[i].fn, items[i].user_data);
    if (c->items == items && c->next == i + 1) { /* it has not gone on */
        c->turn = 0;
        if (ctx->holds == 0) c->open = false;
    }
    return rc;
}

static int run_chain(slack_ctx_t *ctx, const slack_middleware_t *items, size_t count,
                     int (*inner)(slack_ctx_t *ctx))
{
    ctx->chain = (struct chain){.items = items, .count = count, .open = true, .inner = inner};
    return go_on(ctx);
}

int slack_next(slack_ctx_t *ctx)
{
    if (slack__on_worker(ctx)) return SLACK_EALREADY;
    if (!ctx->chain.open || ctx->chain.turn != ctx->depth) return SLACK_EALREADY;
    return ctx->state == CTX_RUNNING ? go_on(ctx) : SLACK_EALREADY;
}

/* ---- listeners ---- */

void slack__step_failed(slack_ctx_t *ctx, int status, const char *reason)
{
    if (ctx->step_status != 0) return; /* by the listener itself, and handed up by its middleware */
    ctx->step_status = status;
    slack__attempt_step_failed(ctx, status, reason);
    SLACK_LOG(&ctx->app->log, ERROR, "listener failed",
              "listener=%s transport=%s error=%s reason=%s", ctx->step->route->listener.name,
              ctx->d->transport->ops->name, slack_err_name(status), reason ? reason : "");
}

static int run_listener(slack_ctx_t *ctx)
{
    const slack_listener_t *listener = &ctx->step->route->listener;
    ctx->listeners++;
    int rc = listener->run == SLACK_RUN_WORKER ? slack__workers_submit(ctx->app, ctx)
                                               : enter(ctx, listener->fn, listener->user_data);
    if (rc != 0) slack__step_failed(ctx, rc, NULL);
    return rc;
}

static int run_step(slack_ctx_t *ctx, const slack_step_t *step)
{
    if (step->route->removed) return 0;
    ctx->step = step;
    ctx->step_status = 0;
    slack__attempt_step_begin(ctx);
    int rc = run_chain(ctx, step->route->listener.middleware, step->route->middleware_count,
                       run_listener);
    if (rc != 0) slack__step_failed(ctx, rc, NULL);
    return ctx->step_status;
}

static void end_step(slack_ctx_t *ctx)
{
    slack__attempt_step_end(ctx);
    slack__ordering_leave(ctx);
}

/* Run the next step, and on while each ends at once. The first error. */
static int run_steps(slack_ctx_t *ctx)
{
    int first = 0;
    while (ctx->next_step < ctx->steps.count) {
        size_t i = ctx->next_step;
        bool skip = slack__attempt_skips(ctx, i);
        if (!skip && !slack__ordering_enter(ctx, ctx->steps.items[i].route)) break;
        ctx->next_step++;
        if (skip) continue;
        int rc = run_step(ctx, &ctx->steps.items[i]);
        if (first == 0) first = rc;
        if (!idle(ctx)) break;
        end_step(ctx);
    }
    return first;
}

static int find_steps(slack_ctx_t *ctx, slack_steps_t *ret)
{
    slack_subject_t subject;
    slack__subject_init(&subject, ctx->d->kind, ctx->d->body, ctx->grant->bot_user);
    subject.own = ctx->own;
    if (ctx->job) subject.selector = ctx->job;
    return slack__router_match(ctx->app->routes, &subject, slack__ctx_arena(ctx), ret);
}

static int reach_listeners(slack_ctx_t *ctx)
{
    ctx->reached_listeners = true;
    int rc = find_steps(ctx, &ctx->steps);
    if (rc == 0) rc = slack__attempt_prepare(ctx);
    if (rc != 0) {
        slack__steps_release(&ctx->steps);
        slack__ctx_fail(ctx, rc);
        return rc;
    }
    if (ctx->steps.gave_up)
        SLACK_LOG(&ctx->app->log, WARN, "a pattern needed too much and was given up",
                  "listener=%s kind=%s", ctx->steps.gave_up, slack_kind_name(ctx->d->kind));
    return run_steps(ctx);
}

/* ---- between the steps ---- */

void slack__run_hook(slack_ctx_t *ctx, const slack_middleware_t *hook)
{
    if (hook->fn) slack__ctx_fail(ctx, enter(ctx, hook->fn, hook->user_data));
}

static bool unmatched(const slack_ctx_t *ctx)
{
    return ctx->reached_listeners && ctx->steps.count == 0 && ctx->status == 0;
}

static void tell_unmatched(slack_ctx_t *ctx)
{
    if (!unmatched(ctx) || ctx->unmatched_told) return;
    ctx->unmatched_told = true;
    if (slack__kind_waits_for_ack(ctx->d->kind))
        SLACK_LOG(&ctx->app->log, WARN, "no listener", "kind=%s transport=%s add=%s",
                  slack_kind_name(ctx->d->kind), ctx->d->transport->ops->name,
                  slack__router_suggest(ctx->d->kind, ctx->d->body, slack__ctx_arena(ctx)));
    slack__run_hook(ctx, &ctx->app->unmatched);
}

static void tell_error(slack_ctx_t *ctx)
{
    if (ctx->status == 0 || ctx->error_told || ctx->app->error_fn == NULL) return;
    ctx->error_told = true;
    ctx->depth++;
    ctx->app->error_fn(ctx, ctx->status, ctx->failed ? ctx->failed : "", ctx->app->error_data);
    ctx->depth--;
}

/* What no handler acknowledged, when none of them is going to any more. */
static void acknowledge(slack_ctx_t *ctx)
{
    if (ctx->refused && !ctx->refusal_told) slack__unauthorized_ack(ctx);
    if (ctx->acked || ctx->holds > 0 || ctx->defers > 0 || ctx->turn_waits) return;
    enum slack_ack_outcome outcome = SLACK_ACK_OK;
    if (ctx->status || unmatched(ctx)) outcome = SLACK_ACK_REFUSE;
    if (ctx->status == SLACK_EBUSY) outcome = SLACK_ACK_LATER; /* past a bound of ours */
    slack__ack_outcome(ctx, outcome);
}

/* Off the user's stack: tell, acknowledge, and end when nothing is left to run or to wait for. */
static void settle(slack_ctx_t *ctx)
{
    tell_unmatched(ctx);
    tell_error(ctx);
    acknowledge(ctx);
    if (idle(ctx) && ctx->next_step == ctx->steps.count) slack__inbox_end(ctx);
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
    const slack_grant_t *us = ctx->grant;
    if (*us->bot_id && strcmp(slack_json_str(event, "/bot_id"), us->bot_id) == 0) return true;
    return *us->bot_user && strcmp(slack_json_str(event, "/user"), us->bot_user) == 0;
}

static bool left_out(slack_ctx_t *ctx)
{
    if (ctx->app->options.own_events || !from_ourselves(ctx)) return false;
    ctx->own = true;
    slack_steps_t steps = {0};
    int rc = find_steps(ctx, &steps);
    const bool asked_for = rc != 0 || steps.count > 0;
    slack__steps_release(&steps);
    return !asked_for;
}

/* It is known with whose token, or that there is none. */
static void begin(slack_ctx_t *ctx)
{
    ctx->begun = true;
    if (!ctx->unauthorized) {
        if (left_out(ctx) || slack__dedupe_as_mention(ctx)) {
            slack__inbox_end(ctx);
            return;
        }
        slack__ctx_fail(
            ctx, run_chain(ctx, ctx->app->middleware, ctx->app->middleware_count, reach_listeners));
    }
    settle(ctx);
}

void slack__dispatch_begin(slack_ctx_t *ctx)
{
    ctx->state = CTX_RUNNING;
    slack__ack_deadline_watch(ctx);
    if (slack__authorize_ctx(ctx)) begin(ctx);
}

void slack__dispatch_advance(slack_ctx_t *ctx)
{
    if (ctx->depth > 0 || ctx->authorizing) return;
    if (!ctx->begun) {
        begin(ctx);
        return;
    }
    if (idle(ctx)) {
        if (ctx->attempt.step_open) end_step(ctx); /* not of one that was woken to begin */
        run_steps(ctx);
    }
    settle(ctx);
}

/* ---- holds and hooks ---- */

static int hold(slack_ctx_t *ctx, void *unused)
{
    ctx->holds++;
    return 0;
}

void slack_ctx_hold(slack_ctx_t *ctx)
{
    slack__ctx_on_loop(ctx, hold, NULL);
}

static int release(slack_ctx_t *ctx, void *args)
{
    if (ctx->holds == 0) {
        SLACK_LOG(&ctx->app->log, ERROR, "slack_ctx_release without a hold", "kind=%s",
                  slack_kind_name(ctx->d->kind));
        return 0;
    }
    ctx->holds--;
    if (ctx->state != CTX_RUNNING) return 0; /* ended by the stop */
    slack__attempt_step_failed(ctx, *(int *)args, NULL);
    if (ctx->holds == 0) slack__task_post(ctx->app->net, &ctx->task);
    return 0;
}

void slack_ctx_release(slack_ctx_t *ctx, int status)
{
    slack__ctx_on_loop(ctx, release, &status);
}

static int add_hook(slack_ctx_t *ctx, void *args)
{
    if (ctx->state >= CTX_ENDED) return SLACK_EALREADY;
    struct on_done *hook = slack__arena_alloc(slack__ctx_arena(ctx), sizeof *hook);
    if (hook == NULL) return SLACK_ENOMEM;
    *hook = *(struct on_done *)args;
    hook->next = ctx->on_done;
    ctx->on_done = hook;
    return 0;
}

int slack_ctx_on_done(slack_ctx_t *ctx, slack_done_fn fn, void *user_data)
{
    if (fn == NULL) return SLACK_EINVAL;
    struct on_done hook = {.fn = fn, .user_data = user_data};
    return slack__ctx_on_loop(ctx, add_hook, &hook);
}
