/* SPDX-License-Identifier: MIT */
#include "net/listen_address.h"

#include <errno.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>

#include <slack/options.h>
#include <uv.h>

#include "net/listen.h"
#include "util/alloc.h"
#include "util/error.h"
#include "util/str.h"

/* A group with more members than fit is not looked up. */
#define GROUP_MAX_BYTES ((size_t)1 << 20)

int slack__listen_address_init(slack_listen_address_t *address, const char *variables,
                               const char *host, const char *text, char *error)
{
    uint64_t port;
    if (slack__parse_u64(slack__slice(text), 65535, &port)) {
        *address = (slack_listen_address_t){
            .variables = variables,
            .host = host,
            .port = (unsigned)port,
            .file = {.group = SLACK_SOCKET_GROUP_NONE},
        };
        return 0;
    }
    slack__explain(error, "%s_PORT%s is \"%.32s\"; it has to be a number from 1 to 65535",
                   variables, strcmp(variables, "SLACK_HTTP") == 0 ? " (or PORT)" : "", text);
    return SLACK_ECONFIG;
}

/* The number of a group, from its name. 0; an errno, 0 with SLACK_SOCKET_GROUP_NONE if there is no
 * such group. */
static int find_group(const char *name, unsigned *ret)
{
    int error = ERANGE;
    *ret = SLACK_SOCKET_GROUP_NONE;
    for (size_t size = 1024; error == ERANGE && size <= GROUP_MAX_BYTES; size *= 4) {
        struct group group, *found = NULL;
        char *members = slack__malloc(size);
        if (!members) return ENOMEM;
        error = getgrnam_r(name, &group, members, size, &found);
        if (error == 0 && found) *ret = group.gr_gid;
        slack__free(members);
    }
    return error;
}

int slack__listen_address_permit(slack_listen_address_t *address, const char *mode,
                                 const char *group, char *error)
{
    slack_socket_file_t *file = &address->file;
    uint64_t number;
    file->mode = group && *group ? 0660 : 0600;
    if (mode && *mode) {
        char *end;
        const unsigned long octal = strtoul(mode, &end, 8);
        if (*end || *mode < '0' || *mode > '7' || octal == 0 || octal > 0777) {
            slack__explain(error,
                           "SLACK_HTTP_UNIX_MODE is \"%.32s\"; it has to be an octal number from "
                           "0001 to 0777, such as 0660",
                           mode);
            return SLACK_ECONFIG;
        }
        file->mode = (unsigned)octal;
    }
    if (!group || !*group) return 0;
    if (slack__parse_u64(slack__slice(group), SLACK_SOCKET_GROUP_NONE - 1, &number)) {
        file->group = (unsigned)number;
        return 0;
    }
    const int reason = find_group(group, &file->group);
    if (reason == ENOMEM) return SLACK_ENOMEM;
    if (file->group != SLACK_SOCKET_GROUP_NONE) return 0;
    slack__explain(error, "SLACK_HTTP_UNIX_GROUP is \"%.64s\": %s", group,
                   reason ? strerror(reason) : "this machine has no such group");
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
        const bool has_group = address->file.group != SLACK_SOCKET_GROUP_NONE;
        if (has_group && (uv_error == UV_EPERM || uv_error == UV_EINVAL))
            slack__explain(error,
                           "cannot listen on %.100s: it cannot be given to the group in "
                           "SLACK_HTTP_UNIX_GROUP; make the user of this program a member of it, "
                           "and let its sandbox allow chown",
                           address->host);
        else
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
