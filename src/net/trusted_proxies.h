/* SPDX-License-Identifier: MIT */
#ifndef SLACK_NET_TRUSTED_PROXIES_H
#define SLACK_NET_TRUSTED_PROXIES_H

#include "net/http_server.h"

/*
 * Peers that are trusted: proxies in front of us. What they say of whom a request comes from is
 * believed, and nobody else. No I/O.
 *
 *     "10.0.0.0/8, 192.0.2.7, 2001:db8::/32"
 *
 * SLACK_PEER_UNIX, a Unix socket, is always one: whoever may open it is of this machine.
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

/* NULL and "" for none. 0; SLACK_EINVAL for what is no address or too many of them. */
int slack__trusted_proxies_parse(slack_trusted_proxies_t *ret, const char *text);
/* The same from SLACK_HTTP_TRUSTED_PROXIES, as a configuration error: SLACK_ECONFIG with a sentence
 * in `error` (SLACK_ERROR_TEXT_MAX bytes). */
int slack__trusted_proxies_read(slack_trusted_proxies_t *ret, const char *text, char *error);
bool slack__trusted_proxies_match(const slack_trusted_proxies_t *peers, slack_slice_t address);

/* The address that a request comes from: its peer, or, where that one is trusted, what
 * X-Forwarded-For or Forwarded say, read from the end up to the first that is not trusted. Several
 * lines are one list (RFC 9110 5.3): some proxies add a line of their own. A proxy that sets one of
 * the headers may let the other through from outside: with both neither is believed. */
slack_slice_t slack__trusted_proxies_client(const slack_trusted_proxies_t *peers,
                                            const slack_http_request_t *request);

/* Give the request that one's name as its peer; without memory it keeps its own. */
void slack__trusted_proxies_name_client(const slack_trusted_proxies_t *peers,
                                        slack_http_request_t *request);

#endif
