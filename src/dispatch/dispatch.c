/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "context/ack_deadline.h"
#include "context/ack_send.h"
#include "context/stream.h"
#include "dispatch/authorize.h"
#include "dispatch/dedupe.h"
#include "dispatch/worker.h"
#include "protocol/payload.h"

/*
 * Runs middleware, and the listeners one after the other. The functions of the program are called
 * from the loop only, never from within each other's API calls: the end of a hold or of a call
 * posts the task of the ctx, which continues in slack__run_advance().
 */

/* No hold, call or other delivery keeps the run waiting. Functions of the program may be on the
 * stack. */
static bool run_is_idle(const slack_run_t *run)
{
    return run->ctx.holds == 0 && run->ctx.calls == 0 && !slack__run_waits(run);
}

/* The same at the end of a listener or a wait: the streams that are open end first. */
static bool run_is_over(slack_run_t *run)
{
    if (run->ctx.streams && run_is_idle(run)) slack__ctx_end_streams(&run->ctx);
    return run_is_idle(run);
}

/* ---- chains ---- */

static int chain_next(slack_run_t *run)
{
    slack_chain_t *c = &run->chain;
    if (c->next == c->count) {
        c->open = false;
        return c->inner(run);
    }
    const slack_middleware_t *items = c->items;
    size_t i = c->next++;
    c->caller = run->ctx.depth + 1;
    int rc = slack__ctx_enter(&run->ctx, items[i].fn, items[i].user_data);
    if (c->items == items && c->next == i + 1) { /* it has not called slack_next() */
        c->caller = 0;
        if (run->ctx.holds == 0) c->open = false;
    }
    return rc;
}

static int chain_run(slack_run_t *run, const slack_middleware_t *items, size_t count,
                     int (*inner)(slack_run_t *run))
{
    run->chain = (slack_chain_t){.items = items, .count = count, .open = true, .inner = inner};
    return chain_next(run);
}

int slack_next(slack_ctx_t *ctx)
{
    SLACK_CTX_REQUIRE(ctx);
    slack_run_t *run = slack__run_of(ctx);
    if (!slack__on_worker(ctx) && run->chain.open && run->chain.caller == ctx->depth &&
        ctx->phase == SLACK_CTX_RUNNING)
        return chain_next(run);
    return slack__ctx_fail(
        ctx, SLACK_EALREADY,
        "slack_next: no middleware of the delivery runs: call it once, in middleware");
}

/* ---- listeners ---- */

static int run_listener(slack_run_t *run)
{
    const slack_listener_t *listener = &run->ctx.hit->rule->listener;
    run->listeners++;
    int rc = listener->run == SLACK_RUN_WORKER
                 ? slack__worker_submit(run)
                 : slack__ctx_enter(&run->ctx, listener->fn, listener->user_data);
    if (rc != 0) slack__run_listener_failed(run, rc, &run->ctx.voice);
    return rc;
}

static int listener_begin(slack_run_t *run, const slack_hit_t *hit)
{
    if (hit->rule->removed) return 0;
    run->ctx.hit = hit;
    memset(&run->ctx.failure.current, 0, sizeof run->ctx.failure.current);
    slack_slice_t rest;
    const slack_tally_t before = slack__tally_read(run->progress.record, &rest);
    const unsigned most = hit->rule->listener.attempts;
    run->ctx.failure.current.open = true;
    run->ctx.failure.current.last = most > 0 && before.failed + 1 >= most;
    run->ctx.failure.current.counts = before.spared >= SLACK_SPARED_MAX;
    run->ctx.voice.fault.status = 0;
    int rc =
        chain_run(run, hit->rule->listener.middleware, hit->rule->middleware_count, run_listener);
    if (rc != 0) slack__run_listener_failed(run, rc, &run->ctx.voice);
    return run->ctx.failure.current.status;
}

/* Records a listener that is done or has failed for good, so that no later attempt runs it. */
static void listener_end(slack_run_t *run)
{
    slack_failure_t *failure = &run->ctx.failure;
    if (failure->current.open && !slack__failure_listener_end(failure) && run->progress.room) {
        slack__progress_add(&run->progress, &run->hits, run->next_hit - 1, failure->current.error,
                            failure->current.word);
        if (run->next_hit < run->hits.count) run->owner->progressed(run);
    }
    if (slack__linked(&run->ordering.link)) slack__run_leave_ordering(run);
}

/* Whether the next listener may run now. If not, the run waits for deliveries that run it in this
 * process, and then for a permit. */
static bool listener_may_run(slack_run_t *run, slack_rule_t *rule)
{
    const slack_permit_source_t *permits = run->dispatcher->permits;
    slack_permit_t *permit = &run->permit;
    const unsigned most = rule->listener.max_running;
    if (!rule->listener.ordered && most == 0) return true;
    if (!slack__ordering_enter(&run->ordering, rule, slack_ctx_channel(&run->ctx),
                               slack_ctx_thread_ts(&run->ctx)))
        return false;
    /* Slack waits for deliveries that are not stored: each process has a bound of its own. */
    if (permits == NULL || most == 0 || run->ctx.attempt == 0) return true;
    permit->listener = rule->number;
    permit->most = most;
    if (!permit->has && !permit->waits) permits->take(permits->data, permit);
    return permit->has;
}

/* Runs listeners until one does not end at once. Returns the first error. */
static int run_listeners(slack_run_t *run)
{
    int first = 0;
    while (run->next_hit < run->hits.count) {
        const slack_hit_t *hit = &run->hits.items[run->next_hit];
        if (run->progress.room && slack__progress_has(&run->progress, &run->hits, run->next_hit)) {
            run->next_hit++;
            continue;
        }
        if (!listener_may_run(run, hit->rule)) break;
        run->next_hit++;
        int rc = listener_begin(run, hit);
        if (first == 0) first = rc;
        if (!run_is_over(run)) break;
        listener_end(run);
    }
    return first;
}

static int find_hits(slack_run_t *run, slack_hits_t *ret)
{
    const slack_ctx_t *ctx = &run->ctx;
    slack_subject_t subject;
    slack__subject_init(&subject, ctx->delivery->kind, ctx->delivery->body, ctx->grant->bot_user);
    subject.own = run->own;
    if (ctx->job) subject.selector = ctx->job;
    return slack__router_match(run->dispatcher->registry->router, &subject, ctx->delivery->arena,
                               ret);
}

/* Anybody who can write to the bot can send such texts again and again: each listener is logged
 * once. */
static void report_costly(slack_run_t *run)
{
    slack_rule_t *rule = run->hits.costly;
    run->ctx.services->counters->pattern_limits += run->hits.gave_up;
    if (rule == NULL) return;
    rule->costly = true;
    SLACK_LOG(slack__ctx_log(&run->ctx), WARN,
              "the search of a pattern reached its limit, listener does not match",
              "listener=%s kind=%s hint=%s", rule->listener.name,
              slack_kind_name(run->ctx.delivery->kind),
              "begin the pattern with ^ or a literal, and repeat nothing inside of a repetition; "
              "pattern_limits_total counts the next ones");
}

static int reach_listeners(slack_run_t *run)
{
    slack_ctx_t *ctx = &run->ctx;
    run->reached_listeners = true;
    int rc = find_hits(run, &run->hits);
    /* The record gets its memory before any listener runs: see slack__progress_prepare(). */
    if (rc == 0 && ctx->attempt > 0 && slack__progress_matters(&run->progress, &run->hits))
        rc = slack__progress_prepare(&run->progress, &run->hits, ctx->delivery->arena);
    if (rc != 0) {
        slack__hits_release(&run->hits);
        return slack__ctx_fail(ctx, rc, "no listener was looked up, %s", slack_strerror(rc));
    }
    report_costly(run);
    return run_listeners(run);
}

/* ---- between the listeners ---- */

static bool is_unmatched(const slack_run_t *run)
{
    return run->reached_listeners && run->hits.count == 0 && run->ctx.failure.first.status == 0;
}

/* Which listener was meant and why it was skipped; "" if none comes near. */
static const char *skipped_listener(const slack_run_t *run)
{
    const slack_ctx_t *ctx = &run->ctx;
    slack_subject_t subject;
    slack_json_iter_t it = {0};
    slack__subject_init(&subject, ctx->delivery->kind, ctx->delivery->body, "");
    if (subject.kind == SLACK_KIND_ACTION &&
        slack_json_next(slack_json_get(subject.body, "/actions"), &it))
        slack__subject_set_action(&subject, it.value);
    const char *why =
        slack__router_skipped(run->dispatcher->registry->router, &subject, ctx->delivery->arena);
    return why ? why : "";
}

static void report_unmatched(slack_run_t *run)
{
    slack_ctx_t *ctx = &run->ctx;
    const slack_delivery_t *d = ctx->delivery;
    run->unmatched_reported = true;
    /* A job that nobody takes was meant for somebody: it becomes a dead letter, which a person
     * retries when the listener is there. */
    if (d->kind == SLACK_KIND_JOB) {
        const char *why = slack__arena_printf(
            d->arena,
            "no listener for the job \"%s\": add slack_on_job(app, \"%s\", …), then slackapp "
            "inbox retry",
            ctx->job, ctx->job);
        slack__failure_note(ctx, &(slack_fault_t){.status = SLACK_ENOTFOUND, .why = why});
    }
    if (slack__kind_waits_for_ack(d->kind))
        SLACK_LOG(slack__ctx_log(ctx), WARN, "no listener matches",
                  "kind=%s transport=%s add=%s skipped=%s", slack_kind_name(d->kind),
                  d->transport->ops->name, slack__router_suggest(d->kind, d->body, d->arena),
                  skipped_listener(run));
    slack__ctx_run_hook(ctx, &run->dispatcher->registry->unmatched);
}

/* Acks the delivery if no handler has acked it and none will. */
static void run_acknowledge(slack_run_t *run)
{
    slack_ctx_t *ctx = &run->ctx;
    if (run->refused && !run->refusal_sent) slack__unauthorized_ack(run);
    if (ctx->ack.sent || ctx->holds > 0 || ctx->ack.defers > 0 || slack__run_waits(run)) return;
    enum slack_ack_outcome outcome = SLACK_ACK_OK;
    if (ctx->failure.first.status || is_unmatched(run)) outcome = SLACK_ACK_REFUSE;
    if (ctx->failure.first.status == SLACK_EBUSY && slack__failure_is_local(ctx, SLACK_EBUSY))
        outcome = SLACK_ACK_LATER;
    slack__ack_outcome(ctx, outcome);
}

/* Reports the first failure to the program, and to a user who has had the ack already. */
static void report_failure(slack_run_t *run)
{
    slack_ctx_t *ctx = &run->ctx;
    const slack_registry_t *registry = run->dispatcher->registry;
    ctx->failure.reported = true;
    if (registry->error_fn) {
        const slack_visit_t visit = slack__ctx_visit_begin(ctx);
        registry->error_fn(ctx, ctx->failure.first.status,
                           ctx->failure.listener ? ctx->failure.listener : "",
                           registry->error_data);
        slack__ctx_visit_end(ctx, &visit);
    }
    if (ctx->ack.sent && ctx->ack.outcome == SLACK_ACK_OK && !run->refused)
        slack__respond_refusal(ctx);
}

/* Calls the hooks, acks, and ends the run if nothing is left to run or to wait for. No function of
 * the program is on the stack: one could otherwise see its delivery end. */
static void run_settle(slack_run_t *run)
{
    const bool over = run_is_over(run); /* a stream may have failed */
    if (is_unmatched(run) && !run->unmatched_reported) report_unmatched(run);
    if (run->ctx.failure.first.status && !run->ctx.failure.reported) report_failure(run);
    run_acknowledge(run);
    if (over && run_is_idle(run) && run->next_hit == run->hits.count) run->owner->ended(run);
}

/* ---- the bot's own events ---- */

/* An event is the bot's own if the bot is its user (slack_ctx_user()) or the author of its message.
 * A bot that handled its own events would talk to itself. Exceptions, as in Bolt: the bot gets the
 * events of joining and leaving a channel. */
static bool is_own(const slack_ctx_t *ctx)
{
    const slack_json_t *body = ctx->delivery->body;
    if (ctx->delivery->kind != SLACK_KIND_EVENT) return false;
    const char *type = slack_json_str(body, "/event/type");
    if (strcmp(type, "member_joined_channel") == 0 || strcmp(type, "member_left_channel") == 0)
        return false;
    const slack_grant_t *bot = ctx->grant;
    if (*bot->bot_id && strcmp(slack__payload_bot(body), bot->bot_id) == 0) return true;
    return *bot->bot_user && strcmp(slack__payload_user(body), bot->bot_user) == 0;
}

/* The bot's own event is ignored, unless a listener asks for such events. */
static bool is_left_out(slack_run_t *run)
{
    if (run->dispatcher->own_events || !is_own(&run->ctx)) return false;
    run->own = true;
    slack_hits_t hits = {0};
    int rc = find_hits(run, &hits);
    const bool asked_for = rc != 0 || hits.count > 0;
    slack__hits_release(&hits);
    return !asked_for;
}

/* ---- the run ---- */

static void begin_authorized(slack_run_t *run)
{
    run->begun = true;
    if (run->ctx.delivery->kind == SLACK_KIND_EVENT && run->ctx.services->streams.count > 0)
        slack__streams_stopped(&run->ctx.services->streams,
                               slack_json_get(run->ctx.delivery->body, "/event"));
    if (!run->unauthorized) {
        const slack_registry_t *registry = run->dispatcher->registry;
        if (is_left_out(run) ||
            (run->dispatcher->dedupe_messages && slack__dedupe_is_mention(run))) {
            run->owner->ended(run);
            return;
        }
        const int rc =
            chain_run(run, registry->middleware, registry->middleware_count, reach_listeners);
        if (rc != 0 && run->ctx.failure.first.status == 0) {
            const slack_fault_t fault =
                slack__fault_returned(&run->ctx, &run->ctx.voice, rc, "the middleware");
            slack__failure_note(&run->ctx, &fault);
        }
    }
    run_settle(run);
}

void slack__run_begin(slack_run_t *run)
{
    run->ctx.phase = SLACK_CTX_RUNNING;
    if (!run->ctx.ack.sent) slack__ack_deadline_watch(&run->ctx);
    if (run->dispatcher->identity->authorizer == NULL || slack__run_authorize(run))
        begin_authorized(run);
}

void slack__run_advance(slack_run_t *run)
{
    if (run->ctx.depth > 0 || slack__linked(&run->waiter.link)) return;
    if (!run->begun) {
        begin_authorized(run);
        return;
    }
    if (run_is_over(run)) {
        /* No listener is open if the run has waited for its ordering. */
        if (run->ctx.failure.current.open) listener_end(run);
        run_listeners(run);
    }
    run_settle(run);
}
