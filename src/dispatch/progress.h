/* SPDX-License-Identifier: MIT */
#ifndef SLACK_DISPATCH_PROGRESS_H
#define SLACK_DISPATCH_PROGRESS_H

#include "listeners/router.h"
#include "queue/attempts.h"

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

/* A line of a listener. */
typedef struct slack_verdict {
    slack_slice_t name;
    int status; /* 0: done */
    slack_slice_t reason;
} slack_verdict_t;

/* Reads the next line and takes it off `record`. False if there is none. */
bool slack__progress_next(slack_slice_t *record, slack_verdict_t *ret);

#endif
