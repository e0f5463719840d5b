/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TRANSPORT_SOCKET_LIMITS_H
#define SLACK_TRANSPORT_SOCKET_LIMITS_H

#include <stddef.h>

/* The most connections that Slack allows an app (docs/protocol.md, Connections). */
#define SLACK_SESSIONS_MAX 10

/* The kinds of failure that have a backoff of their own. */
enum slack_socket_backoff {
    SLACK_BACKOFF_RETRY = 0, /* the default */
    SLACK_BACKOFF_UNREACHED, /* the call never reached Slack */
    SLACK_BACKOFF_CROWDED,   /* too_many_websockets */
    SLACK_BACKOFF_DISABLED,  /* link_disabled */
    SLACK_BACKOFF_COUNT
};

/* Every time and limit of Socket Mode. Tests use others. */
typedef struct slack_socket_limits {
    unsigned call_ms;    /* until apps.connections.open has answered */
    unsigned open_ms;    /* for TCP, TLS and the upgrade together */
    unsigned hello_ms;   /* from the upgrade to hello */
    unsigned close_ms;   /* for the peer to answer a Close */
    unsigned ping_ms;    /* between two pings */
    unsigned dead_ms;    /* a connection that is silent for this long is dead */
    unsigned probe_ms;   /* after the clock jumped, a silent connection has this long to prove
                          * that it is alive */
    unsigned stable_ms;  /* a connection that lasted this long ends the backoffs */
    unsigned linger_ms;  /* Slack sends envelopes on a replaced connection for this long */
    unsigned ack_ms;     /* after that, a replaced connection waits this long for its acks */
    unsigned stagger_ms; /* between two openings */
    unsigned hedge_ms;   /* while nothing is connected, a second dial starts after this time */
    unsigned tick_ms;    /* the longest time between two ticks; a jump is noticed within it */
    struct {
        unsigned base_ms, cap_ms;
    } backoff[SLACK_BACKOFF_COUNT];
    unsigned pace_ms;    /* in the long run, one apps.connections.open in this time */
    unsigned burst;      /* how many calls may exceed that pace */
    size_t message_max;  /* bytes of a message from Slack */
    size_t write_max;    /* bytes queued for sending on one connection */
    size_t inflight_max; /* envelopes that wait for their ack */
} slack_socket_limits_t;

extern const slack_socket_limits_t slack__socket_limits_default;

#endif
