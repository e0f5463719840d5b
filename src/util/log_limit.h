/* SPDX-License-Identifier: MIT */
#ifndef SLACK_UTIL_LOG_LIMIT_H
#define SLACK_UTIL_LOG_LIMIT_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include <slack/log.h>

/*
 * Limits how many lines each event of the log has in a span of time, whoever causes them. Further
 * lines are left out and counted. Any thread. No clock: the caller passes the time.
 */
#define SLACK_LOG_LIMIT_LINES   20
#define SLACK_LOG_LIMIT_SPAN_MS 10000
/* More events than the library has; further ones would share the last place. */
#define SLACK_LOG_LIMIT_EVENTS 128

typedef struct slack_log_limit {
    const char *event;          /* static text; NULL: the place is free */
    enum slack_log_level level; /* of its last line */
    unsigned taken;
    uint64_t since_ms; /* when the span began */
    uint64_t left_out;
} slack_log_limit_t;

typedef struct slack_log_limits {
    pthread_mutex_t lock;
    slack_log_limit_t events[SLACK_LOG_LIMIT_EVENTS];
} slack_log_limits_t;

#define SLACK_LOG_LIMITS_INIT                                                                      \
    (slack_log_limits_t)                                                                           \
    {                                                                                              \
        .lock = PTHREAD_MUTEX_INITIALIZER                                                          \
    }

/* Take a line of the event. False: the limit is reached, and the line counts as left out. */
bool slack__log_limit_take(slack_log_limits_t *limits, enum slack_log_level level,
                           const char *event, uint64_t now_ms);

/* Copy an event that has left out lines in a span that is over, or with `all` in any span, and
 * count its lines from 0 again. False: there is none. Call this before you take a line, so that the
 * next span begins with 0. */
bool slack__log_limit_left_out(slack_log_limits_t *limits, uint64_t now_ms, bool all,
                               slack_log_limit_t *ret);

#endif
