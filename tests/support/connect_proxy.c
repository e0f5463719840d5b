/* SPDX-License-Identifier: MIT */
#include "support/connect_proxy.h"
#include "support/test.h"

#define BUFFER_BYTES ((size_t)16 << 10)

/* A client's connection, and the one to its target. */
typedef struct connect_way {
    connect_proxy_t *proxy;
    struct connect_way *next;
    uv_tcp_t sides[2]; /* the client's, the target's */
    uv_connect_t connect;
    unsigned handles;
    bool opened; /* the target is connected */
    bool joined; /* bytes are forwarded both ways */
    char head[4096];
    size_t head_len;
} connect_way_t;

typedef struct chunk {
    uv_write_t request;
    char bytes[];
} chunk_t;

static void release(connect_proxy_t *proxy)
{
    if (--proxy->handles == 0 && proxy->closed) *proxy->closed = true;
}

static void on_side_closed(uv_handle_t *handle)
{
    connect_way_t *way = handle->data;
    connect_proxy_t *proxy = way->proxy;
    if (--way->handles > 0) return;
    connect_way_t **place = &proxy->ways;
    while (*place != way)
        place = &(*place)->next;
    *place = way->next;
    proxy->live--;
    free(way);
    release(proxy);
}

static void close_way(connect_way_t *way)
{
    for (int i = 0; i < (way->opened ? 2 : 1); i++)
        if (!uv_is_closing((uv_handle_t *)&way->sides[i]))
            uv_close((uv_handle_t *)&way->sides[i], on_side_closed);
}

static void on_written(uv_write_t *request, int status)
{
    free((char *)request - offsetof(chunk_t, request));
}

static void send_bytes(uv_tcp_t *tcp, const char *bytes, size_t len)
{
    chunk_t *chunk = malloc(sizeof *chunk + len);
    assert_non_null(chunk);
    memcpy(chunk->bytes, bytes, len);
    uv_buf_t buf = uv_buf_init(chunk->bytes, (unsigned)len);
    if (uv_is_closing((uv_handle_t *)tcp) ||
        uv_write(&chunk->request, (uv_stream_t *)tcp, &buf, 1, on_written) != 0)
        free(chunk);
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
    static char buffer[BUFFER_BYTES];
    *buf = uv_buf_init(buffer, sizeof buffer);
}

static void on_read(uv_stream_t *stream, ssize_t len, const uv_buf_t *buf);

/* Starts or stops reading on each side as the state requires. */
static void update_reading(connect_way_t *way)
{
    for (int i = 0; i < (way->opened ? 2 : 1); i++) {
        uv_stream_t *side = (uv_stream_t *)&way->sides[i];
        if (uv_is_closing((uv_handle_t *)side)) continue;
        if (way->proxy->frozen || (way->opened && !way->joined))
            uv_read_stop(side);
        else
            uv_read_start(side, on_alloc, on_read);
    }
}

static void answer(connect_way_t *way, const char *text)
{
    const size_t len = strlen(text);
    const size_t piece = way->proxy->bytewise ? 1 : len;
    for (size_t at = 0; at < len; at += piece)
        send_bytes(&way->sides[0], text + at, piece);
}

static void on_connect(uv_connect_t *request, int status)
{
    connect_way_t *way = request->data;
    if (status == UV_ECANCELED) return;
    if (status != 0) {
        answer(way, "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n");
        return;
    }
    way->joined = true;
    way->proxy->tunnels++;
    answer(way, "HTTP/1.1 200 Connection established\r\n\r\n");
    update_reading(way);
}

static void open_target(connect_way_t *way, unsigned port)
{
    struct sockaddr_in address;
    uv_ip4_addr("127.0.0.1", (int)port, &address);
    uv_tcp_init(way->proxy->loop, &way->sides[1]);
    way->sides[1].data = way;
    way->handles++;
    way->opened = true;
    way->connect.data = way;
    assert_int_equal(uv_tcp_connect(&way->connect, &way->sides[1],
                                    (const struct sockaddr *)&address, on_connect),
                     0);
    update_reading(way);
}

static bool has_credentials(const connect_proxy_t *proxy)
{
    char want[400];
    if (!proxy->credentials) return true;
    snprintf(want, sizeof want, "\r\nProxy-Authorization: Basic %s\r\n", proxy->credentials);
    return strstr(proxy->request, want) != NULL;
}

static void on_request(connect_way_t *way)
{
    connect_proxy_t *proxy = way->proxy;
    unsigned port = 0;
    proxy->requests++;
    memcpy(proxy->request, way->head, sizeof proxy->request);
    if (proxy->mute) return;
    if (proxy->answer) {
        answer(way, proxy->answer);
    } else if (!has_credentials(proxy)) {
        answer(way, "HTTP/1.1 407 Proxy Authentication Required\r\n"
                    "Proxy-Authenticate: Basic realm=\"test\"\r\nContent-Length: 0\r\n\r\n");
    } else if (sscanf(way->head, "CONNECT %*[^: ]:%u HTTP/1.1\r\n", &port) == 1) {
        open_target(way, port);
    } else {
        answer(way, "HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\n\r\n");
    }
}

/* A client sends nothing between its request and the answer. */
static void read_head(connect_way_t *way, const char *bytes, size_t len)
{
    if (len >= sizeof way->head - way->head_len) {
        close_way(way);
        return;
    }
    memcpy(way->head + way->head_len, bytes, len);
    way->head_len += len;
    way->head[way->head_len] = '\0';
    if (!strstr(way->head, "\r\n\r\n")) return;
    on_request(way);
    way->head_len = 0; /* a refused client may ask again */
}

static void on_read(uv_stream_t *stream, ssize_t len, const uv_buf_t *buf)
{
    connect_way_t *way = stream->data;
    if (len < 0)
        close_way(way);
    else if (way->joined)
        send_bytes(&way->sides[stream == (uv_stream_t *)&way->sides[0]], buf->base, (size_t)len);
    else if (len > 0)
        read_head(way, buf->base, (size_t)len);
}

static void on_connection(uv_stream_t *listener, int status)
{
    connect_proxy_t *proxy = listener->data;
    connect_way_t *way = calloc(1, sizeof *way);
    assert_non_null(way);
    way->proxy = proxy;
    way->handles = 1;
    way->next = proxy->ways;
    proxy->ways = way;
    proxy->handles++;
    proxy->live++;
    proxy->connections++;
    uv_tcp_init(proxy->loop, &way->sides[0]);
    way->sides[0].data = way;
    assert_int_equal(uv_accept(listener, (uv_stream_t *)&way->sides[0]), 0);
    update_reading(way);
}

static void on_listener_closed(uv_handle_t *handle)
{
    release(handle->data);
}

void connect_proxy_open(connect_proxy_t *proxy, uv_loop_t *loop)
{
    struct sockaddr_in address;
    memset(proxy, 0, sizeof *proxy);
    proxy->loop = loop;
    proxy->handles = 1;
    uv_ip4_addr("127.0.0.1", 0, &address);
    assert_int_equal(uv_tcp_init(loop, &proxy->listener), 0);
    proxy->listener.data = proxy;
    assert_int_equal(uv_tcp_bind(&proxy->listener, (const struct sockaddr *)&address, 0), 0);
    assert_int_equal(uv_listen((uv_stream_t *)&proxy->listener, 64, on_connection), 0);
}

unsigned connect_proxy_port(const connect_proxy_t *proxy)
{
    struct sockaddr_in address;
    int len = sizeof address;
    assert_int_equal(uv_tcp_getsockname(&proxy->listener, (struct sockaddr *)&address, &len), 0);
    return ntohs(address.sin_port);
}

void connect_proxy_freeze(connect_proxy_t *proxy, bool frozen)
{
    proxy->frozen = frozen;
    for (connect_way_t *way = proxy->ways; way; way = way->next)
        update_reading(way);
}

void connect_proxy_drop(connect_proxy_t *proxy)
{
    for (connect_way_t *way = proxy->ways; way; way = way->next)
        close_way(way);
}

void connect_proxy_close(connect_proxy_t *proxy, bool *closed)
{
    proxy->closed = closed;
    connect_proxy_drop(proxy);
    uv_close((uv_handle_t *)&proxy->listener, on_listener_closed);
}
