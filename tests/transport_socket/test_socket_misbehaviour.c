/* SPDX-License-Identifier: MIT */
/*
 * Everything that Slack, proxies and networks have been seen to do to a Socket Mode connection, by
 * a scripted server on loopback (docs/protocol.md). test_socket_open.c tests how a connection is
 * opened, test_envelopes.c what arrives on it.
 */

#include "support/socket_world.h"
#include "support/test.h"

static socket_world_t w;

#define HELLO "{\"type\":\"hello\",\"num_connections\":1}"

/* ---- before and between messages ---- */

static void open_silently(socket_peer_t *peer, unsigned connection, void *user_data)
{
    ((socket_world_t *)user_data)->last_hello = connection;
}

OPENED(hello_delayed_5_s)
{
    w.script.open = open_silently;
    socket_world_start(&w, 1);
    socket_world_until_taken(&w, 1);
    socket_world_pass(&w, 5 * SECOND);
    assert_int_equal(w.mock.state, SLACK_TRANSPORT_STARTING);
    socket_peer_text(w.peer, 1, HELLO);
    mock_run_until_state(&w.mock, SLACK_TRANSPORT_READY);
    socket_world_assert_alive(&w, 1, 1);
    assert_int_equal(w.calls, 1);
}

OPENED(hello_never_comes)
{
    w.script.open = open_silently;
    socket_world_start(&w, 1);
    socket_world_until_taken(&w, 1);
    socket_world_pass(&w, 18 * SECOND);
    assert_true(w.calls >= 2);
    assert_int_equal(w.close_code, 1000); /* closed properly: no ghost stays with Slack */
}

static void open_crowded(socket_peer_t *peer, unsigned connection, void *user_data)
{
    socket_peer_text(peer, connection,
                     "{\"type\":\"disconnect\",\"reason\":\"too_many_websockets\"}");
}

OPENED(disconnect_instead_of_hello)
{
    w.script.open = open_crowded;
    socket_world_start(&w, 1);
    socket_world_until_taken(&w, 1);
    socket_world_pass(&w, 9 * SECOND);
    assert_int_equal(w.calls, 1);
    assert_int_equal(w.closes, 1);
    assert_int_equal(socket_peer_live(w.peer), 0);
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

OPENED(ping_before_hello)
{
    pongs = 0;
    w.script.open = open_with_ping;
    w.script.frame = count_pongs;
    socket_world_start(&w, 1);
    mock_run_until_state(&w.mock, SLACK_TRANSPORT_READY);
    socket_world_settle(&w);
    assert_int_equal(pongs, 1);
}

static void open_with_envelopes(socket_peer_t *peer, unsigned connection, void *user_data)
{
    socket_world_event(user_data, connection, 1);
    socket_peer_text(peer, connection,
                     "{\"envelope_id\":\"k\",\"type\":\"slash_commands\",\"payload\":{}}");
}

/* They are not acked, so Slack sends them again. */
OPENED(envelopes_before_hello)
{
    w.script.open = open_with_envelopes;
    socket_world_start(&w, 1);
    socket_world_until_taken(&w, 1);
    socket_world_settle(&w);
    assert_int_equal(w.mock.count, 0);
    assert_int_equal(w.ack_count, 0);
    socket_peer_text(w.peer, 1, HELLO);
    mock_run_until_state(&w.mock, SLACK_TRANSPORT_READY);
    socket_world_assert_alive(&w, 1, 1);
}

/* Slack may send until it has read the Close that the app sends in place of waiting any longer. */
OPENED(envelope_after_a_close_without_hello)
{
    w.script.open = open_silently;
    w.script.no_close = true;
    socket_world_start(&w, 1);
    socket_world_until_taken(&w, 1);
    socket_world_pass(&w, 15 * SECOND + 500);
    assert_int_equal(w.closes, 1);
    socket_world_event(&w, 1, 1);
    socket_world_settle(&w);
    assert_int_equal(w.mock.count, 0);
}

CONNECTED(stray_newline)
{
    socket_peer_bytes(w.peer, 1, "\n", 1); /* between two frames */
    socket_world_assert_alive(&w, 1, 1);
    socket_peer_text(w.peer, 1, "\n"); /* in a frame */
    socket_world_assert_alive(&w, 1, 2);
    assert_int_equal(w.calls, 1);
}

CONNECTED(binary_frame)
{
    socket_peer_frame(w.peer, 1, 0x80 | SOCKET_PEER_BINARY, "{\"envelope_id\":\"e-9\"}", 21);
    socket_world_assert_alive(&w, 1, 1);
    assert_false(socket_world_acked(&w, 9));
    assert_int_equal(w.calls, 1);
}

CONNECTED(text_that_is_no_json)
{
    socket_peer_text(w.peer, 1, "UNAUTHENTICATED: cache_error");
    socket_peer_text(w.peer, 1, "{\"type\":");
    socket_peer_text(w.peer, 1, "{\"type\":\"nobody_knows\"}");
    socket_peer_text(w.peer, 1, "");
    socket_world_assert_alive(&w, 1, 1);
    assert_int_equal(w.calls, 1);
    assert_int_equal(w.mock.count, 1);
}

CONNECTED(fragmented_envelope_with_a_ping_inside)
{
    static const char text[] = "{\"envelope_id\":\"e-1\",\"type\":\"events_api\",\"payload\":"
                               "{\"event_id\":\"Ev-1\",\"event\":{\"type\":\"message\"}}}";
    const size_t third = sizeof text / 3;
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
}

/* ---- Close from the peer, whose TCP connection stays open ---- */

static void peer_sends_close(unsigned connection)
{
    w.script.no_end = true;
    socket_peer_frame(w.peer, connection, 0x80 | SOCKET_PEER_CLOSE, "\x03\xe9", 2);
}

CONNECTED(close_is_replaced_at_once_and_still_read_and_acked)
{
    const uint64_t closed_ms = socket_world_now_ms(&w);
    peer_sends_close(1);
    socket_world_until_taken(&w, 2);
    socket_world_settle(&w);
    assert_true(socket_world_now_ms(&w) - closed_ms < 1000);
    assert_int_equal(socket_world_stats(&w).connections, 1);
    for (unsigned n = 0; n < 8; n++) {
        socket_world_event(&w, 1, n);
        socket_world_pass(&w, SECOND);
        assert_true(socket_world_acked(&w, n));
        assert_true(socket_peer_is_live(w.peer, 1));
    }
    assert_int_equal(w.closes, 0);
    socket_world_assert_alive(&w, 2, 50);
    w.script.no_end = false;
    socket_world_pass(&w, 4 * SECOND);
    assert_int_equal(w.closes, 1);
    assert_int_equal(w.close_code, 1001); /* it repeats the peer's */
    assert_false(socket_peer_is_live(w.peer, 1));
    assert_int_equal(w.calls, 2);
    assert_int_equal(socket_world_stats(&w).reconnects, 1);
}

CONNECTED(close_ends_the_service_and_the_deaf_time_is_counted)
{
    w.no_api = true;
    peer_sends_close(1);
    socket_world_settle(&w);
    assert_int_equal(socket_world_stats(&w).state, SLACK_TRANSPORT_DEGRADED);
    assert_int_equal(socket_world_stats(&w).connections, 0);
    socket_world_event(&w, 1, 1);
    socket_world_pass(&w, 3 * SECOND);
    assert_true(socket_world_acked(&w, 1));
    assert_true(socket_world_stats(&w).deaf_ms >= 3000);
    w.no_api = false;
    socket_world_until_connections(&w, 1);
    assert_int_equal(socket_world_stats(&w).state, SLACK_TRANSPORT_READY);
}

/* An ack that is not sent yet goes out on the connection, even after a stop has begun. */
OPENED(close_of_one_of_two)
{
    socket_world_connect(&w, 2);
    const unsigned calls = w.calls;
    peer_sends_close(1);
    socket_world_until_taken(&w, 3);
    socket_world_settle(&w);
    assert_int_equal(w.calls, calls + 1);
    assert_int_equal(socket_world_stats(&w).state, SLACK_TRANSPORT_READY);
    assert_int_equal(socket_world_stats(&w).deaf_ms, 0);
    socket_world_assert_alive(&w, 1, 1);
    socket_world_assert_alive(&w, 2, 2);
    socket_world_assert_alive(&w, 3, 3);
}

static void hello_then_close(socket_peer_t *peer, unsigned connection, void *user_data)
{
    socket_peer_text(peer, connection, "{\"type\":\"hello\",\"num_connections\":1}");
    socket_peer_frame(peer, connection, 0x80 | SOCKET_PEER_CLOSE, "\x03\xe8", 2);
}

/* A server that closes every connection at once is not stormed. */
CONNECTED(close_behind_every_hello)
{
    w.script.open = hello_then_close;
    peer_sends_close(1);
    socket_world_pass(&w, 60 * SECOND);
    assert_true(w.calls >= 3);
    assert_true(w.calls <= 20);
}

static void close_before_hello(socket_peer_t *peer, unsigned connection, void *user_data)
{
    socket_peer_frame(peer, connection, 0x80 | SOCKET_PEER_CLOSE, "\x03\xe8", 2);
}

OPENED(close_in_place_of_hello)
{
    w.script.open = close_before_hello;
    w.script.no_end = true;
    socket_world_start(&w, 1);
    socket_world_until_taken(&w, 1);
    socket_world_settle(&w);
    assert_int_equal(w.closes, 1); /* answered at once */
    w.script.open = NULL;
    socket_world_until_connections(&w, 1);
}

/* Our Close goes out, and nothing more can be read. */
CONNECTED(a_broken_frame_is_replaced_at_once_while_tcp_stays_open)
{
    w.script.no_end = true;
    w.no_api = true;
    socket_peer_frame(w.peer, 1, 0xc0 | SOCKET_PEER_TEXT, "{}", 2);
    socket_world_settle(&w);
    assert_int_equal(w.closes, 1);
    assert_int_equal(socket_world_stats(&w).state, SLACK_TRANSPORT_DEGRADED);
    w.no_api = false;
    socket_world_until_connections(&w, 1);
}

/* ---- frames that the protocol forbids: the connection is replaced ---- */

static void assert_replaced(void)
{
    socket_world_settle(&w);
    socket_world_until_connections(&w, 1);
    assert_int_equal(w.calls, 2);
    socket_world_assert_alive(&w, w.last_hello, 7);
}

CONNECTED(masked_frame_from_the_server)
{
    socket_peer_bytes(w.peer, 1, "\x81\x82\0\0\0\0{}", 8);
    assert_replaced();
}

CONNECTED(rsv_bit_from_the_server)
{
    socket_peer_frame(w.peer, 1, 0xc0 | SOCKET_PEER_TEXT, "{}", 2);
    assert_replaced();
}

CONNECTED(message_above_the_bound)
{
    unsigned char head[10];
    size_t len = socket_peer_head(head, 0x80 | SOCKET_PEER_TEXT, w.limits.message_max + 1);
    socket_peer_bytes(w.peer, 1, head, len);
    socket_peer_bytes(w.peer, 1, "{\"envelope_id\":\"e-1\"", 20);
    assert_replaced();
}

/* ---- disconnect ---- */

CONNECTED(warning_followed_by_tcp_drop)
{
    socket_world_disconnect(&w, 1, "warning");
    socket_peer_reset(w.peer, 1);
    socket_world_until_taken(&w, 2);
    socket_world_settle(&w);
    socket_world_assert_alive(&w, 2, 1);
    assert_int_equal(w.calls, 2);
    assert_false(world_logged(&w.mock.world, "level=warn event=\"socket"));
    assert_int_equal(socket_world_stats(&w).reconnects, 1);
}

CONNECTED(refresh_with_envelopes_still_arriving_for_10_s)
{
    socket_world_disconnect(&w, 1, "refresh_requested");
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
    socket_world_assert_alive(&w, 2, 99);
    assert_int_equal(w.mock.states, 2); /* STARTING and READY, and no change since */
}

OPENED(link_disabled)
{
    socket_world_connect(&w, 2);
    socket_world_disconnect(&w, 1, "link_disabled");
    socket_world_disconnect(&w, 2, "link_disabled");
    mock_run_until_state(&w.mock, SLACK_TRANSPORT_DEGRADED);
    assert_int_equal(w.mock.reason, SLACK_EAPI);
    assert_non_null(strstr(w.mock.error, "switched off"));
    assert_true(w.t->switched_off);
    socket_world_pass(&w, 59 * SECOND);
    assert_int_equal(w.calls, 2);
    socket_world_until_connections(&w, 1);
    assert_int_equal(w.mock.state, SLACK_TRANSPORT_READY);
    assert_false(w.t->switched_off);
    assert_int_equal(w.calls, 3);
}

OPENED(too_many_websockets_20_times)
{
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
}

/* ---- ends ---- */

CONNECTED(server_never_answers_close)
{
    w.script.no_close = true;
    mock_stop(&w.mock);
    socket_world_settle(&w);
    assert_int_equal(w.closes, 1);
    assert_int_equal(w.mock.stopped, 0);
    socket_world_pass(&w, 1 * SECOND);
    mock_run_until_state(&w.mock, SLACK_TRANSPORT_STOPPED);
    socket_world_until_live(&w, 0);
}

CONNECTED(server_never_closes_tcp)
{
    w.script.no_end = true;
    mock_stop(&w.mock);
    socket_world_pass(&w, 1500);
    mock_run_until_state(&w.mock, SLACK_TRANSPORT_STOPPED);
    assert_int_equal(w.closes, 1);
}

/* The peer sends no pings, but it answers ours. */
CONNECTED(server_stops_pinging)
{
    socket_world_pass(&w, 120 * SECOND);
    socket_world_assert_alive(&w, 1, 1);
    assert_int_equal(w.calls, 1);
}

CONNECTED(half_open_without_fin)
{
    w.script.no_pong = w.script.no_close = true;
    socket_peer_freeze(w.peer, 1);
    const uint64_t start = socket_world_now_ms(&w);
    socket_world_pass(&w, 28 * SECOND);
    assert_int_equal(w.calls, 1);
    mock_run_until_state(&w.mock, SLACK_TRANSPORT_READY);
    socket_world_pass_until_calls(&w, 2);
    assert_true(w.call_ms - start <= 33 * SECOND);
    socket_world_until_connections(&w, 1);
    socket_world_assert_alive(&w, 2, 1);
    assert_true(world_logged(&w.mock.world, "reason=silent"));
}

/* The peer answers pings only when the test says so. */
static void answer_ping(void)
{
    socket_peer_frame(w.peer, 1, 0x80 | SOCKET_PEER_PONG, NULL, 0);
    socket_world_settle(&w);
}

CONNECTED(pong_delayed_6_s)
{
    w.script.no_pong = true;
    for (unsigned i = 0; i < 6; i++) {
        socket_world_pass(&w, 16 * SECOND);
        answer_ping();
    }
    assert_int_equal(w.calls, 1);
    socket_world_assert_alive(&w, 1, 1);
}

CONNECTED(pong_delayed_40_s)
{
    w.script.no_pong = true;
    socket_world_pass(&w, 40 * SECOND);
    assert_int_equal(w.calls, 2);
    assert_false(socket_peer_is_live(w.peer, 1));
}

CONNECTED(the_machine_slept)
{
    socket_world_pass(&w, SECOND);
    socket_peer_freeze(w.peer, 1);
    socket_world_jump(&w, 3600 * SECOND);
    socket_world_until_calls(&w, 2); /* at the next tick */
    socket_world_until_connections(&w, 2);
    socket_world_assert_alive(&w, 2, 1);
    socket_world_pass(&w, 11 * SECOND);
    assert_int_equal(socket_world_stats(&w).connections,
                     1); /* the old one received nothing and was dropped */
    assert_int_equal(w.calls, 2);
}

/* ---- state and figures ---- */

CONNECTED(stats_by_reason)
{
    socket_world_pass(&w, 11 * SECOND);
    assert_true(socket_world_stats(&w).ping_us > 0);

    socket_world_disconnect(&w, 1, "refresh_requested");
    socket_world_until_connections(&w, 2);
    socket_world_pass(&w, 12 * SECOND);
    socket_peer_reset(w.peer, 2);
    socket_world_settle(&w);
    assert_int_equal(socket_world_stats(&w).connections, 0);
    socket_world_until_connections(&w, 1);
    socket_world_disconnect(&w, 3, "too_many_websockets");
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
    assert_true(stats.deaf_ms >= 10 * SECOND); /* the backoff of too_many_websockets */
    assert_true(stats.deaf_ms < 25 * SECOND);
    uint64_t deaf_ms = stats.deaf_ms;
    socket_world_pass(&w, 5 * SECOND);
    assert_int_equal(socket_world_stats(&w).deaf_ms, deaf_ms);
}

static void open_for_six_minutes(socket_peer_t *peer, unsigned connection, void *user_data)
{
    socket_peer_text(peer, connection,
                     "{\"type\":\"hello\",\"num_connections\":1,\"debug_info\":"
                     "{\"approximate_connection_time\":360}}");
}

/* A connection whose life is known is replaced before Slack asks for it. */
OPENED(replaced_before_its_time_is_over)
{
    w.script.open = open_for_six_minutes;
    socket_world_start(&w, 1);
    socket_world_until_connections(&w, 1);
    socket_world_pass(&w, 320 * SECOND);
    assert_int_equal(w.calls, 1);
    socket_world_pass(&w, 35 * SECOND);
    assert_int_equal(w.calls, 2);
    assert_int_equal(w.close_code, 1000);
    assert_int_equal(socket_world_stats(&w).reconnects, 1);
    assert_int_equal(socket_world_stats(&w).reconnects_age, 1);
    assert_int_equal(socket_world_stats(&w).deaf_ms, 0);
}

OPENED(network_away_for_a_minute)
{
    socket_world_connect(&w, 2);
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
    socket_world_assert_alive(&w, w.last_hello, 1);
    socket_world_until_connections(&w, 2);
    assert_int_equal(w.calls, 4);
}
