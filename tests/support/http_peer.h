/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_HTTP_PEER_H
#define SLACK_TESTS_SUPPORT_HTTP_PEER_H

#include <stdbool.h>
#include <stddef.h>

#include <uv.h>

/*
 * An HTTP/1.1 client that sends what it is given, byte for byte, in pieces where that is asked for,
 * to a port of 127.0.0.1. Memory is the C library's. Requests are known by numbers from 0 on.
 */
typedef struct http_peer http_peer_t;

/* With `keep_alive` an idle connection is used again, else each request gets one of its own. */
http_peer_t *http_peer_open(uv_loop_t *loop, unsigned port, bool keep_alive);

/* How to cut what is sent. */
typedef struct http_pieces {
    size_t first;  /* bytes before the first pause; 0: all */
    bool bytewise; /* a pause after every byte */
} http_pieces_t;

/* Begin to send a request's bytes, copied. A pause is two turns of the loop. Returns its number. */
int http_peer_send(http_peer_t *peer, const char *bytes, size_t len, http_pieces_t pieces);

/* A response. Borrowed until http_peer_close(). */
typedef struct http_reply {
    bool done;   /* a whole response is there */
    bool closed; /* the connection was closed, or refused, before that */
    int status;
    const char *head; /* status line and headers, NUL-terminated */
    const char *body; /* NUL-terminated */
    size_t body_len;
} http_reply_t;

const http_reply_t *http_peer_reply(const http_peer_t *peer, int number);

/* The value of a header, up to the end of its line, in *ret_len. NULL when it is not there. */
const char *http_reply_header(const http_reply_t *reply, const char *name, size_t *ret_len);
bool http_reply_has(const http_reply_t *reply, const char *name, const char *value);

/* Reset the request's connection (RST). */
void http_peer_drop(http_peer_t *peer, int number);

/* Close all connections and free the peer; *closed is set when that is done. */
void http_peer_close(http_peer_t *peer, bool *closed);

#endif
