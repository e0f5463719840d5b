/* SPDX-License-Identifier: MIT */
#ifndef SLACK_NET_LOG_LIMIT_H
#define SLACK_NET_LOG_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Limits how many log lines strangers can cause in a span of time. Further lines are left out and
 * counted. No clock: the caller passes the time.
 */
#define SLACK_LOG_LIMIT_LINES   20
#define SLACK_LOG_LIMIT_SPAN_MS 10000

/* All zero to begin with. */
typedef struct slack_log_limit {
    uint64_t since_ms; /* when the span began */
    unsigned taken;
    uint64_t left_out;
} slack_log_limit_t;

/* Take a line. False: the limit is reached, and the line counts as left out. */
bool slack__log_limit_take(slack_log_limit_t *limit, uint64_t now_ms);

/* Return how many lines were left out in the last span, and count from 0 again. Return 0 if the
 * span is not over, unless `all` is set. Call this before you take a line, so that the next span
 * begins with 0. */
uint64_t slack__log_limit_left_out(slack_log_limit_t *limit, uint64_t now_ms, bool all);

#endif
