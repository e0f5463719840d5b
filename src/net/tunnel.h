/* SPDX-License-Identifier: MIT */
#ifndef SLACK_NET_TUNNEL_H
#define SLACK_NET_TUNNEL_H

#include "net/proxy.h"

/*
 * A way through a proxy (RFC 9110 9.3.6): the CONNECT that asks for it, and the reading of the
 * answer, with no I/O. Wiped when it is freed: the request holds the proxy's credentials.
 */
typedef struct slack_tunnel slack_tunnel_t;

/* The answer's head, with interim answers before it. */
#define SLACK_TUNNEL_ANSWER_MAX ((size_t)16 << 10)

/* To this target by that proxy. 0; SLACK_EINVAL for a host that would end its header line;
 * SLACK_ENOMEM. */
int slack__tunnel_new(slack_tunnel_t **ret, const slack_proxy_t *proxy, slack_slice_t host,
                      unsigned port);
void slack__tunnel_free(slack_tunnel_t *tunnel);

slack_slice_t slack__tunnel_request(const slack_tunnel_t *tunnel);

/*
 * Read on. 0 when the way is open: *ret_used bytes belong to the answer, the rest is the target's.
 * SLACK_EBUSY when more bytes are needed. SLACK_EHTTP when the proxy will not (407, 403, any other
 * refusal); SLACK_ECONNECT when it could not (502, 503, 504), which another try may heal;
 * SLACK_EPROTO for what is no HTTP; SLACK_ETOOBIG.
 */
int slack__tunnel_feed(slack_tunnel_t *tunnel, const char *data, size_t len, size_t *ret_used);

/* Why it failed, in words that hold no secret; "" when it did not. */
const char *slack__tunnel_reason(const slack_tunnel_t *tunnel);

/* What an answer of this status says of the way: 0, SLACK_EHTTP, SLACK_ECONNECT. In words: what the
 * proxy did ("refused the way"). */
int slack__tunnel_status(int http_status);
const char *slack__tunnel_words(int http_status);

#endif
