/* SPDX-License-Identifier: MIT */
#include <slack/error.h>

#include "support/certs.h"
#include "support/test.h"
#include "support/ws_fixture.h"

/* A WebSocket from its opening to its close, by either side. */

static ws_fixture_t f;

/* ---- messages ---- */

static void assert_echoed(bool text, const char *data, size_t len)
{
    unsigned before = f.client.messages;
    assert_int_equal(slack__ws_send(f.client.ws, text, data, len), 0);
    world_until(&f.world, f.client.messages >= before + 1);
    assert_int_equal(f.client.last_len, len);
    assert_int_equal(f.client.text, text);
    assert_int_equal(f.server.text, text);
    assert_int_equal(memcmp(f.client.last, data, len < 190 ? strnlen(data, len) : 190), 0);
}

static void check_messages(bool tls)
{
    char *big = calloc(1, MESSAGE_MAX);
    assert_non_null(big);
    memset(big, 'x', MESSAGE_MAX);
    ws_join(&f, tls);
    assert_string_equal(f.query, "/link/?ticket=a%2Fb&app_id=c");
    f.server.echo = true;
    assert_echoed(true, "h\xc3\xa9llo", 6);
    assert_echoed(true, "", 0);
    assert_echoed(false, "\xff\x01", 2);
    assert_echoed(true, big, 125);
    assert_echoed(true, big, 126);
    assert_echoed(true, big, 65535);
    assert_echoed(true, big, 65536);
    assert_echoed(true, big, MESSAGE_MAX - 100);
    assert_int_equal(slack__ws_send(f.client.ws, true, big, MESSAGE_MAX), SLACK_EBUSY);
    assert_int_equal(slack__ws_last_read_ms(f.client.ws), f.world.mono_us / 1000);
    slack__ws_close(f.client.ws, 1000, "bye");
    ws_until_both_closed(&f);
    assert_int_equal(f.client.status, 0);
    assert_int_equal(f.server.status, 0);
    ws_tear_down(&f);
    free(big);
}

TEST(test_messages)
{
    check_messages(false);
}

TEST(test_messages_with_tls)
{
    if (!certs_make()) skip();
    check_messages(true);
}

JOINED(test_pings)
{
    char data[126] = {0};
    memset(data, 'p', 125);
    assert_int_equal(slack__ws_ping(f.client.ws, data, 125), 0);
    assert_int_equal(slack__ws_ping(f.client.ws, data, 126), SLACK_EINVAL);
    world_until(&f.world, f.client.pongs >= 1);
    assert_string_equal(f.client.pong, data);
    assert_int_equal(slack__ws_ping(f.server.ws, NULL, 0), 0);
    world_until(&f.world, f.server.pongs >= 1);
    assert_string_equal(f.server.pong, "");
}

/* A frame in the same segment as the 101; frames in the same segment as the request. */
SERVED(test_early_frames)
{
    raw_t raw;
    f.manner = WS_ACCEPT_AND_SEND;
    assert_int_equal(ws_dial(&f), 0);
    world_until(&f.world, f.client.messages >= 1);
    assert_string_equal(f.client.last, "welcome");
    slack__ws_abort(f.client.ws);
    ws_until_both_closed(&f);

    f.manner = WS_ACCEPT;
    f.server = (ws_side_t){.echo = true};
    raw_connect(&raw, &f.world, slack__http_server_port(f.http));
    raw_say(&raw, WS_HANDSHAKE "\x81\x81\x01\x01\x01\x01q\x81\x81\x01");
    world_until(&f.world, f.server.messages >= 1);
    raw_say(&raw, "\x01\x01\x01r");
    world_until(&f.world, f.server.messages >= 2);
    raw_until(&raw, "\x81\x01p\x81\x01s");
    assert_non_null(strstr(raw.in, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                                   "Connection: Upgrade\r\n"
                                   "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"));
    raw_close(&raw);
    ws_until_closed(&f, &f.server);
    assert_int_equal(f.server.status, SLACK_ECLOSED);
}

/* ---- ends ---- */

JOINED(test_close_by_client)
{
    f.server.echo = true;
    slack__ws_send(f.client.ws, true, "last words", 10);
    slack__ws_close(f.client.ws, 4001, "bye");
    slack__ws_close(f.client.ws, 4002, "again");
    assert_int_equal(slack__ws_send(f.client.ws, true, "x", 1), SLACK_ECLOSED);
    ws_until_both_closed(&f);
    assert_int_equal(f.client.messages, 1); /* messages that were in flight still arrive */
    assert_int_equal(f.client.status, 0);
    assert_int_equal(f.client.code, 4001); /* the server's answer repeats it */
    assert_int_equal(f.client.closings, 0);
    assert_int_equal(f.client.http_status, 101);
    assert_int_equal(f.server.closings, 1);
    assert_int_equal(f.server.closing_code, 4001);
    assert_int_equal(f.server.status, 0);
    assert_int_equal(f.server.code, 4001);
}

JOINED(test_close_by_server)
{
    slack__ws_close(f.server.ws, 0, NULL);
    ws_until_both_closed(&f);
    assert_int_equal(f.client.closings, 1);
    assert_int_equal(f.client.status, 0);
    assert_int_equal(f.client.code, 0);
    assert_int_equal(f.server.status, 0);
}

/* Until the owner answers a Close, it sends and reads on. */
JOINED(test_a_close_that_is_answered_later)
{
    f.client.answers_close = true;
    slack__ws_close(f.server.ws, 1001, NULL);
    world_until(&f.world, f.client.closings >= 1);
    assert_int_equal(slack__ws_send(f.client.ws, true, "late", 4), 0);
    world_until(&f.world, f.server.messages >= 1);
    assert_string_equal(f.server.last, "late");
    slack__ws_close(f.client.ws, 1000, NULL);
    assert_int_equal(slack__ws_send(f.client.ws, true, "x", 1), SLACK_ECLOSED);
    ws_until_both_closed(&f);
    assert_int_equal(f.client.status, 0);
    assert_int_equal(f.server.code, 1001);
}

JOINED(test_close_by_both)
{
    slack__ws_close(f.server.ws, 1001, NULL);
    slack__ws_close(f.client.ws, 1000, NULL);
    ws_until_both_closed(&f);
    assert_int_equal(f.client.status, 0);
    assert_int_equal(f.client.code, 1001);
    assert_int_equal(f.server.status, 0);
    assert_int_equal(f.server.code, 1000);
    assert_int_equal(f.client.closings + f.server.closings, 0);
}

JOINED(test_abort)
{
    slack__ws_abort(f.client.ws);
    assert_int_equal(f.client.closes, 0); /* never from within the call */
    ws_until_both_closed(&f);
    assert_int_equal(f.client.status, 0);
    assert_int_equal(f.server.status, SLACK_ECLOSED);
    assert_int_equal(f.server.closings, 0);
    ws_tear_down(&f);

    ws_join(&f, false);
    slack__ws_close(f.client.ws, 1000, NULL); /* given up before it was answered */
    slack__ws_abort(f.client.ws);
    ws_until_closed(&f, &f.client);
    assert_int_equal(f.client.status, 0);
}

SERVED(test_abort_before_open)
{
    assert_int_equal(ws_dial(&f), 0);
    slack__ws_close(f.client.ws, 1000, NULL);
    ws_until_closed(&f, &f.client);
    assert_int_equal(f.client.status, 0);
    assert_int_equal(f.client.opens, 0);
    ws_tear_down(&f);

    ws_set_up(&f, false);
    f.manner = WS_KEEP;
    assert_int_equal(ws_dial(&f), 0);
    world_until(&f.world, f.requests >= 1);
    slack__ws_abort(f.client.ws);
    ws_until_closed(&f, &f.client);
    assert_int_equal(f.client.status, 0);
}

/* The owner aborts inside an event while more frames are in the buffer. */
JOINED(test_abort_inside)
{
    f.client.abort_at_message = true;
    for (int i = 0; i < 3; i++)
        slack__ws_send(f.server.ws, true, "x", 1);
    ws_until_closed(&f, &f.client);
    assert_int_equal(f.client.messages, 1);
    assert_int_equal(f.client.status, 0);
    ws_tear_down(&f);

    ws_join(&f, false);
    f.client.abort_at_pong = true;
    slack__ws_ping(f.client.ws, "x", 1);
    slack__ws_ping(f.client.ws, "x", 1);
    ws_until_closed(&f, &f.client);
    assert_int_equal(f.client.pongs, 1);
    ws_tear_down(&f);

    ws_join(&f, false);
    f.client.abort_at_closing = true;
    slack__ws_close(f.server.ws, 1001, NULL);
    ws_until_closed(&f, &f.client);
    assert_int_equal(f.client.status, 0);
    assert_int_equal(f.client.code, 1001);
    ws_tear_down(&f);

    ws_set_up(&f, false);
    f.manner = WS_ACCEPT_AND_SEND;
    f.client.abort_at_open = true;
    assert_int_equal(ws_dial(&f), 0);
    ws_until_closed(&f, &f.client);
    assert_int_equal(f.client.messages, 0);
    assert_int_equal(f.client.status, 0);
}

/* The server closes the connection without a Close frame, as Slack does. */
JOINED(test_peer_goes)
{
    slack__ws_send(f.server.ws, true, "x", 1);
    slack__conn_finish(slack__ws_conn(f.server.ws));
    ws_until_closed(&f, &f.client);
    assert_int_equal(f.client.messages, 1);
    assert_int_equal(f.client.status, SLACK_ECLOSED);
    assert_int_equal(f.client.code, 0);
    assert_string_equal(f.client.reason, "closed by the peer");
    ws_until_closed(&f, &f.server);
    ws_tear_down(&f);

    ws_join(&f, false); /* the same in place of its answer to our Close */
    slack__ws_close(f.client.ws, 1000, NULL);
    slack__conn_close(slack__ws_conn(f.server.ws), 0);
    ws_until_closed(&f, &f.client);
    assert_int_equal(f.client.status, SLACK_ECLOSED);
}
