/* SPDX-License-Identifier: MIT */
#include "queue/queue.h"

#include <slack/error.h>

#include "protocol/tenant.h"

/* The rows of one operation: few, so that others need not wait long. */
#define CANCEL_ROWS 100

typedef struct cancel {
    slack_arena_t *arena;
    slack_queue_t *queue;
    slack_store_op_t op;
    slack_store_batch_t batch;
    size_t count;
    slack_queue_canceled_fn fn;
    void *user_data;
} cancel_t;

static void cancel_end(cancel_t *cancel, int status)
{
    if (cancel->fn) cancel->fn(cancel->user_data, status, cancel->count);
    slack__arena_free(cancel->arena);
}

/* The canceled rows may have held others with their ordering keys up. */
static void rows_canceled(slack_store_op_t *op)
{
    cancel_t *cancel = SLACK_CONTAINER(op, cancel_t, op);
    slack_queue_t *queue = cancel->queue;
    const size_t count = op->status == 0 ? cancel->batch.count : 0;
    cancel->count += count;
    if (count > 0) slack__queue_look_in(queue, 0);
    if (count == 0)
        cancel_end(cancel, op->status);
    else if (slack__queue_is_closed(queue))
        cancel_end(cancel, SLACK_ECANCELED);
    else
        slack__queue_submit(queue, op);
}

int slack__queue_cancel_tenant(slack_queue_t *queue, const slack_tenant_t *tenant,
                               int64_t before_id, slack_queue_canceled_fn fn, void *user_data)
{
    if (!slack__queue_is_open(queue)) return SLACK_ECANCELED;
    slack_arena_t *arena = slack__arena_new(1024, 0);
    cancel_t *cancel = arena ? slack__arena_calloc(arena, sizeof *cancel) : NULL;
    const char *prefix = cancel ? slack__tenant_prefix(arena, tenant) : NULL;
    if (prefix == NULL || *prefix == '\0') {
        slack__arena_free(arena);
        return prefix ? SLACK_EINVAL : SLACK_ENOMEM;
    }
    *cancel = (cancel_t){.arena = arena, .queue = queue, .fn = fn, .user_data = user_data};
    cancel->batch.limit = CANCEL_ROWS;
    cancel->op = (slack_store_op_t){
        .kind = SLACK_STORE_CANCEL_TENANT,
        .row = {.tenant = slack__slice(prefix), .app = queue->app, .id = before_id},
        .batch = &cancel->batch,
        .done = rows_canceled,
    };
    slack__link_init(&cancel->op.link);
    slack__queue_submit(queue, &cancel->op);
    return 0;
}
