/* SPDX-License-Identifier: MIT */
#include "sim/socket_faults.h"

#include <stdio.h>
#include <string.h>

#include "net/ws_handshake.h"
#include "sim/responses.h"

/* Bits of a frame's first byte: FIN, a reserved one, the opcode. */
enum { FIN = 0x80, RSV1 = 0x40, MORE = 0x0, TEXT = 0x1, PING = 0x9 };

/* An unmasked frame of at most 64 KiB. */
static int write_frame(slack_ws_t *ws, unsigned first, const char *data, size_t len)
{
    slack_buf_t frame;
    slack__buf_init(&frame, len + 4);
    char head[4] = {(char)first, (char)len};
    size_t head_len = 2;
    if (len > 125) {
        head[1] = 126;
        head[2] = (char)(len >> 8);
        head[3] = (char)(len & 0xFF);
        head_len = 4;
    }
    int rc = slack__buf_append(&frame, head, head_len);
    if (rc == 0) rc = slack__buf_append(&frame, data, len);
    if (rc == 0) rc = slack__conn_write(slack__ws_conn(ws), slack__buf_ptr(&frame), frame.len);
    slack__buf_done(&frame);
    return rc;
}

int sim_socket_send_fragments(slack_ws_t *ws, const char *text, size_t len, size_t fragment_bytes)
{
    int rc = 0;
    for (size_t at = 0; at < len && rc == 0;) {
        size_t part = len - at < fragment_bytes ? len - at : fragment_bytes;
        unsigned first = (at == 0 ? TEXT : MORE) | (at + part == len ? FIN : 0);
        if (at > 0) rc = write_frame(ws, FIN | PING, "", 0);
        if (rc == 0) rc = write_frame(ws, first, text + at, part);
        at += part;
    }
    return rc;
}

void sim_socket_send_garbage(slack_ws_t *ws)
{
    static const char *const texts[] = {"\n", "UNAUTHENTICATED: cache_error", "{\"type\":", ""};
    (void)slack__conn_write(slack__ws_conn(ws), "\n", 1);
    (void)slack__ws_send(ws, false, "\0\1", 2);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        (void)slack__ws_send(ws, true, texts[i], strlen(texts[i]));
}

void sim_socket_send_bad_frame(slack_ws_t *ws)
{
    (void)write_frame(ws, FIN | RSV1 | TEXT, "{}", 2);
}

/* --- answers to an upgrade --- */

static void refused_data(slack_conn_t *conn, const char *data, size_t len, void *user_data)
{
}

static void refused_closed(slack_conn_t *conn, int status, void *user_data)
{
}

/* A 101 that the client has to reject. */
static void accept_badly(const slack_http_request_t *request, bool bad_accept)
{
    static const slack_conn_events_t events = {.data = refused_data, .closed = refused_closed};
    char accept[SLACK_WS_ACCEPT_LEN + 1] = "", answer[256];
    slack_conn_t *conn;
    slack_slice_t rest;
    if (slack__ws_request_check(request, accept) != 0 ||
        slack__http_upgrade(request->server, request->id, &conn, &rest) != 0)
        return;
    if (bad_accept) accept[0] = accept[0] == 'A' ? 'B' : 'A';
    int len =
        snprintf(answer, sizeof answer,
                 "HTTP/1.1 101 Switching Protocols\r\n"
                 "Upgrade: websocket\r\n"
                 "Connection: Upgrade\r\n"
                 "Sec-WebSocket-Accept: %s\r\n"
                 "%s\r\n",
                 accept, bad_accept ? "" : "Sec-WebSocket-Extensions: permessage-deflate\r\n");
    slack__conn_set_events(conn, &events, NULL);
    (void)slack__conn_write(conn, answer, (size_t)len);
    slack__conn_finish(conn);
}

void sim_socket_refuse_upgrade(slack_http_request_t *request, const sim_effect_t *effect,
                               const char *base_url)
{
    static const char page[] = "<html><body>This is no WebSocket.</body></html>\n";
    const slack_http_header_t location = {SLACK_SLICE("Location"), slack__slice(base_url)};
    const slack_http_response_t response = {
        .status = (int)effect->status,
        .content_type = "text/html",
        .headers = &location,
        .header_count = effect->status / 100 == 3 ? 1 : 0,
        .body = page,
        .body_len = sizeof page - 1,
    };
    if (effect->status > 0) {
        sim_respond(request, &response);
        return;
    }
    if (!effect->silent) accept_badly(request, effect->bad_accept);
    slack__arena_free(request->arena);
}
