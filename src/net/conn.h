/* SPDX-License-Identifier: MIT */
#ifndef SLACK_NET_CONN_H
#define SLACK_NET_CONN_H

#include <stdbool.h>
#include <stddef.h>

#include "net/handshakes.h"
#include "net/loop.h"
#include "net/proxy.h"
#include "net/tls.h"

/*
 * A connection: a stream of bytes over TCP or a Unix socket, with TLS on top if the caller asks for
 * it. The caller sees no difference. All callbacks come from the loop, never from within a function
 * that the caller has called.
 */
typedef struct slack_conn slack_conn_t;

typedef struct slack_conn_events {
    /* The connection is made, verified and ready to write. Clients only. */
    void (*open)(slack_conn_t *conn, void *user_data);
    /* Bytes arrived; borrowed until the return. The callee may close the connection. */
    void (*data)(slack_conn_t *conn, const char *data, size_t len, void *user_data);
    /* The kernel has taken all that was written. Optional. */
    void (*drained)(slack_conn_t *conn, void *user_data);
    /* The peer will send no more, and may still read (a half-closed connection). The callee writes
     * the rest of its data, and then ends the connection. NULL: the connection is closed, with
     * SLACK_ECLOSED. */
    void (*eof)(slack_conn_t *conn, void *user_data);
    /* The last callback, exactly once, also for connections that failed to open. The descriptor is
     * closed, and the connection is freed after the return. `status`: 0 if the caller closed it;
     * SLACK_ECLOSED if the peer did; SLACK_ECONNECT, SLACK_ETIMEDOUT, SLACK_ETLS; SLACK_EHTTP if
     * the proxy refused to connect, SLACK_EPROTO if it did not answer in HTTP, SLACK_ETOOBIG if its
     * answer was too long; SLACK_EBUSY if too many TLS handshakes wait. */
    void (*closed)(slack_conn_t *conn, int status, void *user_data);
} slack_conn_events_t;

typedef struct slack_conn_options {
    const char *host;               /* Required, copied. A name or an address, without brackets. */
    unsigned port;                  /* Required. */
    slack_tls_context_t *tls;       /* Optional, referenced. NULL: no TLS. */
    slack_handshakes_t *handshakes; /* Required for accepted connections with TLS, borrowed. */
    const slack_proxy_t
        *proxy;       /* Optional, borrowed until the return. Used if it serves the host. */
    unsigned open_ms; /* Required. Time for name, TCP, proxy and TLS together. */
    size_t write_max; /* Required. The most bytes that may wait to be sent. */
} slack_conn_options_t;

/* Start to connect. 0: `closed` will be called. SLACK_ENOMEM, SLACK_EINVAL: it will not. */
int slack__conn_connect(slack_conn_t **ret, slack_net_t *net, const slack_conn_options_t *options,
                        const slack_conn_events_t *events, void *user_data);

/* Make a connection of an accepted socket, for net/listen.h. The loop reads from the connection in
 * its next turn, so the caller sets the events before that. Of the options only `tls`,
 * `handshakes`, `open_ms` and `write_max` are used. SLACK_ENOMEM, SLACK_EIO: the socket is still
 * the caller's. */
int slack__conn_accept(slack_conn_t **ret, slack_net_t *net, int fd,
                       const slack_conn_options_t *options);

/* Write all of the data, or none. Bytes that the kernel does not take at once are copied. 0;
 * SLACK_EBUSY if write_max would be passed; SLACK_ECLOSED, also before the connection is open;
 * SLACK_ENOMEM. If a write fails after a part of it has left, the connection is closed, and
 * `closed` follows with the same code. */
int slack__conn_write(slack_conn_t *conn, const void *data, size_t len);

/* The bytes that wait to be sent. */
size_t slack__conn_queued(const slack_conn_t *conn);

/* Stop or resume reading. Meanwhile the bytes stay in the kernel, so that the peer slows down. */
void slack__conn_pause(slack_conn_t *conn, bool paused);

/* Send all that was written (with TLS also close_notify), send FIN, wait up to five seconds for the
 * peer's FIN, and close. Data that arrives meanwhile is dropped. `closed` follows with 0, or with
 * SLACK_ECLOSED or SLACK_ETIMEDOUT if not everything could be sent. */
void slack__conn_finish(slack_conn_t *conn);

/* Close the descriptor now; `closed` follows with `status`. Idempotent: the first status counts. */
void slack__conn_close(slack_conn_t *conn, int status);

/* Replace the callbacks, for an accepted connection or an upgrade. `events` is copied. */
void slack__conn_set_events(slack_conn_t *conn, const slack_conn_events_t *events, void *user_data);

/* When the last byte arrived, on the net's monotonic clock. */
uint64_t slack__conn_last_read_ms(const slack_conn_t *conn);
/* The address of the peer, or of the proxy in between, as text ("127.0.0.1"); "unix" for a Unix
 * socket; "" if unknown. Borrowed. */
const char *slack__conn_peer(const slack_conn_t *conn);
/* The peer's network, as slack__net_network() has it. Borrowed. */
const char *slack__conn_network(const slack_conn_t *conn);
/* Why the connection failed, in words; "" if it did not. Borrowed. */
const char *slack__conn_reason(const slack_conn_t *conn);

#endif
