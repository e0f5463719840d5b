/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TRANSPORT_SOCKET_SOCKET_H
#define SLACK_TRANSPORT_SOCKET_SOCKET_H

#include "transport/transport.h"
#include "transport_socket/session.h"

/* Socket Mode. */
extern const slack_transport_type_t slack__transport_socket;

/* The same with other limits than slack__socket_limits_default, for tests that cannot wait;
 * `limits` is borrowed for the transport's life. */
int slack__socket_create(slack_transport_t **ret, const struct slack_transport_host *host,
                         const slack_options_t *options, const slack_socket_limits_t *limits,
                         char *error);

#endif
