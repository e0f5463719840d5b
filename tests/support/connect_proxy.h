/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_CONNECT_PROXY_H
#define SLACK_TESTS_SUPPORT_CONNECT_PROXY_H

#include <stdbool.h>

#include <uv.h>

/*
 * An HTTP proxy with CONNECT only. Every host leads to the test's port of 127.0.0.1, so that a test
 * may use any host name and no resolver is asked.
 */
typedef struct connect_proxy {
    /* Settings; may be changed at any time. */
    const char *credentials; /* base64 that every request needs, or it gets 407; NULL: none */
    const char *answer;      /* an answer for every request; NULL: CONNECT works */
    bool bytewise;           /* the answer comes byte by byte */
    bool mute;               /* requests are read and not answered */

    /* Counters. */
    unsigned connections; /* accepted */
    unsigned requests;    /* whole requests */
    unsigned tunnels;     /* tunnels that were opened */
    unsigned live;        /* open connections */
    char request[4096];   /* the last request's head */

    /* Private. */
    uv_loop_t *loop;
    uv_tcp_t listener;
    struct connect_way *ways;
    unsigned handles;
    bool frozen;
    bool *closed;
} connect_proxy_t;

/* Listens on a free port of 127.0.0.1. The caller owns the storage. */
void connect_proxy_open(connect_proxy_t *proxy, uv_loop_t *loop);
unsigned connect_proxy_port(const connect_proxy_t *proxy);

/* If `frozen`, stops forwarding as if the network behind the proxy were gone: connections are still
 * accepted, but nothing is read or sent. Otherwise goes on, with all that came meanwhile. */
void connect_proxy_freeze(connect_proxy_t *proxy, bool frozen);
/* Resets every connection. */
void connect_proxy_drop(connect_proxy_t *proxy);

/* Closes everything; sets *closed in a later turn of the loop. */
void connect_proxy_close(connect_proxy_t *proxy, bool *closed);

#endif
