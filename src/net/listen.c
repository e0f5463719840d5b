/* SPDX-License-Identifier: MIT */
#include "net/listen.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <slack/error.h>

#include "util/alloc.h"
#include "util/str.h"

#define BACKLOG 512
/* Connections accepted in one turn of the loop, so that open connections get their share. */
#define ACCEPTS_PER_TURN 64
/* Connections accepted at the end: as many as a queue has room for (net.core.somaxconn). Those that
 * arrive meanwhile are not waited for. */
#define LAST_ACCEPTS 4096
/* How long connections are left to the kernel when descriptors or memory are out. */
#define PAUSE_MS 100

/*
 * The socket is polled and not given to uv_listen(). When descriptors are out, uv_listen() silently
 * closes every waiting connection, and if another thread takes the descriptor that it reserves for
 * this, it calls back without end. Here connections wait in the kernel until there is room.
 */
struct slack_listener_socket {
    slack_net_t *net;
    slack_conn_options_t conn_options;
    slack_accept_fn fn;
    slack_make_room_fn make_room;
    void *user_data;
    int fd;
    char *path; /* of the Unix socket that slack__listen() has made */
    uv_poll_t poll;
    uv_timer_t pause;
    unsigned handles; /* not closed yet */
    bool starved;     /* no connection could be accepted since; it is logged once */
};

static bool is_closing(const slack_listener_socket_t *listener)
{
    return uv_is_closing((const uv_handle_t *)&listener->poll);
}

static void listener_readable(uv_poll_t *poll, int status, int events);

static void listener_pause_over(uv_timer_t *timer)
{
    slack_listener_socket_t *listener = timer->data;
    uv_poll_start(&listener->poll, UV_READABLE, listener_readable);
}

static void listener_pause(slack_listener_socket_t *listener, const char *reason)
{
    if (!listener->starved)
        SLACK_LOG(slack__net_log(listener->net), ERROR, "connections have to wait", "reason=%s",
                  reason);
    listener->starved = true;
    uv_poll_stop(&listener->poll);
    uv_timer_start(&listener->pause, listener_pause_over, PAUSE_MS, 0);
}

/* Accept one connection. False if no more can be accepted now. */
static bool accept_one(slack_listener_socket_t *listener)
{
    slack_conn_t *conn;
    int fd = accept(listener->fd, NULL, NULL);
    if (fd < 0) {
        if (errno == EINTR || errno == ECONNABORTED) return true;
        if (errno == EAGAIN || errno == EWOULDBLOCK) return false;
        const bool out = errno == EMFILE || errno == ENFILE;
        const char *reason = uv_strerror(uv_translate_sys_error(errno));
        if (out && listener->make_room && listener->make_room(listener->user_data)) return true;
        listener_pause(listener, reason);
        return false;
    }
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    int rc = slack__conn_accept(&conn, listener->net, fd, &listener->conn_options);
    if (rc != 0) {
        close(fd);
        listener_pause(listener, slack_strerror(rc));
        return false;
    }
    listener->starved = false;
    listener->fn(conn, listener->user_data);
    return !is_closing(listener);
}

static void listener_readable(uv_poll_t *poll, int status, int events)
{
    slack_listener_socket_t *listener = poll->data;
    for (int i = 0; i < ACCEPTS_PER_TURN; i++)
        if (!accept_one(listener)) return;
}

/* --- sockets ---------------------------------------------------------------------------------- */

typedef struct address {
    struct sockaddr_storage bytes;
    socklen_t len;
} address_t;

static const char unix_prefix[] = "unix:";

bool slack__listen_is_path(const char *host)
{
    return strncmp(host, unix_prefix, sizeof unix_prefix - 1) == 0;
}

static bool listen_read_address(const slack_listen_options_t *o, address_t *ret)
{
    if (slack__listen_is_path(o->host)) {
        const char *path = o->host + sizeof unix_prefix - 1;
        struct sockaddr_un *address = (struct sockaddr_un *)&ret->bytes;
        if (!*path || strlen(path) >= sizeof address->sun_path) return false;
        *address = (struct sockaddr_un){.sun_family = AF_UNIX};
        memcpy(address->sun_path, path, strlen(path));
        ret->len = sizeof *address;
        return true;
    }
    const char *host = strcmp(o->host, "localhost") == 0 ? "127.0.0.1" : o->host;
    if (!slack__net_address(host, o->port, &ret->bytes)) return false;
    ret->len =
        ret->bytes.ss_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
    return true;
}

static int set_flags(int fd)
{
    return fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 ? fcntl(fd, F_SETFL, O_NONBLOCK) : -1;
}

/* The file of a socket outlives a process that was killed. Remove it if nobody listens there. */
static void remove_stale(const address_t *address)
{
    const char *path = ((const struct sockaddr_un *)&address->bytes)->sun_path;
    struct stat info;
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (fd < 0) return;
    if (lstat(path, &info) == 0 && S_ISSOCK(info.st_mode) && set_flags(fd) == 0 &&
        connect(fd, (const struct sockaddr *)&address->bytes, address->len) != 0 &&
        errno == ECONNREFUSED)
        unlink(path);
    close(fd);
}

/* Bind a socket to a path. The umask says nothing about who may connect, and the library does not
 * change it, since it belongs to all threads. Until listen() nobody can connect, so the permissions
 * are set in time. -1 with errno. */
static int bind_path(int fd, const address_t *address, const slack_socket_file_t *file)
{
    const char *path = ((const struct sockaddr_un *)&address->bytes)->sun_path;
    const mode_t mode = file && file->mode ? file->mode : 0600;
    /* A sandbox may forbid to change groups. */
    const bool has_group = file && file->group != SLACK_SOCKET_GROUP_NONE;
    remove_stale(address);
    if (bind(fd, (const struct sockaddr *)&address->bytes, address->len) != 0) return -1;
    if ((!has_group || lchown(path, (uid_t)-1, file->group) == 0) &&
        fchmodat(AT_FDCWD, path, mode, AT_SYMLINK_NOFOLLOW) == 0)
        return 0;
    const int error = errno;
    unlink(path);
    errno = error;
    return -1;
}

/* The descriptor of a listening socket, or libuv's error. */
static int open_socket(const address_t *address, const slack_listen_options_t *o)
{
    int fd = socket(address->bytes.ss_family, SOCK_STREAM, 0);
    if (fd < 0) return uv_translate_sys_error(errno);
    const int on = 1;
    int rc = set_flags(fd);
    if (rc == 0 && address->bytes.ss_family == AF_UNIX) {
        rc = bind_path(fd, address, o->file);
    } else if (rc == 0) {
        /* A restarted process can listen while connections of the old one are still closing. */
        rc = setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        if (rc == 0 && o->reuse_port) rc = setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
        if (rc == 0) rc = bind(fd, (const struct sockaddr *)&address->bytes, address->len);
    }
    if (rc == 0 && listen(fd, BACKLOG) == 0) return fd;
    rc = uv_translate_sys_error(errno);
    close(fd);
    return rc;
}

/* Prepare a descriptor that another program has opened. It, or libuv's error. */
static int adopt_socket(int fd)
{
    int listens = 0, type = 0;
    socklen_t len = sizeof listens;
    if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &len) != 0 ||
        getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) != 0 || set_flags(fd) != 0)
        return uv_translate_sys_error(errno);
    return listens && type == SOCK_STREAM ? fd : UV_EINVAL;
}

#define FIRST_INHERITED 3
#define INHERITED_MAX   1024

/* LISTEN_PID names the process that the sockets are meant for: a child may inherit the variables.
 */
int slack__listen_inherited(unsigned n)
{
    uint64_t pid, count;
    const char *for_pid = getenv("LISTEN_PID"), *fds = getenv("LISTEN_FDS");
    if (!for_pid || !fds || !slack__parse_u64(slack__slice(for_pid), INT32_MAX, &pid) ||
        pid != (uint64_t)getpid())
        return 0;
    if (!slack__parse_u64(slack__slice(fds), INHERITED_MAX, &count)) return SLACK_ECONFIG;
    return n < count ? FIRST_INHERITED + (int)n : 0;
}

static int listener_start(slack_listener_socket_t *listener)
{
    uv_loop_t *loop = slack__net_loop(listener->net);
    int rc = uv_poll_init(loop, &listener->poll, listener->fd);
    if (rc != 0) return rc;
    uv_timer_init(loop, &listener->pause);
    listener->poll.data = listener->pause.data = listener;
    listener->handles = 2;
    uv_poll_start(&listener->poll, UV_READABLE, listener_readable);
    return 0;
}

static void listener_free(slack_listener_socket_t *listener)
{
    if (listener->fd >= 0) { /* it was never started */
        if (listener->path) unlink(listener->path);
        close(listener->fd);
    }
    slack__free(listener->path);
    slack__tls_context_unref(listener->conn_options.tls);
    slack__free(listener);
}

int slack__listen(slack_listener_socket_t **ret, slack_net_t *net,
                  const slack_listen_options_t *options, int *ret_uv_error)
{
    const slack_listen_options_t *o = options;
    address_t address;
    if (!o->host || !o->write_max || (o->tls && (!o->open_ms || !o->handshakes)))
        return SLACK_EINVAL;
    if (!o->fd && !listen_read_address(o, &address)) return SLACK_EINVAL;
    char *path = NULL;
    if (!o->fd && slack__listen_is_path(o->host)) {
        path = slack__strdup(o->host + sizeof unix_prefix - 1);
        if (!path) return SLACK_ENOMEM;
    }

    slack_listener_socket_t *listener = slack__calloc(1, sizeof(*listener));
    if (!listener) {
        slack__free(path);
        return SLACK_ENOMEM;
    }
    listener->net = net;
    listener->conn_options = (slack_conn_options_t){
        .tls = o->tls,
        .handshakes = o->handshakes,
        .open_ms = o->open_ms,
        .write_max = o->write_max,
    };
    if (o->tls) slack__tls_context_ref(o->tls);
    listener->fn = o->fn;
    listener->make_room = o->make_room;
    listener->user_data = o->user_data;

    listener->fd = o->fd ? adopt_socket(o->fd) : open_socket(&address, o);
    listener->path = path;
    int rc = listener->fd < 0 ? listener->fd : listener_start(listener);
    if (rc != 0) {
        listener_free(listener);
        if (ret_uv_error) *ret_uv_error = rc;
        return SLACK_EIO;
    }
    *ret = listener;
    return 0;
}

void slack__listen_set_tls(slack_listener_socket_t *listener, slack_tls_context_t *tls)
{
    slack__tls_context_ref(tls);
    slack__tls_context_unref(listener->conn_options.tls);
    listener->conn_options.tls = tls;
}

unsigned slack__listen_port(const slack_listener_socket_t *listener)
{
    struct sockaddr_storage address;
    socklen_t len = sizeof(address);
    if (getsockname(listener->fd, (struct sockaddr *)&address, &len) != 0) return 0;
    if (address.ss_family == AF_UNIX) return 0;
    return ntohs(address.ss_family == AF_INET6 ? ((const struct sockaddr_in6 *)&address)->sin6_port
                                               : ((const struct sockaddr_in *)&address)->sin_port);
}

/* --- the end ---------------------------------------------------------------------------------- */

static void remove_path(slack_listener_socket_t *listener)
{
    if (listener->path) unlink(listener->path);
    slack__free(listener->path);
    listener->path = NULL;
}

void slack__listen_take_all(slack_listener_socket_t *listener)
{
    remove_path(listener);
    for (int i = 0; i < LAST_ACCEPTS && !is_closing(listener); i++)
        if (!accept_one(listener)) return;
}

static void listener_closed(uv_handle_t *handle)
{
    slack_listener_socket_t *listener = handle->data;
    if (--listener->handles == 0) listener_free(listener);
}

void slack__listen_close(slack_listener_socket_t *listener)
{
    if (is_closing(listener)) return;
    remove_path(listener);
    uv_close((uv_handle_t *)&listener->poll, listener_closed);
    uv_close((uv_handle_t *)&listener->pause, listener_closed);
    close(listener->fd); /* at once: no peer is left waiting in its queue */
    listener->fd = -1;
}
