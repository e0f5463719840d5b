/* SPDX-License-Identifier: MIT */
#ifndef SLACK_QUEUE_ATTEMPTS_H
#define SLACK_QUEUE_ATTEMPTS_H

#include <stdbool.h>
#include <stdint.h>

#include "util/str.h"

/*
 * The attempts of a row: how many there were, and when the next one follows. Pure: no store, no
 * clock.
 *
 * row.done begins with the line "=FAILED SPARED\n" once an attempt has failed. The lines after it
 * are the consumer's.
 */
typedef struct slack_tally {
    unsigned failed; /* attempts that count */
    unsigned spared; /* attempts that failed only because a process was out of room or stopping */
} slack_tally_t;

/* At most this many attempts are spared; later ones count. A handler that can never succeed,
 * because it alone makes too many calls, reaches this number within a day and becomes a dead
 * letter. */
#define SLACK_SPARED_MAX 1000

/* If the process has ended during so many attempts of one row, the row is assumed to be the
 * cause. */
#define SLACK_ATTEMPTS_CRASH_MAX 25

/* The longest first line, with its NUL. */
#define SLACK_TALLY_MAX sizeof "=4294967295 4294967295\n"

/* Reads the first line. `rest` is the text after it. */
slack_tally_t slack__tally_read(slack_slice_t done, slack_slice_t *rest);
/* Writes the first line with its NUL to SLACK_TALLY_MAX bytes. Returns its length. */
size_t slack__tally_write(slack_tally_t tally, char *to);

/* The number of attempts before attempt number `attempt` that ended with their process: the ones
 * that the tally does not count. */
unsigned slack__attempts_crashed(unsigned attempt, slack_slice_t done);

/* Counts an attempt that has failed. False: it was the last one of `most` that count. True: `ret`
 * is the wait before the next one. After an attempt that does not count it is short, because only
 * the load of the process was in the way. */
bool slack__attempts_next(slack_tally_t *tally, bool counts, unsigned most, uint64_t *ret_wait_ms);

#endif
