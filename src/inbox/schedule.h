/* SPDX-License-Identifier: MIT */
#ifndef SLACK_INBOX_SCHEDULE_H
#define SLACK_INBOX_SCHEDULE_H

#include "inbox/inbox.h"

/*
 * Jobs that come by a clock. Each run is a row whose key holds the app, the schedule and the due
 * time, so that all processes of the app put it and the store has it once. The key stays known for
 * a day after the run. The row of the next run is put before the row of this one can be claimed:
 * the operations are submitted in that order, from one look at the store.
 */

/* A run that is later than this was missed. */
#define SLACK_SCHEDULE_LATE_MS 60000

/* The work of slack_schedule(), without the listener. As that function; `error` takes
 * SLACK_ERROR_TEXT_MAX bytes. */
int slack__schedules_add(slack_inbox_t *inbox, const slack_schedule_t *schedule, char *error);
/* Put the next run of each schedule, if the store does not have it yet. */
void slack__schedules_plant(slack_inbox_t *inbox);
/* Whether a claimed row ends without a run: its schedule has changed, or the run was missed. */
bool slack__schedules_skip(const slack_inbox_t *inbox, const slack_row_t *row);
/* Take a schedule out again. */
void slack__schedules_remove(slack_inbox_t *inbox, const char *name);
void slack__schedules_free(slack_inbox_t *inbox);

#endif
