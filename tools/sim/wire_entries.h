/* SPDX-License-Identifier: MIT */
#ifndef SIM_WIRE_ENTRIES_H
#define SIM_WIRE_ENTRIES_H

#include "net/http_server.h"
#include "sim/feed.h"

/* So many bytes of entries in an answer. */
#define SIM_WIRE_BYTES_MAX ((size_t)8 << 20)

/* Respond with what the feed still has about the wire, its deliveries, acks and calls, for a page
 * that opens later: {ok, id, entries}, the newest entry first, as of the feed's entry `id`. */
void sim_wire_entries_request(const sim_feed_t *feed, slack_http_request_t *request);

#endif
