/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <slack/error.h>

#include "net/websocket.h"
#include "support/alloc_fail.h"
#include "support/certs.h"
#include "support/heap.h"
#include "support/raw.h"
#include "support/world.h"

#define MESSAGE_MAX ((size_t)1 << 20)
#define WRITE_MAX   ((size_t)1 << 20)

/* What happened to one end of a WebSocket, and what it does about it. */
typedef struct side {
    slack_ws_t *ws; /* NULL before and after its life */
    bool echo;
    bool abort_at_open, abort_at_message, abort_at_pong, abort_at_closing;
    unsigned opens, messages, pongs, closings, closes;
    bool text; /* the last message */
    char last[200];
    size_t last_len;
    char pong[126];
    unsigned closing_code;
    int status;
    unsigned code;
    int http_status;
    char reason[200];
} side_t;

/* What the server does with a request. */
enum manner { ACCEPT, ACCEPT_AND_SEND, REFUSE, SCRIPT, KEEP };

typedef struct fixture {
    world_t world;
    slack_tls_context_t *server_tls, *client_tls;
    slack_http_server_t *http;
    enum manner manner;
    int refuse_status;
    const char *script; /* bytes for SCRIPT, then the connection ends */
    unsigned requests;
    int accept_rc;
    char query[100];
    slack_ws_options_t options;
    side_t client, server;
    bool http_gone;
} fixture_t;

/* --- the ends --------------------------------------------------------------------------------- */

static void maybe_abort(slack_ws_t *ws, bool now)
{
    if (!now) return;
    slack__ws_abort(ws);
    slack__ws_abort(ws);
    assert_int_equal(slack__ws_send(ws, true, "x", 1), SLACK_ECLOSED);
    assert_int_equal(slack__ws_ping(ws, "x", 1), SLACK_ECLOSED);
    slack__ws_close(ws, 1000, NULL);
}

static void on_open(slack_ws_t *ws, void *user_data)
{
    side_t *side = user_data;
    side->opens++;
    maybe_abort(ws, side->abort_at_open);
}

static void on_message(slack_ws_t *ws, bool text, const char *data, size_t len, void *user_data)
{
    side_t *side = user_data;
    assert_int_equal(data[len], '\0');
    side->messages++;
    side->text = text;
    side->last_len = len;
    snprintf(side->last, sizeof side->last, "%.*s", len < 190 ? (int)len : 190, data);
    if (side->echo) assert_int_equal(slack__ws_send(ws, text, data, len), 0);
    maybe_abort(ws, side->abort_at_message);
}

static void on_pong(slack_ws_t *ws, const char *data, size_t len, void *user_data)
{
    side_t *side = user_data;
    side->pongs++;
    assert_int_equal(strlen(data), len);
    snprintf(side->pong, sizeof side->pong, "%s", data);
    maybe_abort(ws, side->abort_at_pong);
}

static void on_closing(slack_ws_t *ws, unsigned code, void *user_data)
{
    side_t *side = user_data;
    side->closings++;
    side->closing_code = code;
    assert_int_equal(slack__ws_send(ws, true, "x", 1), SLACK_ECLOSED);
    maybe_abort(ws, side->abort_at_closing);
}

static void on_closed(slack_ws_t *ws, int status, unsigned code, void *user_data)
{
    side_t *side = user_data;
    side->closes++;
    side->status = status;
    side->code = code;
    side->http_status = slack__ws_http_status(ws);
    snprintf(side->reason, sizeof side->reason, "%s", slack__ws_reason(ws));
    slack__ws_abort(ws); /* none of these does harm any more */
    slack__ws_close(ws, 1000, NULL);
    assert_int_equal(slack__ws_send(ws, true, "x", 1), SLACK_ECLOSED);
    side->ws = NULL;
}

static const slack_ws_events_t events = {
    .open = on_open,
    .message = on_message,
    .pong = on_pong,
    .closing = on_closing,
    .closed = on_closed,
};

/* --- the server ------------------------------------------------------------------------------- */

static void on_script_data(slack_conn_t *conn, const char *data, size_t len, void *user_data)
{
}

static void on_script_closed(slack_conn_t *conn, int status, void *user_data)
{
}

static void run_script(fixture_t *fixture, uint64_t id)
{
    static const slack_conn_events_t script_events = {.data = on_script_data,
                                                      .closed = on_script_closed};
    slack_conn_t *conn;
    slack_slice_t rest;
    assert_int_equal(slack__http_upgrade(fixture->http, id, &conn, &rest), 0);
    slack__conn_set_events(conn, &script_events, NULL);
    slack__conn_write(conn, fixture->script, strlen(fixture->script));
    slack__conn_finish(conn);
}

static void on_request(slack_http_server_t *http, slack_http_request_t *request, void *user_data)
{
    fixture_t *fixture = user_data;
    fixture->requests++;
    snprintf(fixture->query, sizeof fixture->query, "%s?%s", request->path.ptr, request->query.ptr);
    switch (fixture->manner) {
    case ACCEPT:
    case ACCEPT_AND_SEND:
        fixture->accept_rc =
            slack__ws_accept(&fixture->server.ws, fixture->world.net, http, request,
                             &fixture->options, &events, &fixture->server);
        if (fixture->manner == ACCEPT_AND_SEND)
            slack__ws_send(fixture->server.ws, true, "welcome", 7);
        break;
    case REFUSE:
        slack__http_answer(http, request->id,
                           &(slack_http_answer_t){.status = fixture->refuse_status});
        break;
    case SCRIPT: run_script(fixture, request->id); break;
    case KEEP: break;
    }
    slack__arena_free(request->arena);
}

static int open_tls(fixture_t *fixture)
{
    const char *cert = certs_path("server.pem"), *key = certs_path("server.key");
    int rc = slack__tls_context_server(&fixture->server_tls, cert, key, NULL);
    if (rc == 0) rc = slack__tls_context_client(&fixture->client_tls, certs_path("ca.pem"));
    return rc;
}

static int open_http(fixture_t *fixture)
{
    const slack_http_server_options_t options = {
        .listen = {.host = "127.0.0.1",
                   .tls = fixture->server_tls,
                   .open_ms = 10000,
                   .write_max = WRITE_MAX},
        .fn = on_request,
        .user_data = fixture,
    };
    return slack__http_server_open(&fixture->http, fixture->world.net, &options, NULL);
}

static void set_up(fixture_t *fixture, bool tls)
{
    memset(fixture, 0, sizeof *fixture);
    assert_true(world_open(&fixture->world));
    if (tls) assert_int_equal(open_tls(fixture), 0);
    fixture->options = (slack_ws_options_t){
        .tls = fixture->client_tls,
        .open_ms = 10000,
        .message_max = MESSAGE_MAX,
        .write_max = WRITE_MAX,
    };
    assert_int_equal(open_http(fixture), 0);
}

static void until_closed(fixture_t *fixture, side_t *side)
{
    world_until_count(&fixture->world, &side->closes, 1);
}

static void tear_down(fixture_t *fixture)
{
    if (fixture->client.ws) {
        slack__ws_abort(fixture->client.ws);
        until_closed(fixture, &fixture->client);
    }
    if (fixture->server.ws) {
        slack__ws_abort(fixture->server.ws);
        until_closed(fixture, &fixture->server);
    }
    slack__http_server_close(fixture->http, world_set_flag, &fixture->http_gone);
    world_until(&fixture->world, &fixture->http_gone);
    slack__tls_context_unref(fixture->server_tls);
    slack__tls_context_unref(fixture->client_tls);
    uv_run(&fixture->world.loop, UV_RUN_DEFAULT); /* scripts end, and lookups with their threads */
    assert_true(fixture->client.closes <= 1 && fixture->server.closes <= 1);
    world_close(&fixture->world);
}

static int dial(fixture_t *fixture)
{
    char url[100];
    snprintf(url, sizeof url, "%s:%u/link/?ticket=a%%2Fb&app_id=c",
             fixture->client_tls ? "wss://localhost" : "ws://127.0.0.1",
             slack__http_server_port(fixture->http));
    return slack__ws_connect(&fixture->client.ws, fixture->world.net, url, &fixture->options,
                             &events, &fixture->client);
}

/* Both ends, open. */
static void join(fixture_t *fixture, bool tls)
{
    set_up(fixture, tls);
    assert_int_equal(dial(fixture), 0);
    world_until_count(&fixture->world, &fixture->client.opens, 1);
    assert_non_null(fixture->server.ws);
}

/* The server, with a script in the place of its own good manners. */
static void assert_fails(const char *script, int want, int want_http_status, const char *reason)
{
    fixture_t f;
    set_up(&f, false);
    f.manner = SCRIPT;
    f.script = script;
    assert_int_equal(dial(&f), 0);
    until_closed(&f, &f.client);
    assert_int_equal(f.client.status, want);
    assert_int_equal(f.client.code, 0);
    assert_int_equal(f.client.http_status, want_http_status);
    assert_string_equal(f.client.reason, reason);
    assert_int_equal(f.client.opens, 0);
    tear_down(&f);
}

/* --- messages --------------------------------------------------------------------------------- */

static void assert_echoed(fixture_t *f, bool text, const char *data, size_t len)
{
    unsigned before = f->client.messages;
    assert_int_equal(slack__ws_send(f->client.ws, text, data, len), 0);
    world_until_count(&f->world, &f->client.messages, before + 1);
    assert_int_equal(f->client.last_len, len);
    assert_int_equal(f->client.text, text);
    assert_int_equal(f->server.text, text);
    assert_int_equal(memcmp(f->client.last, data, len < 190 ? strnlen(data, len) : 190), 0);
}

static void check_messages(bool tls)
{
    fixture_t f;
    char *big = calloc(1, MESSAGE_MAX);
    assert_non_null(big);
    memset(big, 'x', MESSAGE_MAX);
    join(&f, tls);
    assert_string_equal(f.query, "/link/?ticket=a%2Fb&app_id=c");
    f.server.echo = true;
    assert_echoed(&f, true, "h\xc3\xa9llo", 6);
    assert_echoed(&f, true, "", 0);
    assert_echoed(&f, false, "\xff\x01", 2);
    assert_echoed(&f, true, big, 125);
    assert_echoed(&f, true, big, 126);
    assert_echoed(&f, true, big, 65535);
    assert_echoed(&f, true, big, 65536);
    assert_echoed(&f, true, big, MESSAGE_MAX - 100);
    assert_int_equal(slack__ws_send(f.client.ws, true, big, MESSAGE_MAX), SLACK_EBUSY);
    assert_int_equal(slack__ws_last_read_ms(f.client.ws), f.world.mono_us / 1000);
    slack__ws_close(f.client.ws, 1000, "bye");
    until_closed(&f, &f.client);
    until_closed(&f, &f.server);
    assert_int_equal(f.client.status, 0);
    assert_int_equal(f.server.status, 0);
    tear_down(&f);
    free(big);
}

static void test_messages(void **state)
{
    check_messages(false);
}

static void test_messages_with_tls(void **state)
{
    if (!certs_make()) skip();
    check_messages(true);
}

static void test_pings(void **state)
{
    fixture_t f;
    char data[126] = {0};
    join(&f, false);
    memset(data, 'p', 125);
    assert_int_equal(slack__ws_ping(f.client.ws, data, 125), 0);
    assert_int_equal(slack__ws_ping(f.client.ws, data, 126), SLACK_EINVAL);
    world_until_count(&f.world, &f.client.pongs, 1);
    assert_string_equal(f.client.pong, data);
    assert_int_equal(slack__ws_ping(f.server.ws, NULL, 0), 0);
    world_until_count(&f.world, &f.server.pongs, 1);
    assert_string_equal(f.server.pong, "");
    tear_down(&f);
}

/* A frame in the same segment as the 101, and frames in the same as the request. */
static void test_early_frames(void **state)
{
    fixture_t f;
    raw_t raw;
    set_up(&f, false);
    f.manner = ACCEPT_AND_SEND;
    assert_int_equal(dial(&f), 0);
    world_until_count(&f.world, &f.client.messages, 1);
    assert_string_equal(f.client.last, "welcome");
    slack__ws_abort(f.client.ws);
    until_closed(&f, &f.client);
    until_closed(&f, &f.server);

    f.manner = ACCEPT;
    f.server = (side_t){.echo = true};
    raw_connect(&raw, &f.world, slack__http_server_port(f.http));
    raw_say(&raw, "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
                  "\x81\x81\x01\x01\x01\x01q\x81\x81\x01");
    world_until_count(&f.world, &f.server.messages, 1);
    raw_say(&raw, "\x01\x01\x01r");
    world_until_count(&f.world, &f.server.messages, 2);
    raw_until(&raw, "\x81\x01p\x81\x01s");
    assert_non_null(strstr(raw.in, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                                   "Connection: Upgrade\r\n"
                                   "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"));
    raw_close(&raw);
    until_closed(&f, &f.server);
    assert_int_equal(f.server.status, SLACK_ECLOSED);
    tear_down(&f);
}

/* --- ends ------------------------------------------------------------------------------------- */

static void test_close_by_client(void **state)
{
    fixture_t f;
    join(&f, false);
    f.server.echo = true;
    slack__ws_send(f.client.ws, true, "last words", 10);
    slack__ws_close(f.client.ws, 4001, "bye");
    slack__ws_close(f.client.ws, 4002, "again");
    assert_int_equal(slack__ws_send(f.client.ws, true, "x", 1), SLACK_ECLOSED);
    until_closed(&f, &f.client);
    until_closed(&f, &f.server);
    assert_int_equal(f.client.messages, 1); /* what was on its way still came */
    assert_int_equal(f.client.status, 0);
    assert_int_equal(f.client.code, 4001); /* the server's answer repeats it */
    assert_int_equal(f.client.closings, 0);
    assert_int_equal(f.client.http_status, 101);
    assert_int_equal(f.server.closings, 1);
    assert_int_equal(f.server.closing_code, 4001);
    assert_int_equal(f.server.status, 0);
    assert_int_equal(f.server.code, 4001);
    tear_down(&f);
}

static void test_close_by_server(void **state)
{
    fixture_t f;
    join(&f, false);
    slack__ws_close(f.server.ws, 0, NULL);
    until_closed(&f, &f.client);
    until_closed(&f, &f.server);
    assert_int_equal(f.client.closings, 1);
    assert_int_equal(f.client.status, 0);
    assert_int_equal(f.client.code, 0);
    assert_int_equal(f.server.status, 0);
    tear_down(&f);
}

static void test_close_by_both(void **state)
{
    fixture_t f;
    join(&f, false);
    slack__ws_close(f.server.ws, 1001, NULL);
    slack__ws_close(f.client.ws, 1000, NULL);
    until_closed(&f, &f.client);
    until_closed(&f, &f.server);
    assert_int_equal(f.client.status, 0);
    assert_int_equal(f.client.code, 1001);
    assert_int_equal(f.server.status, 0);
    assert_int_equal(f.server.code, 1000);
    assert_int_equal(f.client.closings + f.server.closings, 0);
    tear_down(&f);
}

static void test_abort(void **state)
{
    fixture_t f;
    join(&f, false);
    slack__ws_abort(f.client.ws);
    assert_int_equal(f.client.closes, 0); /* never from within the call */
    until_closed(&f, &f.client);
    until_closed(&f, &f.server);
    assert_int_equal(f.client.status, 0);
    assert_int_equal(f.server.status, SLACK_ECLOSED);
    assert_int_equal(f.server.closings, 0);
    tear_down(&f);

    join(&f, false);
    slack__ws_close(f.client.ws, 1000, NULL); /* given up before it was answered */
    slack__ws_abort(f.client.ws);
    until_closed(&f, &f.client);
    assert_int_equal(f.client.status, 0);
    tear_down(&f);
}

static void test_abort_before_open(void **state)
{
    fixture_t f;
    set_up(&f, false);
    assert_int_equal(dial(&f), 0);
    slack__ws_close(f.client.ws, 1000, NULL);
    until_closed(&f, &f.client);
    assert_int_equal(f.client.status, 0);
    assert_int_equal(f.client.opens, 0);
    tear_down(&f);

    set_up(&f, false);
    f.manner = KEEP;
    assert_int_equal(dial(&f), 0);
    world_until_count(&f.world, &f.requests, 1);
    slack__ws_abort(f.client.ws);
    until_closed(&f, &f.client);
    assert_int_equal(f.client.status, 0);
    tear_down(&f);
}

/* Three frames at once, and an owner that has enough after the first. */
static void test_abort_inside(void **state)
{
    fixture_t f;
    join(&f, false);
    f.client.abort_at_message = true;
    for (int i = 0; i < 3; i++)
        slack__ws_send(f.server.ws, true, "x", 1);
    until_closed(&f, &f.client);
    assert_int_equal(f.client.messages, 1);
    assert_int_equal(f.client.status, 0);
    tear_down(&f);

    join(&f, false);
    f.client.abort_at_pong = true;
    slack__ws_ping(f.client.ws, "x", 1);
    slack__ws_ping(f.client.ws, "x", 1);
    until_closed(&f, &f.client);
    assert_int_equal(f.client.pongs, 1);
    tear_down(&f);

    join(&f, false);
    f.client.abort_at_closing = true;
    slack__ws_close(f.server.ws, 1001, NULL);
    until_closed(&f, &f.client);
    assert_int_equal(f.client.status, 0);
    assert_int_equal(f.client.code, 1001);
    tear_down(&f);

    set_up(&f, false);
    f.manner = ACCEPT_AND_SEND;
    f.client.abort_at_open = true;
    assert_int_equal(dial(&f), 0);
    until_closed(&f, &f.client);
    assert_int_equal(f.client.messages, 0);
    assert_int_equal(f.client.status, 0);
    tear_down(&f);
}

/* A server that goes without a Close, as Slack's do. */
static void test_peer_goes(void **state)
{
    fixture_t f;
    join(&f, false);
    slack__ws_send(f.server.ws, true, "x", 1);
    slack__conn_finish(slack__ws_conn(f.server.ws));
    until_closed(&f, &f.client);
    assert_int_equal(f.client.messages, 1);
    assert_int_equal(f.client.status, SLACK_ECLOSED);
    assert_int_equal(f.client.code, 0);
    assert_string_equal(f.client.reason, "closed by the peer");
    until_closed(&f, &f.server);
    tear_down(&f);

    join(&f, false); /* it was to answer our Close, and goes instead */
    slack__ws_close(f.client.ws, 1000, NULL);
    slack__conn_close(slack__ws_conn(f.server.ws), 0);
    until_closed(&f, &f.client);
    assert_int_equal(f.client.status, SLACK_ECLOSED);
    tear_down(&f);
}

/* --- peers that break the protocol ------------------------------------------------------------ */

/* The server sends these bytes. The client says `code` to it, and ends with `status`. */
static void assert_broken(const char *bytes, size_t len, int status, unsigned code)
{
    fixture_t f;
    join(&f, false);
    assert_int_equal(slack__conn_write(slack__ws_conn(f.server.ws), bytes, len), 0);
    until_closed(&f, &f.client);
    until_closed(&f, &f.server);
    assert_int_equal(f.client.status, status);
    assert_int_equal(f.client.code, 0);
    assert_true(*f.client.reason);
    assert_int_equal(f.client.messages, 0);
    assert_int_equal(f.server.closings, 1);
    assert_int_equal(f.server.closing_code, code);
    tear_down(&f);
}

static void test_broken_frames(void **state)
{
    assert_broken("\xc1\x01x", 3, SLACK_EPROTO, 1002);
    assert_broken("\x81\x81\x01\x01\x01\x01x", 7, SLACK_EPROTO, 1002);
    assert_broken("\x83\x01x\x81\x01x", 6, SLACK_EPROTO, 1002);
    assert_broken("\x81\x01\xff", 3, SLACK_EPROTO, 1007);
    assert_broken("\x82\x7f\x00\x00\x00\x00\x00\x10\x00\x01x", 11, SLACK_ETOOBIG, 1009);
}

static void test_broken_frame_while_closing(void **state)
{
    fixture_t f;
    join(&f, false);
    slack__ws_close(f.client.ws, 1000, NULL);
    slack__conn_write(slack__ws_conn(f.server.ws), "\xc1\x01x", 3);
    until_closed(&f, &f.client);
    assert_int_equal(f.client.status, SLACK_EPROTO);
    until_closed(&f, &f.server);
    assert_int_equal(f.server.closing_code, 1000);
    tear_down(&f);
}

/* A handshake, sent by hand. */
static void dial_raw(fixture_t *f, raw_t *raw)
{
    raw_connect(raw, &f->world, slack__http_server_port(f->http));
    raw_say(raw,
            "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n");
    raw_until(raw, "\r\n\r\n");
    raw_forget(raw);
}

/* After our Close nothing more is sent, whatever the peer says then. */
static void test_one_close_only(void **state)
{
    static const struct {
        const char *answer;
        size_t len;
        int status;
    } cases[] = {
        {"\x89\x80\x01\x01\x01\x01\x88\x80\x01\x01\x01\x01", 12, 0},
        {"\x88\x82\x00\x00\x00\x00\x03\xe8\x81\x80\x00\x00\x00\x00", 14, 0},
        {"\xc1\x80\x01\x01\x01\x01", 6, SLACK_EPROTO},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fixture_t f;
        raw_t raw;
        set_up(&f, false);
        dial_raw(&f, &raw);
        slack__ws_close(f.server.ws, 1001, NULL);
        raw_send(&raw, cases[i].answer, cases[i].len);
        raw_until_eof(&raw);
        assert_int_equal(raw.in_len, 4);
        assert_memory_equal(raw.in, "\x88\x02\x03\xe9", 4);
        raw_close(&raw);
        until_closed(&f, &f.server);
        assert_int_equal(f.server.status, cases[i].status);
        tear_down(&f);
    }
}

static void test_stray_line_feed(void **state)
{
    fixture_t f;
    join(&f, false);
    assert_int_equal(slack__conn_write(slack__ws_conn(f.server.ws), "\n\x81\x01x\n", 5), 0);
    slack__ws_send(f.server.ws, true, "y", 1);
    world_until_count(&f.world, &f.client.messages, 2);
    assert_string_equal(f.client.last, "y");
    tear_down(&f);
}

/* The peer reads nothing: what waits for it is bounded, and pongs are not worth a failure. */
static void test_unread(void **state)
{
    fixture_t f;
    raw_t raw;
    char text[10000];
    set_up(&f, false);
    f.options.write_max = 50000;
    dial_raw(&f, &raw);
    memset(text, 'x', sizeof text);
    int rc = 0;
    for (int i = 0; i < 10000 && rc == 0; i++)
        rc = slack__ws_send(f.server.ws, true, text, sizeof text);
    assert_int_equal(rc, SLACK_EBUSY);
    for (int i = 0; i < 10000; i++)
        raw_send(&raw, "\x89\x80\x01\x01\x01\x01", 6);
    raw_send(&raw, "\x81\x81\x01\x01\x01\x01q", 7);
    world_until_count(&f.world, &f.server.messages, 1);
    assert_int_equal(f.server.closes, 0);
    slack__ws_abort(f.server.ws);
    until_closed(&f, &f.server);
    raw_close(&raw);
    tear_down(&f);
}

/* --- upgrades that fail ----------------------------------------------------------------------- */

static void test_refused_upgrades(void **state)
{
    assert_fails("HTTP/1.1 408 Request Timeout\r\n\r\n", SLACK_EHTTP, 408,
                 "the upgrade was refused: 408 Request Timeout");
    assert_fails("HTTP/1.1 302 Found\r\nLocation: ws://127.0.0.1:1/\r\n\r\n", SLACK_EHTTP, 302,
                 "the upgrade was refused: 302 Found");
    assert_fails("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>", SLACK_EHTTP, 200,
                 "the upgrade was refused: 200 OK");
    assert_fails(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n\r\n",
        SLACK_EPROTO, 101, "wrong Sec-WebSocket-Accept");
    assert_fails("220 smtp.example.com ESMTP\r\n", SLACK_EPROTO, 0, "the answer is no HTTP");
    assert_fails("HTTP/1.1 101 Swi", SLACK_ECLOSED, 0, "closed by the peer");
    assert_fails("", SLACK_ECLOSED, 0, "closed by the peer");
}

static void test_refused_by_the_server(void **state)
{
    fixture_t f;
    set_up(&f, false);
    f.manner = REFUSE;
    f.refuse_status = 503;
    assert_int_equal(dial(&f), 0);
    until_closed(&f, &f.client);
    assert_int_equal(f.client.status, SLACK_EHTTP);
    assert_int_equal(f.client.http_status, 503);
    tear_down(&f);
}

static void test_no_upgrade_in_time(void **state)
{
    fixture_t f;
    set_up(&f, false);
    f.manner = KEEP;
    f.options.open_ms = 30;
    assert_int_equal(dial(&f), 0);
    until_closed(&f, &f.client);
    assert_int_equal(f.client.status, SLACK_ETIMEDOUT);
    assert_string_equal(f.client.reason, "no upgrade in time");
    tear_down(&f);
}

/* The time is for opening only. */
static void test_open_for_longer(void **state)
{
    const uint64_t open_ms = 200;
    fixture_t f;
    set_up(&f, false);
    f.options.open_ms = (unsigned)open_ms;
    const uint64_t since = uv_hrtime();
    assert_int_equal(dial(&f), 0);
    world_until_count(&f.world, &f.client.opens, 1);
    while (uv_hrtime() - since < (open_ms + 50) * 1000 * 1000) {
        assert_int_equal(slack__ws_ping(f.client.ws, NULL, 0), 0);
        world_until_count(&f.world, &f.client.pongs, f.client.pongs + 1);
    }
    assert_int_equal(f.client.closes, 0);
    tear_down(&f);
}

static void test_nobody_listens(void **state)
{
    fixture_t f;
    set_up(&f, false);
    unsigned port = slack__http_server_port(f.http);
    slack__http_server_drain(f.http);
    world_turn(&f.world);
    char url[100];
    snprintf(url, sizeof url, "ws://127.0.0.1:%u/", port);
    assert_int_equal(
        slack__ws_connect(&f.client.ws, f.world.net, url, &f.options, &events, &f.client), 0);
    until_closed(&f, &f.client);
    assert_int_equal(f.client.status, SLACK_ECONNECT);
    assert_true(*f.client.reason);
    tear_down(&f);
}

static void test_wrong_certificate(void **state)
{
    fixture_t f;
    if (!certs_make()) skip();
    memset(&f, 0, sizeof f);
    assert_true(world_open(&f.world));
    assert_int_equal(open_tls(&f), 0);
    slack__tls_context_unref(f.server_tls);
    assert_int_equal(slack__tls_context_server(&f.server_tls, certs_path("stranger.pem"),
                                               certs_path("stranger.key"), NULL),
                     0);
    f.options = (slack_ws_options_t){
        .tls = f.client_tls, .open_ms = 10000, .message_max = MESSAGE_MAX, .write_max = WRITE_MAX};
    assert_int_equal(open_http(&f), 0);
    assert_int_equal(dial(&f), 0);
    until_closed(&f, &f.client);
    assert_int_equal(f.client.status, SLACK_ETLS);
    assert_true(*f.client.reason);
    assert_int_equal(f.requests, 0);
    tear_down(&f);
}

static void test_urls(void **state)
{
    fixture_t f;
    set_up(&f, false);
    static const char *const urls[] = {
        "http://127.0.0.1/",
        "ws://wss.slack.com/",
        "wss://wss.slack.com/" /* without TLS */,
        "ws:///",
        "ws://127.0.0.1/ x",
        "nonsense",
    };
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++)
        assert_int_equal(
            slack__ws_connect(&f.client.ws, f.world.net, urls[i], &f.options, &events, &f.client),
            SLACK_EINVAL);
    assert_null(f.client.ws);
    tear_down(&f);
}

static void test_improper_requests(void **state)
{
    fixture_t f;
    raw_t raw;
    set_up(&f, false);
    raw_connect(&raw, &f.world, slack__http_server_port(f.http));
    raw_say(&raw, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    raw_until_eof(&raw);
    assert_int_equal(strncmp(raw.in, "HTTP/1.1 426 Upgrade Required\r\n", 31), 0);
    assert_non_null(strstr(raw.in, "\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"));
    assert_int_equal(f.accept_rc, SLACK_EPROTO);
    raw_close(&raw);
    raw_connect(&raw, &f.world, slack__http_server_port(f.http));
    raw_say(&raw, "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                  "Sec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n\r\n");
    raw_until_eof(&raw);
    assert_int_equal(strncmp(raw.in, "HTTP/1.1 400 Bad Request\r\n", 26), 0);
    raw_close(&raw);
    tear_down(&f);
}

/* --- memory ----------------------------------------------------------------------------------- */

/* A ticket is a secret: nothing that is given back may still hold it. */
static void test_ticket_is_wiped(void **state)
{
    fixture_t f;
    heap_install();
    heap_watch("ticket=a%2Fb");
    join(&f, false);
    slack__ws_close(f.client.ws, 1000, NULL);
    until_closed(&f, &f.client);
    tear_down(&f);
    assert_int_equal(heap_unwiped(), 0);
    heap_watch(NULL);
    assert_null(strstr(f.world.log, "ticket"));
}

/* A message there and back. Whatever fails: nobody hangs, and nothing is left. */
static int converse(void *ctx)
{
    fixture_t f;
    memset(&f, 0, sizeof f);
    if (!world_open(&f.world)) return SLACK_ENOMEM;
    f.options = (slack_ws_options_t){.open_ms = 10000, .message_max = 1000, .write_max = 10000};
    f.server.echo = true;
    int rc = open_http(&f);
    if (rc != 0) {
        world_turn(&f.world);
        world_close(&f.world);
        return rc;
    }
    rc = dial(&f);
    while (rc == 0 && !f.client.opens && !f.client.closes)
        uv_run(&f.world.loop, UV_RUN_ONCE);
    if (rc == 0 && f.client.ws) rc = slack__ws_send(f.client.ws, true, "hello", 5);
    while (rc == 0 && !f.client.messages && !f.client.closes)
        uv_run(&f.world.loop, UV_RUN_ONCE);
    if (rc == 0 && !f.client.messages) rc = SLACK_ENOMEM;
    tear_down(&f);
    return rc;
}

static void test_out_of_memory(void **state)
{
    assert_true(alloc_fail_each(converse, NULL) > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_messages),
        cmocka_unit_test(test_messages_with_tls),
        cmocka_unit_test(test_pings),
        cmocka_unit_test(test_early_frames),
        cmocka_unit_test(test_close_by_client),
        cmocka_unit_test(test_close_by_server),
        cmocka_unit_test(test_close_by_both),
        cmocka_unit_test(test_abort),
        cmocka_unit_test(test_abort_before_open),
        cmocka_unit_test(test_abort_inside),
        cmocka_unit_test(test_peer_goes),
        cmocka_unit_test(test_broken_frames),
        cmocka_unit_test(test_broken_frame_while_closing),
        cmocka_unit_test(test_one_close_only),
        cmocka_unit_test(test_stray_line_feed),
        cmocka_unit_test(test_unread),
        cmocka_unit_test(test_refused_upgrades),
        cmocka_unit_test(test_refused_by_the_server),
        cmocka_unit_test(test_no_upgrade_in_time),
        cmocka_unit_test(test_open_for_longer),
        cmocka_unit_test(test_nobody_listens),
        cmocka_unit_test(test_wrong_certificate),
        cmocka_unit_test(test_urls),
        cmocka_unit_test(test_improper_requests),
        cmocka_unit_test(test_ticket_is_wiped),
        cmocka_unit_test(test_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
