/* SPDX-License-Identifier: MIT */
#ifndef SIM_SOCKET_H
#define SIM_SOCKET_H

#include "net/http_server.h"
#include "net/websocket.h"
#include "sim/faults.h"
#include "util/queue.h"

/*
 * Socket Mode, Slack's side: connections of the app, hello, pings, disconnects, envelopes to
 * exactly one of them, acknowledgements from any.
 */

typedef struct sim sim_t;

/* Above it a connection is told too_many_websockets. */
#define SIM_SOCKETS_MAX 10
/* The longest frame that an app may send. */
#define SIM_FRAME_MAX 20480

typedef struct sim_sockets {
    slack_link_t list;
    size_t count;   /* all of them, those on their way out too */
    uint64_t taken; /* that got hello, so far */
    uint64_t turn;  /* of ghosts among the others */
} sim_sockets_t;

void sim_sockets_init(sim_sockets_t *sockets);

/* The URL of a new connection, with a ticket of its own, for apps.connections.open. */
const char *sim_socket_url(sim_t *sim, slack_arena_t *arena);
/* Takes a request to such a URL. */
void sim_socket_request(sim_t *sim, slack_http_request_t *request);

/* How many connections take envelopes. */
size_t sim_sockets_ready(const sim_t *sim);
/* Send an envelope on one of them, each in its turn. 0; SLACK_ENOTFOUND when there is none. */
int sim_socket_send(sim_t *sim, const char *text, size_t len);

/* Tell every connection to go, for that reason; they are closed some seconds later. Returns how
 * many there were. */
size_t sim_sockets_disconnect(sim_t *sim, const char *reason);
/* Do to open connections what a fault does at once: to `count` of them, 0 for all. Returns how many
 * that were. */
size_t sim_sockets_fault(sim_t *sim, const sim_effect_t *effect, uint64_t count);
/* Notice that the half-open ones are gone. Returns how many there were. */
size_t sim_sockets_bury(sim_t *sim);

void sim_sockets_tick(sim_t *sim);
/* Close all. */
void sim_sockets_close(sim_t *sim);

#endif
