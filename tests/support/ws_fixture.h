/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_WS_FIXTURE_H
#define SLACK_TESTS_SUPPORT_WS_FIXTURE_H

#include "net/websocket.h"
#include "support/raw.h"
#include "support/test.h"
#include "support/world.h"

/* Both ends of a WebSocket on one loop: a client, and an HTTP server that accepts or refuses it. */

#define MESSAGE_MAX ((size_t)1 << 20)
#define WRITE_MAX   ((size_t)1 << 20)

/* One end of a WebSocket: its settings, and a record of its events. */
typedef struct ws_side {
    slack_ws_t *ws; /* NULL before it is opened and after it is closed */
    bool echo;
    bool abort_at_open, abort_at_message, abort_at_pong, abort_at_closing;
    bool answers_close; /* itself, in a later turn */
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

/* Words for the cases of a file with a fixture `f`: with SERVED the server is open; with JOINED the
 * WebSocket is open, too. All is closed after the case. */
#define SERVED(function) TEST_CASE(function, ws_serve, ws_end, &f)
#define JOINED(function) TEST_CASE(function, ws_serve_and_join, ws_end, &f)
int ws_serve(void **state);
int ws_serve_and_join(void **state);
int ws_end(void **state);

/* The events of both ends; user_data is their side. */
extern const slack_ws_events_t ws_side_events;
/* Aborts a side that is open, and waits until it is closed. */
void ws_side_end(world_t *world, ws_side_t *side);

/* Open a world and a server in it; close all. */
void ws_set_up(ws_fixture_t *fixture, bool tls);
void ws_tear_down(ws_fixture_t *fixture);
/* Parts of it, for tests that fill in a fixture by themselves. */
int ws_open_tls(ws_fixture_t *fixture);
int ws_open_http(ws_fixture_t *fixture);

/* Starts to connect the client. */
int ws_dial(ws_fixture_t *fixture);
/* Connects the client, and waits until both ends are open. */
void ws_join(ws_fixture_t *fixture, bool tls);
/* Connects a socket and sends a client's handshake on it. */
void ws_dial_raw(ws_fixture_t *f, raw_t *raw);
#define WS_HANDSHAKE                                                                               \
    "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"                   \
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
/* Run the loop until a side is closed; until both are. */
void ws_until_closed(ws_fixture_t *fixture, ws_side_t *side);
void ws_until_both_closed(ws_fixture_t *fixture);

#endif
