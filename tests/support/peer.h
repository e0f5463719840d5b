/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_PEER_H
#define SLACK_TESTS_SUPPORT_PEER_H

#include <stdbool.h>
#include <stddef.h>

#include <uv.h>

/*
 * An HTTP server that a test scripts byte by byte, so that it may misbehave. It reads whole
 * requests (a head, and Content-Length bytes or chunks) on any number of kept connections. It uses
 * libuv only, and no memory of the library.
 */
typedef struct peer peer_t;

typedef struct peer_request {
    unsigned number;     /* 1 for the first that the peer read */
    unsigned connection; /* 1 for the first that it accepted */
    const char *text;    /* head and body, NUL-terminated; borrowed until the callback returns */
    const char *body;
} peer_request_t;

/* Answers with the functions below, now or later. */
typedef void (*peer_fn)(peer_t *peer, const peer_request_t *request, void *user_data);

/* Listens on a free port of 127.0.0.1. */
peer_t *peer_open(uv_loop_t *loop, peer_fn fn, void *user_data);
unsigned peer_port(const peer_t *peer);
unsigned peer_requests(const peer_t *peer);
unsigned peer_connections(const peer_t *peer); /* connections so far */

/* Calls the function for each connection when it is accepted too, with a request without text. */
void peer_on_accept(peer_t *peer, peer_fn fn);

/* Sends bytes on a connection. With `again`, sends them once more after each time, until the
 * connection closes. */
void peer_send(peer_t *peer, unsigned connection, const char *bytes);
void peer_send_bytes(peer_t *peer, unsigned connection, const void *bytes, size_t len, bool again);
/* Sends a whole answer with the header lines in `headers` ("A: b\r\n", or ""), its body as it is.
 */
void peer_answer(peer_t *peer, unsigned connection, int status, const char *headers,
                 const char *body);
/* The bytes that the client has not taken yet, the kernel's buffers aside. */
size_t peer_unsent(peer_t *peer, unsigned connection);
/* Closes the connection. */
void peer_hang_up(peer_t *peer, unsigned connection);

/* Closes everything, and frees the peer in a later turn of the loop. NULL is allowed. */
void peer_close(peer_t *peer);

#endif
