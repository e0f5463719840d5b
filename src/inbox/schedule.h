/* SPDX-License-Identifier: MIT */
#ifndef SLACK_INBOX_SCHEDULE_H
#define SLACK_INBOX_SCHEDULE_H

#include "inbox/inbox.h"

/*
 * Jobs of schedules. Each scheduled run is a row whose key holds the app, the schedule and the due
 * time: all processes of the app put this row, and the store keeps it once. The key stays known for
 * a day after the run. The row of the next run is put before the row of this run can be claimed:
 * slack__queue_look() submits the two operations in this order.
 */

/* A scheduled run that is later than this counts as missed. */
#define SLACK_SCHEDULE_LATE_MS 60000

/* Adds a schedule for slack_schedule(), without its listener, and returns as that function. `error`
 * takes SLACK_ERROR_TEXT_MAX bytes. */
int slack__schedules_add(slack_inbox_t *inbox, const slack_schedule_t *schedule, char *error);
/* Put the next run of each schedule, if the store does not have it yet. */
void slack__schedules_plant(slack_inbox_t *inbox);
/* Whether a claimed row ends without a run: its schedule has changed, or the run was missed. */
bool slack__schedules_skip(const slack_inbox_t *inbox, const slack_row_t *row);
/* Removes a schedule. */
void slack__schedules_remove(slack_inbox_t *inbox, const char *name);
void slack__schedules_free(slack_inbox_t *inbox);

#endif
