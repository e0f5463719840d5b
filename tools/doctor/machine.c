/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "doctor/gather.h"

/* Binds the port for a moment, as the app would. */
static int try_port(const slack_options_t *options)
{
    struct addrinfo hints = {.ai_flags = AI_PASSIVE | AI_NUMERICHOST | AI_NUMERICSERV,
                             .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    const int on = 1;
    if (getaddrinfo(options->http_host, options->http_port, &hints, &found) != 0)
        return EADDRNOTAVAIL;
    const int fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int error = fd < 0 ? errno : 0;
    if (fd >= 0) setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (fd >= 0 && options->http_reuse_port)
        setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    if (error == 0 && bind(fd, found->ai_addr, found->ai_addrlen) != 0) error = errno;
    if (error == 0 && listen(fd, 1) != 0) error = errno;
    if (fd >= 0) close(fd);
    freeaddrinfo(found);
    return error;
}

/* File systems on which a store loses what it acknowledged, by the numbers of statfs(2). */
static const struct filesystem {
    unsigned long magic;
    const char *name;
    bool in_memory, over_network;
} filesystems[] = {
    {0x01021994, "tmpfs", true, false}, {0x858458f6, "ramfs", true, false},
    {0x6969, "NFS", false, true},       {0xff534d42, "CIFS", false, true},
    {0xfe534d42, "SMB2", false, true},  {0x517b, "SMB", false, true},
    {0x00c36400, "Ceph", false, true},  {0x01021997, "9p", false, true},
};

static void note_filesystem(doctor_facts_t *facts)
{
    struct statfs kind;
    struct statvfs room;
    if (statfs(facts->store_folder, &kind) == 0)
        for (size_t i = 0; i < sizeof filesystems / sizeof *filesystems; i++) {
            const struct filesystem *known = &filesystems[i];
            if (known->magic != ((unsigned long)kind.f_type & 0xffffffff)) continue;
            snprintf(facts->store_filesystem, sizeof facts->store_filesystem, "%s", known->name);
            facts->store_in_memory = known->in_memory;
            facts->store_over_network = known->over_network;
        }
    if (statvfs(facts->store_folder, &room) == 0)
        facts->store_free_mib = (unsigned long long)room.f_bavail * room.f_frsize >> 20;
    else
        facts->store_errno = errno;
}

/* Of a store in a file. It may not be there yet: its folder counts. */
static void note_store(doctor_facts_t *facts, const char *url)
{
    static const char scheme[] = "sqlite:";
    if (strncmp(url, scheme, sizeof scheme - 1) != 0) return;
    const char *path = url + sizeof scheme - 1, *slash = strrchr(path, '/');
    const int len = slash ? (int)(slash - path) : 1;
    snprintf(facts->store_folder, sizeof facts->store_folder, "%.*s", slash && len == 0 ? 1 : len,
             slash ? path : ".");
    facts->is_sqlite = true;
    if (access(facts->store_folder, W_OK | X_OK) != 0) facts->store_errno = errno;
    if (facts->store_errno == 0 && access(path, F_OK) == 0 && access(path, R_OK | W_OK) != 0)
        facts->store_errno = errno;
    if (facts->store_errno == 0) note_filesystem(facts);
}

void doctor_gather_machine(doctor_facts_t *facts, const slack_options_t *options)
{
    struct rlimit limit;
    const bool passed = getenv("LISTEN_FDS") != NULL; /* systemd listens */
    facts->port_tried = facts->http && !passed && strncmp(options->http_host, "unix:", 5) != 0;
    if (facts->port_tried) facts->port_errno = try_port(options);
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
        facts->descriptors_hard = (unsigned long)limit.rlim_max;
    note_store(facts, options->store);
}
