/* SPDX-License-Identifier: MIT */
#ifndef SLACK_INBOX_FINISH_H
#define SLACK_INBOX_FINISH_H

#include "inbox/inbox.h"

/* What the inbox does when a run makes progress, and when a run ends. */
extern const slack_run_owner_t slack__entry_owner;

/* Ends a delivery: acks it if no handler has, calls the done hooks, stores the end of the attempt,
 * and frees the entry. */
void slack__entry_end(slack_entry_t *entry);
/* `decide`, `lost` and `ended` of slack_consumer_t. */
int slack__entry_decide(slack_queue_item_t *item);
void slack__entry_lost(slack_queue_item_t *item);
void slack__entry_ended(slack_queue_item_t *item);
/* Ends a delivery by force. The program may still hold its ctx, so the entry becomes a zombie,
 * which slack__inbox_done() frees. */
void slack__entry_abandon(slack_entry_t *entry);

#endif
