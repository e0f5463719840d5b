/* SPDX-License-Identifier: MIT */
#include "support/socket_peer.h"
#include "support/test.h"

#include <mbedtls/base64.h>
#include <mbedtls/sha1.h>

#define CONNECTIONS_MAX 8192

typedef struct connection {
    uv_tcp_t tcp;
    socket_peer_t *peer;
    unsigned number;
    bool upgraded, close_sent, closing;
    char *in;
    size_t in_len, in_cap;
} connection_t;

struct socket_peer {
    uv_tcp_t listener;
    const socket_peer_script_t *script;
    unsigned port;
    connection_t *connections[CONNECTIONS_MAX]; /* by number - 1; NULL: closed */
    unsigned taken, live;
    bool listening, ending;
    bool *closed;
};

/* ---- closing ---- */

static void maybe_free(socket_peer_t *peer)
{
    if (!peer->ending || peer->listening || peer->live > 0) return;
    if (peer->closed) *peer->closed = true;
    free(peer);
}

static void on_closed(uv_handle_t *handle)
{
    connection_t *c = handle->data;
    socket_peer_t *peer = c->peer;
    peer->connections[c->number - 1] = NULL;
    peer->live--;
    if (!peer->ending && peer->script->gone)
        peer->script->gone(peer, c->number, peer->script->user_data);
    free(c->in);
    free(c);
    maybe_free(peer);
}

static void close_connection(connection_t *c)
{
    if (c->closing) return;
    c->closing = true;
    uv_close((uv_handle_t *)&c->tcp, on_closed);
}

static connection_t *find(const socket_peer_t *peer, unsigned number)
{
    if (number == 0 || number > peer->taken) return NULL;
    connection_t *c = peer->connections[number - 1];
    return c && !c->closing ? c : NULL;
}

/* ---- sending ---- */

static void on_written(uv_write_t *write, int status)
{
    free(write);
}

void socket_peer_bytes(socket_peer_t *peer, unsigned connection, const void *data, size_t len)
{
    connection_t *c = find(peer, connection);
    if (!c || len == 0) return;
    uv_write_t *write = malloc(sizeof *write + len);
    assert_non_null(write);
    memcpy(write + 1, data, len);
    const uv_buf_t buf = uv_buf_init((char *)(write + 1), (unsigned)len);
    if (uv_write(write, (uv_stream_t *)&c->tcp, &buf, 1, on_written) != 0) free(write);
}

size_t socket_peer_head(unsigned char *out, unsigned char head, size_t len)
{
    out[0] = head;
    if (len < 126) {
        out[1] = (unsigned char)len;
        return 2;
    }
    size_t bytes = len < 65536 ? 2 : 8;
    out[1] = bytes == 2 ? 126 : 127;
    for (size_t i = 0; i < bytes; i++)
        out[2 + i] = (unsigned char)((uint64_t)len >> (8 * (bytes - 1 - i)));
    return 2 + bytes;
}

void socket_peer_frame(socket_peer_t *peer, unsigned connection, unsigned char head,
                       const void *data, size_t len)
{
    unsigned char *bytes = malloc(len + 10);
    assert_non_null(bytes);
    size_t at = socket_peer_head(bytes, head, len);
    if (len > 0) memcpy(bytes + at, data, len);
    socket_peer_bytes(peer, connection, bytes, at + len);
    free(bytes);
    connection_t *c = find(peer, connection);
    if (c && (head & 15) == SOCKET_PEER_CLOSE) c->close_sent = true;
}

void socket_peer_text(socket_peer_t *peer, unsigned connection, const char *text)
{
    socket_peer_frame(peer, connection, 0x80 | SOCKET_PEER_TEXT, text, strlen(text));
}

/* ---- the upgrade ---- */

void socket_peer_accept(const char *request, char *ret, size_t size, const char *headers)
{
    static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    char text[128];
    unsigned char digest[20], encoded[64];
    const char *key = strstr(request, "Sec-WebSocket-Key: ");
    assert_non_null(key);
    snprintf(text, sizeof text, "%.24s%s", key + strlen("Sec-WebSocket-Key: "), guid);
    assert_int_equal(mbedtls_sha1((const unsigned char *)text, strlen(text), digest), 0);
    size_t len = 0;
    assert_int_equal(mbedtls_base64_encode(encoded, sizeof encoded, &len, digest, 20), 0);
    snprintf(ret, size,
             "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
             "Sec-WebSocket-Accept: %s\r\n%s\r\n",
             (const char *)encoded, headers);
}

static void answer_upgrade(connection_t *c, const char *request)
{
    socket_peer_t *peer = c->peer;
    const socket_peer_script_t *script = peer->script;
    unsigned number = c->number;
    char answer[512];
    const char *given =
        script->upgrade ? script->upgrade(peer, number, request, script->user_data) : NULL;
    if (given) {
        socket_peer_bytes(peer, number, given, strlen(given));
        return;
    }
    socket_peer_accept(request, answer, sizeof answer, "");
    socket_peer_bytes(peer, number, answer, strlen(answer));
    c->upgraded = true;
    if (script->open)
        script->open(peer, number, script->user_data);
    else
        socket_peer_text(peer, number, "{\"type\":\"hello\",\"num_connections\":1}");
}

/* ---- receiving ---- */

static void handle_frame(socket_peer_t *peer, unsigned number, enum socket_peer_opcode opcode,
                         const char *data, size_t len)
{
    const socket_peer_script_t *script = peer->script;
    if (script->frame) script->frame(peer, number, opcode, data, len, script->user_data);
    connection_t *c = find(peer, number);
    if (!c) return;
    if (opcode == SOCKET_PEER_PING && !script->no_pong)
        socket_peer_frame(peer, number, 0x80 | SOCKET_PEER_PONG, data, len);
    if (opcode != SOCKET_PEER_CLOSE) return;
    if (!c->close_sent && !script->no_close)
        socket_peer_frame(peer, number, 0x80 | SOCKET_PEER_CLOSE, data, len);
}

/* Takes one frame off the input. Returns 0 if it is not complete. */
static size_t take_frame(connection_t *c)
{
    const unsigned char *in = (const unsigned char *)c->in;
    if (c->in_len < 6) return 0;
    assert_true(in[1] & 0x80); /* a client has to mask its frames */
    size_t len = in[1] & 0x7f, head = 2;
    assert_true(len != 127);
    if (len == 126) {
        len = (size_t)in[2] << 8 | in[3];
        head = 4;
    }
    if (c->in_len < head + 4 + len) return 0;
    char *data = malloc(len + 1);
    assert_non_null(data);
    for (size_t i = 0; i < len; i++)
        data[i] = (char)(in[head + 4 + i] ^ in[head + i % 4]);
    data[len] = '\0';
    enum socket_peer_opcode opcode = in[0] & 15;
    assert_true(in[0] & 0x80); /* the library never fragments */
    size_t used = head + 4 + len;
    memmove(c->in, c->in + used, c->in_len - used);
    c->in_len -= used;
    handle_frame(c->peer, c->number, opcode, data, len);
    free(data);
    return used;
}

static size_t take_request(connection_t *c)
{
    c->in[c->in_len] = '\0';
    char *end = strstr(c->in, "\r\n\r\n");
    if (!end) return 0;
    size_t used = (size_t)(end - c->in) + 4;
    char *request = strndup(c->in, used);
    assert_non_null(request);
    memmove(c->in, c->in + used, c->in_len - used);
    c->in_len -= used;
    answer_upgrade(c, request);
    free(request);
    return used;
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
    connection_t *c = handle->data;
    if (c->in_cap - c->in_len < 4096) {
        c->in_cap = c->in_cap * 2 + 8192;
        c->in = realloc(c->in, c->in_cap);
        assert_non_null(c->in);
    }
    *buf = uv_buf_init(c->in + c->in_len, (unsigned)(c->in_cap - c->in_len - 1));
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
    connection_t *c = stream->data;
    if (n < 0) {
        uv_read_stop(stream);
        if (!c->peer->script->no_end) close_connection(c);
        return;
    }
    c->in_len += (size_t)n;
    while (!c->closing && c->in_len > 0 && (c->upgraded ? take_frame(c) : take_request(c)) > 0)
        ;
}

static void on_connection(uv_stream_t *listener, int status)
{
    socket_peer_t *peer = listener->data;
    assert_int_equal(status, 0);
    assert_true(peer->taken < CONNECTIONS_MAX);
    connection_t *c = calloc(1, sizeof *c);
    assert_non_null(c);
    c->peer = peer;
    c->tcp.data = c;
    assert_int_equal(uv_tcp_init(listener->loop, &c->tcp), 0);
    assert_int_equal(uv_accept(listener, (uv_stream_t *)&c->tcp), 0);
    uv_tcp_nodelay(&c->tcp, 1); /* sends pieces of a message one by one */
    peer->connections[peer->taken++] = c;
    peer->live++;
    c->number = peer->taken;
    uv_read_start((uv_stream_t *)&c->tcp, on_alloc, on_read);
}

/* ---- for the test ---- */

socket_peer_t *socket_peer_open(uv_loop_t *loop, const socket_peer_script_t *script)
{
    struct sockaddr_in address;
    int size = sizeof address;
    socket_peer_t *peer = calloc(1, sizeof *peer);
    assert_non_null(peer);
    peer->script = script;
    peer->listener.data = peer;
    uv_ip4_addr("127.0.0.1", 0, &address);
    assert_int_equal(uv_tcp_init(loop, &peer->listener), 0);
    assert_int_equal(uv_tcp_bind(&peer->listener, (const struct sockaddr *)&address, 0), 0);
    assert_int_equal(uv_listen((uv_stream_t *)&peer->listener, 128, on_connection), 0);
    assert_int_equal(uv_tcp_getsockname(&peer->listener, (struct sockaddr *)&address, &size), 0);
    peer->port = (unsigned)ntohs(address.sin_port);
    peer->listening = true;
    return peer;
}

unsigned socket_peer_port(const socket_peer_t *peer)
{
    return peer->port;
}

unsigned socket_peer_taken(const socket_peer_t *peer)
{
    return peer->taken;
}

unsigned socket_peer_live(const socket_peer_t *peer)
{
    return peer->live;
}

bool socket_peer_is_live(const socket_peer_t *peer, unsigned connection)
{
    return find(peer, connection) != NULL;
}

bool socket_peer_is_open(const socket_peer_t *peer, unsigned connection)
{
    const connection_t *c = find(peer, connection);
    return c && c->upgraded && !c->close_sent;
}

void socket_peer_freeze(socket_peer_t *peer, unsigned connection)
{
    connection_t *c = find(peer, connection);
    if (c) uv_read_stop((uv_stream_t *)&c->tcp);
}

void socket_peer_end(socket_peer_t *peer, unsigned connection)
{
    connection_t *c = find(peer, connection);
    if (c) close_connection(c);
}

void socket_peer_reset(socket_peer_t *peer, unsigned connection)
{
    connection_t *c = find(peer, connection);
    if (!c) return;
    c->closing = true;
    if (uv_tcp_close_reset(&c->tcp, on_closed) != 0) uv_close((uv_handle_t *)&c->tcp, on_closed);
}

static void on_listener_closed(uv_handle_t *handle)
{
    socket_peer_t *peer = handle->data;
    peer->listening = false;
    maybe_free(peer);
}

void socket_peer_close(socket_peer_t *peer, bool *closed)
{
    peer->ending = true;
    peer->closed = closed;
    for (unsigned i = 1; i <= peer->taken; i++)
        socket_peer_end(peer, i);
    uv_close((uv_handle_t *)&peer->listener, on_listener_closed);
}
