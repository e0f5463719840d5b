/* SPDX-License-Identifier: MIT */
#ifndef SLACK_NET_PROXY_H
#define SLACK_NET_PROXY_H

#include <stdbool.h>

#include "util/str.h"

/*
 * An HTTP proxy for outgoing connections, used with CONNECT, and the hosts that are reached without
 * it. Calls and sockets share one decision: libcurl gets it from here and reads no variable itself.
 * Counted by reference.
 */
typedef struct slack_proxy slack_proxy_t;

/*
 * `url` is http://[user[:password]@]host[:port], or that without http://; the default port is 80.
 * User and password are percent-decoded. `no_proxy` is optional: see slack__no_proxy(). If the URL
 * is NULL or "", *ret is NULL, and all functions accept NULL as "no proxy".
 *
 * 0; SLACK_ECONFIG, and *ret_what is a constant text that says what is wrong; SLACK_ENOMEM.
 */
int slack__proxy_new(slack_proxy_t **ret, const char *url, const char *no_proxy,
                     const char **ret_what);
slack_proxy_t *slack__proxy_ref(slack_proxy_t *proxy);
void slack__proxy_unref(slack_proxy_t *proxy); /* wipes */

/*
 * Whether a host is reached through the proxy. Loopback never is: plain text is allowed there
 * because it does not leave the machine, and through a proxy it would.
 */
bool slack__proxy_serves(const slack_proxy_t *proxy, slack_slice_t host, unsigned port);

const char *slack__proxy_host(const slack_proxy_t *proxy); /* a name or an address, no brackets */
unsigned slack__proxy_port(const slack_proxy_t *proxy);
/* http://host:port, without the credentials: for libcurl, and for messages. */
const char *slack__proxy_url(const slack_proxy_t *proxy);
/* Decoded; NULL if the URL names no user. Secrets. */
const char *slack__proxy_user(const slack_proxy_t *proxy);
const char *slack__proxy_password(const slack_proxy_t *proxy);

/*
 * Whether a NO_PROXY list names this host. Its items are separated by commas or blanks, as in curl,
 * and may have a port:
 *
 *     *                    every host
 *     example.com          this name and every name below it; like .example.com and *.example.com
 *     192.0.2.1, ::1       an address; [::1]:8443 with a port
 *     10.0.0.0/8, fe80::/10  a network; matches hosts that are written as addresses
 */
bool slack__no_proxy(const char *list, slack_slice_t host, unsigned port);

#endif
