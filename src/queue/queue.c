/* SPDX-License-Identifier: MIT */
#include "queue/queue.h"

#include <slack/error.h>

/* ---- the lease ---- */

static void lease_renewed(slack_store_op_t *op)
{
    slack_queue_t *queue = SLACK_CONTAINER(op, slack_queue_t, renewal);
    queue->renewing = false;
    /* If no event comes, only the renewal shows whether the store works. */
    queue->store_failing = op->status == SLACK_ESTORE;
    if (op->status != 0)
        queue->renew_ms = 0; /* renew at the next look: the lease goes on expiring */
}

/* Renews from the loop, so that a process whose loop hangs loses its rows to other owners. */
static void lease_renew(slack_queue_t *queue)
{
    const uint64_t now = slack__mono_ms(queue->net->clock);
    slack__queue_look_in(queue, SLACK_QUEUE_POLL_MS);
    if (queue->renewing || now < queue->renew_ms) return;
    queue->renewing = true;
    queue->renew_ms = now + SLACK_STORE_RENEW_MS;
    queue->renewal = (slack_store_op_t){.kind = SLACK_STORE_RENEW, .done = lease_renewed};
    slack__link_init(&queue->renewal.link);
    slack__queue_submit(queue, &queue->renewal);
}

/* ---- looking ---- */

void slack__queue_look(slack_queue_t *queue)
{
    if (!slack__queue_is_open(queue)) return;
    if (queue->store->ops->durable) lease_renew(queue);
    slack__queue_end_undone(queue);
    if (queue->phase == SLACK_QUEUE_RUNNING) queue->host->looking(queue->host_data);
    slack__queue_claim(queue);
}

static void look_timer(slack_timer_t *timer)
{
    slack__queue_look(SLACK_CONTAINER(timer, slack_queue_t, timer));
}

/* ---- life ---- */

void slack__queue_init(slack_queue_t *queue)
{
    queue->poll_ms = SLACK_QUEUE_POLL_MS;
    slack__link_init(&queue->undone);
    slack__timer_init(&queue->timer, look_timer);
}

void slack__queue_consume(slack_queue_t *queue, const slack_consumer_t *consumers, size_t count,
                          void *data)
{
    for (size_t i = 0; i < count; i++)
        queue->consumers[queue->consumer_count++] =
            (struct slack_queue_consumer){&consumers[i], data};
}

void slack__queue_start(slack_queue_t *queue)
{
    queue->phase = SLACK_QUEUE_RUNNING;
    slack__queue_look(queue);
}

void slack__queue_drain(slack_queue_t *queue)
{
    if (!slack__queue_is_closed(queue)) queue->phase = SLACK_QUEUE_DRAINING;
}

void slack__queue_close(slack_queue_t *queue)
{
    slack_link_t *link;
    queue->phase = SLACK_QUEUE_CLOSED;
    slack__timer_stop(queue->net, &queue->timer);
    if (!queue->claiming) slack__queue_drop_claimed(queue);
    while ((link = slack__list_shift(&queue->undone)) != NULL) {
        slack_queue_item_t *item = SLACK_CONTAINER(link, slack_queue_item_t, op.link);
        item->consumer->ended(item);
    }
}

void slack__queue_detach(slack_queue_t *queue)
{
    queue->phase = SLACK_QUEUE_DETACHED;
}
