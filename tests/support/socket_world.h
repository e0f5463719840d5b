/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_SOCKET_WORLD_H
#define SLACK_TESTS_SUPPORT_SOCKET_WORLD_H

#include "support/mock_host.h"
#include "support/peer.h"
#include "support/socket_peer.h"
#include "support/test.h"
#include "transport_socket/socket.h"
#include "webapi/webapi.h"

/*
 * A Socket Mode transport between a mock host and a Slack on loopback. A real Web API client calls
 * apps.connections.open of a scripted HTTP server, which returns the URL of a scripted WebSocket
 * server. The test moves the monotonic clock, so that minutes pass in milliseconds with the limits
 * of production.
 */

#define SECOND 1000 /* in ms */

/* An answer to apps.connections.open. `status` 0: ok, with the URL of the WebSocket server. */
typedef struct socket_world_answer {
    int status;
    const char *headers; /* "A: b\r\n" or NULL */
    const char *body;    /* NULL: none */
} socket_world_answer_t;

typedef struct socket_world {
    mock_host_t mock;
    slack_socket_limits_t limits;
    slack_transport_t *t;
    slack_webapi_t *webapi;
    slack_webapi_t *nowhere; /* calls a closed port */
    peer_t *api;
    socket_peer_t *peer;
    socket_peer_script_t script;
    unsigned calls;                       /* of apps.connections.open so far */
    uint64_t call_ms;                     /* when the last one arrived */
    const socket_world_answer_t *answers; /* for the next calls, in order */
    size_t answer_count;
    const char *url;  /* instead of the WebSocket server's */
    bool no_api;      /* hang up on every call */
    bool no_route;    /* calls do not reach the server */
    char acks[65536]; /* text frames from the client, a line each */
    size_t ack_len;
    unsigned ack_count;
    unsigned last_hello; /* the last connection that was sent hello by this script */
    unsigned closes;     /* Close frames from the client */
    unsigned close_code; /* of the last one */
} socket_world_t;

/* Words for the cases of a file with a world `w`: with OPENED it is open; with CONNECTED one
 * connection is READY, too. */
#define OPENED(function)    TEST_CASE(function, socket_world_set_up, socket_world_tear_down, &w)
#define CONNECTED(function) TEST_CASE(function, socket_world_set_up_one, socket_world_tear_down, &w)
int socket_world_set_up(void **state);
int socket_world_set_up_one(void **state);
int socket_world_tear_down(void **state);

/* Prepares a world. The test may change limits and script, then starts it. */
void socket_world_open(socket_world_t *w);
void socket_world_start(socket_world_t *w, unsigned connections);
/* Starts it, and waits until all connections are READY. */
void socket_world_connect(socket_world_t *w, unsigned connections);
/* Stops it unless it has stopped, frees everything, and searches the log for secrets. */
void socket_world_close(socket_world_t *w);

uint64_t socket_world_now_ms(const socket_world_t *w);
/* Lets this much time pass, in steps with turns of the loop between them. */
void socket_world_pass(socket_world_t *w, uint64_t ms);
/* Lets it pass in one step, as when the machine sleeps. */
void socket_world_jump(socket_world_t *w, uint64_t ms);
/* Run the loop until there are so many; the clock stands still. */
void socket_world_until_acks(socket_world_t *w, unsigned count);
void socket_world_until_calls(socket_world_t *w, unsigned count);
void socket_world_until_taken(socket_world_t *w, unsigned connections);
void socket_world_until_live(socket_world_t *w, unsigned connections);
/* Run the loop and move the clock until there are so many; the second counts those with hello. */
void socket_world_pass_until_calls(socket_world_t *w, unsigned count);
void socket_world_until_connections(socket_world_t *w, unsigned count);
/* Runs the loop until everything sent on loopback has arrived. */
void socket_world_settle(socket_world_t *w);

slack_transport_stats_t socket_world_stats(const socket_world_t *w);
/* Sends the event envelope "e-N" with the event "Ev-N" on a connection. */
void socket_world_event(socket_world_t *w, unsigned connection, unsigned n);
bool socket_world_acked(const socket_world_t *w, unsigned n);
/* Checks that an event on this connection is delivered and acked. */
void socket_world_assert_alive(socket_world_t *w, unsigned connection, unsigned n);
/* Sends "disconnect" with this reason. */
void socket_world_disconnect(socket_world_t *w, unsigned connection, const char *reason);

#endif
