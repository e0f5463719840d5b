/* SPDX-License-Identifier: MIT */
#include "support/blackhole.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include <uv.h>

#include "net/loop.h"

#define FILLERS (sizeof((blackhole_t *)NULL)->fillers / sizeof((blackhole_t *)NULL)->fillers[0])

static socklen_t size_of(const struct sockaddr_storage *address)
{
    return address->ss_family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
}

/* Opens one more connection. Returns true if it was accepted or queued, which takes no time on
 * loopback. */
static bool fill(blackhole_t *hole, int *ret_fd)
{
    const struct sockaddr *address = (const struct sockaddr *)&hole->address;
    struct pollfd ready = {.events = POLLOUT};
    *ret_fd = ready.fd = socket(hole->address.ss_family, SOCK_STREAM, 0);
    if (*ret_fd < 0 || fcntl(*ret_fd, F_SETFL, O_NONBLOCK) != 0) return false;
    if (connect(*ret_fd, address, size_of(&hole->address)) == 0) return true;
    return errno == EINPROGRESS && poll(&ready, 1, 50) == 1;
}

bool blackhole_open(blackhole_t *hole, const char *host, unsigned port)
{
    socklen_t len = sizeof hole->address;
    memset(hole, 0, sizeof *hole);
    for (size_t i = 0; i < FILLERS; i++)
        hole->fillers[i] = -1;
    hole->listener = -1;
    if (!slack__net_address(host, port, &hole->address)) return false;
    hole->listener = socket(hole->address.ss_family, SOCK_STREAM, 0);
    const struct sockaddr *address = (const struct sockaddr *)&hole->address;
    if (hole->listener < 0 || bind(hole->listener, address, size_of(&hole->address)) != 0 ||
        listen(hole->listener, 0) != 0 ||
        getsockname(hole->listener, (struct sockaddr *)&hole->address, &len) != 0)
        return false;
    for (size_t i = 0; i < FILLERS; i++)
        if (!fill(hole, &hole->fillers[i])) return hole->fillers[i] >= 0;
    return false;
}

unsigned blackhole_port(const blackhole_t *hole)
{
    return hole->address.ss_family == AF_INET
               ? ntohs(((const struct sockaddr_in *)&hole->address)->sin_port)
               : ntohs(((const struct sockaddr_in6 *)&hole->address)->sin6_port);
}

void blackhole_close(blackhole_t *hole)
{
    for (size_t i = 0; i < FILLERS; i++)
        if (hole->fillers[i] >= 0) close(hole->fillers[i]);
    if (hole->listener >= 0) close(hole->listener);
}
