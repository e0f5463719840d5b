/* SPDX-License-Identifier: MIT */
#ifndef SLACK_NET_WS_HANDSHAKE_H
#define SLACK_NET_WS_HANDSHAKE_H

#include <llhttp.h>

#include "net/http_message.h"
#include "net/url.h"
#include "util/arena.h"

/*
 * The opening handshake of WebSocket (RFC 6455 section 4) for both sides, without I/O. Neither side
 * offers or accepts extensions or subprotocols.
 */

/* Base64 of 16 random bytes, and of the SHA-1 by which the peer proves that it has read them. */
#define SLACK_WS_KEY_LEN    24
#define SLACK_WS_ACCEPT_LEN 28

/* Both write a NUL too. 0, SLACK_EIO (no random bytes, no SHA-1). */
int slack__ws_key_new(char ret[SLACK_WS_KEY_LEN + 1]);
int slack__ws_key_accept(const char *key, size_t key_len, char ret[SLACK_WS_ACCEPT_LEN + 1]);

/* A client's request, NUL-terminated, in the arena. NULL: SLACK_ENOMEM. */
char *slack__ws_request(slack_arena_t *arena, const slack_url_t *url, const char *key);

/* A client's reader of the response. */
typedef struct slack_ws_response {
    /* To read. */
    int http_status;      /* 0 until the status line was read */
    char status_text[64]; /* the peer's words, cut, printable ASCII */
    const char *reason;   /* after _feed has failed: why, constant text */

    /* Private. */
    llhttp_t llhttp;
    char accept[SLACK_WS_ACCEPT_LEN + 1];
    size_t head_len;
    size_t status_len;
    char name[32]; /* of the header being read; longer names are not needed */
    size_t name_len;
    char value[64];
    size_t value_len;
    unsigned accepts, upgrades, offers; /* Sec-WebSocket-Accept, Upgrade, extensions and the like */
    bool accept_matches, upgrade_matches;
} slack_ws_response_t;

/* The largest head of the response, interim responses included. */
#define SLACK_WS_RESPONSE_MAX ((size_t)16 << 10)

/* `key` is the request's. 0; SLACK_EIO. */
int slack__ws_response_init(slack_ws_response_t *response, const char *key);
/* Read bytes. 0: the upgrade was accepted, *ret_used bytes belong to the response and the rest are
 * frames. SLACK_EBUSY: more bytes are needed. SLACK_EHTTP: the status is not 101. SLACK_EPROTO: a
 * 101 that breaks the protocol, or not HTTP. SLACK_ETOOBIG. */
int slack__ws_response_feed(slack_ws_response_t *response, const char *data, size_t len,
                            size_t *ret_used);

/* Check a request, for a server. 0, and *ret is the value of Sec-WebSocket-Accept; or the HTTP
 * status to refuse it with: 426 if it asks for no WebSocket or for another version, otherwise 400.
 */
int slack__ws_request_check(const slack_http_request_t *request, char ret[SLACK_WS_ACCEPT_LEN + 1]);

#endif
