/* SPDX-License-Identifier: MIT */
#ifndef SLACK_NET_DIAL_H
#define SLACK_NET_DIAL_H

#include "net/loop.h"

/*
 * The way to a host: its name becomes addresses, one of them a connected socket (RFC 8305). The
 * addresses take part in the resolver's order (RFC 6724), IPv6 and IPv4 by turns; the next one
 * starts when the last one has failed, or has had 250 ms. At most two attempts are under way: the
 * older of them gives way after two seconds where others still wait. So no address that swallows
 * everything eats the time of the others; all time together is the caller's business.
 */
typedef struct slack_dial slack_dial_t;

/* More are passed over: no name needs them, and all attempts share one deadline. */
#define SLACK_DIAL_ADDRESSES_MAX 16

/*
 * How it ended, exactly once, from the loop, unless it was canceled; the dial is gone by then.
 * `tcp` is connected and was allocated by slack__malloc(): the callee closes it and frees it. NULL:
 * no address took us, and `uv_error` tells what happened to the last one.
 */
typedef void (*slack_dial_fn)(uv_tcp_t *tcp, int uv_error, void *user_data);

/* `host` is a name or an address. 0; SLACK_EINVAL for what can be neither; SLACK_ENOMEM. */
int slack__dial_start(slack_dial_t **ret, slack_net_t *net, const char *host, unsigned port,
                      slack_dial_fn fn, void *user_data);
/* End it without a call of `fn`. A name lookup that is under way goes on in its thread, with nobody
 * waiting for it but the loop. */
void slack__dial_cancel(slack_dial_t *dial);

/* Put the resolver's list into the order of the attempts: its order, the families by turns (RFC
 * 8305 4). `ret` takes SLACK_DIAL_ADDRESSES_MAX; returns how many there are. Pure. */
unsigned slack__dial_order(const struct addrinfo *list, struct sockaddr_storage *ret);

#endif
