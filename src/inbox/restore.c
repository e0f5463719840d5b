/* SPDX-License-Identifier: MIT */
#include "inbox/restore.h"

#include "inbox/entry.h"
#include "inbox/finish.h"
#include "inbox/schedule.h"
#include "util/error.h"
#include "util/json.h"

/* The size of an arena in which every body of `len` bytes can be parsed, however many values it
 * has. With a smaller limit such a row could never begin, and would block the rows behind it. */
#define RESTORE_BYTES(len) (SLACK_ARENA_MAX + 32 * (len))

/* Fails the entry for good, before any handler has run. */
static void entry_give_up(slack_entry_t *entry, int status)
{
    slack_arena_t *arena = entry->run.ctx.delivery->arena;
    const char *why =
        slack__arena_printf(arena, "%s: %s", slack_strerror(status), slack__error_cure(status));
    slack__failure_note(&entry->run.ctx, &(slack_fault_t){.status = status, .why = why});
}

/* Makes an entry of a row. If the row cannot be parsed, the run has failed with that error. NULL if
 * memory is out. */
static slack_entry_t *entry_restore(slack_inbox_t *inbox, const slack_row_t *from)
{
    slack_arena_t *arena =
        slack__arena_new(8192 + 2 * from->payload.len, RESTORE_BYTES(from->payload.len));
    slack_row_t row;
    if (arena == NULL) return NULL;
    if (!slack__row_copy(arena, &row, from)) goto no_memory;
    const slack_json_t *body = NULL, *tenant = NULL;
    int rc = row.damaged ? SLACK_EDAMAGED
                         : slack__json_parse(arena, row.payload.ptr, row.payload.len, &body, NULL);
    const bool job = slack__slice_eq(row.kind, SLACK_SLICE("job"));
    if (!job && !slack__slice_eq(row.kind, SLACK_SLICE("event"))) rc = SLACK_EDAMAGED;
    if (rc == 0 && row.tenant.len > 0)
        rc = slack__json_parse(arena, row.tenant.ptr, row.tenant.len, &tenant, NULL);
    if (rc == SLACK_ENOMEM) goto no_memory;
    if (!job) tenant = NULL; /* the body of an event names it */
    slack_delivery_t *d = slack__delivery_new(arena, body, SLACK_SLICE(""),
                                              slack__mono_us(inbox->services->net->clock));
    if (d == NULL) goto no_memory;
    d->kind = job ? SLACK_KIND_JOB : SLACK_KIND_EVENT;
    if (tenant) d->app_id = slack_json_str(tenant, "/app_id");
    d->key = row.key;
    d->retry_num = row.retry_num;
    d->retry_reason = row.retry_reason.ptr;
    d->recovered = slack__slice_eq(row.transport, SLACK_SLICE(SLACK_TRANSPORT_HISTORY));
    d->transport = slack__transports_of_row(inbox->transports, row.transport);
    slack_entry_t *entry = slack__entry_new(inbox, d);
    if (entry == NULL) goto no_memory;
    slack_ctx_t *ctx = &entry->run.ctx;
    if (rc != 0) entry_give_up(entry, SLACK_EDAMAGED);
    ctx->ack.sent = true; /* Slack's ack was sent when the row was stored */
    ctx->job = row.name.ptr;
    ctx->due_ms = d->kind == SLACK_KIND_JOB ? row.planned_ms : 0;
    ctx->tenant = tenant;
    ctx->attempt = row.attempt;
    entry->run.progress.record = row.done;
    entry->item.op.row = row;
    entry->stored = true;
    return entry;
no_memory:
    slack__arena_free(arena);
    return NULL;
}

bool slack__restore_begin(void *data, const slack_row_t *row)
{
    slack_inbox_t *inbox = data;
    slack_entry_t *entry = entry_restore(inbox, row);
    if (entry == NULL) return false;
    SLACK_LOG(slack__inbox_log(inbox), DEBUG, "attempt begins", "key=%.*s kind=%.*s attempt=%u",
              (int)row->key.len, row->key.ptr, (int)row->kind.len, row->kind.ptr, row->attempt);
    if (entry->run.ctx.failure.first.status == 0 &&
        slack__attempts_crashed(row->attempt, row->done) >= SLACK_ATTEMPTS_CRASH_MAX)
        entry_give_up(entry, SLACK_ECRASHED);
    if (entry->run.ctx.failure.first.status != 0 || slack__schedules_skip(inbox, row)) {
        slack__entry_end(entry);
    } else {
        slack__queue_starting(&entry->item);
        slack__task_post(inbox->services->net, &entry->run.ctx.task);
    }
    return true;
}
