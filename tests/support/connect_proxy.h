/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_CONNECT_PROXY_H
#define SLACK_TESTS_SUPPORT_CONNECT_PROXY_H

#include <stdbool.h>

#include <uv.h>

/*
 * An HTTP proxy that knows CONNECT alone, of nothing but libuv. Whatever host it is asked for, it
 * leads to that port of 127.0.0.1: so a test has hosts with names of their own, of which no
 * resolver ever hears.
 */
typedef struct connect_proxy {
    /* What it does; may be changed at any time. */
    const char *credentials; /* Optional: base64 that every request must bring, else 407 */
    const char *answer;      /* Optional: what every request is answered with instead */
    bool bytewise;           /* the answer comes byte by byte */
    bool mute;               /* requests are read and not answered */

    /* What happened. */
    unsigned connections; /* taken */
    unsigned requests;    /* whole ones */
    unsigned tunnels;     /* that were opened */
    unsigned live;        /* connections that are there */
    char request[4096];   /* the last one's head */

    /* Private. */
    uv_loop_t *loop;
    uv_tcp_t listener;
    struct connect_way *ways;
    unsigned handles;
    bool frozen;
    bool *closed;
} connect_proxy_t;

/* On a free port of 127.0.0.1. The proxy is the caller's storage. */
void connect_proxy_open(connect_proxy_t *proxy, uv_loop_t *loop);
unsigned connect_proxy_port(const connect_proxy_t *proxy);

/* Stop forwarding, as if the network behind it were gone: connections are still taken, nothing is
 * read or sent. Or go on with all that came meanwhile. */
void connect_proxy_freeze(connect_proxy_t *proxy, bool frozen);
/* Reset every connection. */
void connect_proxy_drop(connect_proxy_t *proxy);

/* Close everything; *closed is set as the loop turns. */
void connect_proxy_close(connect_proxy_t *proxy, bool *closed);

#endif
