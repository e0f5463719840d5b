/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TRANSPORT_SOCKET_SOCKET_H
#define SLACK_TRANSPORT_SOCKET_SOCKET_H

#include "core/transport.h"

/* Socket Mode. */
extern const slack_transport_type_t slack__transport_socket;

#endif
