/* SPDX-License-Identifier: MIT */
#include "net/conn.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <slack/error.h>

#include "util/alloc.h"

#define BACKLOG 512

struct slack_listener_socket {
    slack_net_t *net;
    slack_listen_options_t options;
    slack_accept_fn fn;
    void *user_data;
    uv_tcp_t tcp;
    unsigned handles; /* that are not closed yet */
    bool starved;     /* of descriptors, and the log knows */
    /* For bad times: a descriptor to give up, and a socket that needs no memory. */
    int spare_fd;
    uv_tcp_t spare_tcp;
    bool dropping; /* spare_tcp is in use */
    bool waiting;  /* libuv holds a connection that could not be dropped yet */
};

static void on_closed(uv_handle_t *handle)
{
    slack_listener_socket_t *listener = handle->data;
    if (--listener->handles > 0) return;
    if (listener->spare_fd >= 0) close(listener->spare_fd);
    slack__tls_context_unref(listener->options.tls);
    slack__free(listener);
}

static void take(slack_listener_socket_t *listener);

static void on_dropped(uv_handle_t *handle)
{
    slack_listener_socket_t *listener = handle->data;
    bool again = listener->waiting && !uv_is_closing((uv_handle_t *)&listener->tcp);
    listener->dropping = listener->waiting = false;
    if (again) take(listener);
    on_closed(handle);
}

/* Memory is out: accept the connection that is ready, and close it. Nobody would if we left it
 * where it is, and libuv looks at no other one before. */
static void drop(slack_listener_socket_t *listener)
{
    if (listener->dropping) {
        listener->waiting = true;
        return;
    }
    uv_tcp_init(slack__net_loop(listener->net), &listener->spare_tcp);
    listener->spare_tcp.data = listener;
    listener->dropping = true;
    listener->handles++;
    uv_accept((uv_stream_t *)&listener->tcp, (uv_stream_t *)&listener->spare_tcp);
    uv_close((uv_handle_t *)&listener->spare_tcp, on_dropped);
}

static void take(slack_listener_socket_t *listener)
{
    slack_conn_t *conn;
    int rc =
        slack__conn_accept(&conn, listener->net, (uv_stream_t *)&listener->tcp, &listener->options);
    if (rc == 0)
        listener->fn(conn, listener->user_data);
    else
        drop(listener);
}

static int open_spare(void)
{
    return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

/* Descriptors are out, and libuv calls again and again until the connection is accepted: give up
 * one to accept it, and close it. libuv does the same with a descriptor of its own, which another
 * thread may have snatched. */
static void shed(slack_listener_socket_t *listener)
{
    uv_os_fd_t fd;
    if (listener->spare_fd >= 0) close(listener->spare_fd);
    if (uv_fileno((uv_handle_t *)&listener->tcp, &fd) == 0) {
        int refused = accept(fd, NULL, NULL);
        if (refused >= 0) close(refused);
    }
    listener->spare_fd = open_spare();
}

static void on_connection(uv_stream_t *stream, int status)
{
    slack_listener_socket_t *listener = stream->data;
    if (status == 0) {
        listener->starved = false;
        take(listener);
        return;
    }
    if (!listener->starved)
        SLACK_LOG(slack__net_log(listener->net), ERROR, "connections can not be accepted",
                  "reason=%s", uv_strerror(status));
    listener->starved = true;
    if (status == UV_EMFILE || status == UV_ENFILE) shed(listener);
}

static int open_socket(slack_listener_socket_t *listener, const struct sockaddr *address)
{
    uv_tcp_init(slack__net_loop(listener->net), &listener->tcp);
    listener->tcp.data = listener;
    listener->handles = 1;
    int rc = uv_tcp_bind(&listener->tcp, address, 0);
    if (rc != 0) return rc;
    return uv_listen((uv_stream_t *)&listener->tcp, BACKLOG, on_connection);
}

int slack__listen(slack_listener_socket_t **ret, slack_net_t *net,
                  const slack_listen_options_t *options, slack_accept_fn fn, void *user_data,
                  int *ret_uv_error)
{
    const slack_listen_options_t *o = options;
    struct sockaddr_storage address;
    if (!o->host || !o->write_max || (o->tls && !o->open_ms)) return SLACK_EINVAL;
    const char *host = strcmp(o->host, "localhost") == 0 ? "127.0.0.1" : o->host;
    if (!slack__net_address(host, o->port, &address)) return SLACK_EINVAL;

    slack_listener_socket_t *listener = slack__calloc(1, sizeof(*listener));
    if (!listener) return SLACK_ENOMEM;
    listener->net = net;
    listener->options = *o;
    listener->options.host = NULL; /* the caller's */
    if (o->tls) slack__tls_context_ref(o->tls);
    listener->fn = fn;
    listener->user_data = user_data;
    listener->spare_fd = open_spare();

    int rc = open_socket(listener, (const struct sockaddr *)&address);
    if (rc != 0) {
        slack__listen_close(listener);
        if (ret_uv_error) *ret_uv_error = rc;
        return SLACK_EIO;
    }
    *ret = listener;
    return 0;
}

unsigned slack__listen_port(const slack_listener_socket_t *listener)
{
    struct sockaddr_storage address;
    int len = sizeof(address);
    if (uv_tcp_getsockname(&listener->tcp, (struct sockaddr *)&address, &len) != 0) return 0;
    return ntohs(address.ss_family == AF_INET6 ? ((const struct sockaddr_in6 *)&address)->sin6_port
                                               : ((const struct sockaddr_in *)&address)->sin_port);
}

void slack__listen_close(slack_listener_socket_t *listener)
{
    if (uv_is_closing((uv_handle_t *)&listener->tcp)) return;
    uv_close((uv_handle_t *)&listener->tcp, on_closed);
}
