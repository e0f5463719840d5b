/* SPDX-License-Identifier: MIT */
#ifndef SLACK_NET_CONN_H
#define SLACK_NET_CONN_H

#include <stdbool.h>
#include <stddef.h>

#include "net/loop.h"
#include "net/proxy.h"
#include "net/tls.h"

/*
 * A connection: a stream of bytes over TCP, with TLS on top where asked for. Its owner cannot tell
 * the difference. All callbacks come from the loop, none from inside a call of the owner's.
 */
typedef struct slack_conn slack_conn_t;

typedef struct slack_conn_events {
    /* Connected, verified, ready to write. A client's connection only. */
    void (*open)(slack_conn_t *conn, void *user_data);
    /* Bytes arrived; borrowed until the return. Closing the connection here is legal. */
    void (*data)(slack_conn_t *conn, const char *data, size_t len, void *user_data);
    /* All that was written has left for the kernel. NULL where nobody cares. */
    void (*drained)(slack_conn_t *conn, void *user_data);
    /* The peer has sent all it will ever send, and may still read (a half-closed connection). The
     * owner ends it when it has written what it has to say. NULL: the connection is closed, with
     * SLACK_ECLOSED. */
    void (*eof)(slack_conn_t *conn, void *user_data);
    /* The last callback, exactly once, for connections that failed to open too; the descriptor is
     * closed and the connection is freed after it. 0 when the owner closed it; SLACK_ECLOSED when
     * the peer did; SLACK_ECONNECT, SLACK_ETIMEDOUT, SLACK_ETLS; SLACK_EHTTP when the proxy refused
     * the way, SLACK_EPROTO and SLACK_ETOOBIG when it answered in no HTTP, or at great length. */
    void (*closed)(slack_conn_t *conn, int status, void *user_data);
} slack_conn_events_t;

typedef struct slack_conn_options {
    const char *host;           /* Required, copied. A name or an address, without brackets. */
    unsigned port;              /* Required. */
    slack_tls_context_t *tls;   /* Optional, referenced. NULL: plain TCP. */
    const slack_proxy_t *proxy; /* Optional, borrowed until the return. Used where it serves. */
    unsigned open_ms;           /* Required. Time for name, TCP, proxy and TLS together. */
    size_t write_max;           /* Required. The most bytes that wait to be sent. */
} slack_conn_options_t;

/* Start connecting. 0: `closed` will come. SLACK_ENOMEM, SLACK_EINVAL: it will not. */
int slack__conn_connect(slack_conn_t **ret, slack_net_t *net, const slack_conn_options_t *options,
                        const slack_conn_events_t *events, void *user_data);

/* Write all of it, or nothing. What the kernel does not take at once is copied. 0; SLACK_EBUSY when
 * write_max would be passed; SLACK_ECLOSED, also before it is open; SLACK_ENOMEM. A write that
 * fails when a part of it has left closes the connection: `closed` follows with the same code. */
int slack__conn_write(slack_conn_t *conn, const void *data, size_t len);

/* How many bytes wait to be sent. */
size_t slack__conn_queued(const slack_conn_t *conn);

/* Stop or go on reading: what arrives meanwhile stays in the kernel, so the peer feels it. */
void slack__conn_pause(slack_conn_t *conn, bool paused);

/* Close as soon as all that was written is sent (TLS: close_notify, then FIN) and the peer has sent
 * its FIN too, which it has five seconds for. Reading goes on, and data is thrown away. `closed`
 * comes with 0, or with SLACK_ECLOSED or SLACK_ETIMEDOUT when not everything could be sent. */
void slack__conn_finish(slack_conn_t *conn);

/* Close the descriptor now. `closed` follows with `status`. Idempotent: the first status counts. */
void slack__conn_close(slack_conn_t *conn, int status);

/* Give the connection to another owner: from now on callbacks go there. For upgrades. `events` is
 * copied. */
void slack__conn_set_events(slack_conn_t *conn, const slack_conn_events_t *events, void *user_data);

/* When the last byte arrived, on the net's monotonic clock. */
uint64_t slack__conn_last_read_ms(const slack_conn_t *conn);
/* The peer's address as text ("127.0.0.1"), the proxy's where there is one, "" when unknown.
 * Borrowed. */
const char *slack__conn_peer(const slack_conn_t *conn);
/* Why it failed, in words; "" when nothing did. Borrowed. */
const char *slack__conn_reason(const slack_conn_t *conn);

/* Takes connections on a port. */
typedef struct slack_listener_socket slack_listener_socket_t;

typedef struct slack_listen_options {
    const char *host; /* Required. An address, "localhost", or "unix:" and the path of a socket. */
    unsigned port;    /* 0: the kernel chooses. */
    bool reuse_port;  /* several processes may listen on the port at once */
    int fd;           /* Unless 0: a socket that listens already; host and port do not count. */
    slack_tls_context_t *tls; /* Optional, referenced. */
    unsigned open_ms;         /* Time for the TLS handshake. */
    size_t write_max;         /* Of each connection. */
} slack_listen_options_t;

/* A new connection, before any of its bytes. The callee sets its events (slack__conn_set_events) or
 * closes it. */
typedef void (*slack_accept_fn)(slack_conn_t *conn, void *user_data);

/* 0; SLACK_EIO with `ret_uv_error` (optional) telling why (UV_EADDRINUSE, UV_EACCES …);
 * SLACK_EINVAL for an address that is none; SLACK_ENOMEM. */
int slack__listen(slack_listener_socket_t **ret, slack_net_t *net,
                  const slack_listen_options_t *options, slack_accept_fn fn, void *user_data,
                  int *ret_uv_error);
unsigned slack__listen_port(const slack_listener_socket_t *listener);
/* Connections that come from now on get this context, referenced. */
void slack__listen_set_tls(slack_listener_socket_t *listener, slack_tls_context_t *tls);
/* Whether an address is the path of a socket: "unix:…". */
bool slack__listen_is_path(const char *host);
/* The nth socket that systemd passes to this process (sd_listen_fds(3)), from 0; 0 when there is
 * none; SLACK_ECONFIG when LISTEN_FDS is for this process, and is no number. */
int slack__listen_inherited(unsigned n);
/* Take all connections that wait in the kernel's queue, 4096 at most: with the socket they would
 * go. A Unix socket's file is gone before. */
void slack__listen_take_all(slack_listener_socket_t *listener);
/* Take no more; frees itself. Connections live on. */
void slack__listen_close(slack_listener_socket_t *listener);

/* For the listener: make a connection of a socket that was accepted. It is read from the next turn
 * of the loop on. SLACK_ENOMEM, SLACK_EIO: the socket is still the caller's. */
int slack__conn_accept(slack_conn_t **ret, slack_net_t *net, int fd,
                       const slack_listen_options_t *options);

#endif
