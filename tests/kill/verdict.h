/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_KILL_VERDICT_H
#define SLACK_TESTS_KILL_VERDICT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

typedef struct event {
    uint64_t first_ms, sent_ms;
    bool acked, failed_since; /* since the handler last began */
    unsigned tries, begun, ended;
    unsigned run;               /* in which the handler last began */
    unsigned sent_at, acked_at; /* when it was first sent and first acked, as numbers of turns */
    unsigned channel;           /* of an order */
} event_t;

typedef struct verdict {
    unsigned lost, twice, interrupted, unstored, failed, handled;
} verdict_t;

/* Counts what the bots' log says about the events. With `tell` it prints what went wrong. A line of
 * the log is a letter, an event, and the number of the process: B the handler begins, E it ends, F
 * its call fails. "K" and a number: that process was killed. An event may run again only if the
 * process that had it was dead by then. */
verdict_t verdict_of(FILE *log, event_t *events, unsigned count, bool tell);

#endif
