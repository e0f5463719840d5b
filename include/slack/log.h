/* SPDX-License-Identifier: MIT */
#ifndef SLACK_LOG_H
#define SLACK_LOG_H

#include <stddef.h>

#include "export.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * @file log.h  The log of the library.
 *
 * The library logs what no caller can see: reconnects, late acks, dropped frames. A line states one
 * fact, as key=value pairs or as a JSON object (SLACK_LOG_FORMAT=json). Tokens, secrets, response
 * URLs and tickets are removed from a line before any log function sees it. docs/examples/program.c
 * is an example.
 *
 * A line has at most 4096 bytes. Above the level debug, each event has at most 20 lines in 10
 * seconds, whoever causes them; then a line `event="lines left out"` has the number of the others.
 */

/** The importance of a line. A log of one level includes the lines of all levels above it. */
enum slack_log_level {
    SLACK_LOG_ERROR = 1, /* something failed for good, or a person has to act */
    SLACK_LOG_WARN,      /* something went wrong, and the library goes on */
    SLACK_LOG_INFO,      /* happens a few times a day: a start, a new connection, a stop */
    SLACK_LOG_DEBUG      /* happens with every delivery */
};

/** The form of a line. */
enum slack_log_format {
    SLACK_LOG_TEXT = 1, /* key=value pairs */
    SLACK_LOG_JSON      /* a JSON object */
};

/**
 * Writes one line of the log. It runs on the thread that logs and must not call the library.
 *
 * @param level the importance of the line.
 * @param line without a newline, NUL-terminated, borrowed until the return.
 * @param len the length of the line in bytes.
 * @param user_data slack_options_t.log_user_data.
 */
typedef void (*slack_log_fn)(enum slack_log_level level, const char *line, size_t len,
                             void *user_data);

/** The default log function: it writes the line and a newline to standard error with one write(2).
 * Any thread. */
SLACK_API void slack_log_stderr(enum slack_log_level level, const char *line, size_t len,
                                void *user_data);

#ifdef __cplusplus
}
#endif
#endif
