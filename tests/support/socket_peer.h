/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_SOCKET_PEER_H
#define SLACK_TESTS_SUPPORT_SOCKET_PEER_H

#include <stdbool.h>
#include <stddef.h>

#include <uv.h>

/*
 * A WebSocket server that a test scripts byte by byte: a Slack that behaves well or badly. It uses
 * libuv only, and no memory of the library. Connections are numbered from 1.
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

/* What the peer does by itself, and what it reports. All functions are optional. */
typedef struct socket_peer_script {
    /* The bytes that answer an upgrade; "": none. If NULL, or without the function: a 101. */
    const char *(*upgrade)(socket_peer_t *peer, unsigned connection, const char *request,
                           void *user_data);
    /* The 101 was sent. Without the function a hello is sent. */
    void (*open)(socket_peer_t *peer, unsigned connection, void *user_data);
    /* A frame from the client, unmasked and NUL-terminated. */
    void (*frame)(socket_peer_t *peer, unsigned connection, enum socket_peer_opcode opcode,
                  const char *data, size_t len, void *user_data);
    /* The connection has closed. */
    void (*gone)(socket_peer_t *peer, unsigned connection, void *user_data);
    void *user_data;
    bool no_pong;  /* do not answer pings */
    bool no_close; /* do not answer Close */
    bool no_end;   /* do not close TCP: not after the close handshake, nor when the client does */
} socket_peer_script_t;

/* Listens on a free port of 127.0.0.1. `script` is borrowed and may be changed at any time. */
socket_peer_t *socket_peer_open(uv_loop_t *loop, const socket_peer_script_t *script);
unsigned socket_peer_port(const socket_peer_t *peer);
unsigned socket_peer_taken(const socket_peer_t *peer); /* connections so far */
unsigned socket_peer_live(const socket_peer_t *peer);  /* open TCP connections */
bool socket_peer_is_live(const socket_peer_t *peer, unsigned connection);
bool socket_peer_is_open(const socket_peer_t *peer,
                         unsigned connection); /* upgraded, no Close yet */

/* The 101 for a request, with additional header lines ("A: b\r\n") or "". */
void socket_peer_accept(const char *request, char *ret, size_t size, const char *headers);
/* Sends one unfragmented text frame, the text as it is. */
void socket_peer_text(socket_peer_t *peer, unsigned connection, const char *text);
/* Sends any frame. `head` is its first byte (FIN, RSV, opcode). */
void socket_peer_frame(socket_peer_t *peer, unsigned connection, unsigned char head,
                       const void *data, size_t len);
/* Sends bytes as they are. */
void socket_peer_bytes(socket_peer_t *peer, unsigned connection, const void *data, size_t len);
/* Writes the head of a frame with `len` bytes of data to `out` (10 bytes). Returns its length. */
size_t socket_peer_head(unsigned char *out, unsigned char head, size_t len);

/* Stops reading the connection, as if the cable were cut. It stays open. */
void socket_peer_freeze(socket_peer_t *peer, unsigned connection);
/* Send FIN; send RST. */
void socket_peer_end(socket_peer_t *peer, unsigned connection);
void socket_peer_reset(socket_peer_t *peer, unsigned connection);

/* Closes everything and frees the peer, in later turns of the loop; then sets *closed, unless it is
 * NULL. */
void socket_peer_close(socket_peer_t *peer, bool *closed);

#endif
