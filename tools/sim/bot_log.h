/* SPDX-License-Identifier: MIT */
#ifndef SIM_BOT_LOG_H
#define SIM_BOT_LOG_H

#include "net/http_server.h"
#include "sim/feed.h"

/* The file to which a bot writes its log, for the page beside it. */

/* A part of the log has so many bytes. The first one begins so far before the end. */
#define SIM_BOT_LOG_PART ((size_t)64 << 10)
#define SIM_BOT_LOG_TAIL ((size_t)256 << 10)

/* Respond with the whole lines behind the byte `after`: {ok, path, after, text, more}, without the
 * feed's secrets. The next part begins behind `after` of the answer; `more`: it is there already. A
 * file that has become shorter begins anew. `path` NULL: no log is known. */
void sim_bot_log_request(const char *path, uint64_t after, const sim_feed_t *feed,
                         slack_http_request_t *request);

#endif
