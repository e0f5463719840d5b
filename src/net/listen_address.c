/* SPDX-License-Identifier: MIT */
#include "net/listen_address.h"

#include <stdlib.h>
#include <string.h>

#include <slack/options.h>
#include <uv.h>

#include "net/listen.h"
#include "util/error.h"
#include "util/str.h"

int slack__listen_address_init(slack_listen_address_t *address, const char *variables,
                               const char *host, const char *text, char *error)
{
    uint64_t port;
    if (slack__parse_u64(slack__slice(text), 65535, &port)) {
        *address = (slack_listen_address_t){variables, host, (unsigned)port, 0};
        return 0;
    }
    slack__explain(error, "%s_PORT%s is \"%.32s\"; it has to be a number from 1 to 65535",
                   variables, strcmp(variables, "SLACK_HTTP") == 0 ? " (or PORT)" : "", text);
    return SLACK_ECONFIG;
}

int slack__listen_address_inherit(slack_listen_address_t *address, unsigned n, char *error)
{
    int fd = slack__listen_inherited(n);
    if (fd < 0) {
        slack__explain(
            error, "LISTEN_FDS is \"%.32s\"; it has to be the number of sockets that are passed",
            getenv("LISTEN_FDS"));
        return fd;
    }
    address->fd = fd;
    return 0;
}

void slack__listen_address_explain(const slack_listen_address_t *address, int rc, int uv_error,
                                   char *error)
{
    const char *why = uv_error ? uv_strerror(uv_error) : slack_strerror(rc);
    if (address->fd) {
        if (uv_error == UV_EINVAL || uv_error == UV_ENOTSOCK)
            why = "it is no stream socket that listens (in the .socket unit: ListenStream=, "
                  "Accept=no)";
        slack__explain(error, "cannot use descriptor %d, passed by LISTEN_FDS: %s", address->fd,
                       why);
        return;
    }
    if (slack__listen_is_path(address->host)) {
        if (uv_error == UV_EADDRINUSE)
            why = "another process listens there, or it is no socket";
        else if (rc == SLACK_EINVAL)
            why = "the path is empty, or too long for a socket";
        slack__explain(error, "cannot listen on %.120s: %s; see %s_HOST", address->host, why,
                       address->variables);
        return;
    }
    const char *verb = "see", *variable = "_PORT", *hint = "";
    if (uv_error == UV_EADDRINUSE) {
        why = "the port is in use";
        verb = "set";
        hint = " to another";
    } else if (uv_error == UV_EACCES) {
        why = "permission denied";
        verb = "set";
        hint = " to a port above 1023";
    } else if (uv_error == UV_EADDRNOTAVAIL || rc == SLACK_EINVAL) {
        why = "that is no address of this machine";
        variable = "_HOST";
    }
    const bool ipv6 = strchr(address->host, ':') && address->host[0] != '[';
    slack__explain(error, "cannot listen on %s%.64s%s:%u: %s; %s %s%s%s", ipv6 ? "[" : "",
                   address->host, ipv6 ? "]" : "", address->port, why, verb, address->variables,
                   variable, hint);
}
