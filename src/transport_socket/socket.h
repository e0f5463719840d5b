/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TRANSPORT_SOCKET_SOCKET_H
#define SLACK_TRANSPORT_SOCKET_SOCKET_H

#include "transport/transport.h"
#include "transport_socket/limits.h"

/*
 * Socket Mode: deliveries arrive on WebSockets that the app opens to Slack.
 *
 *   socket       the transport: puts the parts together, and runs the supervisor on the loop
 *   connections  calls and WebSockets: report inputs, perform actions
 *   envelopes    messages to deliveries, acks to frames
 *   health       the state, the log and the figures
 *   supervisor   which connections to open and close   (pure, like the rest)
 *   session      the life of one connection
 *   frame        the JSON of a message
 *   inflight, recent_acks   envelopes that wait for their ack, and the last ones that had it
 */
extern const slack_transport_type_t slack__transport_socket;

/* The same with limits other than slack__socket_limits_default, for tests. `limits` is borrowed for
 * the transport's life. */
int slack__socket_create(slack_transport_t **ret, const struct slack_transport_host *host,
                         const slack_options_t *options, const slack_socket_limits_t *limits,
                         char *error);

#endif
