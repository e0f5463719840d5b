/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "context/ctx.h"
#include "protocol/api_error.h"
#include "util/crash.h"

/* The n-th wait is between half and all of BASE * 2^n. */
#define WAIT_BASE_MS 1000
#define WAIT_CAP_MS  (5 * 60 * 1000)
/* So many attempts that say nothing about the delivery do not count: a handler that never fits,
 * because it makes too many calls by itself, has its dead letter the same day. None of them waits
 * longer than before attempt SPARED_WAITS + 1. */
#define SPARED_MAX   1000
#define SPARED_WAITS 5

/* The most of Slack's word for an error that is kept. */
#define REASON_MAX 80
/* "-CODE REASON ", at most. */
#define FAILURE_MAX (sizeof "-2147483648  " + REASON_MAX)
/* In the record, before what would end a name. */
#define ESCAPE '\x1f'

/* ---- what heals ---- */

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
    case SLACK_EAPI: return reason == NULL || slack__api_error_heals(reason);
    default: return true;
    }
}

/* A bound of this process, its memory or its disk, or its end: it says nothing about the delivery.
 */
static bool is_ours(const slack_app_t *app, int status)
{
    switch (status) {
    case SLACK_EBUSY:
    case SLACK_ENOMEM:
    case SLACK_ESTORE: return true;
    case SLACK_ECLOSED:
    case SLACK_ECANCELED: return app->state != APP_RUNNING;
    default: return false;
    }
}

/* ---- the record ---- */

/* How the attempts before this one ended, as far as they came to an end. */
typedef struct tally {
    unsigned failed, spared;
} tally_t;

static unsigned read_number(slack_slice_t text)
{
    unsigned number = 0;
    for (size_t i = 0; i < text.len && text.ptr[i] >= '0' && text.ptr[i] <= '9'; i++)
        if (number < 100000) number = number * 10 + (unsigned)(text.ptr[i] - '0');
    return number;
}

/* The first line, where that is "=FAILED SPARED"; `rest`: what follows it. "=SPARED" alone is of a
 * program that did not count failures yet. */
static tally_t tally_of(slack_slice_t record, slack_slice_t *rest)
{
    *rest = record;
    if (record.len == 0 || *record.ptr != '=') return (tally_t){0};
    slack_slice_t line, failed;
    slack__slice_split(rest, '\n', &line);
    line = (slack_slice_t){line.ptr + 1, line.len - 1};
    slack__slice_split(&line, ' ', &failed);
    if (line.ptr == NULL) return (tally_t){.spared = read_number(failed)};
    return (tally_t){.failed = read_number(failed), .spared = read_number(line)};
}

unsigned slack__attempts_crashed(unsigned begun, slack_slice_t record)
{
    slack_slice_t rest;
    const tally_t tally = tally_of(record, &rest);
    const unsigned ended = tally.failed + tally.spared + 1; /* this one has begun only */
    return begun > ended ? begun - ended : 0;
}

/* What a line of the record says: a listener that is done, or failed for good. */
typedef struct verdict {
    slack_slice_t name;
    int status; /* 0: done */
    slack_slice_t reason;
} verdict_t;

static bool read_verdict(slack_slice_t line, verdict_t *ret)
{
    slack_slice_t code;
    if (line.len == 0 || *line.ptr == '=') return false;
    *ret = (verdict_t){.name = {line.ptr + 1, line.len - 1}};
    if (*line.ptr != '-') return true;
    slack__slice_split(&ret->name, ' ', &code);
    slack__slice_split(&ret->name, ' ', &ret->reason);
    ret->status = -(int)read_number(code);
    return ret->status != 0; /* "-NAME", of a program that kept no codes: it is run again */
}

static bool next_verdict(slack_slice_t *record, verdict_t *ret)
{
    slack_slice_t line;
    while (record->len > 0) {
        slack__slice_split(record, '\n', &line);
        if (read_verdict(line, ret)) return true;
    }
    return false;
}

static const char *name_of(const slack_ctx_t *ctx, size_t step)
{
    return ctx->steps.items[step].route->listener.name;
}

/* Whether a name ends as that of one that was registered twice is written: "#2". */
static bool is_numbered(const char *name)
{
    const char *number = strrchr(name, '#');
    return number && number[1] && number[1 + strspn(number + 1, "0123456789")] == '\0';
}

/* A listener's name as the record has it: in one line, whatever it is made of, and no other's; the
 * second of one name is "NAME#2". At most name_max() bytes. */
static size_t write_name(const slack_ctx_t *ctx, size_t step, char *to)
{
    const char *name = name_of(ctx, step);
    unsigned nth = 1;
    for (size_t i = 0; i < step; i++)
        nth += strcmp(name_of(ctx, i), name) == 0;
    char *at = to;
    for (const char *from = name; *from; from++) {
        if (*from == '\n' || *from == ESCAPE) *at++ = ESCAPE;
        *at++ = *from == '\n' ? 'n' : *from;
    }
    if (nth > 1 || is_numbered(name)) at += snprintf(at, sizeof "#4294967295", "#%u", nth);
    return (size_t)(at - to);
}

static size_t name_max(const slack_ctx_t *ctx, size_t step)
{
    return 2 * strlen(name_of(ctx, step)) + sizeof "#4294967295";
}

/* The memory that the record may come to need is had before anything runs: what has run is never
 * forgotten for want of it. */
int slack__attempt_prepare(slack_ctx_t *ctx)
{
    slack_attempt_t *a = &ctx->attempt;
    if (!ctx->stored) return 0;
    /* Alone, a listener is told by the end of the delivery itself. */
    if (ctx->steps.count < 2 && a->done.len == 0) return 0;
    size_t size = a->done.len + 1;
    for (size_t i = 0; i < ctx->steps.count; i++)
        size += FAILURE_MAX + name_max(ctx, i) + 1;
    char *room = slack__arena_alloc(slack__ctx_arena(ctx), size);
    if (room == NULL) return SLACK_ENOMEM;
    if (a->done.len > 0) memcpy(room, a->done.ptr, a->done.len);
    a->room = room;
    a->done.ptr = room;
    return 0;
}

bool slack__attempt_skips(const slack_ctx_t *ctx, size_t step)
{
    const slack_attempt_t *a = &ctx->attempt;
    if (a->done.len == 0 || a->room == NULL) return false;
    slack_slice_t record = a->done, name = {a->room + a->done.len, 0}; /* behind it there is room */
    name.len = write_name(ctx, step, a->room + a->done.len);
    verdict_t verdict;
    while (next_verdict(&record, &verdict))
        if (slack__slice_eq(verdict.name, name)) return true;
    return false;
}

/* ---- one listener ---- */

void slack__attempt_step_begin(slack_ctx_t *ctx)
{
    slack_attempt_t *a = &ctx->attempt;
    a->step_open = true;
    a->step_failed = false;
    a->step_hopeless = 0;
    a->step_reason = NULL;
}

/* A tenant's token that is none any more is looked up anew for the next attempt. */
static bool token_may_change(const slack_ctx_t *ctx, int status, const char *reason)
{
    return ctx->app->authority && status == SLACK_EAPI &&
           slack__api_error(reason) == SLACK_API_DEAD_TOKEN;
}

void slack__attempt_step_failed(slack_ctx_t *ctx, int status, const char *reason)
{
    slack_attempt_t *a = &ctx->attempt;
    if (status == 0) return;
    bool heals = slack__heals(status, status == SLACK_EAPI ? reason : NULL) ||
                 token_may_change(ctx, status, reason);
    if (reason) reason = slack__arena_strdup(slack__ctx_arena(ctx), reason);
    if (ctx->status == 0) {
        ctx->status = status;
        a->reason = reason;
        if (a->step_open) ctx->failed = ctx->steps.items[ctx->next_step - 1].route->listener.name;
    }
    if (heals && !is_ours(ctx->app, status)) a->counts = true;
    if (!a->step_open) {
        *(heals ? &a->heals : &a->hopeless) = true;
        return;
    }
    a->step_failed = true;
    /* A handler that passes on the code of its call says less than the call did. */
    if (heals || a->step_hopeless != 0) return;
    a->step_hopeless = status;
    a->step_reason = reason;
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

/* A reason is Slack's word; one that is none would be more than its field of the line. */
static bool is_word(const char *text)
{
    const size_t len = text ? strcspn(text, " \n") : 0;
    return len > 0 && len <= REASON_MAX && text[len] == '\0';
}

static void add_verdict(slack_ctx_t *ctx, size_t step)
{
    slack_attempt_t *a = &ctx->attempt;
    char *line = a->room + a->done.len, *at = line;
    if (a->step_hopeless == 0)
        *at++ = '+';
    else
        at += snprintf(at, FAILURE_MAX, "%d %s ", a->step_hopeless,
                       is_word(a->step_reason) ? a->step_reason : "");
    at += write_name(ctx, step, at);
    *at++ = '\n';
    a->done.len += (size_t)(at - line);
}

void slack__attempt_step_end(slack_ctx_t *ctx)
{
    slack_attempt_t *a = &ctx->attempt;
    if (!a->step_open) return;
    a->step_open = false;
    if (a->step_failed) *(a->step_hopeless ? &a->hopeless : &a->heals) = true;
    if (a->room == NULL || (a->step_failed && !a->step_hopeless)) return;
    add_verdict(ctx, ctx->next_step - 1);
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
static bool counts(const slack_ctx_t *ctx, tally_t before)
{
    const slack_attempt_t *a = &ctx->attempt;
    if (before.spared >= SPARED_MAX) return true;
    return a->heals || a->hopeless ? a->counts : !is_ours(ctx->app, ctx->status);
}

/* All that could be done is done: the delivery's failure is that of the listener which failed for
 * good, in whatever attempt. */
static void recall_failure(slack_ctx_t *ctx)
{
    slack_attempt_t *a = &ctx->attempt;
    slack_slice_t record = a->done;
    verdict_t verdict;
    while (next_verdict(&record, &verdict)) {
        if (verdict.status == 0) continue;
        slack_arena_t *arena = slack__ctx_arena(ctx);
        ctx->status = verdict.status;
        ctx->failed = slack__arena_strndup(arena, verdict.name.ptr, verdict.name.len);
        a->reason = verdict.reason.len == 0
                        ? NULL
                        : slack__arena_strndup(arena, verdict.reason.ptr, verdict.reason.len);
        a->hopeless = true;
        return;
    }
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

/* What is done stays done, of what ended otherwise nothing is left: a person who has it run again
 * begins anew. */
static int bury(slack_ctx_t *ctx, slack_store_op_t *op)
{
    slack_slice_t record = ctx->attempt.done;
    char *text = slack__arena_alloc(slack__ctx_arena(ctx), record.len + 1), *at = text;
    if (text == NULL) return SLACK_ENOMEM;
    verdict_t verdict;
    while (next_verdict(&record, &verdict)) {
        if (verdict.status != 0) continue;
        *at++ = '+';
        memcpy(at, verdict.name.ptr, verdict.name.len);
        at += verdict.name.len;
        *at++ = '\n';
    }
    op->kind = SLACK_STORE_BURY;
    op->row.done = (slack_slice_t){text, (size_t)(at - text)};
    return 0;
}

/* One attempt more, unless this was the last. What was spared comes again soon: others were in the
 * way. */
static int wait_or_bury(slack_ctx_t *ctx, slack_store_op_t *op)
{
    slack_slice_t rest;
    tally_t tally = tally_of(ctx->attempt.done, &rest);
    const bool counted = counts(ctx, tally);
    const unsigned nth = ++*(counted ? &tally.failed : &tally.spared);
    if (counted && nth >= ctx->app->options.max_attempts) {
        recall_failure(ctx);
        return bury(ctx, op);
    }
    const char *text = slack__arena_printf(slack__ctx_arena(ctx), "=%u %u\n%.*s", tally.failed,
                                           tally.spared, (int)rest.len, rest.len ? rest.ptr : "");
    if (text == NULL) return SLACK_ENOMEM;
    op->kind = SLACK_STORE_WAIT;
    op->row.done = slack__slice(text);
    op->row.due_ms = slack__wall_ms(ctx->app->clock) +
                     (int64_t)wait_ms(counted || nth < SPARED_WAITS ? nth : SPARED_WAITS);
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
    op->forget = ctx->d->kind == SLACK_KIND_JOB;
    if (ctx->status == 0) recall_failure(ctx);
    if (ctx->status == 0 || ctx->refused) {
        op->kind = SLACK_STORE_FINISH;
        return 0;
    }
    int rc = can_heal(ctx) ? wait_or_bury(ctx, op) : bury(ctx, op);
    if (rc != 0) return rc;
    op->row.error = describe(ctx);
    return fill_texts(ctx, op);
}

unsigned slack_ctx_attempt(const slack_ctx_t *ctx)
{
    return ctx->attempt.number ? ctx->attempt.number : 1;
}
