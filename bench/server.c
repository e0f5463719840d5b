/* SPDX-License-Identifier: MIT */
#include "server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <uv.h>

#define REQUEST_MAX 8192
/* auth.test gets this too. */
#define BODY                                                                                       \
    "{\"ok\":true,\"team_id\":\"T0\",\"user_id\":\"U0\",\"bot_id\":\"B0\",\"channel\":"            \
    "\"C0123456789\",\"ts\":\"1503435956.000247\",\"message\":{\"text\":\"%s\",\"username\":"      \
    "\"ecto1\",\"bot_id\":\"B123ABC456\",\"type\":\"message\",\"subtype\":\"bot_message\",\"ts\":" \
    "\"1503435956.000247\"}}"

static char body[1024];

static void die(const char *what)
{
    fprintf(stderr, "bench: %s\n", what);
    exit(1);
}

typedef struct conn {
    uv_tcp_t tcp;
    uv_write_t write;
    size_t len;
    char bytes[REQUEST_MAX];
} conn_t;

static void conn_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
    conn_t *conn = handle->data;
    *buf = uv_buf_init(conn->bytes + conn->len, (unsigned)(REQUEST_MAX - 1 - conn->len));
}

static void conn_closed(uv_handle_t *handle)
{
    free(handle->data);
}

/* Answers a request when it is complete: one at a time, as HTTP/1.1 clients send them. */
static void conn_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *buf)
{
    static char answer[2048];
    conn_t *conn = stream->data;
    if (count < 0) {
        uv_close((uv_handle_t *)stream, conn_closed);
        return;
    }
    conn->len += (size_t)count;
    conn->bytes[conn->len] = '\0';
    const char *end = strstr(conn->bytes, "\r\n\r\n");
    const char *length = strstr(conn->bytes, "Content-Length: ");
    if (!end || !length ||
        conn->len < (size_t)(end - conn->bytes) + 4 + strtoul(length + 16, NULL, 10))
        return;
    conn->len = 0;
    uv_buf_t out = uv_buf_init(
        answer,
        (unsigned)snprintf(answer, sizeof answer,
                           "HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\n"
                           "X-Slack-Req-Id: 6b1f\r\nContent-Length: %zu\r\n\r\n%s",
                           strlen(body), body));
    uv_write(&conn->write, stream, &out, 1, NULL);
}

static void accept_conn(uv_stream_t *server, int status)
{
    conn_t *conn = calloc(1, sizeof *conn);
    if (!conn) die("out of memory");
    uv_tcp_init(server->loop, &conn->tcp);
    conn->tcp.data = conn;
    uv_accept(server, (uv_stream_t *)&conn->tcp);
    uv_tcp_nodelay(&conn->tcp, 1);
    uv_read_start((uv_stream_t *)&conn->tcp, conn_alloc, conn_read);
}

pid_t bench_server_start(const char *text, char *api_url, size_t size)
{
    struct sockaddr_in address;
    int len = sizeof address, ports[2];
    snprintf(body, sizeof body, BODY, text);
    if (pipe(ports) != 0) die("no pipe");
    pid_t pid = fork();
    if (pid < 0) die("no process");
    if (pid == 0) {
        uv_loop_t loop;
        uv_tcp_t tcp;
        uv_loop_init(&loop);
        uv_tcp_init(&loop, &tcp);
        uv_ip4_addr("127.0.0.1", 0, &address);
        uv_tcp_bind(&tcp, (const struct sockaddr *)&address, 0);
        if (uv_listen((uv_stream_t *)&tcp, 256, accept_conn) != 0) die("cannot listen");
        uv_tcp_getsockname(&tcp, (struct sockaddr *)&address, &len);
        if (write(ports[1], &address, sizeof address) != sizeof address) die("no pipe");
        uv_run(&loop, UV_RUN_DEFAULT);
    }
    if (read(ports[0], &address, sizeof address) != sizeof address) die("the server did not start");
    snprintf(api_url, size, "http://127.0.0.1:%u/api/", ntohs(address.sin_port));
    return pid;
}
