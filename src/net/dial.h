/* SPDX-License-Identifier: MIT */
#ifndef SLACK_NET_DIAL_H
#define SLACK_NET_DIAL_H

#include "net/net.h"

/*
 * The way to a host: its name becomes addresses, one of them a connected socket. The addresses are
 * tried in the resolver's order (RFC 6724), one after the other. Time is the caller's business.
 */
typedef struct slack_dial slack_dial_t;

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

#endif
