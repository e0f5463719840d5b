/* SPDX-License-Identifier: MIT */
#include "inbox/put.h"

#include "context/ack.h"
#include "identity/identity.h"
#include "protocol/tenant.h"

static void put_ended(slack_store_op_t *op)
{
    slack_put_t *put = SLACK_CONTAINER(op, slack_put_t, op);
    slack_ctx_t *ctx = put->ctx;
    ctx->ack.defers--;
    if (ctx->phase == SLACK_CTX_RUNNING) { /* the stop has not ended the delivery */
        if (op->status != 0) {
            ctx->failure.no_room = true;
            ctx->ack.defer_failed = true;
        }
        if (ctx->ack.defers == 0) slack__ack_jobs_stored(ctx);
    }
    slack_fault_t fault = {.status = op->status};
    if (op->status != 0)
        fault.why = slack__arena_printf(
            ctx->delivery->arena, "%s \"%.*s\" was not stored: %s: see the log of the store",
            put->what, (int)op->row.name.len, op->row.name.ptr, slack_strerror(op->status));
    slack__ctx_call_ended(ctx, &fault);
}

/* A row that the store has not claimed is behind another one with its ordering key, if it had a
 * place. The end of that one makes it due. */
static void row_stored(slack_store_op_t *op)
{
    slack_put_t *put = SLACK_CONTAINER(op, slack_put_t, op);
    slack_queue_t *queue = slack__entry_of_ctx(put->ctx)->inbox->queue;
    if (put->has_place) queue->starting--;
    put->stored(put);
    if (op->status == 0 && !op->duplicate && op->claim) {
        op->row.attempt = 1;
        if (!slack__queue_begin(queue, &op->row)) { /* memory is out */
            op->kind = SLACK_STORE_WAIT;
            op->done = put_ended;
            slack__queue_look_at(queue, op->row.due_ms);
            slack__queue_submit(queue, op);
            return;
        }
    } else if (op->status == 0 && !op->duplicate && !put->has_place) {
        slack__queue_look_at(queue, op->row.due_ms);
    }
    put_ended(op);
}

static int put_submit_here(slack_ctx_t *ctx, void *args)
{
    slack_put_t *put = args;
    const slack_slice_t name = put->op.row.name;
    if (ctx->phase != SLACK_CTX_RUNNING)
        return slack__ctx_fail(ctx, SLACK_EALREADY,
                               "%s \"%.*s\" was not stored, the delivery has ended: %s", put->what,
                               (int)name.len, name.ptr, put->cure);
    slack_queue_t *queue = slack__entry_of_ctx(ctx)->inbox->queue;
    ctx->ack.defers++;
    ctx->calls++;
    put->has_place = put->op.claim = put->at_once && slack__queue_has_room(queue);
    if (put->has_place) queue->starting++;
    slack__queue_submit(queue, &put->op);
    return 0;
}

int slack__put(slack_put_t *put)
{
    put->op.kind = SLACK_STORE_PUT;
    put->op.done = row_stored;
    slack__link_init(&put->op.link);
    return slack__ctx_on_loop(put->ctx, put_submit_here, put);
}

const char *slack__put_tenant(slack_ctx_t *ctx, slack_arena_t *arena)
{
    const slack_delivery_t *d = ctx->delivery;
    slack_tenant_t tenant;
    if (slack__run_of(ctx)->dispatcher->identity->authorizer == NULL) return "";
    slack__tenant_of(d->kind, d->body, d->app_id, ctx->tenant, &tenant);
    return slack__tenant_text(arena, &tenant);
}
