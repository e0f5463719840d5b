/* SPDX-License-Identifier: MIT */
#include "support/peer.h"
#include "support/test.h"

#define BUFFER_BYTES ((size_t)1 << 20) /* the longest request */

typedef struct peer_conn {
    uv_tcp_t tcp;
    peer_t *peer;
    struct peer_conn *next;
    unsigned number;
    char *text;
    size_t len;
} peer_conn_t;

struct peer {
    uv_tcp_t tcp;
    peer_fn fn, accepted;
    void *user_data;
    peer_conn_t *conns;
    unsigned taken;
    unsigned requests;
    unsigned handles;
    bool closing;
};

typedef struct peer_write {
    uv_write_t request;
    peer_conn_t *again; /* written once more on this connection; NULL: it is not */
    size_t len;
    char bytes[];
} peer_write_t;

static void release(peer_t *peer)
{
    if (--peer->handles == 0) free(peer);
}

static void on_conn_closed(uv_handle_t *handle)
{
    peer_conn_t *conn = handle->data;
    peer_t *peer = conn->peer;
    peer_conn_t **place = &peer->conns;
    while (*place != conn)
        place = &(*place)->next;
    *place = conn->next;
    free(conn->text);
    free(conn);
    release(peer);
}

static void close_conn(peer_conn_t *conn)
{
    if (!uv_is_closing((uv_handle_t *)&conn->tcp))
        uv_close((uv_handle_t *)&conn->tcp, on_conn_closed);
}

/* Returns the length of the first whole request in the buffer; 0 if it is not complete. */
static size_t request_len(const peer_conn_t *conn, const char **ret_body)
{
    const char *end = strstr(conn->text, "\r\n\r\n");
    if (!end) return 0;
    const char *length = strstr(conn->text, "Content-Length: ");
    size_t body = length && length < end ? strtoul(length + 16, NULL, 10) : 0;
    size_t head = (size_t)(end - conn->text) + 4;
    *ret_body = conn->text + head;
    const char *chunked = strstr(conn->text, "Transfer-Encoding: chunked");
    if (chunked && chunked < end) {
        const char *last = strstr(end + 2, "\r\n0\r\n\r\n");
        return last ? (size_t)(last - conn->text) + 7 : 0;
    }
    return conn->len >= head + body ? head + body : 0;
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
    peer_conn_t *conn = handle->data;
    *buf = uv_buf_init(conn->text + conn->len, (unsigned)(BUFFER_BYTES - 1 - conn->len));
}

static void on_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *buf)
{
    peer_conn_t *conn = stream->data;
    peer_t *peer = conn->peer;
    if (count < 0) {
        close_conn(conn);
        return;
    }
    conn->len += (size_t)count;
    conn->text[conn->len] = '\0';
    size_t len;
    const char *body;
    while ((len = request_len(conn, &body)) > 0 && !uv_is_closing((uv_handle_t *)stream)) {
        char after = conn->text[len];
        conn->text[len] = '\0';
        const peer_request_t request = {++peer->requests, conn->number, conn->text, body};
        peer->fn(peer, &request, peer->user_data);
        conn->text[len] = after;
        memmove(conn->text, conn->text + len, conn->len - len + 1);
        conn->len -= len;
    }
}

static void on_connection(uv_stream_t *server, int status)
{
    peer_t *peer = server->data;
    peer_conn_t *conn = calloc(1, sizeof *conn);
    assert_non_null(conn);
    conn->text = calloc(1, BUFFER_BYTES);
    assert_non_null(conn->text);
    uv_tcp_init(server->loop, &conn->tcp);
    conn->tcp.data = conn;
    conn->peer = peer;
    conn->number = ++peer->taken;
    conn->next = peer->conns;
    peer->conns = conn;
    peer->handles++;
    assert_int_equal(uv_accept(server, (uv_stream_t *)&conn->tcp), 0);
    uv_read_start((uv_stream_t *)&conn->tcp, on_alloc, on_read);
    const peer_request_t none = {0, conn->number, "", ""};
    if (peer->accepted) peer->accepted(peer, &none, peer->user_data);
}

peer_t *peer_open(uv_loop_t *loop, peer_fn fn, void *user_data)
{
    peer_t *peer = calloc(1, sizeof *peer);
    struct sockaddr_in address;
    assert_non_null(peer);
    peer->fn = fn;
    peer->user_data = user_data;
    peer->handles = 1;
    uv_tcp_init(loop, &peer->tcp);
    peer->tcp.data = peer;
    uv_ip4_addr("127.0.0.1", 0, &address);
    assert_int_equal(uv_tcp_bind(&peer->tcp, (const struct sockaddr *)&address, 0), 0);
    assert_int_equal(uv_listen((uv_stream_t *)&peer->tcp, 256, on_connection), 0);
    return peer;
}

unsigned peer_port(const peer_t *peer)
{
    struct sockaddr_in address;
    int len = sizeof address;
    assert_int_equal(uv_tcp_getsockname(&peer->tcp, (struct sockaddr *)&address, &len), 0);
    return ntohs(address.sin_port);
}

unsigned peer_requests(const peer_t *peer)
{
    return peer->requests;
}

unsigned peer_connections(const peer_t *peer)
{
    return peer->taken;
}

static peer_conn_t *find(peer_t *peer, unsigned number)
{
    for (peer_conn_t *conn = peer->conns; conn; conn = conn->next)
        if (conn->number == number && !uv_is_closing((uv_handle_t *)&conn->tcp)) return conn;
    return NULL;
}

static void write_bytes(peer_conn_t *conn, peer_write_t *write);

static void on_written(uv_write_t *request, int status)
{
    peer_write_t *write = (peer_write_t *)request; /* its first member */
    if (write->again && status == 0 && !uv_is_closing((uv_handle_t *)request->handle))
        write_bytes(write->again, write);
    else
        free(write);
}

static void write_bytes(peer_conn_t *conn, peer_write_t *write)
{
    uv_buf_t buf = uv_buf_init(write->bytes, (unsigned)write->len);
    assert_int_equal(uv_write(&write->request, (uv_stream_t *)&conn->tcp, &buf, 1, on_written), 0);
}

void peer_send_bytes(peer_t *peer, unsigned connection, const void *bytes, size_t len, bool again)
{
    peer_conn_t *conn = find(peer, connection);
    if (!conn || len == 0) return; /* the client may have closed it */
    peer_write_t *write = malloc(sizeof *write + len);
    assert_non_null(write);
    write->again = again ? conn : NULL;
    write->len = len;
    memcpy(write->bytes, bytes, len);
    write_bytes(conn, write);
}

void peer_send(peer_t *peer, unsigned connection, const char *bytes)
{
    peer_send_bytes(peer, connection, bytes, strlen(bytes), false);
}

void peer_on_accept(peer_t *peer, peer_fn fn)
{
    peer->accepted = fn;
}

void peer_answer(peer_t *peer, unsigned connection, int status, const char *headers,
                 const char *body)
{
    size_t size = strlen(headers) + strlen(body) + 128;
    char *text = malloc(size);
    assert_non_null(text);
    snprintf(text, size, "HTTP/1.1 %d Whatever\r\nContent-Length: %zu\r\n%s\r\n%s", status,
             strlen(body), headers, body);
    peer_send(peer, connection, text);
    free(text);
}

size_t peer_unsent(peer_t *peer, unsigned connection)
{
    peer_conn_t *conn = find(peer, connection);
    return conn ? uv_stream_get_write_queue_size((uv_stream_t *)&conn->tcp) : 0;
}

void peer_hang_up(peer_t *peer, unsigned connection)
{
    peer_conn_t *conn = find(peer, connection);
    if (conn) close_conn(conn);
}

static void on_listener_closed(uv_handle_t *handle)
{
    release(handle->data);
}

void peer_close(peer_t *peer)
{
    if (!peer || peer->closing) return;
    peer->closing = true;
    for (peer_conn_t *conn = peer->conns; conn; conn = conn->next)
        close_conn(conn);
    uv_close((uv_handle_t *)&peer->tcp, on_listener_closed);
}
