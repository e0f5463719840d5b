/* SPDX-License-Identifier: MIT */
#include <slack/error.h>

#include "support/http_fixture.h"
#include "support/raw.h"
#include "support/test.h"

/* How connections of the HTTP server end: by the peer, by a drain, by a stop, by an upgrade. */

static http_fixture_t f;

DIALLED(test_half_closed)
{
    f.manner = KEEP;
    raw_say(&f.client, GET("/1") GET("/2"));
    raw_end(&f.client);
    for (unsigned i = 0; i < 2; i++) {
        fixture_until_requests(&f, i + 1);
        world_turn(&f.world);
        assert_int_equal(fixture_answer(&f, f.held[i], 201 + (int)i), 0);
    }
    raw_until_eof(&f.client);
    assert_non_null(strstr(f.client.in, "201"));
    assert_non_null(strstr(f.client.in, "202"));
    fixture_until_connections(&f, 0);
    raw_close(&f.client);

    /* A request that was cut short gets no answer. */
    fixture_dial(&f, &f.client);
    raw_say(&f.client, "GET /3 HTTP/1.1\r\n");
    raw_end(&f.client);
    raw_until_eof(&f.client);
    assert_int_equal(f.client.in_len, 0);
    raw_close(&f.client);
    fixture_until_connections(&f, 0);
    assert_int_equal(f.requests, 2);
}

/* Before a drain, every answer ends its connection, and new connections are accepted. */
SERVED(test_leave)
{
    raw_t kept, late;
    fixture_dial(&f, &kept);
    raw_say(&kept, GET("/before"));
    raw_until(&kept, "/before");
    assert_null(strstr(kept.in, "Connection: close"));
    slack__http_server_leave(f.server);
    fixture_dial(&f, &late);
    raw_say(&kept, GET("/kept"));
    raw_say(&late, GET("/late"));
    raw_until_eof(&kept);
    raw_until_eof(&late);
    assert_non_null(strstr(kept.in, "Connection: close\r\n"));
    assert_non_null(strstr(late.in, "Connection: close\r\n"));
    assert_non_null(strstr(kept.in, "/kept"));
    assert_non_null(strstr(late.in, "/late"));
    raw_close(&kept);
    raw_close(&late);
    fixture_until_connections(&f, 0);
}

/* Dials, and brings one verified request. */
static void dial_known(raw_t *known)
{
    const unsigned held = f.held_count;
    f.manner = KEEP;
    fixture_dial(&f, known);
    raw_say(known, GET("/known"));
    fixture_until_requests(&f, f.requests + 1);
    slack__http_vouch(f.server, f.held[held]);
    assert_int_equal(fixture_answer(&f, f.held[held], 200), 0);
    raw_until(known, "200");
    raw_forget(known);
}

/* A request that a stranger does not complete does not hold a drain; one of a known peer is
 * answered. */
SERVED(test_drain_does_not_wait_for_strangers)
{
    static const char *const halves[] = {
        "G",
        "GET /half HTTP/1.1\r\nHost: a\r\n",
        "POST /half HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n12345",
        "POST /half HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345",
    };
    raw_t known, strangers[4], late;
    dial_known(&known);
    raw_say(&known, "POST /rest HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n12");
    for (size_t i = 0; i < 4; i++) {
        fixture_dial(&f, &strangers[i]);
        raw_say(&strangers[i], halves[i]);
    }
    fixture_dial(&f, &late);
    fixture_until_connections(&f, 6);
    world_turn(&f.world);
    assert_int_equal(slack__http_server_under_way(f.server), 6);
    slack__http_server_drain(f.server);
    raw_say(&late, halves[2]);
    world_turn(&f.world);
    fixture_pass_ms(&f, 999);
    raw_say(&late, "123");
    world_turn(&f.world);
    assert_int_equal(slack__http_server_under_way(f.server), 6);
    fixture_pass_ms(&f, 1);
    assert_int_equal(slack__http_server_under_way(f.server), 1);
    for (size_t i = 0; i < 4; i++) {
        raw_until_eof(&strangers[i]);
        assert_non_null(strstr(strangers[i].in, "HTTP/1.1 408 "));
        raw_close(&strangers[i]);
    }
    raw_until_eof(&late);
    raw_close(&late);
    raw_say(&known, "34");
    fixture_until_requests(&f, 2);
    assert_int_equal(fixture_answer(&f, f.held[1], 200), 0);
    raw_until_eof(&known);
    assert_non_null(strstr(known.in, "Connection: close\r\n"));
    raw_close(&known);
    fixture_until_connections(&f, 0);
}

/* However long ago it began. */
SERVED(test_drain_waits_a_second_for_a_slow_stranger)
{
    static const struct {
        const char *half, *rest;
    } requests[] = {
        {"GET /slow HT", "TP/1.1\r\nHost: a\r\n\r\n"},
        {"POST /slow HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n12", "34"},
        {"POST /slow HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n12",
         "\r\n0\r\n\r\n"},
    };
    raw_t strangers[3];
    for (size_t i = 0; i < 3; i++) {
        fixture_dial(&f, &strangers[i]);
        raw_say(&strangers[i], requests[i].half);
    }
    fixture_until_connections(&f, 3);
    world_turn(&f.world);
    fixture_pass_ms(&f, 5000);
    slack__http_server_drain(f.server);
    fixture_pass_ms(&f, 900);
    assert_int_equal(slack__http_server_under_way(f.server), 3);
    for (size_t i = 0; i < 3; i++)
        raw_say(&strangers[i], requests[i].rest);
    fixture_until_requests(&f, 3);
    for (size_t i = 0; i < 3; i++) {
        raw_until_eof(&strangers[i]);
        assert_non_null(strstr(strangers[i].in, "HTTP/1.1 200 "));
        raw_close(&strangers[i]);
    }
    assert_int_equal(slack__http_server_under_way(f.server), 0);
}

SERVED(test_drain)
{
    raw_t idle, silent, busy, reading;
    fixture_dial(&f, &idle);
    raw_say(&idle, GET("/idle"));
    raw_until(&idle, "/idle");
    raw_forget(&idle);
    dial_known(&reading);
    f.requests = f.held_count = 0;
    fixture_dial(&f, &silent);
    fixture_dial(&f, &busy);
    raw_say(&busy, GET("/busy") GET("/behind"));
    raw_say(&reading, "GET /reading HTTP/1.1\r\n");
    fixture_until_requests(&f, 1);
    fixture_until_connections(&f, 4);
    world_turn(&f.world);
    assert_int_equal(slack__http_server_under_way(f.server), 3);
    fixture_pass_ms(&f,
                    1000); /* a drain does not wait for a client that has been silent for so long */
    assert_int_equal(slack__http_server_under_way(f.server), 2);
    slack__http_server_drain(f.server);
    slack__http_server_drain(f.server);
    assert_int_equal(slack__http_server_port(f.server), 0);
    raw_until_eof(&idle);
    assert_int_equal(idle.in_len, 0);

    assert_int_equal(fixture_answer(&f, f.held[0], 200), 0);
    raw_until_eof(&busy);
    assert_non_null(strstr(busy.in, "Connection: close\r\n\r\n"));
    raw_say(&reading, "Host: a\r\n\r\n");
    fixture_until_requests(&f, 2);
    assert_string_equal(f.last, "GET /reading");
    assert_int_equal(fixture_answer(&f, f.held[1], 200), 0);
    raw_until_eof(&reading);
    assert_non_null(strstr(reading.in, "Connection: close\r\n\r\n"));
    raw_say(&silent, GET("/silent")); /* it connected before the drain */
    fixture_until_requests(&f, 3);
    assert_int_equal(fixture_answer(&f, f.held[2], 200), 0);
    raw_until_eof(&silent);
    assert_int_equal(slack__http_server_under_way(f.server), 0);
    raw_close(&silent);
    raw_close(&idle);
    raw_close(&busy);
    raw_close(&reading);
    fixture_until_connections(&f, 0);
    assert_int_equal(f.requests, 3);
}

SERVED(test_close_with_requests_held)
{
    raw_t one, two;
    f.manner = KEEP;
    fixture_dial(&f, &one);
    fixture_dial(&f, &two);
    raw_say(&one, GET("/1") GET("/2"));
    raw_say(&two, "GET");
    fixture_until_requests(&f, 1);
    fixture_close(&f);
    raw_close(&one);
    raw_close(&two);
}

DIALLED(test_close_in_the_handler)
{
    f.manner = CLOSE_SERVER;
    raw_say(&f.client, GET("/1") GET("/2"));
    fixture_until_requests(&f, 1);
    fixture_close(&f);
    assert_int_equal(f.requests, 1);
}

/* ---- upgrades ---- */

#define UPGRADE "GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n"

DIALLED(test_upgrade)
{
    f.manner = TAKE_CONNECTION;
    raw_say(&f.client, UPGRADE "first bytes");
    fixture_until_requests(&f, 1);
    assert_string_equal(f.taken_rest, "first bytes");
    assert_int_equal(slack__http_server_connections(f.server), 0);
    raw_say(&f.client, "echo");
    raw_until(&f.client, "echo");
    slack__conn_close(f.taken, 0);
    raw_until_eof(&f.client);
    world_until(&f.world, f.taken_closed >= 1);
}

DIALLED(test_late_upgrade)
{
    f.manner = KEEP;
    raw_say(&f.client, UPGRADE);
    fixture_until_requests(&f, 1);
    raw_say(&f.client, "rest");
    world_turn(&f.world);
    world_turn(&f.world);
    fixture_take_connection(&f, f.held[0]);
    slack_conn_t *conn;
    slack_slice_t rest;
    assert_int_equal(slack__http_upgrade(f.server, f.held[0], &conn, &rest), SLACK_ECLOSED);
    assert_int_equal(fixture_answer(&f, f.held[0], 200), SLACK_ECLOSED);
    /* The connection outlives the server. */
    slack__http_server_close(f.server, world_set_flag, &f.server_gone);
    world_until(&f.world, f.server_gone);
    if (!*f.taken_rest) raw_until(&f.client, "rest"); /* if it had not arrived, it is echoed */
    raw_say(&f.client, "echo");
    raw_until(&f.client, "echo");
    raw_close(&f.client);
    world_until(&f.world, f.taken_closed >= 1);
    f.server = NULL;
    world_close(&f.world);
}
