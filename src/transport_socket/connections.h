/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TRANSPORT_SOCKET_CONNECTIONS_H
#define SLACK_TRANSPORT_SOCKET_CONNECTIONS_H

#include "net/proxy.h"
#include "net/tls.h"
#include "transport/transport.h"
#include "transport_socket/session.h"

/*
 * The connections of a transport on the loop. A slot holds one connection at a time: first the call
 * of apps.connections.open, then the WebSocket. A slot and a generation name a connection. After a
 * slot has got a new connection, functions ignore the name of the old one; the call and the
 * descriptor of the old one end by themselves, and only `gone` reports that end.
 */
typedef struct slack_connections slack_connections_t;

/* What the connections report. Every member is mandatory. */
typedef struct slack_connections_events {
    /* Pass `in` to the session that it names. The URL of a SLACK_INPUT_URL is valid until the
     * return, so perform SLACK_DO_DIAL before that. */
    void (*feed)(slack_connections_t *connections, const slack_session_input_t *in);
    /* A text message arrived: NUL-terminated, borrowed until the return. */
    void (*message)(slack_connections_t *connections, unsigned slot, uint32_t generation,
                    const char *text, size_t len);
    /* A connection has no handle and no call left on the loop. */
    void (*gone)(slack_connections_t *connections);
} slack_connections_events_t;

struct slack_connections {
    const slack_connections_events_t *events; /* the transport sets the first four */
    slack_transport_t *transport;
    slack_net_t *net;
    const slack_socket_limits_t *limits;
    char *ca_file;
    slack_tls_context_t *tls; /* made at the first wss dial, or from ca_file; NULL before */
    slack_proxy_t *proxy;     /* NULL: no proxy */
    struct slack_connection *slots[SLACK_SESSIONS_MAX]; /* the current connection of each slot, or
                                                         * NULL */
    slack_link_t all;                                   /* all connections, also those that are no
                                                         * longer current */
    uint64_t ping_us;                                   /* the last round trip; 0: no pong yet */
};

/* Read the CA file and the proxy from the options. 0; SLACK_ECONFIG with a sentence in `error`
 * (SLACK_ERROR_TEXT_MAX bytes); SLACK_ENOMEM. Call _done() in any case. */
int slack__connections_init(slack_connections_t *connections, const slack_options_t *options,
                            char *error);
/* Call this after every call has ended and every descriptor is closed. */
void slack__connections_done(slack_connections_t *connections);

/* Do what an action asks for on the wire. An action that asks for nothing there returns 0. On an
 * error nothing was begun. SLACK_DO_CALL can return SLACK_ENOMEM and the errors of host->call();
 * SLACK_DO_DIAL can return the errors of slack__ws_connect(), SLACK_ETLS and SLACK_ECONFIG. */
int slack__connections_perform(slack_connections_t *connections, const slack_action_t *action);
/* Close the descriptor now, as if the peer had: SLACK_INPUT_CLOSED follows. */
void slack__connections_break(slack_connections_t *connections, unsigned slot, uint32_t generation);
/* Send a text message. 0; SLACK_ECLOSED; SLACK_EBUSY; SLACK_ENOMEM. */
int slack__connections_send(slack_connections_t *connections, unsigned slot, uint32_t generation,
                            const char *text, size_t len);

/* Report a SLACK_INPUT_SEEN for every connection that has a descriptor. */
void slack__connections_report_seen(slack_connections_t *connections);
/* Whether some descriptor is not closed yet. */
bool slack__connections_open(const slack_connections_t *connections);

#endif
