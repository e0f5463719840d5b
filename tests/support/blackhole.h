/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_BLACKHOLE_H
#define SLACK_TESTS_SUPPORT_BLACKHOLE_H

#include <stdbool.h>

#include <sys/socket.h>

/*
 * A port of a loopback address that swallows connections: its listener never accepts and its queue
 * is full, so that the kernel drops each further SYN, as a firewall does.
 */
typedef struct blackhole {
    int listener;
    int fillers[4];
    struct sockaddr_storage address;
} blackhole_t;

/* `host` is an address of the loopback. With `port` 0 the kernel chooses one. Returns false if the
 * system has no such address or does not drop: skip the test. */
bool blackhole_open(blackhole_t *hole, const char *host, unsigned port);
unsigned blackhole_port(const blackhole_t *hole);
/* May follow a failed blackhole_open(). */
void blackhole_close(blackhole_t *hole);

#endif
