/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE /* pipe2() */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

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

/* ---- who holds the port ---- */

/* The inode of the socket that listens on a port, from a table of /proc/net. 0: there is none. */
static unsigned long find_listener(const char *table, unsigned port)
{
    char line[512];
    unsigned long found = 0;
    FILE *file = fopen(table, "re");
    while (file && !found && fgets(line, sizeof line, file)) {
        unsigned local, state;
        unsigned long inode;
        /* "  0: 0100007F:0BB8 00000000:0000 0A …", and the inode in the tenth column. */
        if (sscanf(line, " %*u: %*[0-9A-Fa-f]:%x %*[0-9A-Fa-f]:%*x %x %*s %*s %*s %*s %*s %lu",
                   &local, &state, &inode) == 3 &&
            local == port && state == 0x0a)
            found = inode;
    }
    if (file) fclose(file);
    return found;
}

/* Whether a process has the socket open. False, too, if it belongs to another user. */
static bool process_has(const char *pid, const char *socket)
{
    char path[300], target[64];
    bool has = false;
    snprintf(path, sizeof path, "/proc/%s/fd", pid);
    DIR *folder = opendir(path);
    for (struct dirent *entry; folder && !has && (entry = readdir(folder));) {
        const ssize_t len = readlinkat(dirfd(folder), entry->d_name, target, sizeof target - 1);
        if (len <= 0) continue;
        target[len] = '\0';
        has = strcmp(target, socket) == 0;
    }
    if (folder) closedir(folder);
    return has;
}

static void note_holder(doctor_facts_t *facts)
{
    char socket[40], path[300];
    const unsigned port = (unsigned)strtoul(facts->port, NULL, 10);
    unsigned long inode = find_listener("/proc/net/tcp", port);
    if (!inode) inode = find_listener("/proc/net/tcp6", port);
    snprintf(socket, sizeof socket, "socket:[%lu]", inode);
    DIR *folder = inode ? opendir("/proc") : NULL;
    for (struct dirent *entry; folder && !facts->holder_pid && (entry = readdir(folder));) {
        if (*entry->d_name < '1' || *entry->d_name > '9' || !process_has(entry->d_name, socket))
            continue;
        facts->holder_pid = atoi(entry->d_name);
        snprintf(path, sizeof path, "/proc/%s/comm", entry->d_name);
        FILE *file = fopen(path, "re");
        if (file && fgets(facts->holder, sizeof facts->holder, file))
            facts->holder[strcspn(facts->holder, "\n")] = '\0';
        if (file) fclose(file);
    }
    if (folder) closedir(folder);
}

/* ---- the grace period ---- */

/* The service of systemd in which this process runs, "bot.service"; "" outside of any. */
static void find_unit(char ret[64])
{
    char line[512];
    FILE *file = fopen("/proc/self/cgroup", "re");
    *ret = '\0';
    while (file && fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        const char *name = strrchr(line, '/'), *end = name ? strstr(name, ".service") : NULL;
        if (end && end[8] == '\0') snprintf(ret, 64, "%.63s", name + 1);
    }
    if (file) fclose(file);
}

unsigned doctor_systemd_seconds(const char *text)
{
    static const struct {
        const char *unit;
        double seconds;
    } units[] = {{"us", 1e-6}, {"ms", 1e-3}, {"s", 1},     {"min", 60},
                 {"h", 3600},  {"d", 86400}, {"w", 604800}};
    double total = 0;
    while (*text && *text != '\n') {
        char *end, unit[8] = "";
        const double number = strtod(text, &end);
        const size_t len = strspn(end, "abcdefghijklmnopqrstuvwxyz");
        size_t at = 0;
        if (end == text || len == 0 || len >= sizeof unit) return 0;
        memcpy(unit, end, len);
        while (at < sizeof units / sizeof *units && strcmp(units[at].unit, unit) != 0)
            at++;
        if (at == sizeof units / sizeof *units) return 0;
        total += number * units[at].seconds;
        text = end + len + strspn(end + len, " ");
    }
    return total > 0 && total < 1e9 ? (unsigned)total : 0;
}

/* Asks systemd for the time between its SIGTERM and its SIGKILL. */
static void ask_systemd(doctor_facts_t *facts, const char *unit)
{
    char line[128] = "";
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return;
    fflush(NULL);
    const pid_t child = fork();
    if (child == 0) {
        const int null = open("/dev/null", O_WRONLY);
        dup2(ends[1], STDOUT_FILENO);
        dup2(null, STDERR_FILENO);
        execlp("systemctl", "systemctl", "show", "--value", "--property=TimeoutStopUSec", "--",
               unit, (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    FILE *out = fdopen(ends[0], "r");
    if (out && !fgets(line, sizeof line, out)) *line = '\0';
    if (out)
        fclose(out);
    else
        close(ends[0]);
    if (child > 0) waitpid(child, NULL, 0);
    facts->grace_s = doctor_systemd_seconds(line);
    if (facts->grace_s > 0)
        snprintf(facts->grace_from, sizeof facts->grace_from, "TimeoutStopSec of %.40s", unit);
}

/* https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination */
#define KUBERNETES_GRACE_S 30

static void note_grace(doctor_facts_t *facts, const char *unit)
{
    char own[64] = "";
    if (facts->grace_s > 0) {
        snprintf(facts->grace_from, sizeof facts->grace_from, "--platform-grace");
        return;
    }
    if (!unit && getenv("INVOCATION_ID")) find_unit(own);
    if (unit || *own) ask_systemd(facts, unit ? unit : own);
    if (facts->grace_s > 0 || !getenv("KUBERNETES_SERVICE_HOST")) return;
    facts->grace_s = KUBERNETES_GRACE_S;
    snprintf(facts->grace_from, sizeof facts->grace_from, "the default of Kubernetes");
}

void doctor_gather_machine(doctor_facts_t *facts, const slack_options_t *options,
                           const doctor_request_t *request)
{
    struct rlimit limit;
    const bool passed = getenv("LISTEN_FDS") != NULL; /* systemd listens */
    facts->port_tried = facts->http && !passed && strncmp(options->http_host, "unix:", 5) != 0;
    if (facts->port_tried) facts->port_errno = try_port(options);
    if (facts->port_errno == EADDRINUSE) note_holder(facts);
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
        facts->descriptors_hard = (unsigned long)limit.rlim_max;
    note_grace(facts, request->unit);
    cli_libraries(facts->libraries);
}
