/* SPDX-License-Identifier: MIT */
#include "queue/queue.h"

#include <slack/error.h>

void slack__queue_submit(const slack_queue_t *queue, slack_store_op_t *op)
{
    if (queue->phase != SLACK_QUEUE_DETACHED) {
        queue->store->ops->submit(queue->store, op);
        return;
    }
    op->status = SLACK_ECANCELED;
    op->done(op);
}
