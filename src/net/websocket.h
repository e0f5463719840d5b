/* SPDX-License-Identifier: MIT */
#ifndef SLACK_NET_WEBSOCKET_H
#define SLACK_NET_WEBSOCKET_H

#include "net/conn.h"
#include "net/http_server.h"

/*
 * WebSocket (RFC 6455) in both roles: upgrade by llhttp, frames by wslay. Pings of the peer are
 * answered at once; when to ping and when to give up is the owner's business. No extension is ever
 * offered or accepted.
 */
typedef struct slack_ws slack_ws_t;

typedef struct slack_ws_events {
    /* A client's: the upgrade was accepted. */
    void (*open)(slack_ws_t *ws, void *user_data);
    /* A whole message, text or binary, NUL-terminated; borrowed until the return. Messages still
     * arrive after slack__ws_close(), until the peer's Close. */
    void (*message)(slack_ws_t *ws, bool text, const char *data, size_t len, void *user_data);
    /* A pong, with its data. NULL where nobody cares. */
    void (*pong)(slack_ws_t *ws, const char *data, size_t len, void *user_data);
    /* A ping, with its data. True where the owner answers it itself, by slack__ws_pong() or not at
     * all. NULL: every ping is answered at once. */
    bool (*ping)(slack_ws_t *ws, const char *data, size_t len, void *user_data);
    /* The peer began to close (it was answered). NULL where nobody cares. */
    void (*closing)(slack_ws_t *ws, unsigned code, void *user_data);
    /* The last callback, exactly once; the descriptor is closed, ws is freed after it.
     * `code`: the peer's close code, 0 when there was none. `status`: 0 after a close handshake or
     * slack__ws_abort; SLACK_ECLOSED when the peer just went; SLACK_EPROTO (a frame or an upgrade
     * that breaks the protocol); SLACK_EHTTP (the upgrade was answered by something else than 101,
     * or the proxy refused the way: slack__ws_http_status() is 0 then); SLACK_ETOOBIG (a message
     * above the maximum); SLACK_ECONNECT, SLACK_ETIMEDOUT, SLACK_ETLS. */
    void (*closed)(slack_ws_t *ws, int status, unsigned code, void *user_data);
} slack_ws_events_t;

typedef struct slack_ws_options {
    slack_tls_context_t *tls;   /* Required for wss, referenced. */
    const slack_proxy_t *proxy; /* A client's. Optional, borrowed until the return. */
    unsigned open_ms;           /* Required. Until the upgrade is accepted. */
    size_t message_max;         /* Required. */
    size_t write_max;           /* Required. */
} slack_ws_options_t;

/* Connect to a ws:// or wss:// URL; ws on loopback only. The URL is opaque: path and query go into
 * the request unchanged. `events` are copied. 0: `closed` will come. SLACK_EINVAL, SLACK_ENOMEM: it
 * will not. */
int slack__ws_connect(slack_ws_t **ret, slack_net_t *net, const char *url,
                      const slack_ws_options_t *options, const slack_ws_events_t *events,
                      void *user_data);

/* Accept a request that asks for a WebSocket: answers 101 and takes its connection. SLACK_EPROTO
 * when the request is no proper handshake (it was answered 400, or 426); SLACK_ENOMEM (503);
 * SLACK_ECLOSED when its connection is gone. The request stays the caller's. */
int slack__ws_accept(slack_ws_t **ret, slack_net_t *net, slack_http_server_t *server,
                     const slack_http_request_t *request, const slack_ws_options_t *options,
                     const slack_ws_events_t *events, void *user_data);

/* One message in one frame, masked where we are the client. 0; SLACK_EBUSY past write_max;
 * SLACK_ECLOSED when it is not open, or closing; SLACK_ENOMEM. */
int slack__ws_send(slack_ws_t *ws, bool text, const void *data, size_t len);
/* The same; SLACK_EINVAL for more than 125 bytes. */
int slack__ws_ping(slack_ws_t *ws, const void *data, size_t len);
int slack__ws_pong(slack_ws_t *ws, const void *data, size_t len);

/* Begin the close handshake. The peer's answer, or slack__ws_abort(), ends it. After the peer's
 * Close the descriptor is closed by us. `code` 0: none; a reason above 123 bytes is cut. Before it
 * is open this is slack__ws_abort(). */
void slack__ws_close(slack_ws_t *ws, unsigned code, const char *reason);
/* Close the descriptor now. Idempotent. */
void slack__ws_abort(slack_ws_t *ws);

uint64_t slack__ws_last_read_ms(const slack_ws_t *ws); /* any byte counts */
int slack__ws_http_status(const slack_ws_t *ws);       /* of the upgrade's answer, 0 before */
const char *slack__ws_reason(const slack_ws_t *ws);    /* why it failed, in words; "" if not */
slack_conn_t *slack__ws_conn(slack_ws_t *ws);          /* for a server that misbehaves on purpose */

#endif
