/* SPDX-License-Identifier: MIT */
/*
 * Every line of the protocol's list of bad behaviour that concerns Socket Mode, against a real
 * server on loopback: what Slack, proxies and networks have been seen to do.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/socket_world.h"

#define SECOND 1000
#define HELLO  "{\"type\":\"hello\",\"num_connections\":1}"

/* Nothing is broken: an event goes through on this connection. */
static void assert_alive(socket_world_t *w, unsigned connection, unsigned n)
{
    socket_world_event(w, connection, n);
    socket_world_settle(w);
    assert_true(socket_world_acked(w, n));
    assert_int_equal(w->mock.state, SLACK_TRANSPORT_READY);
}

static void say(socket_world_t *w, unsigned connection, const char *reason)
{
    char text[128];
    snprintf(text, sizeof text, "{\"type\":\"disconnect\",\"reason\":\"%s\"}", reason);
    socket_peer_text(w->peer, connection, text);
    socket_world_settle(w);
}

/* --- before and between messages ---------------------------------------------------------------
 */

static void open_silently(socket_peer_t *peer, unsigned connection, void *user_data)
{
    ((socket_world_t *)user_data)->last_hello = connection;
}

static void hello_delayed_5_s(void **state)
{
    socket_world_t w;
    socket_world_open(&w);
    w.script.open = open_silently;
    socket_world_start(&w, 1);
    socket_world_until_taken(&w, 1);
    socket_world_pass(&w, 5 * SECOND);
    assert_int_equal(w.mock.state, SLACK_TRANSPORT_STARTING);
    socket_peer_text(w.peer, 1, HELLO);
    mock_run_until_state(&w.mock, SLACK_TRANSPORT_READY);
    assert_alive(&w, 1, 1);
    assert_int_equal(w.calls, 1);
    socket_world_close(&w);
}

static void hello_never_comes(void **state)
{
    socket_world_t w;
    socket_world_open(&w);
    w.script.open = open_silently;
    socket_world_start(&w, 1);
    socket_world_until_taken(&w, 1);
    socket_world_pass(&w, 18 * SECOND);
    assert_true(w.calls >= 2);
    assert_int_equal(w.close_code, 1000); /* no ghost is left */
    socket_world_close(&w);
}

static void open_crowded(socket_peer_t *peer, unsigned connection, void *user_data)
{
    socket_peer_text(peer, connection,
                     "{\"type\":\"disconnect\",\"reason\":\"too_many_websockets\"}");
}

static void disconnect_instead_of_hello(void **state)
{
    socket_world_t w;
    socket_world_open(&w);
    w.script.open = open_crowded;
    socket_world_start(&w, 1);
    socket_world_until_taken(&w, 1);
    socket_world_pass(&w, 9 * SECOND);
    assert_int_equal(w.calls, 1);
    assert_int_equal(w.closes, 1);
    assert_int_equal(socket_peer_live(w.peer), 0);
    socket_world_close(&w);
}

static void open_with_ping(socket_peer_t *peer, unsigned connection, void *user_data)
{
    socket_peer_frame(peer, connection, 0x80 | SOCKET_PEER_PING, "Ping from applink-1", 19);
    socket_peer_text(peer, connection, HELLO);
}

static unsigned pongs;

static void count_pongs(socket_peer_t *peer, unsigned connection, enum socket_peer_opcode opcode,
                        const char *data, size_t len, void *user_data)
{
    if (opcode != SOCKET_PEER_PONG) return;
    assert_string_equal(data, "Ping from applink-1");
    pongs++;
}

static void ping_before_hello(void **state)
{
    socket_world_t w;
    pongs = 0;
    socket_world_open(&w);
    w.script.open = open_with_ping;
    w.script.frame = count_pongs;
    socket_world_start(&w, 1);
    mock_run_until_state(&w.mock, SLACK_TRANSPORT_READY);
    socket_world_settle(&w);
    assert_int_equal(pongs, 1);
    socket_world_close(&w);
}

static void stray_newline(void **state)
{
    socket_world_t w;
    socket_world_ready(&w, 1);
    socket_peer_bytes(w.peer, 1, "\n", 1); /* between two frames */
    assert_alive(&w, 1, 1);
    socket_peer_text(w.peer, 1, "\n"); /* in a frame */
    assert_alive(&w, 1, 2);
    assert_int_equal(w.calls, 1);
    socket_world_close(&w);
}

static void binary_frame(void **state)
{
    socket_world_t w;
    socket_world_ready(&w, 1);
    socket_peer_frame(w.peer, 1, 0x80 | SOCKET_PEER_BINARY, "{\"envelope_id\":\"e-9\"}", 21);
    assert_alive(&w, 1, 1);
    assert_false(socket_world_acked(&w, 9));
    assert_int_equal(w.calls, 1);
    socket_world_close(&w);
}

static void text_that_is_no_json(void **state)
{
    socket_world_t w;
    socket_world_ready(&w, 1);
    socket_peer_text(w.peer, 1, "UNAUTHENTICATED: cache_error");
    socket_peer_text(w.peer, 1, "{\"type\":");
    socket_peer_text(w.peer, 1, "{\"type\":\"nobody_knows\"}");
    socket_peer_text(w.peer, 1, "");
    assert_alive(&w, 1, 1);
    assert_int_equal(w.calls, 1);
    assert_int_equal(w.mock.count, 1);
    socket_world_close(&w);
}

static void fragmented_envelope_with_a_ping_inside(void **state)
{
    static const char text[] = "{\"envelope_id\":\"e-1\",\"type\":\"events_api\",\"payload\":"
                               "{\"event_id\":\"Ev-1\",\"event\":{\"type\":\"message\"}}}";
    const size_t third = sizeof text / 3;
    socket_world_t w;
    socket_world_ready(&w, 1);
    socket_peer_frame(w.peer, 1, SOCKET_PEER_TEXT, text, third);
    socket_peer_frame(w.peer, 1, 0x80 | SOCKET_PEER_PING, "Ping from applink-1", 19);
    socket_peer_frame(w.peer, 1, SOCKET_PEER_MORE, text + third, third);
    socket_world_settle(&w);
    assert_int_equal(w.mock.count, 0);
    socket_peer_frame(w.peer, 1, 0x80 | SOCKET_PEER_MORE, text + 2 * third,
                      sizeof text - 1 - 2 * third);
    socket_world_until_acks(&w, 1);
    assert_true(socket_world_acked(&w, 1));
    assert_int_equal(w.calls, 1);
    socket_world_close(&w);
}

/* --- frames that the protocol forbids: the connection is replaced -------------------------------
 */

static void assert_replaced(socket_world_t *w)
{
    socket_world_settle(w);
    socket_world_until_connections(w, 1);
    assert_int_equal(w->calls, 2);
    assert_alive(w, w->last_hello, 7);
    socket_world_close(w);
}

static void masked_frame_from_the_server(void **state)
{
    socket_world_t w;
    socket_world_ready(&w, 1);
    socket_peer_bytes(w.peer, 1, "\x81\x82\0\0\0\0{}", 8);
    assert_replaced(&w);
}

static void rsv_bit_from_the_server(void **state)
{
    socket_world_t w;
    socket_world_ready(&w, 1);
    socket_peer_frame(w.peer, 1, 0xc0 | SOCKET_PEER_TEXT, "{}", 2);
    assert_replaced(&w);
}

static void message_above_the_bound(void **state)
{
    unsigned char head[10];
    socket_world_t w;
    socket_world_ready(&w, 1);
    size_t len = socket_peer_head(head, 0x80 | SOCKET_PEER_TEXT, w.limits.message_max + 1);
    socket_peer_bytes(w.peer, 1, head, len);
    socket_peer_bytes(w.peer, 1, "{\"envelope_id\":\"e-1\"", 20);
    assert_replaced(&w);
}

/* --- disconnect --------------------------------------------------------------------------------
 */

static void warning_followed_by_tcp_drop(void **state)
{
    socket_world_t w;
    socket_world_ready(&w, 1);
    say(&w, 1, "warning");
    socket_peer_reset(w.peer, 1);
    socket_world_until_taken(&w, 2);
    socket_world_settle(&w);
    assert_alive(&w, 2, 1);
    assert_int_equal(w.calls, 2);
    assert_false(socket_world_logged(&w, "level=warn event=\"socket"));
    assert_int_equal(socket_world_stats(&w).reconnects, 1);
    socket_world_close(&w);
}

static void refresh_with_envelopes_still_arriving_for_10_s(void **state)
{
    socket_world_t w;
    socket_world_ready(&w, 1);
    say(&w, 1, "refresh_requested");
    for (unsigned n = 0; n < 19; n++) {
        socket_world_event(&w, 1, n);
        socket_world_pass(&w, SECOND / 2);
        assert_true(socket_world_acked(&w, n));
        assert_true(socket_peer_is_live(w.peer, 1));
    }
    assert_int_equal(w.mock.count, 19);
    assert_true(socket_peer_is_open(w.peer, 2));
    assert_int_equal(w.closes, 0);
    socket_world_pass(&w, 2 * SECOND);
    assert_int_equal(w.closes, 1);
    assert_int_equal(w.close_code, 1000);
    assert_false(socket_peer_is_live(w.peer, 1));
    assert_int_equal(w.calls, 2);
    assert_alive(&w, 2, 99);
    assert_int_equal(w.mock.states, 2); /* STARTING and READY: nobody noticed a thing */
    socket_world_close(&w);
}

static void link_disabled(void **state)
{
    socket_world_t w;
    socket_world_ready(&w, 2);
    say(&w, 1, "link_disabled");
    say(&w, 2, "link_disabled");
    mock_run_until_state(&w.mock, SLACK_TRANSPORT_DEGRADED);
    assert_int_equal(w.mock.reason, SLACK_EAPI);
    assert_non_null(strstr(w.mock.error, "switched off"));
    socket_world_pass(&w, 59 * SECOND);
    assert_int_equal(w.calls, 2);
    socket_world_until_connections(&w, 1);
    assert_int_equal(w.mock.state, SLACK_TRANSPORT_READY);
    assert_int_equal(w.calls, 3);
    socket_world_close(&w);
}

static void too_many_websockets_20_times(void **state)
{
    socket_world_t w;
    socket_world_open(&w);
    w.script.open = open_crowded;
    socket_world_start(&w, 2);
    socket_world_until_taken(&w, 1);
    const uint64_t start = socket_world_now_ms(&w);
    uint64_t last = start;
    for (unsigned i = 2; i <= 20; i++) {
        while (w.calls < i)
            socket_world_jump(&w, 2 * SECOND);
        assert_true(w.call_ms - last >= 10 * SECOND - 10);
        last = w.call_ms;
        socket_world_settle(&w);
        assert_true(socket_peer_live(w.peer) <= 1); /* never two at a time */
    }
    assert_true(last - start > 1200 * SECOND); /* less than one a minute */
    w.script.open = NULL;
    while (socket_world_stats(&w).connections < 2)
        socket_world_jump(&w, 2 * SECOND);
    socket_world_close(&w);
}

/* --- ends --------------------------------------------------------------------------------------
 */

static void server_never_answers_close(void **state)
{
    socket_world_t w;
    socket_world_ready(&w, 1);
    w.script.no_close = true;
    mock_stop(&w.mock);
    socket_world_settle(&w);
    assert_int_equal(w.closes, 1);
    assert_int_equal(w.mock.stopped, 0);
    socket_world_pass(&w, 1 * SECOND);
    mock_run_until_state(&w.mock, SLACK_TRANSPORT_STOPPED);
    socket_world_until_live(&w, 0);
    socket_world_close(&w);
}

static void server_never_closes_tcp(void **state)
{
    socket_world_t w;
    socket_world_ready(&w, 1);
    w.script.no_end = true;
    mock_stop(&w.mock);
    socket_world_pass(&w, 1500);
    mock_run_until_state(&w.mock, SLACK_TRANSPORT_STOPPED);
    assert_int_equal(w.closes, 1);
    socket_world_close(&w);
}

static void server_stops_pinging(void **state)
{
    socket_world_t w;
    socket_world_ready(&w, 1); /* it never began to: our own pings are answered */
    socket_world_pass(&w, 120 * SECOND);
    assert_alive(&w, 1, 1);
    assert_int_equal(w.calls, 1);
    socket_world_close(&w);
}

static void half_open_without_fin(void **state)
{
    socket_world_t w;
    socket_world_ready(&w, 1);
    w.script.no_pong = w.script.no_close = true;
    socket_peer_freeze(w.peer, 1);
    const uint64_t start = socket_world_now_ms(&w);
    socket_world_pass(&w, 28 * SECOND);
    assert_int_equal(w.calls, 1);
    mock_run_until_state(&w.mock, SLACK_TRANSPORT_READY);
    while (w.calls < 2)
        socket_world_pass(&w, SECOND / 2);
    assert_true(w.call_ms - start <= 33 * SECOND);
    socket_world_until_connections(&w, 1);
    assert_alive(&w, 2, 1);
    assert_true(socket_world_logged(&w, "reason=silent"));
    socket_world_close(&w);
}

/* The peer answers pings only when it is told to. */
static void answer_ping(socket_world_t *w)
{
    socket_peer_frame(w->peer, 1, 0x80 | SOCKET_PEER_PONG, NULL, 0);
    socket_world_settle(w);
}

static void pong_delayed_6_s(void **state)
{
    socket_world_t w;
    socket_world_ready(&w, 1);
    w.script.no_pong = true;
    for (unsigned i = 0; i < 6; i++) {
        socket_world_pass(&w, 16 * SECOND);
        answer_ping(&w);
    }
    assert_int_equal(w.calls, 1);
    assert_alive(&w, 1, 1);
    socket_world_close(&w);
}

static void pong_delayed_40_s(void **state)
{
    socket_world_t w;
    socket_world_ready(&w, 1);
    w.script.no_pong = true;
    socket_world_pass(&w, 40 * SECOND);
    assert_int_equal(w.calls, 2);
    assert_false(socket_peer_is_live(w.peer, 1));
    socket_world_close(&w);
}

static void the_machine_slept(void **state)
{
    socket_world_t w;
    socket_world_ready(&w, 1);
    socket_peer_freeze(w.peer, 1);
    socket_world_jump(&w, 3600 * SECOND);
    socket_world_until_calls(&w, 2); /* on the next tick */
    socket_world_until_connections(&w, 2);
    assert_alive(&w, 2, 1);
    socket_world_pass(&w, 11 * SECOND);
    assert_int_equal(socket_world_stats(&w).connections, 1); /* the old one gave no sign of life */
    assert_int_equal(w.calls, 2);
    socket_world_close(&w);
}

/* --- apps.connections.open ---------------------------------------------------------------------
 */

/* The transport gets over one bad answer, not earlier than `wait_ms` later. */
static void gets_over(const socket_world_answer_t *answers, size_t count, uint64_t wait_ms)
{
    socket_world_t w;
    socket_world_open(&w);
    w.answers = answers;
    w.answer_count = count;
    socket_world_start(&w, 1);
    socket_world_until_calls(&w, 1);
    const uint64_t first = w.call_ms;
    socket_world_until_connections(&w, 1);
    assert_int_equal(w.calls, count + 1);
    assert_true(w.call_ms - first >= wait_ms);
    assert_alive(&w, 1, 1);
    socket_world_close(&w);
}

#define GETS_OVER(wait_ms, ...)                                                                    \
    do {                                                                                           \
        static const socket_world_answer_t answers[] = {__VA_ARGS__};                              \
        gets_over(answers, sizeof answers / sizeof *answers, (wait_ms));                           \
    } while (0)

static void open_429_with_retry_after_3(void **state)
{
    GETS_OVER(3 * SECOND, {429, "Retry-After: 3\r\n", "{\"ok\":false,\"error\":\"ratelimited\"}"});
}

static void open_500_html(void **state)
{
    GETS_OVER(0, {500, "Content-Type: text/html\r\n", "<html>Oops</html>"});
}

static void open_internal_error_then_ok(void **state)
{
    GETS_OVER(0, {200, NULL, "{\"ok\":false,\"error\":\"internal_error\"}"});
}

static void open_ok_without_url(void **state)
{
    GETS_OVER(0, {200, NULL, "{\"ok\":true}"}, {200, NULL, "{\"ok\":true,\"url\":null}"});
}

static void open_empty_body(void **state)
{
    GETS_OVER(0, {200, NULL, ""});
}

static void open_408(void **state)
{
    GETS_OVER(0, {408, NULL, "stream timeout"});
}

static void open_url_that_may_not_be_dialed(void **state)
{
    GETS_OVER(0, {200, NULL, "{\"ok\":true,\"url\":\"ws://192.0.2.1/link\"}"},
              {200, NULL, "{\"ok\":true,\"url\":\"http://127.0.0.1/\"}"},
              {200, NULL, "{\"ok\":true,\"url\":\"nonsense\"}"});
}

static void open_invalid_auth_stops(void **state)
{
    static const socket_world_answer_t answers[] = {
        {200, NULL, "{\"ok\":false,\"error\":\"invalid_auth\"}"}};
    socket_world_t w;
    socket_world_open(&w);
    w.answers = answers;
    w.answer_count = 1;
    socket_world_start(&w, 2);
    mock_run_until_state(&w.mock, SLACK_TRANSPORT_STOPPED);
    assert_int_equal(w.mock.reason, SLACK_EAUTH);
    assert_non_null(strstr(w.mock.error, "SLACK_APP_TOKEN"));
    assert_non_null(strstr(w.mock.error, "invalid_auth"));
    assert_int_equal(w.calls, 1);
    socket_world_close(&w);
}

static void open_cannot_be_reached(void **state)
{
    socket_world_t w;
    socket_world_open(&w);
    w.no_api = true;
    socket_world_start(&w, 1);
    socket_world_pass(&w, 20 * SECOND);
    w.no_api = false;
    socket_world_until_connections(&w, 1);
    assert_alive(&w, 1, 1);
    socket_world_close(&w);
}

/* .invalid is no top-level domain, for ever (RFC 2606). */
static void dns_failure(void **state)
{
    socket_world_t w;
    socket_world_open(&w);
    w.url = "wss:\\/\\/no-such-host.invalid\\/link\\/?ticket=0a1b2c3d-ticket";
    socket_world_start(&w, 1);
    while (w.calls < 2)
        socket_world_pass(&w, SECOND / 2);
    w.url = NULL;
    socket_world_until_connections(&w, 1);
    assert_alive(&w, 1, 1);
    socket_world_close(&w);
}

/* --- the upgrade -------------------------------------------------------------------------------
 */

static const char *bad_upgrade;

static const char *answer_badly(socket_peer_t *peer, unsigned connection, const char *request,
                                void *user_data)
{
    assert_null(strstr(request, "Sec-WebSocket-Extensions"));
    assert_null(strstr(request, "Authorization"));
    return connection == 1 ? bad_upgrade : NULL;
}

/* A new URL is asked for, and nothing is followed. */
static void asks_for_a_new_url(const char *answer)
{
    socket_world_t w;
    bad_upgrade = answer;
    socket_world_open(&w);
    w.script.upgrade = answer_badly;
    socket_world_start(&w, 1);
    socket_world_until_connections(&w, 1);
    assert_int_equal(w.calls, 2);
    assert_int_equal(socket_peer_taken(w.peer), 2);
    assert_alive(&w, 2, 1);
    socket_world_close(&w);
}

static void upgrade_408(void **state)
{
    asks_for_a_new_url("HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n");
}

static void upgrade_503(void **state)
{
    asks_for_a_new_url("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 4\r\n\r\nedge");
}

static void upgrade_200_html(void **state)
{
    asks_for_a_new_url("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 13\r\n\r\n"
                       "<html></html>");
}

static void upgrade_with_a_wrong_accept(void **state)
{
    asks_for_a_new_url("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                       "Connection: Upgrade\r\n"
                       "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n");
}

static void upgrade_302_is_not_followed(void **state)
{
    asks_for_a_new_url("HTTP/1.1 302 Found\r\nLocation: ws://127.0.0.1:1/\r\n"
                       "Content-Length: 0\r\n\r\n");
}

static const char *answer_with_extension(socket_peer_t *peer, unsigned connection,
                                         const char *request, void *user_data)
{
    static char answer[512];
    if (connection > 1) return NULL;
    socket_peer_accept(request, answer, sizeof answer,
                       "Sec-WebSocket-Extensions: permessage-deflate\r\n");
    return answer;
}

static void upgrade_with_an_extension_that_was_not_offered(void **state)
{
    socket_world_t w;
    socket_world_open(&w);
    w.script.upgrade = answer_with_extension;
    socket_world_start(&w, 1);
    socket_world_until_connections(&w, 1);
    assert_int_equal(w.calls, 2);
    assert_alive(&w, 2, 1);
    socket_world_close(&w);
}

/* With nothing else to listen by, nobody waits the 15 s that a dial has. */
static void upgrade_is_never_answered(void **state)
{
    socket_world_t w;
    bad_upgrade = "";
    socket_world_open(&w);
    w.script.upgrade = answer_badly;
    socket_world_start(&w, 1);
    socket_world_until_taken(&w, 1);
    const uint64_t start = socket_world_now_ms(&w);
    socket_world_pass(&w, 2 * SECOND);
    assert_int_equal(w.calls, 1);
    socket_world_until_connections(&w, 1);
    assert_true(socket_world_now_ms(&w) - start <= 5 * SECOND);
    assert_int_equal(w.calls, 2);
    assert_alive(&w, 2, 1);
    assert_false(socket_peer_is_live(w.peer, 1));
    socket_world_close(&w);
}

/* --- envelopes ---------------------------------------------------------------------------------
 */

static void envelope(socket_world_t *w, const char *text)
{
    unsigned acks = w->ack_count;
    socket_peer_text(w->peer, 1, text);
    socket_world_until_acks(w, acks + 1);
}

static void unknown_type(void **state)
{
    socket_world_t w;
    socket_world_ready(&w, 1);
    envelope(&w, "{\"envelope_id\":\"e-1\",\"type\":\"telepathy\",\"payload\":{\"a\":1}}");
    assert_true(socket_world_acked(&w, 1));
    assert_int_equal(w.mock.count, 1);
    assert_int_equal(w.mock.deliveries[0].kind, SLACK_KIND_UNKNOWN);
    socket_world_close(&w);
}

static void events_api_without_event(void **state)
{
    socket_world_t w;
    socket_world_ready(&w, 1);
    envelope(&w, "{\"envelope_id\":\"e-1\",\"type\":\"events_api\",\"payload\":{\"type\":"
                 "\"app_rate_limited\",\"minute_rate_limited\":1}}");
    assert_true(socket_world_acked(&w, 1));
    assert_int_equal(w.mock.deliveries[0].kind, SLACK_KIND_APP_RATE_LIMITED);
    socket_world_close(&w);
}

static void payload_that_is_no_object(void **state)
{
    static const char *const payloads[] = {"null", "7", "\"x\"", "[{}]", "{\"a\":}", "{\"a\""};
    socket_world_t w;
    socket_world_ready(&w, 1);
    for (unsigned i = 0; i < sizeof payloads / sizeof *payloads; i++) {
        char text[128];
        snprintf(text, sizeof text,
                 "{\"envelope_id\":\"e-%u\",\"type\":\"events_api\",\"payload\":%s}", i,
                 payloads[i]);
        envelope(&w, text);
        assert_true(socket_world_acked(&w, i));
    }
    assert_int_equal(w.mock.count, 0);
    assert_true(socket_world_logged(&w, "level=warn"));
    assert_int_equal(w.calls, 1);
    socket_world_close(&w);
}

static void same_envelope_twice(void **state)
{
    socket_world_t w;
    socket_world_ready(&w, 1);
    socket_world_event(&w, 1, 1);
    socket_world_event(&w, 1, 1);
    socket_world_until_acks(&w, 2);
    assert_int_equal(w.mock.count, 2); /* with one key: the inbox runs one of them */
    assert_string_equal(w.mock.deliveries[0].key, w.mock.deliveries[1].key);
    socket_world_close(&w);
}

static void same_event_as_retry(void **state)
{
    socket_world_t w;
    socket_world_ready(&w, 1);
    socket_world_event(&w, 1, 1);
    envelope(&w, "{\"envelope_id\":\"e-2\",\"type\":\"events_api\",\"retry_attempt\":1,"
                 "\"retry_reason\":\"timeout\",\"payload\":{\"event_id\":\"Ev-1\",\"event\":"
                 "{\"type\":\"message\"}}}");
    socket_world_until_acks(&w, 2);
    assert_int_equal(w.mock.count, 2);
    assert_int_equal(w.mock.deliveries[1].retry_num, 1);
    assert_string_equal(w.mock.deliveries[1].retry_reason, "timeout");
    assert_string_equal(w.mock.deliveries[1].key, "Ev-1");
    socket_world_close(&w);
}

/* A command "e-1" that nobody acknowledged yet. */
static void take_command(socket_world_t *w, bool accepts)
{
    char text[160];
    socket_world_ready(w, 1);
    w->mock.script = MOCK_KEEP;
    snprintf(
        text, sizeof text,
        "{\"envelope_id\":\"e-1\",\"type\":\"slash_commands\",\"payload\":{\"command\":\"/x\"},"
        "\"accepts_response_payload\":%s}",
        accepts ? "true" : "false");
    socket_peer_text(w->peer, 1, text);
    mock_run_until_count(&w->mock, 1);
}

static void ack_payload_that_is_not_accepted(void **state)
{
    socket_world_t w;
    take_command(&w, false);
    assert_false(w.mock.deliveries[0].body_allowed);
    assert_int_equal(mock_ack(&w.mock, 0, SLACK_ACK_OK, SLACK_ACK_BODY_TEXT, "x"), SLACK_EACKBODY);
    socket_world_settle(&w);
    assert_int_equal(w.ack_count, 0);
    assert_int_equal(mock_ack(&w.mock, 0, SLACK_ACK_OK, SLACK_ACK_BODY_NONE, NULL), 0);
    socket_world_until_acks(&w, 1);
    assert_true(socket_world_acked(&w, 1));
    socket_world_close(&w);
}

static void ack_of_20479_20480_20481_bytes(void **state)
{
    static const char frame[] = "{\"envelope_id\":\"e-1\",\"payload\":}";
    socket_world_t w;
    take_command(&w, true);
    char *body = calloc(1, 20482);
    assert_non_null(body);
    for (size_t size = 20481; size >= 20479; size--) {
        size_t len = size - strlen(frame);
        memset(body, ' ', 20481);
        body[0] = '{';
        body[len - 1] = '}';
        body[len] = '\0';
        int rc = mock_ack(&w.mock, 0, SLACK_ACK_OK, SLACK_ACK_BODY_JSON, body);
        assert_int_equal(rc, size >= 20480 ? SLACK_ETOOBIG : 0);
        socket_world_settle(&w);
        assert_int_equal(w.ack_count, size >= 20480 ? 0 : 1);
    }
    assert_int_equal(w.ack_len, 20479 + 1);
    free(body);
    socket_world_close(&w);
}

static void ack_after_reconnect(void **state)
{
    socket_world_t w;
    take_command(&w, true);
    socket_peer_reset(w.peer, 1);
    socket_world_settle(&w);
    socket_world_until_connections(&w, 1);
    assert_int_equal(w.last_hello, 2);
    assert_int_equal(mock_ack(&w.mock, 0, SLACK_ACK_OK, SLACK_ACK_BODY_NONE, NULL), 0);
    socket_world_until_acks(&w, 1);
    assert_true(socket_world_acked(&w, 1));
    socket_world_close(&w);
}

static void say_command_again(socket_world_t *w, unsigned connection)
{
    socket_peer_text(w->peer, connection,
                     "{\"envelope_id\":\"e-1\",\"type\":\"slash_commands\",\"payload\":"
                     "{\"command\":\"/x\"},\"accepts_response_payload\":true}");
    socket_world_settle(w);
}

/* The handler runs once; its ack goes to where the envelope came from last. */
static void same_command_while_its_handler_runs(void **state)
{
    socket_world_t w;
    take_command(&w, true);
    socket_peer_reset(w.peer, 1);
    socket_world_settle(&w);
    socket_world_until_connections(&w, 1);
    say_command_again(&w, 2);
    assert_int_equal(w.mock.count, 1);
    assert_int_equal(w.ack_count, 0);
    assert_int_equal(mock_ack(&w.mock, 0, SLACK_ACK_OK, SLACK_ACK_BODY_TEXT, "x"), 0);
    socket_world_until_acks(&w, 1);
    assert_non_null(strstr(w.acks, "{\"text\":\"x\"}"));
    socket_world_close(&w);
}

static void same_command_after_its_ack(void **state)
{
    socket_world_t w;
    take_command(&w, true);
    assert_int_equal(mock_ack(&w.mock, 0, SLACK_ACK_OK, SLACK_ACK_BODY_TEXT, "x"), 0);
    socket_world_until_acks(&w, 1);
    socket_peer_reset(w.peer, 1);
    socket_world_settle(&w);
    socket_world_until_connections(&w, 1);
    w.ack_len = 0;
    say_command_again(&w, 2);
    socket_world_until_acks(&w, 2);
    assert_int_equal(w.mock.count, 1);
    assert_string_equal(w.acks, "{\"envelope_id\":\"e-1\",\"payload\":{\"text\":\"x\"}}\n");
    socket_world_close(&w);
}

static void ack_with_no_connection_is_counted(void **state)
{
    socket_world_t w;
    take_command(&w, true);
    w.no_api = true;
    socket_peer_reset(w.peer, 1);
    socket_world_settle(&w);
    assert_int_equal(mock_ack(&w.mock, 0, SLACK_ACK_OK, SLACK_ACK_BODY_NONE, NULL), SLACK_ECLOSED);
    assert_int_equal(socket_world_stats(&w).ack_lost, 1);
    socket_world_close(&w);
}

static void two_acks_of_one_envelope(void **state)
{
    static const slack_ack_t ack = {.outcome = SLACK_ACK_OK};
    socket_world_t w;
    take_command(&w, true);
    slack_delivery_t *d = w.mock.deliveries[0].d;
    assert_int_equal(w.t->ops->ack(w.t, d, &ack), 0);
    assert_int_equal(mock_ack(&w.mock, 0, SLACK_ACK_OK, SLACK_ACK_BODY_NONE, NULL), SLACK_ECLOSED);
    socket_world_settle(&w);
    assert_int_equal(w.ack_count, 1);
    socket_world_close(&w);
}

/* --- bounds ------------------------------------------------------------------------------------
 */

static void more_envelopes_than_may_wait(void **state)
{
    socket_world_t w;
    socket_world_open(&w);
    w.limits.pending_max = 20;
    socket_world_start(&w, 1);
    socket_world_until_connections(&w, 1);
    w.mock.script = MOCK_KEEP;
    for (unsigned n = 0; n < 50; n++)
        socket_world_event(&w, 1, n);
    mock_run_until_count(&w.mock, 20);
    socket_world_settle(&w);
    assert_int_equal(w.mock.count, 20);
    for (unsigned n = 0; n < 20; n++)
        assert_int_equal(mock_ack(&w.mock, n, SLACK_ACK_OK, SLACK_ACK_BODY_NONE, NULL), 0);
    socket_world_until_acks(&w, 20);
    w.mock.script = MOCK_ACK;
    assert_alive(&w, 1, 77);
    assert_int_equal(w.ack_count, 21); /* the others come again: nobody acked them */
    socket_world_close(&w);
}

static void open_among_ghosts(socket_peer_t *peer, unsigned connection, void *user_data)
{
    socket_peer_text(peer, connection, "{\"type\":\"hello\",\"num_connections\":10}");
}

static void ghosts_are_told(void **state)
{
    socket_world_t w;
    socket_world_open(&w);
    w.script.open = open_among_ghosts;
    socket_world_start(&w, 1);
    socket_world_until_connections(&w, 1);
    assert_true(socket_world_logged(&w, "num_connections=10 ours=1"));
    socket_world_close(&w);
}

/* --- what is seen from outside -----------------------------------------------------------------
 */

static void stats_by_reason(void **state)
{
    socket_world_t w;
    socket_world_ready(&w, 1);
    socket_world_pass(&w, 11 * SECOND);
    assert_true(socket_world_stats(&w).ping_us > 0);

    say(&w, 1, "refresh_requested");
    socket_world_until_connections(&w, 2);
    socket_world_pass(&w, 12 * SECOND);
    socket_peer_reset(w.peer, 2);
    socket_world_settle(&w);
    assert_int_equal(socket_world_stats(&w).connections, 0);
    socket_world_until_connections(&w, 1);
    say(&w, 3, "too_many_websockets");
    socket_world_until_connections(&w, 1);
    w.script.no_pong = true;
    socket_world_pass(&w, 31 * SECOND);
    w.script.no_pong = false;
    socket_world_until_connections(&w, 1);

    slack_transport_stats_t stats = socket_world_stats(&w);
    assert_int_equal(stats.reconnects, 4);
    assert_int_equal(stats.reconnects_refresh, 1);
    assert_int_equal(stats.reconnects_lost, 1);
    assert_int_equal(stats.reconnects_refused, 1);
    assert_int_equal(stats.reconnects_silent, 1);
    assert_int_equal(stats.failed_dials, 0);
    assert_true(stats.num_connections >= 1);
    assert_true(stats.deaf_ms >= 10 * SECOND); /* too_many_websockets is waited out */
    assert_true(stats.deaf_ms < 25 * SECOND);
    uint64_t deaf_ms = stats.deaf_ms;
    socket_world_pass(&w, 5 * SECOND);
    assert_int_equal(socket_world_stats(&w).deaf_ms, deaf_ms);
    socket_world_close(&w);
}

static void network_away_for_a_minute(void **state)
{
    socket_world_t w;
    socket_world_ready(&w, 2);
    socket_peer_freeze(w.peer, 1);
    socket_peer_freeze(w.peer, 2);
    w.no_route = true;
    socket_world_pass(&w, 60 * SECOND);
    assert_int_equal(w.mock.state, SLACK_TRANSPORT_DEGRADED);
    uint64_t tries = socket_world_stats(&w).failed_dials;
    assert_true(tries >= 5 && tries <= 60);
    w.no_route = false;
    const uint64_t back = socket_world_now_ms(&w);
    socket_world_until_connections(&w, 1);
    assert_true(socket_world_now_ms(&w) - back <= 5 * SECOND);
    assert_alive(&w, w.last_hello, 1);
    socket_world_until_connections(&w, 2);
    assert_int_equal(w.calls, 4);
    socket_world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hello_delayed_5_s),
        cmocka_unit_test(hello_never_comes),
        cmocka_unit_test(disconnect_instead_of_hello),
        cmocka_unit_test(ping_before_hello),
        cmocka_unit_test(stray_newline),
        cmocka_unit_test(binary_frame),
        cmocka_unit_test(text_that_is_no_json),
        cmocka_unit_test(fragmented_envelope_with_a_ping_inside),
        cmocka_unit_test(masked_frame_from_the_server),
        cmocka_unit_test(rsv_bit_from_the_server),
        cmocka_unit_test(message_above_the_bound),
        cmocka_unit_test(warning_followed_by_tcp_drop),
        cmocka_unit_test(refresh_with_envelopes_still_arriving_for_10_s),
        cmocka_unit_test(link_disabled),
        cmocka_unit_test(too_many_websockets_20_times),
        cmocka_unit_test(server_never_answers_close),
        cmocka_unit_test(server_never_closes_tcp),
        cmocka_unit_test(server_stops_pinging),
        cmocka_unit_test(half_open_without_fin),
        cmocka_unit_test(pong_delayed_6_s),
        cmocka_unit_test(pong_delayed_40_s),
        cmocka_unit_test(the_machine_slept),
        cmocka_unit_test(open_429_with_retry_after_3),
        cmocka_unit_test(open_500_html),
        cmocka_unit_test(open_internal_error_then_ok),
        cmocka_unit_test(open_ok_without_url),
        cmocka_unit_test(open_empty_body),
        cmocka_unit_test(open_408),
        cmocka_unit_test(open_url_that_may_not_be_dialed),
        cmocka_unit_test(open_invalid_auth_stops),
        cmocka_unit_test(open_cannot_be_reached),
        cmocka_unit_test(dns_failure),
        cmocka_unit_test(upgrade_408),
        cmocka_unit_test(upgrade_503),
        cmocka_unit_test(upgrade_200_html),
        cmocka_unit_test(upgrade_with_a_wrong_accept),
        cmocka_unit_test(upgrade_302_is_not_followed),
        cmocka_unit_test(upgrade_with_an_extension_that_was_not_offered),
        cmocka_unit_test(upgrade_is_never_answered),
        cmocka_unit_test(unknown_type),
        cmocka_unit_test(events_api_without_event),
        cmocka_unit_test(payload_that_is_no_object),
        cmocka_unit_test(same_envelope_twice),
        cmocka_unit_test(same_event_as_retry),
        cmocka_unit_test(ack_payload_that_is_not_accepted),
        cmocka_unit_test(ack_of_20479_20480_20481_bytes),
        cmocka_unit_test(ack_after_reconnect),
        cmocka_unit_test(same_command_while_its_handler_runs),
        cmocka_unit_test(same_command_after_its_ack),
        cmocka_unit_test(ack_with_no_connection_is_counted),
        cmocka_unit_test(two_acks_of_one_envelope),
        cmocka_unit_test(more_envelopes_than_may_wait),
        cmocka_unit_test(ghosts_are_told),
        cmocka_unit_test(stats_by_reason),
        cmocka_unit_test(network_away_for_a_minute),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
