/* SPDX-License-Identifier: MIT */
#include "transport/transport.h"
#include "transport_http/http.h"
#include "transport_memory/memory.h"
#include "transport_socket/socket.h"

/* The only table of the transports. */
const slack_transport_type_t *const slack__transport_types[] = {
    &slack__transport_http,
    &slack__transport_socket,
    &slack__transport_memory,
    NULL,
};
