/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_SOCKET_WORLD_H
#define SLACK_TESTS_SUPPORT_SOCKET_WORLD_H

#include "support/mock_host.h"
#include "support/peer.h"
#include "support/socket_peer.h"
#include "transport_socket/socket.h"
#include "webapi/webapi.h"

/*
 * A Socket Mode transport between a mock host and a Slack on loopback: a real Web API client calls
 * apps.connections.open of a scripted HTTP server, which names a scripted WebSocket server. The
 * monotonic clock is the machine's plus what the test adds, so that minutes pass in milliseconds
 * under the limits of production.
 */

#define SECOND 1000 /* in ms */

/* An answer to apps.connections.open. Zero status: ok, with the URL of the WebSocket server. */
typedef struct socket_world_answer {
    int status;
    const char *headers; /* "A: b\r\n" or NULL */
    const char *body;    /* NULL: none */
} socket_world_answer_t;

typedef struct socket_world {
    mock_host_t mock;
    uint64_t skipped_us; /* what the test added to the clock */
    slack_socket_limits_t limits;
    slack_transport_t *t;
    slack_webapi_t *webapi;
    slack_webapi_t *nowhere; /* calls a port that nobody listens on */
    peer_t *api;
    socket_peer_t *peer;
    socket_peer_script_t script;
    unsigned calls;                       /* of apps.connections.open that were read */
    uint64_t call_ms;                     /* when the last one was */
    const socket_world_answer_t *answers; /* for the next calls, in order */
    size_t answer_count;
    const char *url;  /* instead of the WebSocket server's */
    bool no_api;      /* hang up on every call */
    bool no_route;    /* calls find nobody to talk to */
    char acks[65536]; /* text frames of the client's, each with a newline */
    size_t ack_len;
    unsigned ack_count;
    unsigned last_hello; /* connection that said hello last; the peer's own script does it */
    unsigned closes;     /* Close frames of the client's */
    unsigned close_code; /* of the last one */
    char log[262144];
    size_t log_len;
    uv_timer_t pulse;
    unsigned pulses;
} socket_world_t;

/* Prepare a world; the test may change limits and script, then starts. */
void socket_world_open(socket_world_t *w);
void socket_world_start(socket_world_t *w, unsigned connections);
/* open, start, run until READY. */
void socket_world_ready(socket_world_t *w, unsigned connections);
/* Stop if it is not stopped, free everything, and look for secrets in the log. */
void socket_world_close(socket_world_t *w);

uint64_t socket_world_now_ms(const socket_world_t *w);
/* Let this much time pass, in steps between which the loop turns. */
void socket_world_pass(socket_world_t *w, uint64_t ms);
/* All of it at once, as when the machine sleeps. */
void socket_world_jump(socket_world_t *w, uint64_t ms);
/* Turn the loop, without time passing faster, until so many. */
void socket_world_until_acks(socket_world_t *w, unsigned count);
void socket_world_until_calls(socket_world_t *w, unsigned count);
void socket_world_until_taken(socket_world_t *w, unsigned connections);
void socket_world_until_live(socket_world_t *w, unsigned connections);
/* Until so many, and until so many connections have had hello; time passes meanwhile. */
void socket_world_pass_until_calls(socket_world_t *w, unsigned count);
void socket_world_until_connections(socket_world_t *w, unsigned count);
/* As long as it takes for what is on its way on loopback to arrive. */
void socket_world_settle(socket_world_t *w);

slack_transport_stats_t socket_world_stats(const socket_world_t *w);
/* An event envelope "e-N" of event "Ev-N" on a connection. */
void socket_world_event(socket_world_t *w, unsigned connection, unsigned n);
bool socket_world_acked(const socket_world_t *w, unsigned n);
bool socket_world_logged(const socket_world_t *w, const char *text);
/* Nothing is broken: an event goes through on this connection. */
void socket_world_assert_alive(socket_world_t *w, unsigned connection, unsigned n);
/* Slack says "disconnect" on it, for this reason. */
void socket_world_disconnect(socket_world_t *w, unsigned connection, const char *reason);

#endif
