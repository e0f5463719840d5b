/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_WS_FIXTURE_H
#define SLACK_TESTS_SUPPORT_WS_FIXTURE_H

#include "net/websocket.h"
#include "support/raw.h"
#include "support/world.h"

/* Both ends of a WebSocket on one loop: a client, and an HTTP server that accepts it or does worse.
 */

#define MESSAGE_MAX ((size_t)1 << 20)
#define WRITE_MAX   ((size_t)1 << 20)

/* What happened to one end of a WebSocket, and what it does about it. */
typedef struct ws_side {
    slack_ws_t *ws; /* NULL before and after its life */
    bool echo;
    bool abort_at_open, abort_at_message, abort_at_pong, abort_at_closing;
    unsigned opens, messages, pongs, closings, closes;
    bool text; /* the last message */
    char last[200];
    size_t last_len;
    char pong[126];
    unsigned closing_code;
    int status;
    unsigned code;
    int http_status;
    char reason[200];
} ws_side_t;

/* What the server does with a request. */
enum ws_manner { WS_ACCEPT, WS_ACCEPT_AND_SEND, WS_REFUSE, WS_SCRIPT, WS_KEEP };

typedef struct ws_fixture {
    world_t world;
    slack_tls_context_t *server_tls, *client_tls;
    slack_http_server_t *http;
    enum ws_manner manner;
    int refuse_status;
    const char *script; /* bytes for WS_SCRIPT, then the connection ends */
    unsigned requests;
    int accept_rc;
    char query[100];
    slack_ws_options_t options;
    ws_side_t client, server;
    bool http_gone;
} ws_fixture_t;

/* What both ends have for events; user_data is their side. */
extern const slack_ws_events_t ws_side_events;
/* Abort it if it lives, and wait for its end. */
void ws_side_end(world_t *world, ws_side_t *side);

/* A world with a server in it, and everything that goes with it. */
void ws_set_up(ws_fixture_t *fixture, bool tls);
void ws_tear_down(ws_fixture_t *fixture);
/* Parts of it, for tests that fill in a fixture by themselves. 0, or why it failed. */
int ws_open_tls(ws_fixture_t *fixture);
int ws_open_http(ws_fixture_t *fixture);

/* Begin to connect the client; the second: set up, and run until both ends are open. */
int ws_dial(ws_fixture_t *fixture);
void ws_join(ws_fixture_t *fixture, bool tls);
/* A client's handshake, sent by hand. */
void ws_dial_raw(ws_fixture_t *f, raw_t *raw);
void ws_until_closed(ws_fixture_t *fixture, ws_side_t *side);

#endif
