/* SPDX-License-Identifier: MIT */
#include "queue/queue.h"

/* Rows are due by the wall clock, which may be set. So no look waits longer than an hour. */
#define LOOK_MS_MAX (3600 * 1000)

void slack__queue_look_in(slack_queue_t *queue, uint64_t in_ms)
{
    slack_timer_t *timer = &queue->timer;
    if (!slack__queue_is_open(queue)) return;
    if (in_ms > LOOK_MS_MAX) in_ms = LOOK_MS_MAX;
    const uint64_t due_us = slack__mono_us(queue->net->clock) + in_ms * 1000;
    if (slack__timer_waits(timer) && timer->due_us <= due_us) return;
    slack__timer_start_at(queue->net, timer, due_us);
}

void slack__queue_look_at(slack_queue_t *queue, int64_t wall_ms)
{
    const int64_t now = slack__wall_ms(queue->net->clock);
    slack__queue_look_in(queue, wall_ms > now ? (uint64_t)(wall_ms - now) : 0);
}
