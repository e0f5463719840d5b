/* SPDX-License-Identifier: MIT */
#ifndef SIM_SOCKET_FAULTS_H
#define SIM_SOCKET_FAULTS_H

#include "net/websocket.h"
#include "sim/faults.h"

/* Bytes that no correct WebSocket server sends, written to the connection by hand. */

/* Send a text message in fragments, with a ping between two of them. 0, or as slack__conn_write().
 */
int sim_socket_send_fragments(slack_ws_t *ws, const char *text, size_t len, size_t fragment_bytes);
/* A newline between two frames, a binary frame, and texts that are not JSON. */
void sim_socket_send_garbage(slack_ws_t *ws);
/* A frame with a reserved bit set. */
void sim_socket_send_bad_frame(slack_ws_t *ws);

/* Answer an upgrade as the effect says, and free the request. `base_url`: where a redirect leads.
 */
void sim_socket_refuse_upgrade(slack_http_request_t *request, const sim_effect_t *effect,
                               const char *base_url);

#endif
