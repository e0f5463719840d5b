/* SPDX-License-Identifier: MIT */
#ifndef SLACK_LOG_H
#define SLACK_LOG_H

#include <stddef.h>

#include "export.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * @file log.h  Where the library says what no caller can see.
 *
 * One fact, one line: key=value pairs, or a JSON object (SLACK_LOG_FORMAT=json). Tokens, secrets,
 * response URLs and tickets are redacted before a line reaches any sink.
 */

/** How much a line matters; each level has those above it in it. */
enum slack_log_level {
    SLACK_LOG_ERROR = 1, /* something failed for good, or needs a person */
    SLACK_LOG_WARN,      /* something is not as it should be, and goes on */
    SLACK_LOG_INFO,      /* what happens a few times a day: starts, connections, stops */
    SLACK_LOG_DEBUG      /* what happens with each delivery */
};

/** What a line looks like. */
enum slack_log_format {
    SLACK_LOG_TEXT = 1, /* key=value pairs */
    SLACK_LOG_JSON      /* an object */
};

/**
 * Takes one finished line.
 *
 * @param line the line without a newline, NUL-terminated, borrowed until the return.
 * @param len its length in bytes.
 *
 * Runs on the thread that logs. It must not call back into the library.
 */
typedef void (*slack_log_fn)(enum slack_log_level level, const char *line, size_t len,
                             void *user_data);

/** The default sink: one write(2) of the line and a newline to standard error. */
SLACK_API void slack_log_stderr(enum slack_log_level level, const char *line, size_t len,
                                void *user_data);

#ifdef __cplusplus
}
#endif
#endif
