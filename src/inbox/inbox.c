/* SPDX-License-Identifier: MIT */
#include "inbox/inbox.h"

#include "inbox/entry.h"
#include "inbox/finish.h"
#include "inbox/intake.h"
#include "inbox/own_put.h"
#include "inbox/restore.h"
#include "inbox/schedule.h"

/* A claim takes a quarter of the free room, since a handler may make several calls at once. It
 * takes at least one row while there is any room, so that new events do not keep old rows waiting.
 */
#define ROOM_PART 4
/* The bytes that a claimed row takes for each byte of its texts: the batch, the copy of the texts,
 * and some two for the parsed values. */
#define ROW_COST 4

/* ---- for the queue ---- */

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t inbox_room(void *data, size_t *ret_bytes)
{
    const slack_inbox_t *inbox = data;
    const slack_services_t *services = inbox->services;
    size_t room = least(slack__webapi_room(services->webapi), slack__pool_room(services->pool));
    room = room > inbox->queue->starting ? room - inbox->queue->starting : 0;
    if (room > 0) room = room < ROOM_PART ? 1 : room / ROOM_PART;
    *ret_bytes = slack__inbox_room_bytes(inbox) / ROW_COST + 1;
    return least(slack__inbox_room(inbox), room);
}

/* Events and jobs differ only in the delivery that they become; a row of no known kind becomes a
 * dead letter. */
#define CONSUMER(kind)                                                                             \
    {                                                                                              \
        kind, slack__restore_begin, slack__entry_decide, slack__entry_lost, slack__entry_ended     \
    }
static const slack_consumer_t consumers[] = {CONSUMER("event"), CONSUMER("job"), CONSUMER("")};

static void queue_looking(void *inbox)
{
    slack__schedules_plant(inbox);
}

static const slack_queue_host_t queue_host = {.room = inbox_room, .looking = queue_looking};

/* ---- life ---- */

void slack__inbox_init(slack_inbox_t *inbox)
{
    slack_queue_t *queue = inbox->queue;
    slack__link_init(&inbox->schedules);
    slack__link_init(&inbox->deferred);
    slack__link_init(&inbox->live);
    slack__link_init(&inbox->rejected);
    slack__link_init(&inbox->zombies);
    slack__link_init(&inbox->reject_task.link);
    inbox->reject_task.run = slack__intake_reject;
    inbox->run_task = slack__intake_run;
    inbox->run_owner = &slack__entry_owner;
    inbox->consumer = consumers;
    queue->host = &queue_host;
    queue->host_data = inbox;
    queue->bytes = &inbox->bytes;
    slack__queue_consume(queue, consumers, sizeof consumers / sizeof *consumers, inbox);
}

void slack__inbox_start(slack_inbox_t *inbox)
{
    slack_queue_t *queue = inbox->queue;
    /* If a listener is ordered, the rows that the last process has left run before new events. */
    queue->overflow = inbox->dispatcher->registry->ordered && queue->store->ops->durable;
    slack__own_puts_start(inbox);
    slack__queue_start(queue);
}

void slack__inbox_close(slack_inbox_t *inbox)
{
    slack__queue_close(inbox->queue);
    slack__own_puts_cancel(inbox);
    slack_link_t keep, *link;
    slack__link_init(&keep);
    while ((link = slack__list_shift(&inbox->live)) != NULL) {
        slack_entry_t *entry = SLACK_CONTAINER(link, slack_entry_t, link);
        if (entry->item.in_store) /* the store still uses entry->item.op */
            slack__list_push(&keep, link);
        else
            slack__entry_abandon(entry);
    }
    slack__list_splice(&inbox->live, &keep);
}

void slack__inbox_detach_calls(slack_inbox_t *inbox)
{
    slack_link_t *link = inbox->zombies.next;
    for (; link != &inbox->zombies; link = link->next) {
        slack_ctx_t *ctx = &SLACK_CONTAINER(link, slack_entry_t, link)->run.ctx;
        ctx->client.webapi = NULL;
        ctx->user_client.webapi = NULL;
    }
}

void slack__inbox_detach_transports(slack_inbox_t *inbox)
{
    slack_link_t *link = inbox->zombies.next;
    for (; link != &inbox->zombies; link = link->next) {
        slack_ctx_t *ctx = &SLACK_CONTAINER(link, slack_entry_t, link)->run.ctx;
        ctx->delivery->transport = slack__transports_of_row(inbox->transports, (slack_slice_t){0});
    }
}

void slack__inbox_done(slack_inbox_t *inbox)
{
    slack_link_t *link;
    slack__queue_detach(inbox->queue); /* no function of the program can store another row */
    slack__own_puts_cancel(inbox);
    slack__schedules_free(inbox);
    while ((link = slack__list_shift(&inbox->zombies)) != NULL)
        slack__entry_free(SLACK_CONTAINER(link, slack_entry_t, link));
}

size_t slack__inbox_busy(const slack_inbox_t *inbox)
{
    return inbox->live_count + inbox->rejected_count;
}

size_t slack__inbox_in_store(const slack_inbox_t *inbox)
{
    size_t count = 0;
    for (slack_link_t *link = inbox->live.next; link != &inbox->live; link = link->next)
        count += SLACK_CONTAINER(link, slack_entry_t, link)->item.in_store;
    return count;
}
