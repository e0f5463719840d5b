/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TRANSPORT_SOCKET_LINK_H
#define SLACK_TRANSPORT_SOCKET_LINK_H

#include "transport/transport.h"
#include "net/tls.h"
#include "net/websocket.h"
#include "transport_socket/recent_acks.h"
#include "transport_socket/frame.h"
#include "transport_socket/inflight.h"
#include "transport_socket/supervisor.h"

/*
 * The glue between the pure machines and the loop.
 *
 *   socket.c   the transport's operations, the timer, inputs in and actions out
 *   link.c     one generation of one slot: its call, its WebSocket
 *   message.c  what arrives on it
 */
typedef struct slack_socket slack_socket_t;

/* What a generation has on the loop. It outlives its session: late answers find the link, and the
 * link finds that it counts no more. */
typedef struct slack_socket_link {
    slack_link_t link; /* in slack_socket.links */
    slack_socket_t *socket;
    unsigned slot;
    uint32_t generation;
    bool calling;         /* apps.connections.open is under way */
    slack_ws_t *ws;       /* NULL before the dial and after `closed` */
    const char *url;      /* while it is being dialed */
    unsigned connections; /* hello's num_connections */
    uint64_t ping_us;     /* when the last ping was sent */
} slack_socket_link_t;

struct slack_socket {
    slack_transport_t base;
    const slack_socket_limits_t *limits;
    char *ca_file;
    slack_tls_context_t *tls; /* made at the first wss dial */
    slack_proxy_t *proxy;     /* NULL: none */
    slack_supervisor_t sup;
    slack_socket_link_t *slots[SLACK_SESSIONS_MAX]; /* the newest of each slot, or NULL */
    slack_link_t links;                             /* all of them */
    slack_inflight_t inflight;
    slack_recent_acks_t recent_acks;
    slack_buf_t frame; /* an ack being written */
    uv_timer_t timer;
    bool timer_open;
    slack_task_t task; /* tells the host what changed */
    enum slack_transport_state told;
    int reason;             /* why it is degraded, or stopped */
    bool over;              /* the supervisor said STOPPED */
    bool full;              /* the last envelope found no place: said once */
    unsigned foreign;       /* connections that Slack counts and we do not: said once per number */
    uint64_t deaf_since_ms; /* it was ready, and no connection serves; 0: one does */
    slack_transport_stats_t stats;
};

/* --- link.c --- */

/* Begin a generation with its call. 0; SLACK_ENOMEM and what host->call() returns. */
int slack__socket_link_call(slack_socket_t *s, unsigned slot, uint32_t generation);
/* Connect to link->url. As slack__ws_connect(); SLACK_ETLS, SLACK_ECONFIG. */
int slack__socket_link_dial(slack_socket_link_t *link);
void slack__socket_link_ping(slack_socket_link_t *link);
/* Close the descriptor; the link counts no more. */
void slack__socket_link_abort(slack_socket_link_t *link);
/* Send a text on this connection, else on another open one. 0; SLACK_ECLOSED. */
int slack__socket_send(slack_socket_t *s, unsigned slot, uint32_t generation, const char *text,
                       size_t len);

static inline slack_session_input_t slack__socket_link_input(const slack_socket_link_t *link,
                                                             enum slack_session_input_type type)
{
    return (slack_session_input_t){
        .type = type, .slot = link->slot, .generation = link->generation};
}

/* --- message.c --- */

/* A text message arrived on a link that is its slot's newest. */
void slack__socket_read(slack_socket_link_t *link, const char *data, size_t len);

/* --- socket.c --- */

/* Step the supervisor and do what it wants. */
void slack__socket_feed(slack_socket_t *s, const slack_session_input_t *in);
/* A link was freed: the last one lets a stop go on. */
void slack__socket_link_gone(slack_socket_t *s);
/* Tell the host now what it is to be told anyway. Not from inside an operation. */
void slack__socket_tell(slack_socket_t *s);

#endif
