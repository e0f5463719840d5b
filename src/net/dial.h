/* SPDX-License-Identifier: MIT */
#ifndef SLACK_NET_DIAL_H
#define SLACK_NET_DIAL_H

#include "net/loop.h"

/*
 * Connect to a host by name: resolve the name and race its addresses (RFC 8305). They are tried in
 * the resolver's order (RFC 6724), IPv6 and IPv4 alternating. The next try begins when the last one
 * has failed, or after 250 ms. At most two tries are under way. If more addresses wait, the older
 * try ends after two seconds. So an address that drops all packets does not take the time of the
 * others. The caller limits the total time.
 */
typedef struct slack_dial slack_dial_t;

/* Further addresses are ignored: all tries share one deadline. */
#define SLACK_DIAL_ADDRESSES_MAX 16

/*
 * Called exactly once, from the loop, unless the dial was canceled; the dial is freed by then.
 * `tcp` is connected and allocated by slack__malloc(): the callee closes and frees it. NULL: every
 * try failed, and `uv_error` is the error of the last one.
 */
typedef void (*slack_dial_fn)(uv_tcp_t *tcp, int uv_error, void *user_data);

typedef struct slack_dial_options {
    const char *host; /* Required, borrowed until the return. A name or an address. */
    unsigned port;    /* Required. */
    slack_dial_fn fn; /* Required. */
    void *user_data;
} slack_dial_options_t;

/* 0; SLACK_EINVAL if the host can be neither a name nor an address; SLACK_ENOMEM. */
int slack__dial_start(slack_dial_t **ret, slack_net_t *net, const slack_dial_options_t *options);
/* End the dial without a call of `fn`. A lookup that has begun continues in its thread, and keeps
 * the loop alive until it ends. */
void slack__dial_cancel(slack_dial_t *dial);

/* Put the resolver's list into the order of the tries: families alternate (RFC 8305 4). `ret` holds
 * SLACK_DIAL_ADDRESSES_MAX; returns the number of addresses. Pure. */
unsigned slack__dial_order(const struct addrinfo *list, struct sockaddr_storage *ret);

#endif
