/* SPDX-License-Identifier: MIT */
#ifndef SLACK_NET_LISTEN_H
#define SLACK_NET_LISTEN_H

#include <limits.h>

#include "net/conn.h"

/* A socket that accepts connections. */
typedef struct slack_listener_socket slack_listener_socket_t;

/* Receives a new connection before any byte of it is read. The callee sets its events
 * (slack__conn_set_events) or closes it. */
typedef void (*slack_accept_fn)(slack_conn_t *conn, void *user_data);

/* No descriptor is left: the callee closes connections that it can spare. False: it could spare
 * none. */
typedef bool (*slack_make_room_fn)(void *user_data);

/* The permissions of a Unix socket's file. Its owner is the process's user. */
#define SLACK_SOCKET_GROUP_NONE UINT_MAX
typedef struct slack_socket_file {
    unsigned mode;  /* 0: 0600 */
    unsigned group; /* SLACK_SOCKET_GROUP_NONE: the process's */
} slack_socket_file_t;

typedef struct slack_listen_options {
    const char *host; /* Required. An address, "localhost", or "unix:" and the path of a socket. */
    unsigned port;    /* 0: the kernel chooses. */
    bool reuse_port;  /* Other processes may listen on the port too. */
    const slack_socket_file_t *file; /* Optional. Of a Unix socket. */
    int fd; /* Unless 0: a socket that listens already; host and port are ignored. */
    slack_tls_context_t *tls;       /* Optional, referenced. */
    slack_handshakes_t *handshakes; /* Required with TLS, borrowed for the life of a connection. */
    unsigned open_ms;               /* Time for the TLS handshake. */
    size_t write_max;               /* Of each connection. */
    slack_accept_fn fn;             /* Required. */
    slack_make_room_fn make_room;   /* Optional. */
    void *user_data;
} slack_listen_options_t;

/* 0; SLACK_EIO, with the reason in `ret_uv_error` (optional; UV_EADDRINUSE, UV_EACCES …);
 * SLACK_EINVAL for a malformed address; SLACK_ENOMEM. */
int slack__listen(slack_listener_socket_t **ret, slack_net_t *net,
                  const slack_listen_options_t *options, int *ret_uv_error);
/* The port; 0 for a Unix socket. */
unsigned slack__listen_port(const slack_listener_socket_t *listener);
/* Connections accepted from now on get this context, referenced. */
void slack__listen_set_tls(slack_listener_socket_t *listener, slack_tls_context_t *tls);
/* Whether `host` is the path of a socket: "unix:…". */
bool slack__listen_is_path(const char *host);
/* The nth socket, from 0, that systemd passes to this process (sd_listen_fds(3)). 0 if there is no
 * such socket; SLACK_ECONFIG if LISTEN_FDS is meant for this process and is not a number. */
int slack__listen_inherited(unsigned n);
/* Accept all connections in the kernel's queue, 4096 at most, before a close that would reset them.
 * The file of a Unix socket is removed first. */
void slack__listen_take_all(slack_listener_socket_t *listener);
/* Accept no more connections, and free the socket. Its connections stay open. */
void slack__listen_close(slack_listener_socket_t *listener);

#endif
