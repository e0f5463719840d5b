/* SPDX-License-Identifier: MIT */
#ifndef SLACK_NET_TUNNEL_H
#define SLACK_NET_TUNNEL_H

#include "net/proxy.h"

/*
 * A tunnel through a proxy (RFC 9110 9.3.6): the CONNECT request, and a reader of the response,
 * with no I/O. A tunnel is wiped when it is freed, since the request holds the proxy's credentials.
 */
typedef struct slack_tunnel slack_tunnel_t;

/* The largest head of the response, interim responses included. */
#define SLACK_TUNNEL_RESPONSE_MAX ((size_t)16 << 10)

/* A tunnel to `host` and `port`. 0; SLACK_EINVAL for a host that does not fit into a header line;
 * SLACK_ENOMEM. */
int slack__tunnel_new(slack_tunnel_t **ret, const slack_proxy_t *proxy, slack_slice_t host,
                      unsigned port);
void slack__tunnel_free(slack_tunnel_t *tunnel);

slack_slice_t slack__tunnel_request(const slack_tunnel_t *tunnel);

/*
 * Read bytes from the proxy. 0: the tunnel is open, *ret_used bytes belong to the response, and the
 * rest comes from the host. SLACK_EBUSY: more bytes are needed. SLACK_EHTTP: the proxy refused
 * (407, 403, …). SLACK_ECONNECT: the proxy could not connect (502, 503, 504), and a later try may
 * succeed. SLACK_EPROTO: the response is not HTTP. SLACK_ETOOBIG.
 */
int slack__tunnel_feed(slack_tunnel_t *tunnel, const char *data, size_t len, size_t *ret_used);

/* Why it failed, in words without secrets; "" if it did not. */
const char *slack__tunnel_reason(const slack_tunnel_t *tunnel);

/* What a response with this status means: 0, SLACK_EHTTP or SLACK_ECONNECT; and what the proxy did,
 * in words: "refused to connect". */
int slack__tunnel_status(int http_status);
const char *slack__tunnel_words(int http_status);

#endif
