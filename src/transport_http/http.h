/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TRANSPORT_HTTP_HTTP_H
#define SLACK_TRANSPORT_HTTP_HTTP_H

#include "core/transport.h"

/* The receiver of Slack's request URL. */
extern const slack_transport_type_t slack__transport_http;

#endif
