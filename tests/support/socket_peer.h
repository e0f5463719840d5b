/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_SOCKET_PEER_H
#define SLACK_TESTS_SUPPORT_SOCKET_PEER_H

#include <stdbool.h>
#include <stddef.h>

#include <uv.h>

/*
 * A WebSocket server of nothing but libuv, which a test scripts byte by byte: Slack at the other
 * end of a Socket Mode connection, well or badly behaved. Takes no memory from the library.
 * Connections are known by numbers from 1 on.
 */
typedef struct socket_peer socket_peer_t;

enum socket_peer_opcode {
    SOCKET_PEER_MORE = 0,
    SOCKET_PEER_TEXT = 1,
    SOCKET_PEER_BINARY = 2,
    SOCKET_PEER_CLOSE = 8,
    SOCKET_PEER_PING = 9,
    SOCKET_PEER_PONG = 10
};

/* What the peer does by itself, and what it tells. All functions are Optional. */
typedef struct socket_peer_script {
    /* The bytes that answer an upgrade; "" for none. NULL, and without the function: 101. */
    const char *(*upgrade)(socket_peer_t *peer, unsigned connection, const char *request,
                           void *user_data);
    /* 101 was sent. Without it: a hello is sent. */
    void (*open)(socket_peer_t *peer, unsigned connection, void *user_data);
    /* A frame of the client's, unmasked and NUL-terminated. */
    void (*frame)(socket_peer_t *peer, unsigned connection, enum socket_peer_opcode opcode,
                  const char *data, size_t len, void *user_data);
    /* The connection is gone. */
    void (*gone)(socket_peer_t *peer, unsigned connection, void *user_data);
    void *user_data;
    bool no_pong;  /* do not answer pings */
    bool no_close; /* do not answer Close */
    bool no_end;   /* do not close TCP after the close handshake, nor when the client does */
} socket_peer_script_t;

/* Listens on a free port of 127.0.0.1. `script` is borrowed and may be changed at any time. */
socket_peer_t *socket_peer_open(uv_loop_t *loop, const socket_peer_script_t *script);
unsigned socket_peer_port(const socket_peer_t *peer);
unsigned socket_peer_taken(const socket_peer_t *peer); /* connections so far */
unsigned socket_peer_live(const socket_peer_t *peer);  /* those that are not gone */
bool socket_peer_is_live(const socket_peer_t *peer, unsigned connection);
bool socket_peer_is_open(const socket_peer_t *peer, unsigned connection); /* upgraded, no Close */

/* A proper 101 to a request, with more header lines ("A: b\r\n") or "". */
void socket_peer_accept(const char *request, char *ret, size_t size, const char *headers);
/* One unfragmented text frame. */
void socket_peer_text(socket_peer_t *peer, unsigned connection, const char *text);
/* Any frame: `head` is its first byte (FIN, RSV, opcode). Control frames too. */
void socket_peer_frame(socket_peer_t *peer, unsigned connection, unsigned char head,
                       const void *data, size_t len);
/* Bytes as they are. */
void socket_peer_bytes(socket_peer_t *peer, unsigned connection, const void *data, size_t len);
/* The head of a frame for `len` bytes of data into `out` (10 bytes); returns its length. */
size_t socket_peer_head(unsigned char *out, unsigned char head, size_t len);

/* Take nothing more from the connection, as if its cable were cut; it stays open. */
void socket_peer_freeze(socket_peer_t *peer, unsigned connection);
/* FIN, or RST. */
void socket_peer_end(socket_peer_t *peer, unsigned connection);
void socket_peer_reset(socket_peer_t *peer, unsigned connection);

/* Close everything; *closed (may be NULL) is set, and the peer freed, as the loop turns. */
void socket_peer_close(socket_peer_t *peer, bool *closed);

#endif
