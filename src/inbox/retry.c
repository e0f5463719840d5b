/* SPDX-License-Identifier: MIT */
#include "inbox/retry.h"

#include <string.h>

#include "inbox/entry.h"

/* Replaces the failure of this attempt by the failure of the listener that failed for good, in this
 * attempt or an earlier one. */
static void recall_failure(slack_entry_t *entry)
{
    slack_failure_t *failure = &entry->run.ctx.failure;
    slack_arena_t *arena = entry->run.ctx.delivery->arena;
    slack_slice_t record = entry->run.progress.record;
    slack_verdict_t verdict;
    while (slack__progress_next(&record, &verdict)) {
        if (verdict.status == 0) continue;
        failure->first = (slack_fault_t){.status = verdict.status};
        failure->listener = slack__arena_strndup(arena, verdict.name.ptr, verdict.name.len);
        if (verdict.reason.len > 0)
            failure->first.word = failure->first.why =
                slack__arena_strndup(arena, verdict.reason.ptr, verdict.reason.len);
        failure->hopeless = true;
        return;
    }
}

/* The record of a dead letter keeps the listeners that are done and drops the failures: a retry
 * runs every other listener again, with all its attempts. */
static int bury(slack_entry_t *entry)
{
    slack_slice_t record = entry->run.progress.record;
    char *text = slack__arena_alloc(entry->run.ctx.delivery->arena, record.len + 1), *at = text;
    if (text == NULL) return SLACK_ENOMEM;
    slack_verdict_t verdict;
    while (slack__progress_next(&record, &verdict)) {
        if (verdict.status != 0) continue;
        *at++ = '+';
        memcpy(at, verdict.name.ptr, verdict.name.len);
        at += verdict.name.len;
        *at++ = '\n';
    }
    entry->item.op.kind = SLACK_STORE_BURY;
    entry->item.op.row.done = (slack_slice_t){text, (size_t)(at - text)};
    return 0;
}

static int wait_or_bury(slack_entry_t *entry)
{
    const slack_ctx_t *ctx = &entry->run.ctx;
    slack_store_op_t *op = &entry->item.op;
    slack_slice_t rest;
    slack_tally_t tally = slack__tally_read(entry->run.progress.record, &rest);
    /* Whether this attempt is one of the max_attempts that a delivery has. */
    const bool counts =
        tally.spared >= SLACK_SPARED_MAX || ctx->failure.acted || ctx->failure.counts;
    uint64_t wait_ms;
    if (!slack__attempts_next(&tally, counts, entry->inbox->bounds.max_attempts, &wait_ms)) {
        recall_failure(entry);
        return bury(entry);
    }
    char *text = slack__arena_alloc(ctx->delivery->arena, SLACK_TALLY_MAX + rest.len);
    if (text == NULL) return SLACK_ENOMEM;
    const size_t len = slack__tally_write(tally, text);
    if (rest.len > 0) memcpy(text + len, rest.ptr, rest.len);
    op->kind = SLACK_STORE_WAIT;
    op->row.done = (slack_slice_t){text, len + rest.len};
    op->row.due_ms = slack__wall_ms(ctx->services->net->clock) + (int64_t)wait_ms;
    return 0;
}

/* The most bytes that a dead letter says about its error. */
#define ERROR_MAX_BYTES 4000

/* "LISTENER: ERROR METHOD: REASON" */
static slack_slice_t describe(const slack_ctx_t *ctx)
{
    const slack_failure_t *failure = &ctx->failure;
    const slack_fault_t *fault = &failure->first;
    const char *name = slack_err_name(fault->status), *listener = failure->listener;
    char *text = slack__arena_printf(
        ctx->delivery->arena, "%s%s%s %s%s%s", listener ? listener : "", listener ? ": " : "", name,
        fault->method ? fault->method : "", fault->method ? ": " : "", slack__fault_why(fault));
    if (text == NULL) return slack__slice(name);
    size_t len = strlen(text);
    if (len > ERROR_MAX_BYTES) len = slack__utf8_valid(text, ERROR_MAX_BYTES);
    text[len] = '\0';
    return (slack_slice_t){text, len};
}

int slack__retry_settle(slack_entry_t *entry)
{
    slack_ctx_t *ctx = &entry->run.ctx;
    slack_store_op_t *op = &entry->item.op;
    /* A job of the program frees its key. The library's own jobs, of a schedule or with the result
     * of a request, may be stored again after a crash, so the store has to know their keys. */
    const size_t head = sizeof SLACK_JOB_KEY - 1;
    op->forget = ctx->delivery->kind == SLACK_KIND_JOB && op->row.key.len > head &&
                 memcmp(op->row.key.ptr, SLACK_JOB_KEY, head) == 0;
    if (ctx->failure.first.status == 0 && entry->run.progress.record.len > 0) recall_failure(entry);
    if (ctx->failure.first.status == 0 || entry->run.refused) {
        op->kind = SLACK_STORE_FINISH;
        return 0;
    }
    int rc = ctx->failure.heals ? wait_or_bury(entry) : bury(entry);
    if (rc != 0) return rc;
    op->row.error = describe(ctx);
    /* A store that is not durable got no texts with the PUT of an event. It needs them to keep the
     * row. */
    if (entry->inbox->queue->store->ops->durable || op->row.payload.len > 0) return 0;
    slack__entry_fill_row(entry, &op->row);
    return op->row.payload.len > 0 ? 0 : SLACK_ENOMEM;
}
