/* SPDX-License-Identifier: MIT */
#ifndef SLACK_DISPATCH_PROGRESS_H
#define SLACK_DISPATCH_PROGRESS_H

#include "listeners/router.h"

/*
 * Which listeners of a stored delivery need not run again. The record is text, kept in
 * slack_row_t.done from one attempt to the next:
 *
 *   "=FAILED SPARED\n"        first line: how many attempts failed, and how many failed only for
 * want of room in a process or by its stop; others ended with their process
 *   "+NAME\n"                 the listener is done
 *   "-CODE REASON NAME\n"     the listener failed for good, with this error and Slack's word for
 * it, or none
 *
 * A listener's name is written in one line, as no other's: the second one of a name is "NAME#2".
 */
typedef struct slack_progress {
    slack_slice_t record;
    char *room; /* what `record` is in, with room for more behind it; NULL: not prepared */
} slack_progress_t;

/* The most of Slack's word for an error that is kept. */
#define SLACK_REASON_MAX 80

/* Get the memory that the record may come to need before anything runs: what has run is never
 * forgotten for want of it. 0; SLACK_ENOMEM: nothing may run. */
int slack__progress_prepare(slack_progress_t *progress, const slack_hits_t *hits,
                            slack_arena_t *arena);
/* Whether the record has a hit's listener. */
bool slack__progress_has(const slack_progress_t *progress, const slack_hits_t *hits, size_t hit);
/* Whether anything is recorded, and can be: the end of the delivery itself says how its only
 * listener ended. */
static inline bool slack__progress_matters(const slack_progress_t *progress,
                                           const slack_hits_t *hits)
{
    return hits->count > 1 || progress->record.len > 0;
}
/* Add a hit's listener: done, or failed for good with `status` (0: done) and `reason` (optional).
 */
void slack__progress_add(slack_progress_t *progress, const slack_hits_t *hits, size_t hit,
                         int status, const char *reason);

/* ---- reading ---- */

typedef struct slack_tally {
    unsigned failed, spared;
} slack_tally_t;

/* The first line; `rest` is what follows it. */
slack_tally_t slack__progress_tally(slack_slice_t record, slack_slice_t *rest);

/* What a line says of a listener. */
typedef struct slack_verdict {
    slack_slice_t name;
    int status; /* 0: done */
    slack_slice_t reason;
} slack_verdict_t;

/* The next one; `record` moves on. False: there are no more. */
bool slack__progress_next(slack_slice_t *record, slack_verdict_t *ret);

/* How many attempts ended with their process: all that were begun before this one, by the number of
 * this one, less those that the record counts. */
unsigned slack__progress_crashed(unsigned attempt, slack_slice_t record);

#endif
