/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "core/ctx.h"
#include "util/crash.h"

/* The n-th wait is between half and all of BASE * 2^n. */
#define WAIT_BASE_MS 1000
#define WAIT_CAP_MS  (5 * 60 * 1000)
/* So many attempts that failed for want of room here do not count: a handler that never fits,
 * because it makes too many calls by itself, has its dead letter the same day. None of them waits
 * longer than before attempt SHORT_WAITS + 1. */
#define SHORT_MAX   1000
#define SHORT_WAITS 5

/* ---- what heals ---- */

/* Slack's errors that say nothing about the call itself (docs.slack.dev/reference/methods). */
static const char *const passing_errors[] = {
    "accesslimited",     "external_channel_migrating",
    "fatal_error",       "internal_error",
    "ratelimited",       "rate_limited",
    "request_timeout",   "service_unavailable",
    "team_added_to_org",
};

bool slack__heals(int status, const char *reason)
{
    switch (status) {
    case SLACK_EINVAL:
    case SLACK_ECONFIG:
    case SLACK_ETOOBIG:
    case SLACK_ENOTFOUND:
    case SLACK_EJSON:
    case SLACK_ETEMPLATE:
    case SLACK_ENOACK:
    case SLACK_EACKBODY:
    case SLACK_ECONFLICT:
    case SLACK_ESPENT:
    case SLACK_EDEADLK: return false;
    case SLACK_EAPI: break;
    default: return true;
    }
    if (reason == NULL) return true; /* nobody told which */
    for (size_t i = 0; i < sizeof passing_errors / sizeof *passing_errors; i++)
        if (strcmp(reason, passing_errors[i]) == 0) return true;
    return false;
}

/* A bound of this process, its memory or its disk: it says nothing about the delivery. */
static bool short_of_room(int status)
{
    return status == SLACK_EBUSY || status == SLACK_ENOMEM || status == SLACK_ESTORE;
}

/* ---- the record ---- */

/* The number in the first line, where that is "=N"; `rest`: what follows it. */
static unsigned short_attempts(slack_slice_t record, slack_slice_t *rest)
{
    unsigned count = 0;
    *rest = record;
    if (record.len == 0 || *record.ptr != '=') return 0;
    slack_slice_t line;
    slack__slice_split(rest, '\n', &line);
    for (size_t i = 1; i < line.len && line.ptr[i] >= '0' && line.ptr[i] <= '9'; i++)
        if (count < SHORT_MAX) count = count * 10 + (unsigned)(line.ptr[i] - '0');
    return count;
}

unsigned slack__attempts_counted(unsigned begun, slack_slice_t record)
{
    slack_slice_t rest;
    unsigned uncounted = short_attempts(record, &rest);
    return begun > uncounted ? begun - uncounted : 1;
}

/* A listener's name is its own unless it was registered twice: then the second is "NAME#2". */
static const char *step_name(const slack_ctx_t *ctx, size_t step, unsigned *ret_nth)
{
    const char *name = ctx->steps.items[step].route->listener.name;
    *ret_nth = 1;
    for (size_t i = 0; i < step; i++)
        *ret_nth += strcmp(ctx->steps.items[i].route->listener.name, name) == 0;
    return name;
}

static const char *entry(const slack_ctx_t *ctx, size_t step, char mark)
{
    unsigned nth = 1;
    const char *name = step_name(ctx, step, &nth);
    slack_arena_t *arena = slack__ctx_arena(ctx);
    return nth == 1 ? slack__arena_printf(arena, "%c%s\n", mark, name)
                    : slack__arena_printf(arena, "%c%s#%u\n", mark, name, nth);
}

static bool has_line(slack_slice_t text, slack_slice_t line)
{
    slack_slice_t part;
    while (text.len > 0 && slack__slice_split(&text, '\n', &part))
        if (part.len == line.len && part.len > 0 && *part.ptr != '=' &&
            memcmp(part.ptr + 1, line.ptr + 1, part.len - 1) == 0)
            return true;
    return false;
}

bool slack__attempt_skips(const slack_ctx_t *ctx, size_t step)
{
    if (ctx->attempt.done.len == 0) return false;
    const char *line = entry(ctx, step, '+');
    return line && has_line(ctx->attempt.done, (slack_slice_t){line, strlen(line) - 1});
}

/* ---- one listener ---- */

void slack__attempt_step_begin(slack_ctx_t *ctx)
{
    ctx->attempt.step_open = true;
    ctx->attempt.step_failed = ctx->attempt.step_hopeless = false;
}

/* A tenant's token that is none any more is looked up anew for the next attempt. */
static bool token_may_change(const slack_ctx_t *ctx, int status, const char *reason)
{
    return ctx->app->authority && status == SLACK_EAPI && slack__webapi_error_is_dead_token(reason);
}

void slack__attempt_step_failed(slack_ctx_t *ctx, int status, const char *reason)
{
    slack_attempt_t *a = &ctx->attempt;
    if (status == 0) return;
    if (ctx->status == 0) {
        ctx->status = status;
        a->reason = reason ? slack__arena_strdup(slack__ctx_arena(ctx), reason) : NULL;
        if (a->step_open) ctx->failed = ctx->steps.items[ctx->next_step - 1].route->listener.name;
    }
    bool heals = slack__heals(status, status == SLACK_EAPI ? reason : NULL) ||
                 token_may_change(ctx, status, reason);
    if (heals && !short_of_room(status)) a->counts = true;
    if (!a->step_open) {
        *(heals ? &a->heals : &a->hopeless) = true;
        return;
    }
    a->step_failed = true;
    /* A handler that passes on the code of its call says less than the call did. */
    if (!heals) a->step_hopeless = true;
}

static void marked(slack_store_op_t *op)
{
    slack_ctx_t *ctx = SLACK_CONTAINER(op, slack_ctx_t, attempt.mark);
    SLACK_CRASH("marked");
    ctx->attempt.mark_submitted = false;
    if (ctx->attempt.mark_changed && ctx->state == CTX_RUNNING) slack__attempt_mark(ctx);
}

/* What fails here costs a repetition at worst. */
void slack__attempt_mark(slack_ctx_t *ctx)
{
    slack_attempt_t *a = &ctx->attempt;
    a->mark_changed = a->mark_submitted;
    if (a->mark_submitted) return;
    a->mark_submitted = true;
    a->mark = (slack_store_op_t){.kind = SLACK_STORE_MARK, .row = ctx->op.row, .done = marked};
    a->mark.row.done = a->done;
    slack__link_init(&a->mark.link);
    ctx->app->store->ops->submit(ctx->app->store, &a->mark);
}

void slack__attempt_step_end(slack_ctx_t *ctx)
{
    slack_attempt_t *a = &ctx->attempt;
    if (!a->step_open) return;
    a->step_open = false;
    if (a->step_failed) *(a->step_hopeless ? &a->hopeless : &a->heals) = true;
    if (!ctx->stored || (a->step_failed && !a->step_hopeless)) return;
    /* Alone, it is told by the end of the delivery itself. */
    if (ctx->steps.count == 1) return;
    const char *line = entry(ctx, ctx->next_step - 1, a->step_failed ? '-' : '+');
    const char *text = line ? slack__arena_printf(slack__ctx_arena(ctx), "%.*s%s", (int)a->done.len,
                                                  a->done.len ? a->done.ptr : "", line)
                            : NULL;
    if (text == NULL) return; /* costs a repetition at worst */
    a->done = slack__slice(text);
    if (ctx->next_step < ctx->steps.count && ctx->app->store->ops->durable)
        slack__attempt_mark(ctx);
}

/* ---- the end of an attempt ---- */

static bool can_heal(const slack_ctx_t *ctx)
{
    const slack_attempt_t *a = &ctx->attempt;
    if (a->heals || a->hopeless) return a->heals;
    return slack__heals(ctx->status, a->reason); /* of the inbox itself: no memory, say */
}

/* Whether this attempt is one of the few that a delivery has. */
static bool counts(const slack_ctx_t *ctx)
{
    const slack_attempt_t *a = &ctx->attempt;
    slack_slice_t rest;
    if (short_attempts(a->done, &rest) >= SHORT_MAX) return true;
    return a->heals || a->hopeless ? a->counts : !short_of_room(ctx->status);
}

static slack_slice_t describe(const slack_ctx_t *ctx)
{
    const slack_attempt_t *a = &ctx->attempt;
    const char *text =
        slack__arena_printf(slack__ctx_arena(ctx), "%s%s%s%s%s", ctx->failed ? ctx->failed : "",
                            ctx->failed ? ": " : "", slack_err_name(ctx->status),
                            a->reason ? " " : "", a->reason ? a->reason : "");
    return slack__slice(text ? text : slack_err_name(ctx->status));
}

static uint64_t wait_ms(unsigned attempt)
{
    slack_backoff_t backoff = {
        .base_ms = WAIT_BASE_MS, .cap_ms = WAIT_CAP_MS, .attempt = attempt - 1};
    uint64_t most = WAIT_BASE_MS;
    for (unsigned i = 1; i < attempt && most < WAIT_CAP_MS; i++)
        most *= 2;
    if (most > WAIT_CAP_MS) most = WAIT_CAP_MS;
    return slack__backoff_next_ms(&backoff, most / 2, slack__random_u64());
}

/* The next attempt comes soon, for others were in the way. */
static int wait_for_room(slack_ctx_t *ctx, slack_store_op_t *op)
{
    slack_slice_t rest;
    unsigned count = short_attempts(ctx->attempt.done, &rest) + 1;
    const char *text = slack__arena_printf(slack__ctx_arena(ctx), "=%u\n%.*s", count, (int)rest.len,
                                           rest.len ? rest.ptr : "");
    if (text == NULL) return SLACK_ENOMEM;
    op->row.done = slack__slice(text);
    op->kind = SLACK_STORE_WAIT;
    op->row.due_ms = slack__wall_ms(ctx->app->clock) +
                     (int64_t)wait_ms(count < SHORT_WAITS ? count : SHORT_WAITS);
    return 0;
}

/* A store that is not durable has to be told what it is to keep. */
static int fill_texts(slack_ctx_t *ctx, slack_store_op_t *op)
{
    if (ctx->app->store->ops->durable || op->row.payload.len > 0) return 0;
    slack__inbox_fill_row(ctx, &op->row);
    return op->row.payload.len > 0 ? 0 : SLACK_ENOMEM;
}

int slack__attempt_settle(slack_ctx_t *ctx, slack_store_op_t *op)
{
    const slack_attempt_t *a = &ctx->attempt;
    const slack_app_t *app = ctx->app;
    op->forget = ctx->d->kind == SLACK_KIND_JOB;
    if (ctx->status == 0 || ctx->refused) {
        op->kind = SLACK_STORE_FINISH;
        return 0;
    }
    op->row.done = a->done;
    op->row.error = describe(ctx);
    if (can_heal(ctx) && !counts(ctx)) {
        int rc = wait_for_room(ctx, op);
        if (rc != 0) return rc;
    } else if (can_heal(ctx) &&
               slack__attempts_counted(a->number, a->done) < app->options.max_attempts) {
        op->kind = SLACK_STORE_WAIT;
        op->row.due_ms = slack__wall_ms(app->clock) + (int64_t)wait_ms(a->number);
    } else {
        op->kind = SLACK_STORE_BURY;
    }
    return fill_texts(ctx, op);
}

unsigned slack_ctx_attempt(const slack_ctx_t *ctx)
{
    return ctx->attempt.number ? ctx->attempt.number : 1;
}
