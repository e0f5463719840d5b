/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TRANSPORT_HTTP_HTTP_H
#define SLACK_TRANSPORT_HTTP_HTTP_H

#include "transport/transport.h"

/*
 * The receiver of Slack's request URL: one path for events, commands, interactions and options.
 *
 *     POST on the path, signed     a delivery; url_verification is answered here
 *     POST with ssl_check=1        200, nothing else of it is read
 *     POST, not (well) signed      401
 *     POST, signed and malformed   400, not to be sent again
 *     another method on the path   405
 *     another path                 a page of the app's, or 404
 */
extern const slack_transport_type_t slack__transport_http;

/* The largest body of an ack, far above what Slack takes. */
#define SLACK_HTTP_ACK_MAX ((size_t)1 << 20)

#endif
