/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "queue/queue.h"
#include "util/crash.h"

/*
 * Claims queued rows and begins them: rows that wait for another attempt or for their time, rows
 * that were queued because too much was running, and rows of a dead process. Claims are small, so
 * that waiting rows do not delay new ones and no more rows begin than can make their calls.
 */

/* The time between two looks for room if the end of a row does not make it: calls and handlers that
 * have no row take room too. */
#define ROOM_POLL_MS 100
/* The pause before a row begins again after memory was out. */
#define MEMORY_POLL_MS 100

bool slack__queue_begin(const slack_queue_t *queue, const slack_row_t *row)
{
    size_t of_kind = 0, of_any = 0;
    while (of_kind < queue->consumer_count) {
        const char *kind = queue->consumers[of_kind].consumer->kind;
        if (slack__slice_eq(row->kind, slack__slice(kind))) break;
        if (*kind == '\0') of_any = of_kind;
        of_kind++;
    }
    const struct slack_queue_consumer *c =
        &queue->consumers[of_kind < queue->consumer_count ? of_kind : of_any];
    return c->consumer->begin(c->data, row);
}

void slack__queue_drop_claimed(slack_queue_t *queue)
{
    slack__arena_free(queue->batch.arena);
    queue->batch.arena = NULL;
    queue->batch.count = queue->next = 0;
}

/* If memory is out, the rows that are left stay claimed and begin later. */
static void begin_claimed(slack_queue_t *queue)
{
    while (queue->next < queue->batch.count && queue->phase == SLACK_QUEUE_RUNNING) {
        if (!slack__queue_begin(queue, &queue->batch.rows[queue->next])) {
            slack__queue_look_in(queue, MEMORY_POLL_MS);
            return;
        }
        queue->next++;
    }
    slack__queue_drop_claimed(queue);
}

void slack__queue_starting(slack_queue_item_t *item)
{
    item->starting = true;
    item->queue->starting++;
}

void slack__queue_started(slack_queue_item_t *item)
{
    if (item->starting) item->queue->starting--;
    item->starting = false;
}

static void rows_claimed(slack_store_op_t *op)
{
    slack_queue_t *queue = SLACK_CONTAINER(op, slack_queue_t, op);
    SLACK_CRASH(op->batch->count ? "claimed" : "claimed-nothing");
    queue->claiming = false;
    queue->next = 0;
    if (queue->batch.arena) slack__arena_count_in(queue->batch.arena, queue->bytes);
    if (queue->phase != SLACK_QUEUE_RUNNING) { /* the rows are left to the next process */
        slack__queue_drop_claimed(queue);
        return;
    }
    const int64_t now = slack__wall_ms(queue->net->clock), next = queue->batch.next_ms;
    queue->more = op->status == 0 && queue->batch.count == queue->batch.limit;
    /* No queued row is due any more, so new rows need not queue behind them. */
    if (op->status == 0 && !queue->more && next > now) queue->overflow = false;
    if (queue->store->ops->durable || op->status != 0) slack__queue_look_in(queue, queue->poll_ms);
    if (op->status == 0 && next != INT64_MAX)
        slack__queue_look_in(queue, next > now ? (uint64_t)(next - now) : 1);
    begin_claimed(queue);
    if (queue->more || queue->again) slack__queue_look_in(queue, 0);
}

bool slack__queue_has_room(const slack_queue_t *queue)
{
    size_t bytes;
    return slack__queue_may_claim(queue) && queue->host->room(queue->host_data, &bytes) > 0;
}

static void submit_claim(slack_queue_t *queue)
{
    size_t bytes = 0, room = queue->host->room(queue->host_data, &bytes);
    if (room == 0) { /* a row that ends looks again too */
        queue->more = true;
        slack__queue_look_in(queue, ROOM_POLL_MS);
        return;
    }
    queue->claiming = true;
    queue->more = queue->again = false;
    queue->batch = (slack_store_batch_t){
        .limit = (unsigned)(room < SLACK_CLAIM_MAX ? room : SLACK_CLAIM_MAX),
        .bytes = bytes,
        .now_ms = slack__wall_ms(queue->net->clock),
    };
    queue->op = (slack_store_op_t){.kind = SLACK_STORE_CLAIM,
                                   .row.app = queue->app,
                                   .batch = &queue->batch,
                                   .done = rows_claimed};
    slack__link_init(&queue->op.link);
    slack__queue_submit(queue, &queue->op);
}

void slack__queue_claim_next(slack_queue_t *queue)
{
    if (queue->claiming || queue->batch.arena)
        queue->again = true;
    else if (slack__queue_may_claim(queue))
        submit_claim(queue);
}

void slack__queue_claim(slack_queue_t *queue)
{
    if (queue->claiming || !slack__queue_may_claim(queue)) return;
    if (queue->batch.arena) begin_claimed(queue);
    if (queue->batch.arena == NULL) submit_claim(queue);
}
