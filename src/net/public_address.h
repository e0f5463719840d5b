/* SPDX-License-Identifier: MIT */
#ifndef SLACK_NET_PUBLIC_ADDRESS_H
#define SLACK_NET_PUBLIC_ADDRESS_H

#include <stdbool.h>

#include <sys/socket.h>

/* Whether an address belongs to the public internet: it is not of a private network, of this
 * machine, of the link, of a group, or reserved (RFC 6890 and the registries of IANA). An IPv6
 * address that stands for an IPv4 address is judged as that. */
bool slack__address_is_public(const struct sockaddr *address);

#endif
