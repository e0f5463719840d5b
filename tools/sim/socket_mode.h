/* SPDX-License-Identifier: MIT */
#ifndef SIM_SOCKET_MODE_H
#define SIM_SOCKET_MODE_H

#include "net/http_server.h"
#include "sim/expiring_keys.h"
#include "sim/faults.h"
#include "util/queue.h"

/*
 * Slack's side of Socket Mode: it greets the app's sockets, pings them, sends each envelope on one
 * of them, takes acks from any of them, and tells them to reconnect.
 */

/* Any further socket gets too_many_websockets. */
#define SIM_SOCKETS_MAX 10
/* The longest frame that an app may send. */
#define SIM_FRAME_MAX 20480

typedef struct sim_socket_events {
    /* A socket was greeted, leaves or is closed. */
    void (*changed)(void *user_data);
    /* An ack arrived. `payload`, NULL for none, is borrowed until the return. */
    void (*acked)(const char *envelope_id, const slack_json_t *payload, void *user_data);
    /* After sim_sockets_close(): the last socket is closed. */
    void (*closed)(void *user_data);
} sim_socket_events_t;

/* All pointers are borrowed. */
typedef struct sim_sockets_options {
    slack_net_t *net;
    sim_faults_t *faults;
    sim_keys_t *keys;     /* of the tickets */
    const char *base_url; /* "http://127.0.0.1:4390" */
    const sim_socket_events_t *events;
    void *user_data;
} sim_sockets_options_t;

typedef struct sim_sockets {
    sim_sockets_options_t options;
    slack_link_t list; /* the socket that is next to get an envelope comes first */
    size_t count;      /* of all, those that are closing included */
    uint64_t greeted;  /* so far */
    uint64_t picks;    /* between sockets and ghosts, so far */
    bool closing;
} sim_sockets_t;

void sim_sockets_init(sim_sockets_t *sockets, const sim_sockets_options_t *options);

/* A URL for one new socket, for apps.connections.open. NULL without memory. */
const char *sim_sockets_url(sim_sockets_t *sockets, slack_arena_t *arena);
/* Takes a request to such a URL. */
void sim_sockets_request(sim_sockets_t *sockets, slack_http_request_t *request);

/* How many sockets take envelopes. */
size_t sim_sockets_ready(const sim_sockets_t *sockets);
/* Send an envelope on the next socket. 0; SLACK_ENOTFOUND when no socket takes envelopes. */
int sim_sockets_send(sim_sockets_t *sockets, const char *text, size_t len);

/* Tell every open socket to disconnect, with that reason. The simulator closes them 10 s later.
 * Returns their number. */
size_t sim_sockets_disconnect(sim_sockets_t *sockets, const char *reason);
/* Apply a fault of SIM_POINT_NOW to `count` open sockets; 0: to all. Returns their number. */
size_t sim_sockets_fault(sim_sockets_t *sockets, const sim_effect_t *effect, uint64_t count);
/* Drop the half-open sockets. Returns their number. */
size_t sim_sockets_drop_half_open(sim_sockets_t *sockets);

/* Close all sockets, then report `closed`: at once when there are none. */
void sim_sockets_close(sim_sockets_t *sockets);

#endif
