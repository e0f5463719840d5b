/* SPDX-License-Identifier: MIT */
#include "net/descriptors.h"

#include <sys/resource.h>

#define RESERVE 256
/* As many as SLACK_HTTP_CONNECTIONS can ask for. */
#define NEEDED (65536 + RESERVE)

void slack__descriptors_raise(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    rlim_t most = limit.rlim_max;
    if (most == RLIM_INFINITY || most > NEEDED) most = NEEDED;
    if (limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur >= most) return;
    limit.rlim_cur = most;
    setrlimit(RLIMIT_NOFILE, &limit); /* without it there are fewer connections */
}

unsigned slack__descriptors_for_connections(unsigned wanted)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return wanted;
    rlim_t most = limit.rlim_cur / 2 > RESERVE ? limit.rlim_cur - RESERVE : limit.rlim_cur / 2;
    if (most < 1) most = 1;
    return wanted < most ? wanted : (unsigned)most;
}
