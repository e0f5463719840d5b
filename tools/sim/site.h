/* SPDX-License-Identifier: MIT */
#ifndef SIM_SITE_H
#define SIM_SITE_H

#include "net/http_server.h"

/* The headers in which browsers name the page that sends a request: web pages of strangers, in a
 * browser of this machine, reach the loopback addresses, too. Pure. */

/* Whether the Host header is a loopback host: a page whose own name resolves to a loopback address
 * names itself. */
bool sim_site_is_loopback(const slack_http_request_t *request);

/* Whether a page of another origin sends the request. Browsers name the origin with every POST and
 * every WebSocket; programs that are no browsers name none. */
bool sim_site_is_foreign(const slack_http_request_t *request);

/* True if the browser says that a page of another origin sends the request, as it does with a GET,
 * too: https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header. Another port is another origin,
 * and the same site. */
bool sim_site_is_cross(const slack_http_request_t *request);

#endif
