/* SPDX-License-Identifier: MIT */
#include "inbox/inbox.h"

#include "inbox/backlog.h"
#include "inbox/entry.h"
#include "inbox/finish.h"
#include "inbox/intake.h"
#include "inbox/jobs.h"
#include "inbox/schedule.h"

void slack__inbox_init(slack_inbox_t *inbox)
{
    slack__link_init(&inbox->schedules);
    slack__link_init(&inbox->deferred);
    slack__link_init(&inbox->live);
    slack__link_init(&inbox->rejected);
    slack__link_init(&inbox->unsettled);
    slack__link_init(&inbox->zombies);
    slack__link_init(&inbox->reject_task.link);
    inbox->reject_task.run = slack__intake_reject;
    inbox->run_task = slack__intake_run;
    inbox->run_owner = &slack__entry_owner;
    slack__backlog_init(&inbox->backlog);
}

void slack__inbox_start(slack_inbox_t *inbox)
{
    inbox->phase = SLACK_INBOX_RUNNING;
    /* If a listener is ordered, the rows that the last process has left run before new events. */
    inbox->backlog.overflow = inbox->dispatcher->registry->ordered && inbox->store->ops->durable;
    slack__jobs_start(inbox);
    slack__backlog_look(inbox);
}

void slack__inbox_drain(slack_inbox_t *inbox)
{
    if (inbox->phase != SLACK_INBOX_CLOSED) inbox->phase = SLACK_INBOX_DRAINING;
}

void slack__inbox_close(slack_inbox_t *inbox)
{
    inbox->phase = SLACK_INBOX_CLOSED;
    slack__backlog_stop(inbox);
    slack__jobs_cancel_deferred(inbox);
    slack_link_t keep, *link;
    slack__link_init(&keep);
    while ((link = slack__list_shift(&inbox->unsettled)) != NULL) {
        slack_entry_t *entry = SLACK_CONTAINER(link, slack_entry_t, op.link);
        if (!entry->mark_submitted) {
            slack__entry_release(entry);
            continue;
        }
        slack__unlink(&entry->link); /* the store still uses entry->mark */
        inbox->live_count--;
        slack__list_push(&inbox->zombies, &entry->link);
    }
    while ((link = slack__list_shift(&inbox->live)) != NULL) {
        slack_entry_t *entry = SLACK_CONTAINER(link, slack_entry_t, link);
        if (entry->in_store) /* the store still uses entry->op */
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
    inbox->phase = SLACK_INBOX_CLOSED; /* a canceled job cannot be deferred again */
    slack__jobs_cancel_deferred(inbox);
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
        count += SLACK_CONTAINER(link, slack_entry_t, link)->in_store;
    return count;
}
