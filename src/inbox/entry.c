/* SPDX-License-Identifier: MIT */
#include "inbox/entry.h"

#include "identity/identity.h"
#include "protocol/tenant.h"
#include "util/json.h"

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
    entry->item.queue = inbox->queue;
    entry->item.consumer = inbox->consumer;
    slack__link_init(&entry->item.op.link);
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
    if (inbox->queue->more && slack__inbox_room(inbox) > 0) slack__queue_look_in(inbox->queue, 0);
    if (slack__queue_is_closed(inbox->queue)) inbox->idle(inbox->idle_data);
}

void slack__entry_fill_row(slack_entry_t *entry, slack_row_t *row)
{
    const slack_ctx_t *ctx = &entry->run.ctx;
    const slack_delivery_t *d = ctx->delivery;
    size_t len = 0;
    const char *text = slack__json_text(d->arena, d->body, &len);
    const char *tenant = "";
    if (entry->run.dispatcher->identity->authorizer)
        tenant = slack__tenant_of_event(d->arena, d->body);
    if (tenant == NULL) text = NULL;
    row->tenant = slack__slice(tenant);
    row->app = entry->inbox->queue->app;
    row->key = d->key;
    row->kind = slack__slice(slack__kind_facts_of(d->kind)->name);
    row->name = slack__slice(ctx->job ? ctx->job : slack_json_str(d->body, "/event/type"));
    row->transport = slack__slice(d->transport->ops->name);
    row->retry_num = d->retry_num;
    row->retry_reason = slack__slice(d->retry_reason);
    row->payload = (slack_slice_t){text, text ? len : 0};
}
