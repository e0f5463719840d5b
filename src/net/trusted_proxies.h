/* SPDX-License-Identifier: MIT */
#ifndef SLACK_NET_TRUSTED_PROXIES_H
#define SLACK_NET_TRUSTED_PROXIES_H

#include "net/http_message.h"

/*
 * The proxies in front of the server: their headers name the client of a request. Headers from
 * other peers are ignored. No I/O.
 *
 *     "10.0.0.0/8, 192.0.2.7, 2001:db8::/32"
 *
 * SLACK_PEER_UNIX, the peer of a Unix socket, is always trusted: it runs on this machine.
 */
#define SLACK_PEER_UNIX "unix"

#define SLACK_TRUSTED_PROXIES_MAX 32

typedef struct slack_trusted_proxies {
    struct {
        unsigned char bytes[16]; /* IPv4 as ::ffff:a.b.c.d */
        unsigned bits;
    } nets[SLACK_TRUSTED_PROXIES_MAX];
    size_t count;
} slack_trusted_proxies_t;

/* NULL and "" mean none. 0; SLACK_EINVAL for a malformed address or too many. */
int slack__trusted_proxies_parse(slack_trusted_proxies_t *ret, const char *text);
/* The same, for SLACK_HTTP_TRUSTED_PROXIES: SLACK_ECONFIG with a sentence in `error`
 * (SLACK_ERROR_TEXT_MAX bytes). */
int slack__trusted_proxies_read(slack_trusted_proxies_t *ret, const char *text, char *error);
bool slack__trusted_proxies_match(const slack_trusted_proxies_t *peers, slack_slice_t address);

/* The client's address: the peer, or, if it is trusted, the last address in X-Forwarded-For or
 * Forwarded that is not trusted. Several lines are one list (RFC 9110 5.3), since some proxies add
 * a line of their own. If both headers are present, neither counts: a proxy that sets one may pass
 * on the other as the client sent it. */
slack_slice_t slack__trusted_proxies_client(const slack_trusted_proxies_t *peers,
                                            const slack_http_request_t *request);

/* Set the request's peer to the client's address. If memory is out, it is unchanged. */
void slack__trusted_proxies_name_client(const slack_trusted_proxies_t *peers,
                                        slack_http_request_t *request);

#endif
