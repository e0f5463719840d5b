/* SPDX-License-Identifier: MIT */
#ifndef SLACK_DISPATCH_PROGRESS_H
#define SLACK_DISPATCH_PROGRESS_H

#include "listeners/router.h"

/*
 * The record of a stored delivery: the listeners that need not run again. It is text, kept in
 * slack_row_t.done from one attempt to the next:
 *
 *   "=FAILED SPARED\n"      the first line: two numbers of attempts (slack_tally_t)
 *   "+NAME\n"               the listener is done
 *   "-CODE REASON NAME\n"   the listener failed for good, with this error; REASON is Slack's word
 *                           for it, or empty
 *
 * The name of a listener takes one line and is unique: the second listener of a name is "NAME#2".
 */
typedef struct slack_progress {
    slack_slice_t record;
    char *room; /* holds `record`, with room for more lines; NULL: not prepared */
} slack_progress_t;

/* The longest reason that a record keeps. */
#define SLACK_REASON_MAX 80

/* Allocates the memory for all lines before any listener runs, so that no listener runs twice for
 * lack of memory. 0; SLACK_ENOMEM: no listener may run. */
int slack__progress_prepare(slack_progress_t *progress, const slack_hits_t *hits,
                            slack_arena_t *arena);
/* Whether the record has a line for the listener of a hit. */
bool slack__progress_has(const slack_progress_t *progress, const slack_hits_t *hits, size_t hit);
/* Whether a record is needed. A single listener needs none: the end of the delivery shows how that
 * listener ended. */
static inline bool slack__progress_matters(const slack_progress_t *progress,
                                           const slack_hits_t *hits)
{
    return hits->count > 1 || progress->record.len > 0;
}
/* Adds a line for the listener of a hit. `status` is 0 if it is done, or the error with which it
 * failed for good; `reason` is optional. */
void slack__progress_add(slack_progress_t *progress, const slack_hits_t *hits, size_t hit,
                         int status, const char *reason);

/* ---- reading ---- */

/* How attempts ended. All other attempts ended with their process. */
typedef struct slack_tally {
    unsigned failed; /* attempts that count */
    unsigned spared; /* attempts that failed only because a process was out of room or stopping */
} slack_tally_t;

/* At most this many attempts are spared; later ones count. A handler that can never succeed,
 * because it alone makes too many calls, reaches this number within a day and becomes a dead
 * letter. */
#define SLACK_SPARED_MAX 1000

/* Reads the first line. `rest` is the text after it. */
slack_tally_t slack__progress_tally(slack_slice_t record, slack_slice_t *rest);

/* A line of a listener. */
typedef struct slack_verdict {
    slack_slice_t name;
    int status; /* 0: done */
    slack_slice_t reason;
} slack_verdict_t;

/* Reads the next line and takes it off `record`. False if there is none. */
bool slack__progress_next(slack_slice_t *record, slack_verdict_t *ret);

/* How many attempts before attempt number `attempt` ended with their process: the ones that the
 * record does not count. */
unsigned slack__progress_crashed(unsigned attempt, slack_slice_t record);

#endif
