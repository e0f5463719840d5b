/* SPDX-License-Identifier: MIT */
#include "inbox/entry.h"

#include "util/json.h"

/* Rows are due by the wall clock, which may be set. So no look waits longer than an hour. */
#define LOOK_MS_MAX (3600 * 1000)

slack_entry_t *slack__entry_new(slack_inbox_t *inbox, slack_delivery_t *delivery)
{
    slack_entry_t *entry =
        slack__lifetime_begin(&inbox->services->lifetimes, delivery->arena, sizeof *entry);
    if (entry == NULL) return NULL;
    slack__arena_count_in(delivery->arena, &inbox->bytes);
    slack__run_init(&entry->run, inbox->dispatcher, inbox->services, delivery);
    entry->run.owner = inbox->run_owner;
    entry->run.ctx.task.run = inbox->run_task;
    entry->inbox = inbox;
    slack__link_init(&entry->op.link);
    slack__list_push(&inbox->live, &entry->link);
    inbox->live_count++;
    return entry;
}

void slack__entry_free(slack_entry_t *entry)
{
    slack_ctx_t *ctx = &entry->run.ctx;
    slack_delivery_t *delivery = ctx->delivery;
    slack__task_cancel(&ctx->task);
    slack__lifetime_end(&ctx->services->lifetimes, entry,
                        ctx->hit ? ctx->hit->rule->listener.name : "");
    slack__run_done(&entry->run);
    slack__delivery_free(delivery); /* the entry may lie in its arena */
}

void slack__entry_release(slack_entry_t *entry)
{
    slack_inbox_t *inbox = entry->inbox;
    slack__unlink(&entry->link);
    inbox->live_count--;
    slack__entry_free(entry);
    if (inbox->backlog.more && slack__inbox_room(inbox) > 0) slack__inbox_look_in(inbox, 0);
    if (inbox->phase == SLACK_INBOX_CLOSED) inbox->idle(inbox->idle_data);
}

void slack__entry_fill_row(slack_entry_t *entry, slack_row_t *row)
{
    const slack_ctx_t *ctx = &entry->run.ctx;
    const slack_delivery_t *d = ctx->delivery;
    size_t len = 0;
    const char *text = slack__json_text(d->arena, d->body, &len);
    row->app = entry->inbox->app;
    row->key = d->key;
    row->kind = slack__slice(slack__kind_facts_of(d->kind)->name);
    row->name = slack__slice(ctx->job ? ctx->job : slack_json_str(d->body, "/event/type"));
    row->transport = slack__slice(d->transport->ops->name);
    row->retry_num = d->retry_num;
    row->retry_reason = slack__slice(d->retry_reason);
    row->payload = (slack_slice_t){text, text ? len : 0};
}

void slack__inbox_look_in(slack_inbox_t *inbox, uint64_t in_ms)
{
    slack_timer_t *timer = &inbox->backlog.timer;
    slack_net_t *net = inbox->services->net;
    if (inbox->phase != SLACK_INBOX_RUNNING && inbox->phase != SLACK_INBOX_DRAINING) return;
    if (in_ms > LOOK_MS_MAX) in_ms = LOOK_MS_MAX;
    const uint64_t due_us = slack__mono_us(net->clock) + in_ms * 1000;
    if (slack__timer_waits(timer) && timer->due_us <= due_us) return;
    slack__timer_start_at(net, timer, due_us);
}

void slack__inbox_look_at(slack_inbox_t *inbox, int64_t wall_ms)
{
    const int64_t now = slack__wall_ms(inbox->services->net->clock);
    slack__inbox_look_in(inbox, wall_ms > now ? (uint64_t)(wall_ms - now) : 0);
}
