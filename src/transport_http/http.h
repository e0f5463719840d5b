/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TRANSPORT_HTTP_HTTP_H
#define SLACK_TRANSPORT_HTTP_HTTP_H

#include "transport/transport.h"

/*
 * The server behind the request URL: one path for events, commands, interactions and options, which
 * protocol/http_request.h reads. A request to another path gets a page of the app, or 404.
 */
extern const slack_transport_type_t slack__transport_http;

/* The largest body of an ack. Slack reads far less. */
#define SLACK_HTTP_ACK_MAX ((size_t)1 << 20)

#endif
