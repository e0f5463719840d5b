/* SPDX-License-Identifier: MIT */
#include <slack/error.h>

#include "support/alloc_fail.h"
#include "support/certs.h"
#include "support/heap.h"
#include "support/test.h"
#include "support/ws_fixture.h"

/* WebSockets whose peer breaks the protocol or refuses the upgrade, and failing allocations. */

static ws_fixture_t f;

/* ---- peers that break the protocol ---- */

/* The server sends these bytes. The client closes with `code` and reports `status`. */
static void assert_broken(const char *bytes, size_t len, int status, unsigned code)
{
    ws_join(&f, false);
    assert_int_equal(slack__conn_write(slack__ws_conn(f.server.ws), bytes, len), 0);
    ws_until_both_closed(&f);
    assert_int_equal(f.client.status, status);
    assert_int_equal(f.client.code, 0);
    assert_true(*f.client.reason);
    assert_int_equal(f.client.messages, 0);
    assert_int_equal(f.server.closings, 1);
    assert_int_equal(f.server.closing_code, code);
    ws_tear_down(&f);
}

TEST(test_broken_frames)
{
    assert_broken("\xc1\x01x", 3, SLACK_EPROTO, 1002);
    assert_broken("\x81\x81\x01\x01\x01\x01x", 7, SLACK_EPROTO, 1002);
    assert_broken("\x83\x01x\x81\x01x", 6, SLACK_EPROTO, 1002);
    assert_broken("\x81\x01\xff", 3, SLACK_EPROTO, 1007);
    assert_broken("\x82\x7f\x00\x00\x00\x00\x00\x10\x00\x01x", 11, SLACK_ETOOBIG, 1009);
}

JOINED(test_broken_frame_while_closing)
{
    slack__ws_close(f.client.ws, 1000, NULL);
    slack__conn_write(slack__ws_conn(f.server.ws), "\xc1\x01x", 3);
    ws_until_closed(&f, &f.client);
    assert_int_equal(f.client.status, SLACK_EPROTO);
    ws_until_closed(&f, &f.server);
    assert_int_equal(f.server.closing_code, 1000);
}

/* After our Close nothing more is sent, whatever the peer sends. */
TEST(test_one_close_only)
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
        raw_t raw;
        ws_set_up(&f, false);
        ws_dial_raw(&f, &raw);
        slack__ws_close(f.server.ws, 1001, NULL);
        raw_send(&raw, cases[i].answer, cases[i].len);
        raw_until_eof(&raw);
        assert_int_equal(raw.in_len, 4);
        assert_memory_equal(raw.in, "\x88\x02\x03\xe9", 4);
        raw_close(&raw);
        ws_until_closed(&f, &f.server);
        assert_int_equal(f.server.status, cases[i].status);
        ws_tear_down(&f);
    }
}

JOINED(test_stray_line_feed)
{
    assert_int_equal(slack__conn_write(slack__ws_conn(f.server.ws), "\n\x81\x01x\n", 5), 0);
    slack__ws_send(f.server.ws, true, "y", 1);
    world_until(&f.world, f.client.messages >= 2);
    assert_string_equal(f.client.last, "y");
}

/* The peer reads nothing: the send queue is bounded, and a pong that does not fit is no error. */
SERVED(test_unread)
{
    raw_t raw;
    char text[10000];
    f.options.write_max = 50000;
    ws_dial_raw(&f, &raw);
    memset(text, 'x', sizeof text);
    int rc = 0;
    for (int i = 0; i < 10000 && rc == 0; i++)
        rc = slack__ws_send(f.server.ws, true, text, sizeof text);
    assert_int_equal(rc, SLACK_EBUSY);
    for (int i = 0; i < 10000; i++)
        raw_send(&raw, "\x89\x80\x01\x01\x01\x01", 6);
    raw_send(&raw, "\x81\x81\x01\x01\x01\x01q", 7);
    world_until(&f.world, f.server.messages >= 1);
    assert_int_equal(f.server.closes, 0);
    slack__ws_abort(f.server.ws);
    ws_until_closed(&f, &f.server);
    raw_close(&raw);
}

/* ---- upgrades that fail ---- */

/* The server answers with a script. */
static void assert_fails(const char *script, int want, int want_http_status, const char *reason)
{
    ws_set_up(&f, false);
    f.manner = WS_SCRIPT;
    f.script = script;
    assert_int_equal(ws_dial(&f), 0);
    ws_until_closed(&f, &f.client);
    assert_int_equal(f.client.status, want);
    assert_int_equal(f.client.code, 0);
    assert_int_equal(f.client.http_status, want_http_status);
    assert_string_equal(f.client.reason, reason);
    assert_int_equal(f.client.opens, 0);
    ws_tear_down(&f);
}

TEST(test_refused_upgrades)
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
    assert_fails("220 smtp.example.com ESMTP\r\n", SLACK_EPROTO, 0, "the answer is not HTTP");
    assert_fails("HTTP/1.1 101 Swi", SLACK_ECLOSED, 0, "closed by the peer");
    assert_fails("", SLACK_ECLOSED, 0, "closed by the peer");
}

SERVED(test_refused_by_the_server)
{
    f.manner = WS_REFUSE;
    f.refuse_status = 503;
    assert_int_equal(ws_dial(&f), 0);
    ws_until_closed(&f, &f.client);
    assert_int_equal(f.client.status, SLACK_EHTTP);
    assert_int_equal(f.client.http_status, 503);
}

SERVED(test_no_upgrade_in_time)
{
    f.manner = WS_KEEP;
    f.options.open_ms = 30;
    assert_int_equal(ws_dial(&f), 0);
    ws_until_closed(&f, &f.client);
    assert_int_equal(f.client.status, SLACK_ETIMEDOUT);
    assert_string_equal(f.client.reason, "no upgrade in time");
}

/* open_ms limits the opening only. */
SERVED(test_open_for_longer)
{
    const uint64_t open_ms = 200;
    f.options.open_ms = (unsigned)open_ms;
    const uint64_t since = uv_hrtime();
    assert_int_equal(ws_dial(&f), 0);
    world_until(&f.world, f.client.opens >= 1);
    while (uv_hrtime() - since < (open_ms + 50) * 1000 * 1000) {
        assert_int_equal(slack__ws_ping(f.client.ws, NULL, 0), 0);
        const unsigned pongs = f.client.pongs;
        world_until(&f.world, f.client.pongs > pongs);
    }
    assert_int_equal(f.client.closes, 0);
}

SERVED(test_nobody_listens)
{
    unsigned port = slack__http_server_port(f.http);
    slack__http_server_drain(f.http);
    world_turn(&f.world);
    char url[100];
    snprintf(url, sizeof url, "ws://127.0.0.1:%u/", port);
    f.options.url = url;
    assert_int_equal(slack__ws_connect(&f.client.ws, f.world.net, &f.options, &f.client), 0);
    ws_until_closed(&f, &f.client);
    assert_int_equal(f.client.status, SLACK_ECONNECT);
    assert_true(*f.client.reason);
}

TEST(test_wrong_certificate)
{
    if (!certs_make()) skip();
    memset(&f, 0, sizeof f);
    assert_true(world_open(&f.world));
    assert_int_equal(ws_open_tls(&f), 0);
    slack__tls_context_unref(f.server_tls);
    assert_int_equal(slack__tls_context_server(&f.server_tls, certs_path("stranger.pem"),
                                               certs_path("stranger.key"), NULL),
                     0);
    f.options = (slack_ws_options_t){.events = &ws_side_events,
                                     .tls = f.client_tls,
                                     .open_ms = 10000,
                                     .message_max = MESSAGE_MAX,
                                     .write_max = WRITE_MAX};
    assert_int_equal(ws_open_http(&f), 0);
    assert_int_equal(ws_dial(&f), 0);
    ws_until_closed(&f, &f.client);
    assert_int_equal(f.client.status, SLACK_ETLS);
    assert_true(*f.client.reason);
    assert_int_equal(f.requests, 0);
    ws_tear_down(&f);
}

SERVED(test_urls)
{
    static const char *const urls[] = {
        "http://127.0.0.1/",
        "ws://wss.slack.com/",
        "wss://wss.slack.com/" /* without TLS */,
        "ws:///",
        "ws://127.0.0.1/ x",
        "nonsense",
    };
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        f.options.url = urls[i];
        assert_int_equal(slack__ws_connect(&f.client.ws, f.world.net, &f.options, &f.client),
                         SLACK_EINVAL);
    }
    assert_null(f.client.ws);
}

SERVED(test_improper_requests)
{
    raw_t raw;
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
}

/* ---- memory ---- */

/* A ticket is a secret: no freed block may still contain it. */
TEST(test_ticket_is_wiped)
{
    heap_install();
    heap_watch("ticket=a%2Fb");
    ws_join(&f, false);
    slack__ws_close(f.client.ws, 1000, NULL);
    ws_until_closed(&f, &f.client);
    ws_tear_down(&f);
    assert_int_equal(heap_unwiped(), 0);
    heap_watch(NULL);
    assert_null(strstr(f.world.log, "ticket"));
}

/* The memory of a large frame is freed before the next small one. */
TEST(test_large_frames_are_given_back)
{
    const size_t len = MESSAGE_MAX - 100;
    char *text = malloc(len);
    assert_non_null(text);
    memset(text, 'x', len);
    heap_install();
    ws_join(&f, false);
    f.server.echo = true;
    const size_t before = heap_bytes();
    for (unsigned n = 1; n <= 2; n++) {
        assert_int_equal(slack__ws_send(f.client.ws, true, n == 1 ? text : "x", n == 1 ? len : 1),
                         0);
        world_until(&f.world, f.client.messages >= n);
    }
    assert_in_range(heap_bytes(), 0, before + 4 * ((size_t)64 << 10));
    ws_tear_down(&f);
    free(text);
}

/* One message and its echo. If an allocation fails, nothing hangs and nothing is left. */
static int converse(void *ctx)
{
    memset(&f, 0, sizeof f);
    if (!world_open(&f.world)) return SLACK_ENOMEM;
    f.options = (slack_ws_options_t){
        .events = &ws_side_events, .open_ms = 10000, .message_max = 1000, .write_max = 10000};
    f.server.echo = true;
    int rc = ws_open_http(&f);
    if (rc != 0) {
        world_turn(&f.world);
        world_close(&f.world);
        return rc;
    }
    rc = ws_dial(&f);
    world_until(&f.world, rc != 0 || f.client.opens || f.client.closes);
    if (rc == 0 && f.client.ws) rc = slack__ws_send(f.client.ws, true, "hello", 5);
    world_until(&f.world, rc != 0 || f.client.messages || f.client.closes);
    if (rc == 0 && !f.client.messages) rc = SLACK_ENOMEM;
    ws_tear_down(&f);
    return rc;
}

TEST(test_out_of_memory)
{
    assert_true(alloc_fail_each(converse, NULL) > 10);
}
