/* SPDX-License-Identifier: MIT */
#include "queue/queue.h"

#include <slack/error.h>

#include "util/crash.h"

/* The pause before an end is stored again after the store has failed. */
#define AGAIN_MS 1000

static void end_submit(slack_queue_item_t *item)
{
    item->in_store = true;
    slack__queue_submit(item->queue, &item->op);
}

/* After a restart, a row whose end is not stored would run again. So the item is kept, and its end
 * is stored again and again until the store takes it or the app stops. */
static void end_not_stored(slack_queue_item_t *item, int status)
{
    slack_queue_t *queue = item->queue;
    const slack_row_t *row = &item->op.row;
    if (!item->failed && status != SLACK_ECANCELED)
        SLACK_LOG(queue->net->log, ERROR, "store: the end of a delivery was not stored",
                  "key=%.*s error=%s", (int)row->key.len, row->key.ptr ? row->key.ptr : "",
                  slack_err_name(status));
    item->failed = true;
    item->in_store = false;
    item->op.status = status;
    if (status == SLACK_EBUSY && item->op.kind != SLACK_STORE_FINISH) {
        item->op.kind = SLACK_STORE_FINISH;
        item->consumer->lost(item);
        end_submit(item);
    } else if (!slack__queue_is_closed(queue)) {
        slack__list_push(&queue->undone, &item->op.link);
        slack__queue_look_in(queue, AGAIN_MS);
    } else {
        item->consumer->ended(item);
    }
}

static void end_stored(slack_store_op_t *op)
{
    slack_queue_item_t *item = SLACK_CONTAINER(op, slack_queue_item_t, op);
    if (op->status != 0) {
        end_not_stored(item, op->status);
        return;
    }
    SLACK_CRASH("finished");
    if (op->kind == SLACK_STORE_WAIT) slack__queue_look_at(item->queue, op->row.due_ms);
    item->consumer->ended(item);
}

void slack__queue_end(slack_queue_item_t *item)
{
    slack__queue_started(item);
    const int rc = item->decided ? 0 : item->consumer->decide(item);
    if (rc != 0) {
        end_not_stored(item, rc);
        return;
    }
    slack_queue_t *queue = item->queue;
    const bool ordered = item->op.row.order.len > 0;
    item->decided = true;
    item->op.done = end_stored;
    end_submit(item); /* when the queue is detached, the item may be freed now */
    /* The end makes the next row with this ordering key due, and the claim joins its transaction.
     */
    if (ordered) slack__queue_claim_next(queue);
}

/* An item whose end cannot be stored now returns to the list, so the list is emptied first. */
void slack__queue_end_undone(slack_queue_t *queue)
{
    slack_link_t again, *link;
    slack__link_init(&again);
    slack__list_splice(&again, &queue->undone);
    while ((link = slack__list_shift(&again)) != NULL)
        slack__queue_end(SLACK_CONTAINER(link, slack_queue_item_t, op.link));
}
