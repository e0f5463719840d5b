/* SPDX-License-Identifier: MIT */
#include "support/http_peer.h"
#include "support/test.h"

#include <strings.h>

#define PAUSE_TURNS 2

typedef struct line line_t;

/* A request and its response. */
typedef struct exchange {
    line_t *line; /* NULL after its end */
    char *out;
    size_t out_len, out_off;
    http_pieces_t pieces;
    char *in;
    size_t in_len;
    http_reply_t reply;
} exchange_t;

/* A connection. Freed when both handles are closed. */
struct line {
    line_t *next;
    http_peer_t *peer;
    uv_tcp_t tcp;
    uv_idle_t pump; /* sends the pieces */
    uv_connect_t connect;
    exchange_t *exchange; /* NULL while it is idle */
    unsigned pause;
    bool connected, closing;
    unsigned handles;
};

struct http_peer {
    uv_loop_t *loop;
    unsigned port;
    bool keep_alive;
    line_t *lines;
    exchange_t **exchanges;
    int count;
    bool *closed; /* set by http_peer_close() */
};

static void free_if_done(http_peer_t *peer)
{
    if (!peer->closed || peer->lines) return;
    for (int i = 0; i < peer->count; i++) {
        free(peer->exchanges[i]->out);
        free(peer->exchanges[i]->in);
        free(peer->exchanges[i]);
    }
    free(peer->exchanges);
    *peer->closed = true;
    free(peer);
}

/* ---- closing ---- */

static void on_handle_closed(uv_handle_t *handle)
{
    line_t *line = handle->data;
    if (--line->handles > 0) return;
    http_peer_t *peer = line->peer;
    line_t **at = &peer->lines;
    while (*at != line)
        at = &(*at)->next;
    *at = line->next;
    free(line);
    free_if_done(peer);
}

static void line_close(line_t *line, bool reset)
{
    if (line->closing) return;
    line->closing = true;
    if (line->exchange) {
        line->exchange->reply.closed = true;
        line->exchange->line = NULL;
        line->exchange = NULL;
    }
    if (!reset || uv_tcp_close_reset(&line->tcp, on_handle_closed) != 0)
        uv_close((uv_handle_t *)&line->tcp, on_handle_closed);
    uv_close((uv_handle_t *)&line->pump, on_handle_closed);
}

/* ---- receiving ---- */

const char *http_reply_header(const http_reply_t *reply, const char *name, size_t *ret_len)
{
    size_t len = strlen(name);
    for (const char *at = strstr(reply->head, "\r\n"); at && at[2]; at = strstr(at + 2, "\r\n")) {
        if (strncasecmp(at + 2, name, len) != 0 || at[2 + len] != ':') continue;
        const char *value = at + 2 + len + 1;
        value += strspn(value, " ");
        *ret_len = strcspn(value, "\r");
        return value;
    }
    return NULL;
}

bool http_reply_has(const http_reply_t *reply, const char *name, const char *value)
{
    size_t len;
    const char *found = http_reply_header(reply, name, &len);
    return found && len == strlen(value) && memcmp(found, value, len) == 0;
}

/* 100 Continue precedes the response. */
static void drop_interim(exchange_t *exchange)
{
    static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
    const size_t len = sizeof go_on - 1;
    if (strncmp(exchange->in, go_on, len) != 0) return;
    exchange->in_len -= len;
    memmove(exchange->in, exchange->in + len, exchange->in_len + 1);
}

/* exchange->in has a whole response: splits it into its parts. */
static bool parse(exchange_t *exchange)
{
    http_reply_t *reply = &exchange->reply;
    drop_interim(exchange);
    char *end = strstr(exchange->in, "\r\n\r\n");
    if (!end) return false;
    end[2] = '\0'; /* the head keeps the end of its last line */
    reply->head = exchange->in;
    size_t len, body_len = 0;
    const char *length = http_reply_header(reply, "Content-Length", &len);
    if (length) body_len = strtoul(length, NULL, 10);
    size_t head_len = (size_t)(end - exchange->in) + 4;
    if (exchange->in_len < head_len + body_len) {
        end[2] = '\r';
        return false;
    }
    assert_int_equal(exchange->in_len, head_len + body_len); /* nothing follows the response */
    assert_memory_equal(exchange->in, "HTTP/1.1 ", 9);
    reply->status = atoi(exchange->in + 9);
    reply->body = exchange->in + head_len;
    reply->body_len = body_len;
    reply->done = true;
    return true;
}

static void on_alloc(uv_handle_t *handle, size_t size, uv_buf_t *ret)
{
    static char buffer[65536];
    *ret = uv_buf_init(buffer, sizeof buffer);
}

static void on_read(uv_stream_t *stream, ssize_t len, const uv_buf_t *buf)
{
    line_t *line = stream->data;
    exchange_t *exchange = line->exchange;
    if (len == 0) return;
    if (len < 0 || !exchange) {
        line_close(line, false);
        return;
    }
    exchange->in = realloc(exchange->in, exchange->in_len + (size_t)len + 1);
    assert_non_null(exchange->in);
    memcpy(exchange->in + exchange->in_len, buf->base, (size_t)len);
    exchange->in_len += (size_t)len;
    exchange->in[exchange->in_len] = '\0';
    if (!parse(exchange)) return;
    uv_idle_stop(&line->pump); /* a response may arrive before the whole request is sent */
    bool whole = exchange->out_off == exchange->out_len;
    exchange->line = NULL;
    line->exchange = NULL;
    bool kept = http_reply_has(&exchange->reply, "Connection", "close") == false;
    if (!line->peer->keep_alive || !whole || !kept) line_close(line, false);
}

/* ---- sending ---- */

static size_t next_piece(const exchange_t *exchange)
{
    size_t left = exchange->out_len - exchange->out_off;
    if (exchange->pieces.bytewise) return 1;
    if (exchange->out_off < exchange->pieces.first) {
        size_t first = exchange->pieces.first - exchange->out_off;
        return first < left ? first : left;
    }
    return left;
}

static void on_pump(uv_idle_t *pump)
{
    line_t *line = pump->data;
    exchange_t *exchange = line->exchange;
    if (line->pause > 0) {
        line->pause--;
        return;
    }
    uv_buf_t buf = uv_buf_init(exchange->out + exchange->out_off, (unsigned)next_piece(exchange));
    int sent = uv_try_write((uv_stream_t *)&line->tcp, &buf, 1);
    if (sent < 0 && sent != UV_EAGAIN) {
        uv_idle_stop(pump); /* go on reading: there may still be a response */
        return;
    }
    if (sent > 0) exchange->out_off += (size_t)sent;
    line->pause = PAUSE_TURNS;
    if (exchange->out_off == exchange->out_len) uv_idle_stop(pump);
}

static void on_connect(uv_connect_t *connect, int status)
{
    line_t *line = connect->data;
    if (line->closing) return;
    if (status != 0) {
        line_close(line, false);
        return;
    }
    line->connected = true;
    uv_tcp_nodelay(&line->tcp, 1);
    assert_int_equal(uv_read_start((uv_stream_t *)&line->tcp, on_alloc, on_read), 0);
    uv_idle_start(&line->pump, on_pump);
}

static line_t *line_new(http_peer_t *peer)
{
    line_t *line = calloc(1, sizeof *line);
    assert_non_null(line);
    line->peer = peer;
    line->tcp.data = line->pump.data = line->connect.data = line;
    line->next = peer->lines;
    peer->lines = line;
    line->handles = 2;
    assert_int_equal(uv_tcp_init(peer->loop, &line->tcp), 0);
    assert_int_equal(uv_idle_init(peer->loop, &line->pump), 0);
    struct sockaddr_in address;
    assert_int_equal(uv_ip4_addr("127.0.0.1", (int)peer->port, &address), 0);
    if (uv_tcp_connect(&line->connect, &line->tcp, (const struct sockaddr *)&address, on_connect) !=
        0)
        fail_msg("cannot begin to connect");
    return line;
}

static line_t *idle_line(http_peer_t *peer)
{
    for (line_t *line = peer->lines; line; line = line->next)
        if (peer->keep_alive && line->connected && !line->closing && !line->exchange) return line;
    return line_new(peer);
}

http_peer_t *http_peer_open(uv_loop_t *loop, unsigned port, bool keep_alive)
{
    http_peer_t *peer = calloc(1, sizeof *peer);
    assert_non_null(peer);
    peer->loop = loop;
    peer->port = port;
    peer->keep_alive = keep_alive;
    return peer;
}

int http_peer_send(http_peer_t *peer, const char *bytes, size_t len, http_pieces_t pieces)
{
    size_t size = ((size_t)peer->count + 1) * sizeof(exchange_t *);
    exchange_t **grown = realloc(peer->exchanges, size);
    assert_non_null(grown);
    peer->exchanges = grown;
    exchange_t *exchange = calloc(1, sizeof *exchange);
    assert_non_null(exchange);
    exchange->out = malloc(len);
    assert_non_null(exchange->out);
    memcpy(exchange->out, bytes, len);
    exchange->out_len = len;
    exchange->pieces = pieces;
    grown[peer->count] = exchange;

    line_t *line = idle_line(peer);
    line->exchange = exchange;
    line->pause = 0;
    exchange->line = line;
    if (line->connected) uv_idle_start(&line->pump, on_pump);
    return peer->count++;
}

const http_reply_t *http_peer_reply(const http_peer_t *peer, int number)
{
    assert_true(number >= 0 && number < peer->count);
    return &peer->exchanges[number]->reply;
}

void http_peer_drop(http_peer_t *peer, int number)
{
    assert_true(number >= 0 && number < peer->count);
    line_t *line = peer->exchanges[number]->line;
    if (line) line_close(line, true);
}

void http_peer_close(http_peer_t *peer, bool *closed)
{
    peer->closed = closed;
    for (line_t *line = peer->lines; line; line = line->next)
        line_close(line, false);
    free_if_done(peer);
}
