/* SPDX-License-Identifier: MIT */
#ifndef SLACK_INBOX_ENTRY_H
#define SLACK_INBOX_ENTRY_H

#include <string.h>

#include "inbox/inbox.h"

/* Makes an entry of a delivery and adds it to inbox->live. NULL if memory is out: the delivery is
 * unchanged. */
slack_entry_t *slack__entry_new(slack_inbox_t *inbox, slack_delivery_t *delivery);
/* Removes an entry that has ended from inbox->live, and frees it with its delivery. */
void slack__entry_release(slack_entry_t *entry);
/* Frees an entry that is in no list, with its delivery. */
void slack__entry_free(slack_entry_t *entry);

/* Sets the texts of a row. row->payload is empty if memory is out. */
void slack__entry_fill_row(slack_entry_t *entry, slack_row_t *row);
/* Passes entry->item.op to the store. */
static inline void slack__entry_submit(slack_entry_t *entry)
{
    entry->item.in_store = true;
    slack__queue_submit(entry->inbox->queue, &entry->item.op);
}

/*
 * The bounds of what runs. The last quarter of `max_deliveries` is left to new deliveries. Half of
 * `max_bytes` is for deliveries that run; new ones that are only stored may fill the next quarter,
 * and the last one is left to small deliveries, so that large ones do not keep them out.
 */

/* How many more bytes deliveries that run may take. */
static inline size_t slack__inbox_room_bytes(const slack_inbox_t *inbox)
{
    const size_t most = inbox->bounds.max_bytes / 2, used = atomic_load(&inbox->bytes);
    return used < most ? most - used : 0;
}

/* How many more rows may be claimed. */
static inline size_t slack__inbox_room(const slack_inbox_t *inbox)
{
    const size_t max = inbox->bounds.max_deliveries, most = max - max / 4;
    if (slack__inbox_room_bytes(inbox) == 0) return 0;
    return inbox->live_count < most ? most - inbox->live_count : 0;
}

/* The start of the keys of the program's jobs. */
#define SLACK_JOB_KEY "job:"
/* The start of the keys of a schedule's runs: see schedule.h. */
#define SLACK_SCHEDULE_KEY "every:"

static inline bool slack__row_is_scheduled(const slack_row_t *row)
{
    const size_t len = sizeof SLACK_SCHEDULE_KEY - 1;
    return row->key.len > len && memcmp(row->key.ptr, SLACK_SCHEDULE_KEY, len) == 0;
}

static inline const slack_logger_t *slack__inbox_log(const slack_inbox_t *inbox)
{
    return inbox->services->log;
}

static inline void slack__inbox_count(slack_inbox_t *inbox, enum slack_kind kind,
                                      enum slack_result result)
{
    inbox->services->counters->deliveries[kind][result]++;
}

#endif
