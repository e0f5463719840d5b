/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_HTTP_PEER_H
#define SLACK_TESTS_SUPPORT_HTTP_PEER_H

#include <stdbool.h>
#include <stddef.h>

#include <uv.h>

/*
 * An HTTP/1.1 client that sends the test's bytes unchanged to a port of 127.0.0.1, in pieces if the
 * test wants that. It uses malloc(). Requests are numbered from 0.
 */
typedef struct http_peer http_peer_t;

/* With `keep_alive` idle connections are reused; otherwise each request has its own. */
http_peer_t *http_peer_open(uv_loop_t *loop, unsigned port, bool keep_alive);

/* Where to pause while sending. */
typedef struct http_pieces {
    size_t first;  /* bytes before the first pause; 0: all */
    bool bytewise; /* a pause after every byte */
} http_pieces_t;

/* Begins to send the bytes of a request, which are copied. A pause is two turns of the loop.
 * Returns the number of the request. */
int http_peer_send(http_peer_t *peer, const char *bytes, size_t len, http_pieces_t pieces);

/* A response. Borrowed until http_peer_close(). */
typedef struct http_reply {
    bool done;   /* the whole response has arrived */
    bool closed; /* the connection was closed before that, or refused */
    int status;
    const char *head; /* status line and headers, NUL-terminated */
    const char *body; /* NUL-terminated */
    size_t body_len;
} http_reply_t;

const http_reply_t *http_peer_reply(const http_peer_t *peer, int number);

/* Returns the value of a header, *ret_len bytes long; NULL without the header. */
const char *http_reply_header(const http_reply_t *reply, const char *name, size_t *ret_len);
bool http_reply_has(const http_reply_t *reply, const char *name, const char *value);

/* Resets the connection of a request (RST). */
void http_peer_drop(http_peer_t *peer, int number);

/* Closes all connections and frees the peer; then sets *closed. */
void http_peer_close(http_peer_t *peer, bool *closed);

#endif
