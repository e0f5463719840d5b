/* SPDX-License-Identifier: MIT */
#ifndef SIM_SOCKET_RAW_H
#define SIM_SOCKET_RAW_H

#include "sim/faults.h"
#include "sim/sim.h"

/*
 * What no proper WebSocket does, written to its connection byte by byte: for faults.
 */

/* A text message in fragments, with a ping before each but the first. 0, or as
 * slack__conn_write(). */
int sim_raw_fragments(slack_ws_t *ws, const char *text, size_t len, size_t fragment_bytes);
/* A newline between two frames, a binary frame, texts that are no JSON. */
void sim_raw_garbage(slack_ws_t *ws);
/* A frame with a reserved bit set. */
void sim_raw_bad_frame(slack_ws_t *ws);

/* Answer an upgrade as the effect says, and free the request. */
void sim_raw_upgrade(sim_t *sim, slack_http_request_t *request, const sim_effect_t *effect);

#endif
