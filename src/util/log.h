/* SPDX-License-Identifier: MIT */
#ifndef SLACK_UTIL_LOG_H
#define SLACK_UTIL_LOG_H

#include <slack/log.h>

#include "slack/export.h"
#include "util/clock.h"
#include "util/log_limit.h"

typedef struct slack_logger {
    enum slack_log_level level;
    enum slack_log_format format;
    slack_log_fn fn;
    void *user_data;
    const slack_clock_t *clock;
    slack_log_limits_t *limits; /* of the lines above debug; NULL: no limits */
} slack_logger_t;

/*
 * Log one fact in one line. `event` is a short constant text. `format` consists of "key=%s
 * other=%d" pairs, which the spaces and '=' of the format itself separate; so a value may contain
 * anything, and is quoted if needed. If `format` is NULL, the line has no pairs; if `logger` is
 * NULL, nothing is logged. The arguments of a line below the level are not evaluated.
 *
 *     SLACK_LOG(log, WARN, "ack lost", "transport=%s reason=%s", name, slack_err_name(rc));
 *     ts=2026-11-21T00:00:00.000Z level=warn event="ack lost" transport=http reason=SLACK_ECLOSED
 *
 * Callers must not log secrets. As a second safeguard, the log redacts every value by pattern: see
 * util/redact.h.
 */
#define SLACK_LOG(logger, LEVEL, event, ...)                                                       \
    do {                                                                                           \
        if ((logger) && SLACK_LOG_##LEVEL <= (logger)->level)                                      \
            slack__log((logger), SLACK_LOG_##LEVEL, (event), __VA_ARGS__);                         \
    } while (0)

void slack__log(const slack_logger_t *logger, enum slack_log_level level, const char *event,
                const char *format, ...) SLACK_PRINTF(4, 5);

/* Log how many lines the limits have left out in the spans that are over; with `all`, also in those
 * that are not. */
void slack__log_left_out(const slack_logger_t *logger, bool all);

const char *slack__log_level_name(enum slack_log_level level);

#endif
