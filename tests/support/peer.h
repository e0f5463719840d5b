/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_PEER_H
#define SLACK_TESTS_SUPPORT_PEER_H

#include <stdbool.h>
#include <stddef.h>

#include <uv.h>

/*
 * An HTTP server of nothing but libuv, that a test scripts byte by byte: it can misbehave in ways
 * that a real server cannot. Reads whole requests (a head and Content-Length bytes) on any number
 * of kept connections, and takes nothing from the library.
 */
typedef struct peer peer_t;

typedef struct peer_request {
    unsigned number;     /* 1 for the first that the peer read */
    unsigned connection; /* 1 for the first that it took */
    const char *text;    /* head and body, NUL-terminated; borrowed until the return */
    const char *body;
} peer_request_t;

/* Answer with the functions below, inside of it or later. */
typedef void (*peer_fn)(peer_t *peer, const peer_request_t *request, void *user_data);

/* Listens on a free port of 127.0.0.1. */
peer_t *peer_open(uv_loop_t *loop, peer_fn fn, void *user_data);
unsigned peer_port(const peer_t *peer);
unsigned peer_requests(const peer_t *peer);
unsigned peer_connections(const peer_t *peer); /* taken so far */

/* Send these bytes on a connection. */
void peer_send(peer_t *peer, unsigned connection, const char *bytes);
/* Send a whole answer with the header lines in `headers` ("A: b\r\n", or ""). */
void peer_answer(peer_t *peer, unsigned connection, int status, const char *headers,
                 const char *body);
/* Close it without another word. */
void peer_hang_up(peer_t *peer, unsigned connection);

/* Close everything; freed as the loop turns. NULL is fine. */
void peer_close(peer_t *peer);

#endif
