/* SPDX-License-Identifier: MIT */
#ifndef SLACK_NET_WS_HANDSHAKE_H
#define SLACK_NET_WS_HANDSHAKE_H

#include <llhttp.h>

#include "net/http_server.h"
#include "net/url.h"
#include "util/arena.h"

/*
 * The opening handshake of WebSocket (RFC 6455 section 4), both sides of it, with no I/O. No
 * extension and no subprotocol is ever offered, and none accepted.
 */

/* Base64 of 16 random bytes, and of the SHA-1 that proves that the peer has read it. */
#define SLACK_WS_KEY_LEN    24
#define SLACK_WS_ACCEPT_LEN 28

/* Both write a NUL too. 0, SLACK_EIO (no random bytes, no SHA-1). */
int slack__ws_key_new(char ret[SLACK_WS_KEY_LEN + 1]);
int slack__ws_key_accept(const char *key, size_t key_len, char ret[SLACK_WS_ACCEPT_LEN + 1]);

/* A client's request, NUL-terminated, in the arena. NULL: SLACK_ENOMEM. */
char *slack__ws_request(slack_arena_t *arena, const slack_url_t *url, const char *key);

/* A client reading the answer. */
typedef struct slack_ws_response {
    /* To read. */
    int http_status;      /* 0 until the status line was read */
    char status_text[64]; /* the peer's words for it, cut, printable ASCII */
    const char *reason;   /* once _feed failed: why, constant text */

    /* Private. */
    llhttp_t llhttp;
    char accept[SLACK_WS_ACCEPT_LEN + 1];
    size_t head_len;
    size_t status_len;
    char name[32]; /* of the header being read; longer ones interest nobody */
    size_t name_len;
    char value[64];
    size_t value_len;
    unsigned accepts, upgrades, offers; /* Sec-WebSocket-Accept; Upgrade; what we did not offer */
    bool accept_matches, upgrade_matches;
} slack_ws_response_t;

/* The answer's head, with what led to it. */
#define SLACK_WS_RESPONSE_MAX ((size_t)16 << 10)

/* `key` is what the request was made with. 0, SLACK_EIO. */
int slack__ws_response_init(slack_ws_response_t *answer, const char *key);
/* Read on. 0 when the upgrade was accepted, *ret_used bytes belong to the answer and the rest is
 * frames; SLACK_EBUSY when more bytes are needed; SLACK_EHTTP for another status than 101;
 * SLACK_EPROTO for a 101 that breaks the protocol, and for what is no HTTP; SLACK_ETOOBIG. */
int slack__ws_response_feed(slack_ws_response_t *answer, const char *data, size_t len,
                            size_t *ret_used);

/* A server's check of a request. 0 with *ret, the value of Sec-WebSocket-Accept; or the HTTP status
 * to refuse it with: 426 for one that asks for no WebSocket, or for another version; 400. */
int slack__ws_request_check(const slack_http_request_t *request, char ret[SLACK_WS_ACCEPT_LEN + 1]);

#endif
