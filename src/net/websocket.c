/* SPDX-License-Identifier: MIT */
#include "net/websocket.h"

#include <stdio.h>
#include <string.h>

#include <slack/error.h>

#include "net/url.h"
#include "net/ws_codec.h"
#include "net/ws_handshake.h"
#include "util/alloc.h"
#include "util/arena.h"
#include "util/buf.h"

#define REASON_BYTES 160
/* Memory that is kept for the next frame. */
#define IDLE_BYTES ((size_t)16 << 10)

/* In the order in which a WebSocket goes through them. */
enum ws_state {
    WS_CONNECTING, /* a client's TCP and TLS */
    WS_UPGRADING,  /* the request is sent */
    WS_OPEN,
    WS_PEER_CLOSED, /* the peer's Close has arrived and is not answered yet */
    WS_CLOSING,     /* Close is sent; messages still arrive, and none are sent */
    WS_ENDING       /* both have sent Close, or something failed: only `closed` is left */
};

struct slack_ws {
    slack_net_t *net;
    slack_conn_t *conn; /* NULL once closed */
    slack_ws_events_t events;
    void *user_data;
    enum ws_state state;
    bool decided; /* `status` and `reason` are final, whatever happens to the connection */
    int status;
    unsigned code;
    char reason[REASON_BYTES];
    int http_status;
    uint64_t last_read_ms;
    uv_timer_t timer;  /* until the upgrade is done */
    unsigned handles;  /* conn and timer, unless closed */
    slack_task_t task; /* a server's: reads `early` */
    slack_buf_t early; /* frames that came with the request */
    slack_buf_t out;   /* the frame being sent */
    slack_ws_codec_t codec;
    /* A client's, until the upgrade is done. The request holds a ticket, so it lies in an arena,
     * which is wiped. */
    slack_arena_t *arena;
    const char *request;
    slack_ws_response_t *response;
};

/* --- the end ---------------------------------------------------------------------------------- */

static void ws_free(slack_ws_t *ws)
{
    slack__task_cancel(&ws->task);
    slack__ws_codec_done(&ws->codec);
    slack__buf_done(&ws->early);
    slack__buf_done(&ws->out);
    slack__arena_free(ws->arena);
    slack__free(ws);
}

static void ws_drop_handle(slack_ws_t *ws)
{
    if (--ws->handles > 0) return;
    ws->events.closed(ws, ws->status, ws->code, ws->user_data);
    ws_free(ws);
}

static void ws_timer_closed(uv_handle_t *handle)
{
    ws_drop_handle(handle->data);
}

/* Set status and reason, unless they are set: the first failure counts, not its consequences. */
static void ws_decide(slack_ws_t *ws, int status, const char *reason)
{
    if (ws->decided) return;
    ws->decided = true;
    ws->status = status;
    snprintf(ws->reason, sizeof ws->reason, "%s", reason);
}

static void ws_conn_closed(slack_conn_t *conn, int status, void *user_data)
{
    slack_ws_t *ws = user_data;
    ws_decide(ws, status, slack__conn_reason(conn));
    ws->last_read_ms = slack__conn_last_read_ms(conn);
    ws->conn = NULL;
    ws->state = WS_ENDING;
    uv_close((uv_handle_t *)&ws->timer, ws_timer_closed);
    ws_drop_handle(ws);
}

static void ws_fail(slack_ws_t *ws, int status, const char *reason)
{
    ws_decide(ws, status, reason);
    ws->state = WS_ENDING;
    slack__conn_close(ws->conn, status);
}

/* --- frames out ------------------------------------------------------------------------------- */

static int ws_flush(slack_ws_t *ws, int rc)
{
    if (rc == 0) rc = slack__conn_write(ws->conn, slack__buf_ptr(&ws->out), ws->out.len);
    if (ws->out.cap > IDLE_BYTES)
        slack__buf_done(&ws->out);
    else
        slack__buf_clear(&ws->out);
    return rc == SLACK_ETOOBIG ? SLACK_EBUSY : rc;
}

static int send_frame(slack_ws_t *ws, enum wslay_opcode opcode, const void *data, size_t len)
{
    if (ws->state != WS_OPEN && ws->state != WS_PEER_CLOSED) return SLACK_ECLOSED;
    return ws_flush(ws, slack__ws_codec_write(&ws->codec, &ws->out, opcode, data, len));
}

static int send_close(slack_ws_t *ws, unsigned code, const char *reason)
{
    return ws_flush(ws, slack__ws_codec_write_close(&ws->codec, &ws->out, code, reason));
}

/* Send what was written, then close. */
static void ws_finish(slack_ws_t *ws)
{
    ws->state = WS_ENDING;
    slack__conn_finish(ws->conn);
}

/* --- frames in -------------------------------------------------------------------------------- */

static bool is_receiving(const slack_ws_t *ws)
{
    return ws->state >= WS_OPEN && ws->state <= WS_CLOSING;
}

/* RFC 6455 5.5.1: answer with a Close, then end the connection. */
static void ws_handle_close(slack_ws_t *ws, unsigned code)
{
    if (ws->state == WS_PEER_CLOSED) return; /* a second one */
    const bool peer_began = ws->state == WS_OPEN;
    ws_decide(ws, 0, "");
    ws->code = code;
    if (peer_began) {
        ws->state = WS_PEER_CLOSED;
        if (ws->events.closing && ws->events.closing(ws, code, ws->user_data)) return;
        if (ws->state != WS_PEER_CLOSED) return;
        send_close(ws, code, NULL);
    }
    ws_finish(ws);
}

static void ws_handle_event(slack_ws_t *ws, const slack_ws_event_t *event)
{
    switch (event->type) {
    case SLACK_WS_TEXT:
    case SLACK_WS_BINARY:
        ws->events.message(ws, event->type == SLACK_WS_TEXT, event->data, event->len,
                           ws->user_data);
        break;
    case SLACK_WS_PING:
        if (ws->events.ping && ws->events.ping(ws, event->data, event->len, ws->user_data)) break;
        /* Without room for the pong the peer is not reading, so it does not wait for one. */
        send_frame(ws, WSLAY_PONG, event->data, event->len);
        break;
    case SLACK_WS_PONG:
        if (ws->events.pong) ws->events.pong(ws, event->data, event->len, ws->user_data);
        break;
    case SLACK_WS_CLOSE: ws_handle_close(ws, event->code); break;
    }
}

static void read_frames(slack_ws_t *ws, const char *data, size_t len)
{
    slack_ws_event_t event;
    int rc = 0;
    slack__ws_codec_feed(&ws->codec, data, len);
    while (is_receiving(ws) && (rc = slack__ws_codec_next(&ws->codec, &event)) == 0)
        ws_handle_event(ws, &event);
    if (!is_receiving(ws) || rc == SLACK_EBUSY) return;

    ws_decide(ws, rc, ws->codec.reason);
    const bool was_open = ws->state == WS_OPEN;
    if (was_open) send_close(ws, ws->codec.close_code, ws->codec.reason);
    ws_finish(ws);
    if (was_open && ws->events.closing) ws->events.closing(ws, 0, ws->user_data);
}

/* Read the frames that came with the handshake, after slack__ws_accept() has returned. */
static void read_early(slack_ws_t *ws)
{
    if (ws->early.len == 0) return;
    slack__task_cancel(&ws->task);
    slack_buf_t early = ws->early;
    slack__buf_init(&ws->early, 0);
    read_frames(ws, slack__buf_ptr(&early), early.len);
    slack__buf_done(&early);
}

static void ws_run_task(slack_task_t *task)
{
    read_early(SLACK_CONTAINER(task, slack_ws_t, task));
}

/* --- a client's upgrade ----------------------------------------------------------------------- */

static void ws_timed_out(uv_timer_t *timer)
{
    ws_fail(timer->data, SLACK_ETIMEDOUT, "no upgrade in time");
}

static void ws_conn_open(slack_conn_t *conn, void *user_data)
{
    slack_ws_t *ws = user_data;
    int rc = slack__conn_write(conn, ws->request, strlen(ws->request));
    if (rc == 0)
        ws->state = WS_UPGRADING;
    else
        ws_fail(ws, rc, slack_strerror(rc));
}

static void read_response(slack_ws_t *ws, const char *data, size_t len)
{
    size_t used = 0;
    int rc = slack__ws_response_feed(ws->response, data, len, &used);
    ws->http_status = ws->response->http_status;
    if (rc == SLACK_EBUSY) return;
    if (rc != 0) {
        const slack_ws_response_t *response = ws->response;
        char reason[REASON_BYTES];
        snprintf(reason, sizeof reason, "%s: %d %s", response->reason, response->http_status,
                 response->status_text);
        ws_fail(ws, rc, rc == SLACK_EHTTP ? reason : response->reason);
        return;
    }
    uv_timer_stop(&ws->timer);
    slack__arena_free(ws->arena);
    ws->arena = NULL;
    ws->response = NULL;
    ws->state = WS_OPEN;
    ws->events.open(ws, ws->user_data);
    read_frames(ws, data + used, len - used); /* unless the callee has aborted */
}

static void ws_conn_data(slack_conn_t *conn, const char *data, size_t len, void *user_data)
{
    slack_ws_t *ws = user_data;
    if (ws->state == WS_UPGRADING) {
        read_response(ws, data, len);
        return;
    }
    read_early(ws);
    read_frames(ws, data, len);
}

/* --- beginnings ------------------------------------------------------------------------------- */

static void ws_conn_drained(slack_conn_t *conn, void *user_data)
{
    slack_ws_t *ws = user_data;
    if (ws->events.drained && ws->state >= WS_OPEN) ws->events.drained(ws, ws->user_data);
}

static const slack_conn_events_t conn_events = {
    .open = ws_conn_open,
    .data = ws_conn_data,
    .drained = ws_conn_drained,
    .closed = ws_conn_closed,
};

static slack_ws_t *ws_new(slack_net_t *net, bool client, const slack_ws_options_t *options,
                          void *user_data)
{
    slack_ws_t *ws = slack__calloc(1, sizeof *ws);
    if (!ws) return NULL;
    ws->net = net;
    ws->events = *options->events;
    ws->user_data = user_data;
    ws->task.run = ws_run_task;
    slack__link_init(&ws->task.link);
    slack__buf_init(&ws->out, options->write_max);
    if (slack__ws_codec_init(&ws->codec, client, options->message_max) != 0) {
        ws_free(ws);
        return NULL;
    }
    return ws;
}

/* From here on `closed` reports the end. */
static void start_handles(slack_ws_t *ws, slack_conn_t *conn)
{
    ws->conn = conn;
    uv_timer_init(slack__net_loop(ws->net), &ws->timer);
    ws->timer.data = ws;
    ws->handles = 2;
}

/* Make the request and the reader of the response. */
static int prepare_upgrade(slack_ws_t *ws, const slack_url_t *url)
{
    char key[SLACK_WS_KEY_LEN + 1];
    int rc = slack__ws_key_new(key);
    if (rc != 0) return rc;
    ws->arena = slack__arena_new(0, 0);
    if (!ws->arena) return SLACK_ENOMEM;
    ws->request = slack__ws_request(ws->arena, url, key);
    ws->response = slack__arena_alloc(ws->arena, sizeof *ws->response);
    if (!ws->request || !ws->response) return SLACK_ENOMEM;
    return slack__ws_response_init(ws->response, key);
}

static int connect_conn(slack_ws_t *ws, slack_conn_t **ret, const slack_url_t *url,
                        const slack_ws_options_t *options)
{
    const slack_conn_options_t conn_options = {
        .host = slack__arena_strndup(ws->arena, url->host.ptr, url->host.len),
        .port = url->port,
        .tls = url->secure ? options->tls : NULL,
        .proxy = options->proxy,
        .open_ms = options->open_ms,
        .write_max = options->write_max,
    };
    if (!conn_options.host) return SLACK_ENOMEM;
    return slack__conn_connect(ret, ws->net, &conn_options, &conn_events, ws);
}

int slack__ws_connect(slack_ws_t **ret, slack_net_t *net, const slack_ws_options_t *options,
                      void *user_data)
{
    slack_url_t parts;
    if (slack__url_parse(&parts, options->url) != 0 || !slack__url_parts_allowed(&parts))
        return SLACK_EINVAL;
    if (!slack__slice_eq_nocase(parts.scheme, SLACK_SLICE("wss")) &&
        !slack__slice_eq_nocase(parts.scheme, SLACK_SLICE("ws")))
        return SLACK_EINVAL;
    if ((parts.secure && !options->tls) || !options->open_ms) return SLACK_EINVAL;

    slack_ws_t *ws = ws_new(net, true, options, user_data);
    if (!ws) return SLACK_ENOMEM;
    slack_conn_t *conn;
    int rc = prepare_upgrade(ws, &parts);
    if (rc == 0) rc = connect_conn(ws, &conn, &parts, options);
    if (rc != 0) {
        ws_free(ws);
        return rc;
    }
    start_handles(ws, conn);
    /* Without it the time would count from the beginning of the loop's turn. */
    uv_update_time(slack__net_loop(net));
    uv_timer_start(&ws->timer, ws_timed_out, options->open_ms, 0);
    *ret = ws;
    return 0;
}

/* Refuse an invalid handshake. 426 names the version that is supported. */
static void refuse_handshake(const slack_http_request_t *request, int status)
{
    static const slack_http_header_t headers[] = {
        {{"Upgrade", 7}, {"websocket", 9}},
        {{"Sec-WebSocket-Version", 21}, {"13", 2}},
    };
    const bool upgrade_required = status == 426;
    slack__http_respond(request->server, request->id,
                        &(slack_http_response_t){
                            .status = status,
                            .headers = upgrade_required ? headers : NULL,
                            .header_count = upgrade_required ? 2 : 0,
                            .close = true,
                        });
}

/* Take the connection and the bytes behind the request, and respond 101. */
static int take_upgrade(slack_ws_t *ws, const slack_http_request_t *request, const char *accept)
{
    slack_conn_t *conn;
    slack_slice_t rest;
    int rc = slack__http_upgrade(request->server, request->id, &conn, &rest);
    if (rc != 0) return rc;
    start_handles(ws, conn);
    slack__conn_set_events(conn, &conn_events, ws);
    ws->state = WS_OPEN;

    slack__buf_init(&ws->early, rest.len);
    if (rest.len > 0) {
        rc = slack__buf_append_slice(&ws->early, rest);
        slack__task_post(ws->net, &ws->task);
    }
    if (rc == 0)
        rc = slack__buf_printf(&ws->out,
                               "HTTP/1.1 101 Switching Protocols\r\n"
                               "Upgrade: websocket\r\n"
                               "Connection: Upgrade\r\n"
                               "Sec-WebSocket-Accept: %s\r\n"
                               "\r\n",
                               accept);
    rc = ws_flush(ws, rc);
    if (rc != 0) ws_fail(ws, rc, slack_strerror(rc)); /* `closed` will report it */
    return 0;
}

int slack__ws_accept(slack_ws_t **ret, slack_net_t *net, const slack_http_request_t *request,
                     const slack_ws_options_t *options, void *user_data)
{
    char accept[SLACK_WS_ACCEPT_LEN + 1];
    int status = slack__ws_request_check(request, accept);
    if (status != 0) {
        refuse_handshake(request, status);
        return SLACK_EPROTO;
    }
    slack_ws_t *ws = ws_new(net, false, options, user_data);
    if (!ws) {
        refuse_handshake(request, 503);
        return SLACK_ENOMEM;
    }
    int rc = take_upgrade(ws, request, accept);
    if (rc != 0) {
        ws_free(ws);
        return rc;
    }
    *ret = ws;
    return 0;
}

/* --- for the owner ---------------------------------------------------------------------------- */

int slack__ws_send(slack_ws_t *ws, bool text, const void *data, size_t len)
{
    return send_frame(ws, text ? WSLAY_TEXT_FRAME : WSLAY_BINARY_FRAME, data, len);
}

int slack__ws_ping(slack_ws_t *ws, const void *data, size_t len)
{
    if (len > SLACK_WS_CONTROL_MAX) return SLACK_EINVAL;
    return send_frame(ws, WSLAY_PING, data, len);
}

int slack__ws_pong(slack_ws_t *ws, const void *data, size_t len)
{
    if (len > SLACK_WS_CONTROL_MAX) return SLACK_EINVAL;
    return send_frame(ws, WSLAY_PONG, data, len);
}

void slack__ws_close(slack_ws_t *ws, unsigned code, const char *reason)
{
    if (ws->state < WS_OPEN) {
        slack__ws_abort(ws);
        return;
    }
    if (ws->state != WS_OPEN && ws->state != WS_PEER_CLOSED) return;
    const bool answers = ws->state == WS_PEER_CLOSED;
    if (send_close(ws, answers ? ws->code : code, reason) != 0) {
        slack__ws_abort(ws);
        return;
    }
    if (answers)
        ws_finish(ws);
    else
        ws->state = WS_CLOSING;
}

void slack__ws_abort(slack_ws_t *ws)
{
    if (!ws->conn) return;
    ws_fail(ws, 0, "");
}

uint64_t slack__ws_last_read_ms(const slack_ws_t *ws)
{
    return ws->conn ? slack__conn_last_read_ms(ws->conn) : ws->last_read_ms;
}

int slack__ws_http_status(const slack_ws_t *ws)
{
    return ws->http_status;
}

const char *slack__ws_reason(const slack_ws_t *ws)
{
    return ws->reason;
}

slack_conn_t *slack__ws_conn(slack_ws_t *ws)
{
    return ws->conn;
}
