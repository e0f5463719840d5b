/* SPDX-License-Identifier: MIT */
#ifndef SLACK_NET_PROXY_H
#define SLACK_NET_PROXY_H

#include <stdbool.h>

#include "util/str.h"

/*
 * The way out where there is no direct one: an HTTP proxy that is asked to CONNECT, and the targets
 * that are to be reached without it. One decision for calls and sockets: libcurl is told what was
 * decided here and reads no variable itself. Counted by reference.
 */
typedef struct slack_proxy slack_proxy_t;

/*
 * `url` is http://[user[:password]@]host[:port], or that without http://; the port's default is 80.
 * User and password are percent-decoded. `no_proxy` (Optional): see slack__no_proxy(). NULL or ""
 * as the URL: *ret is NULL, which all functions take for "no proxy".
 *
 * 0; SLACK_ECONFIG with *ret_what, a constant text that says what is needed; SLACK_ENOMEM.
 */
int slack__proxy_new(slack_proxy_t **ret, const char *url, const char *no_proxy,
                     const char **ret_what);
slack_proxy_t *slack__proxy_ref(slack_proxy_t *proxy);
void slack__proxy_unref(slack_proxy_t *proxy); /* wipes */

/*
 * Whether a target is reached by the proxy. Loopback never is, whatever the settings: its plain
 * text is only allowed because it does not leave the machine, and the proxy's loopback is another
 * one.
 */
bool slack__proxy_serves(const slack_proxy_t *proxy, slack_slice_t host, unsigned port);

const char *slack__proxy_host(const slack_proxy_t *proxy); /* a name or an address, no brackets */
unsigned slack__proxy_port(const slack_proxy_t *proxy);
/* http://host:port, without the credentials: for libcurl, and for messages. */
const char *slack__proxy_url(const slack_proxy_t *proxy);
/* Decoded; NULL where the URL names no user. Secrets. */
const char *slack__proxy_user(const slack_proxy_t *proxy);
const char *slack__proxy_password(const slack_proxy_t *proxy);

/*
 * Whether a NO_PROXY list names this target. Entries are separated by commas or blanks, as curl has
 * them, and may have a port:
 *
 *     *                    everything
 *     example.com          it and every name below it; so do .example.com and *.example.com
 *     192.0.2.1, ::1       an address; [::1]:8443 with a port
 *     10.0.0.0/8, fe80::/10  a network; only targets that are written as addresses are in one
 */
bool slack__no_proxy(const char *list, slack_slice_t host, unsigned port);

#endif
