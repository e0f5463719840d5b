/* SPDX-License-Identifier: MIT */
#ifndef SLACK_NET_LOG_LIMIT_H
#define SLACK_NET_LOG_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

/*
 * How many lines of the log strangers may cause: so many in each span of time. What is beyond them
 * is counted, and told as a number. No clock: the time comes in.
 */
#define SLACK_LOG_LIMIT_LINES   20
#define SLACK_LOG_LIMIT_SPAN_MS 10000

/* All zero to begin with. */
typedef struct slack_log_limit {
    uint64_t since_ms; /* when the span began */
    unsigned taken;
    uint64_t left_out;
} slack_log_limit_t;

/* Whether there is a line left; if not, it counts as left out. */
bool slack__log_limit_take(slack_log_limit_t *limit, uint64_t now_ms);

/* How many were left out in a span that is over (`all`: also in one that is not); 0 from then on.
 * To be asked before a line is taken, so that the next span begins with 0. */
uint64_t slack__log_limit_left_out(slack_log_limit_t *limit, uint64_t now_ms, bool all);

#endif
