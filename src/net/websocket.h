/* SPDX-License-Identifier: MIT */
#ifndef SLACK_NET_WEBSOCKET_H
#define SLACK_NET_WEBSOCKET_H

#include "net/conn.h"
#include "net/http_server.h"

/*
 * WebSocket (RFC 6455) in both roles: the upgrade by llhttp, frames by wslay. This code answers the
 * peer's pings at once, and neither offers nor accepts extensions. The caller decides when to send
 * pings and when to give up.
 */
typedef struct slack_ws slack_ws_t;

typedef struct slack_ws_events {
    /* The upgrade was accepted. Clients only. */
    void (*open)(slack_ws_t *ws, void *user_data);
    /* A whole message, text or binary, NUL-terminated; borrowed until the return. After
     * slack__ws_close() messages still arrive until the peer's Close. */
    void (*message)(slack_ws_t *ws, bool text, const char *data, size_t len, void *user_data);
    /* A pong, with its data. Optional. */
    void (*pong)(slack_ws_t *ws, const char *data, size_t len, void *user_data);
    /* A ping, with its data. Optional: without it every ping is answered at once. Return false to
     * have this ping answered at once; after true the callee may answer it with slack__ws_pong().
     */
    bool (*ping)(slack_ws_t *ws, const char *data, size_t len, void *user_data);
    /* The kernel has taken all that was sent. Optional. */
    void (*drained)(slack_ws_t *ws, void *user_data);
    /* The peer has sent Close, or a frame broke the protocol. Optional. After a Close, return true
     * to answer it later with slack__ws_close(); until then both sides can still send messages.
     * After a broken frame the return value has no effect: nothing more is read or sent. */
    bool (*closing)(slack_ws_t *ws, unsigned code, void *user_data);
    /* The last callback, exactly once; the descriptor is closed, and ws is freed after the return.
     * `code`: the peer's close code; 0 without one. `status`: 0 after a close handshake or
     * slack__ws_abort(); SLACK_ECLOSED if the peer closed without a handshake; SLACK_EPROTO if a
     * frame or the upgrade broke the protocol; SLACK_EHTTP if the response to the upgrade was not
     * 101, or the proxy refused to connect (slack__ws_http_status() is 0 then); SLACK_ETOOBIG for a
     * message above the maximum; SLACK_ECONNECT, SLACK_ETIMEDOUT, SLACK_ETLS. */
    void (*closed)(slack_ws_t *ws, int status, unsigned code, void *user_data);
} slack_ws_events_t;

typedef struct slack_ws_options {
    const char *url;                 /* Required by a client. Borrowed until the return. */
    const slack_ws_events_t *events; /* Required, copied. */
    slack_tls_context_t *tls;        /* Required for wss, referenced. */
    const slack_proxy_t *proxy;      /* Optional, borrowed until the return. Clients only. */
    unsigned open_ms;                /* Required. Time until the upgrade is accepted. */
    size_t message_max;              /* Required. */
    size_t write_max;                /* Required. */
} slack_ws_options_t;

/* Connect to a wss:// URL, or a ws:// URL on loopback. Path and query go into the request
 * unchanged. 0: `closed` will be called. SLACK_EINVAL, SLACK_ENOMEM: it will not. */
int slack__ws_connect(slack_ws_t **ret, slack_net_t *net, const slack_ws_options_t *options,
                      void *user_data);

/* Accept a request for a WebSocket: respond 101 and take the connection. SLACK_EPROTO if the
 * request is not a valid handshake (the response is 400 or 426); SLACK_ENOMEM (503); SLACK_ECLOSED
 * if the connection is gone. The caller still owns the request. */
int slack__ws_accept(slack_ws_t **ret, slack_net_t *net, const slack_http_request_t *request,
                     const slack_ws_options_t *options, void *user_data);

/* Send a message in one frame, which a client masks. 0; SLACK_EBUSY past write_max; SLACK_ECLOSED
 * unless the WebSocket is open; SLACK_ENOMEM. */
int slack__ws_send(slack_ws_t *ws, bool text, const void *data, size_t len);
/* The same; SLACK_EINVAL for more than 125 bytes. */
int slack__ws_ping(slack_ws_t *ws, const void *data, size_t len);
int slack__ws_pong(slack_ws_t *ws, const void *data, size_t len);

/* Begin the close handshake. It ends with the peer's Close or with slack__ws_abort(); then the
 * descriptor is closed. With `code` 0 the Close has no code. A reason above 123 bytes is cut.
 * Before the WebSocket is open this is slack__ws_abort(). */
void slack__ws_close(slack_ws_t *ws, unsigned code, const char *reason);
/* Close the descriptor now. Idempotent. */
void slack__ws_abort(slack_ws_t *ws);

uint64_t slack__ws_last_read_ms(const slack_ws_t *ws); /* any byte counts */
int slack__ws_http_status(const slack_ws_t *ws);    /* of the response to the upgrade; 0 before */
const char *slack__ws_reason(const slack_ws_t *ws); /* why it failed, in words; "" if not */
slack_conn_t *slack__ws_conn(slack_ws_t *ws);       /* for a simulated server that misbehaves */

#endif
