/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/trusted_proxies.h"
#include "support/descriptors.h"
#include "support/heap.h"
#include "support/http_fixture.h"
#include "support/raw.h"
#include "support/test.h"

/* Requests that the HTTP server refuses, and its limits of time, connections and memory per
 * peer. */

static http_fixture_t f;

DIALLED(test_refused)
{
    raw_say(&f.client,
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\nxxxxxxxxxxxx");
    raw_until_eof(&f.client);
    assert_false(f.client.reset); /* the answer is not lost, although the body is not read */
    assert_string_equal(f.client.in, "HTTP/1.1 413 Content Too Large\r\n"
                                     "Date: Thu, 01 Jan 1970 00:16:40 GMT\r\n"
                                     "Content-Length: 0\r\nConnection: close\r\n\r\n");
    raw_close(&f.client);
    fixture_dial(&f, &f.client);
    raw_say(&f.client, GET("/1") "rubbish\r\n\r\n");
    raw_until_eof(&f.client);
    assert_non_null(strstr(f.client.in, "\r\n\r\n/1HTTP/1.1 501 "));
    raw_close(&f.client);
    assert_int_equal(slack__http_server_refused(f.server), 2);
    assert_int_equal(f.requests, 1);
}

static const slack_http_limits_t short_limits = {
    .connections = 2,
    .target_bytes = 100,
    .header_bytes = 1000,
    .header_count = 10,
    .body_bytes = 1000,
    .first_byte_ms = 20, /* of the world's clock */
    .header_ms = 25,
    .body_ms = 30,
    .idle_ms = 40,
    .requests = 3,
};

/* Let the server check its deadlines a few times. */
static void until_swept(void)
{
    const uint64_t until = uv_hrtime() + 20 * 1000 * 1000;
    while (uv_hrtime() < until)
        uv_run(&f.world.loop, UV_RUN_NOWAIT);
}

/* Nothing happens before the deadline; after it the connection ends, with this answer. */
static void assert_deadline(const char *sent, bool answered_first, uint64_t ms, const char *want)
{
    fixture_open_limited(&f, &short_limits);
    fixture_dial(&f, &f.client);
    raw_say(&f.client, sent);
    fixture_until_connections(&f, 1);
    if (answered_first) raw_until(&f.client, "\r\n\r\n/");
    world_turn(&f.world);
    raw_forget(&f.client);
    fixture_pass_ms(&f, ms - 1);
    until_swept();
    raw_take(&f.client);
    assert_false(f.client.eof);
    assert_int_equal(f.client.in_len, 0);
    fixture_pass_ms(&f, 2);
    raw_until_eof(&f.client);
    assert_false(f.client.reset);
    if (*want)
        assert_non_null(strstr(f.client.in, want));
    else
        assert_int_equal(f.client.in_len, 0);
    assert_int_equal(slack__http_server_refused(f.server), *want ? 1 : 0);
    fixture_close(&f);
}

TEST(test_deadlines)
{
    assert_deadline("", false, 20, "");
    assert_deadline("G", false, 25, "HTTP/1.1 408 ");
    assert_deadline("GET / HTTP/1.1\r\nHost: a\r\n", false, 25, "HTTP/1.1 408 ");
    assert_deadline("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n1234", false, 30,
                    "HTTP/1.1 408 ");
    assert_deadline(GET("/"), true, 40, "");
    assert_deadline(GET("/") "GET /", true, 25, "HTTP/1.1 408 ");
}

/* Single bytes do not extend a deadline. */
CLOSED(test_slow_sender)
{
    fixture_open_limited(&f, &short_limits);
    fixture_dial(&f, &f.client);
    for (int i = 0; i < 30; i++) {
        raw_say(&f.client, i == 0 ? "GET /" : "x");
        world_turn(&f.world);
        fixture_pass_ms(&f, 1);
    }
    raw_until_eof(&f.client);
    assert_non_null(strstr(f.client.in, "HTTP/1.1 408 "));
}

/* The handler has no deadline. */
CLOSED(test_no_deadline_while_handling)
{
    fixture_open_limited(&f, &short_limits);
    f.manner = KEEP;
    fixture_dial(&f, &f.client);
    raw_say(&f.client, GET("/"));
    fixture_until_requests(&f, 1);
    fixture_pass_ms(&f, 100000);
    until_swept();
    assert_int_equal(fixture_answer(&f, f.held[0], 200), 0);
    raw_until(&f.client, "200 OK");
}

/* When the limit is reached, the connection idle longest is closed. A connection whose request is
 * being answered is not. */
CLOSED(test_connections_are_bounded)
{
    raw_t busy, idle, next;
    fixture_open_limited(&f, &short_limits);
    f.manner = KEEP;
    fixture_dial(&f, &busy);
    raw_say(&busy, GET("/busy"));
    fixture_until_requests(&f, 1);
    fixture_dial(&f, &idle);
    raw_say(&idle, "GET /slow");
    fixture_until_connections(&f, 2);
    fixture_dial(&f, &next);
    raw_until_eof(&idle);
    assert_int_equal(idle.in_len, 0);
    raw_close(&idle);
    raw_say(&next, GET("/next"));
    fixture_until_requests(&f, 2);

    fixture_dial(&f, &idle); /* both are being answered */
    raw_until_eof(&idle);
    raw_close(&idle);
    assert_int_equal(fixture_answer(&f, f.held[0], 201), 0);
    raw_until(&busy, "201");
    assert_int_equal(fixture_answer(&f, f.held[1], 202), 0);
    raw_until(&next, "202");
    raw_close(&busy);
    raw_close(&next);
    fixture_until_connections(&f, 0);
}

/* A stranger is closed before a known peer, however long the peer has been idle. */
CLOSED(test_strangers_make_room)
{
    raw_t known, stranger, next;
    fixture_open_limited(&f, &short_limits);
    f.manner = KEEP;
    fixture_dial(&f, &known);
    raw_say(&known, GET("/known"));
    fixture_until_requests(&f, 1);
    slack__http_vouch(f.server, f.held[0]);
    slack__http_vouch(f.server, 12345); /* of a connection that is gone */
    assert_string_equal(slack__http_server_handshakes(f.server)->known[0], "127.0.0.1");
    assert_int_equal(fixture_answer(&f, f.held[0], 200), 0);
    raw_until(&known, "200");
    fixture_pass_ms(&f, 1);
    fixture_dial(&f, &stranger);
    fixture_until_connections(&f, 2);
    fixture_dial(&f, &next);
    raw_until_eof(&stranger);
    raw_say(&known, GET("/again"));
    raw_say(&next, GET("/next"));
    fixture_until_requests(&f, 3);
    assert_int_equal(fixture_answer(&f, f.held[1], 200), 0);
    assert_int_equal(fixture_answer(&f, f.held[2], 200), 0);
    raw_close(&known);
    raw_close(&stranger);
    raw_close(&next);
    fixture_until_connections(&f, 0);
}

/* A new connection of a network that has sent a verified request is closed after a stranger's,
 * although it has sent nothing yet: under attack it may need a while for its first request. */
CLOSED(test_familiar_networks_are_not_strangers)
{
    raw_t known, familiar, stranger, next;
    fixture_open_limited(&f, &short_limits);
    f.manner = KEEP;
    fixture_dial(&f, &known);
    raw_say(&known, GET("/known"));
    fixture_until_requests(&f, 1);
    slack__http_vouch(f.server, f.held[0]);
    assert_int_equal(fixture_answer(&f, f.held[0], 200), 0);
    raw_close(&known);
    fixture_until_connections(&f, 0);
    fixture_dial(&f, &familiar);
    fixture_until_connections(&f, 1);
    fixture_pass_ms(&f, 1);
    raw_connect_from(&stranger, &f.world, "127.0.0.2", slack__http_server_port(f.server));
    fixture_until_connections(&f, 2);
    fixture_dial(&f, &next);
    raw_until_eof(&stranger);
    raw_say(&familiar, GET("/familiar"));
    fixture_until_requests(&f, 2);
    assert_int_equal(fixture_answer(&f, f.held[1], 200), 0);
    raw_close(&familiar);
    raw_close(&stranger);
    raw_close(&next);
    fixture_until_connections(&f, 0);
}

#define STRANGERS 40

static unsigned count_ended(raw_t *raws)
{
    unsigned ended = 0;
    for (unsigned i = 0; i < STRANGERS; i++) {
        raw_take(&raws[i]);
        ended += raws[i].eof;
    }
    return ended;
}

/* If descriptors run out, strangers are closed as at the limit of connections: for the new
 * connection, for calls and for the store. A known peer keeps its connection. */
CLOSED(test_strangers_make_room_for_descriptors)
{
    raw_t known, strangers[STRANGERS], next;
    descriptors_need_kernel();
    fixture_open_limited(&f, NULL);
    f.manner = KEEP;
    fixture_dial(&f, &known);
    raw_say(&known, GET("/known"));
    fixture_until_requests(&f, 1);
    slack__http_vouch(f.server, f.held[0]);
    assert_int_equal(fixture_answer(&f, f.held[0], 200), 0);
    raw_until(&known, "200");
    for (unsigned i = 0; i < STRANGERS; i++) {
        fixture_dial(&f, &strangers[i]);
        raw_say(&strangers[i], "GET /slow");
    }
    fixture_until_connections(&f, STRANGERS + 1);
    fixture_dial(&f, &next);
    descriptors_exhaust();
    raw_say(&next, GET("/next"));
    fixture_until_requests(&f, 2);
    int fd = dup(0); /* for any other use */
    assert_true(fd >= 0);
    close(fd);
    descriptors_restore();
    assert_int_equal(fixture_answer(&f, f.held[1], 201), 0);
    raw_until(&next, "201");
    assert_in_range(count_ended(strangers), 1, STRANGERS - 1);
    raw_say(&known, GET("/again"));
    fixture_until_requests(&f, 3);
    assert_int_equal(fixture_answer(&f, f.held[2], 202), 0);
    raw_until(&known, "202");
    assert_int_equal(world_log_count(&f.world, "connections closed: descriptors are out"), 1);
    assert_false(world_logged(&f.world, "connections have to wait"));
    for (unsigned i = 0; i < STRANGERS; i++)
        raw_close(&strangers[i]);
    raw_close(&known);
    raw_close(&next);
    fixture_until_connections(&f, 0);
}

/* Without strangers the new connection waits in the kernel. */
CLOSED(test_no_known_peer_makes_room_for_descriptors)
{
    raw_t known, next;
    descriptors_need_kernel();
    fixture_open_limited(&f, NULL);
    f.manner = KEEP;
    fixture_dial(&f, &known);
    raw_say(&known, GET("/known"));
    fixture_until_requests(&f, 1);
    fixture_dial(&f, &next);
    descriptors_exhaust();
    world_until(&f.world, world_logged(&f.world, "connections have to wait"));
    descriptors_restore();
    raw_say(&next, GET("/next"));
    fixture_until_requests(&f, 2);
    assert_int_equal(fixture_answer(&f, f.held[0], 200), 0);
    assert_int_equal(fixture_answer(&f, f.held[1], 200), 0);
    raw_until(&known, "200");
    raw_close(&known);
    raw_close(&next);
    fixture_until_connections(&f, 0);
}

/* A client that sends many requests at once gets one per turn of the loop, like every other. */
SERVED(test_turns_are_shared)
{
    const unsigned many = 50;
    raw_t greedy, modest;
    fixture_dial(&f, &greedy);
    fixture_dial(&f, &modest);
    fixture_until_connections(&f, 2);
    world_turn(&f.world);
    for (unsigned i = 0; i < many; i++) /* not read before the loop turns */
        assert_true(send(greedy.fd, GET("/g"), sizeof GET("/g") - 1, 0) > 0);
    assert_true(send(modest.fd, GET("/modest"), sizeof GET("/modest") - 1, 0) > 0);
    raw_until(&modest, "/modest");
    assert_in_range(f.requests, 2, 10); /* one read holds more of them */
    fixture_until_requests(&f, many + 1);
    raw_close(&greedy);
    raw_close(&modest);
    fixture_until_connections(&f, 0);
}

CLOSED(test_connections_of_a_peer_are_bounded)
{
    raw_t raws[4];
    fixture_open_limited(&f, &(slack_http_limits_t){.connections = 10, .connections_per_peer = 3});
    for (unsigned i = 0; i < 3; i++) {
        fixture_dial(&f, &raws[i]);
        fixture_until_connections(&f, i + 1);
        fixture_pass_ms(&f, 1);
    }
    fixture_dial(&f, &raws[3]);
    raw_until_eof(&raws[0]);
    assert_int_equal(slack__http_server_connections(f.server), 3);
    raw_say(&raws[3], GET("/3"));
    raw_until(&raws[3], "/3");
    for (unsigned i = 0; i < 4; i++)
        raw_close(&raws[i]);
}

/* The limit per peer does not apply to a trusted proxy. */
CLOSED(test_connections_of_a_proxy_are_not)
{
    slack_trusted_proxies_t proxies;
    raw_t raws[5];
    assert_int_equal(slack__trusted_proxies_parse(&proxies, "127.0.0.0/8"), 0);
    fixture_open_behind(&f, &(slack_http_limits_t){.connections = 10, .connections_per_peer = 3},
                        &proxies);
    for (unsigned i = 0; i < 5; i++) {
        fixture_dial(&f, &raws[i]);
        raw_say(&raws[i], GET("/x"));
        raw_until(&raws[i], "/x");
        assert_int_equal(slack__http_server_connections(f.server), i + 1);
    }
    for (unsigned i = 0; i < 5; i++)
        raw_close(&raws[i]);
}

/* A peer may have so many requests without reading an answer. A peer that reads each answer has no
 * limit. */
CLOSED(test_pipelined_requests_are_bounded)
{
    fixture_open_limited(&f, &(slack_http_limits_t){.pipelined = 2});
    fixture_dial(&f, &f.client);
    for (unsigned i = 0; i < 5; i++) {
        raw_say(&f.client, GET("/one"));
        raw_until(&f.client, "/one");
        raw_forget(&f.client);
    }
    raw_say(&f.client, GET("/1") GET("/2") GET("/3"));
    raw_until_eof(&f.client);
    assert_non_null(strstr(f.client.in, "Connection: close\r\n\r\n/2"));
    assert_int_equal(f.requests, 7);
}

/* Large unfinished bodies share the limit of memory; small requests do not wait for them. */
CLOSED(test_memory_is_bounded)
{
    raw_t large[8], small;
    char head[200], *body = calloc(1, 300000);
    unsigned refused = 0;
    assert_non_null(body);
    memset(body, 'x', 300000);
    fixture_open_limited(&f, &(slack_http_limits_t){.memory_bytes = 1000000});
    const size_t before = heap_bytes();
    snprintf(head, sizeof head, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %u\r\n\r\n",
             900000u);
    for (unsigned i = 0; i < 8; i++) {
        fixture_dial(&f, &large[i]);
        raw_say(&large[i], head);
        raw_send(&large[i], body, 300000);
        for (unsigned turn = 0; turn < 20; turn++)
            world_turn(&f.world);
        assert_in_range(heap_bytes() - before, 0, 1000000 + 8 * 100000 + 2000000);
    }
    fixture_dial(&f, &small);
    raw_say(&small, GET("/small"));
    raw_until(&small, "/small");
    for (unsigned i = 0; i < 8; i++) {
        raw_take(&large[i]);
        if (large[i].in_len == 0) continue;
        assert_memory_equal(large[i].in, "HTTP/1.1 503 ", 13);
        refused++;
    }
    assert_in_range(refused, 4, 7);
    for (unsigned i = 0; i < 8; i++)
        raw_close(&large[i]);
    raw_close(&small);
    free(body);
}

/* A whole request that is being handled no longer counts against the limit. */
CLOSED(test_memory_is_for_what_is_being_read)
{
    enum { COUNT = 8, BODY = 300000 };
    raw_t raws[COUNT];
    char *request = malloc(BODY + 100);
    assert_non_null(request);
    int head =
        snprintf(request, 100, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n", BODY);
    memset(request + head, 'x', BODY);
    fixture_open_limited(&f, &(slack_http_limits_t){.memory_bytes = 1000000});
    f.manner = KEEP;
    for (unsigned i = 0; i < COUNT; i++) {
        fixture_dial(&f, &raws[i]);
        raw_send(&raws[i], request, (size_t)head + BODY);
        fixture_until_requests(&f, i + 1);
    }
    for (unsigned i = 0; i < COUNT; i++) {
        assert_int_equal(fixture_answer(&f, f.held[i], 200), 0);
        raw_until(&raws[i], "200");
        raw_close(&raws[i]);
    }
    free(request);
}

/* Connections that hold back the last byte of their bodies use up no one else's memory. */
CLOSED(test_held_back_bodies_keep_nobody_out)
{
    enum { HOLDING = 150, BODY = 100000 };
    static const char *const frames[] = {"Content-Length: 100001\r\n\r\n",
                                         "Transfer-Encoding: chunked\r\n\r\n186a1\r\n"};
    static char body[BODY];
    memset(body, 'x', sizeof body);
    for (size_t i = 0; i < 2; i++) {
        raw_t holding[HOLDING], stranger;
        fixture_open_limited(&f, &(slack_http_limits_t){.memory_bytes = 4 << 20});
        fixture_dial(&f, &f.client);
        f.manner = KEEP;
        raw_say(&f.client, GET("/known"));
        fixture_until_requests(&f, 1);
        slack__http_vouch(f.server, f.held[0]);
        assert_int_equal(fixture_answer(&f, f.held[0], 200), 0);
        f.manner = ANSWER;
        for (unsigned k = 0; k < HOLDING; k++) {
            fixture_dial(&f, &holding[k]);
            raw_say(&holding[k], "POST / HTTP/1.1\r\nHost: a\r\n");
            raw_say(&holding[k], frames[i]);
            raw_send(&holding[k], body, BODY);
            world_turn(&f.world);
        }
        fixture_dial(&f, &stranger);
        raw_t *const others[] = {&f.client, &stranger};
        for (size_t k = 0; k < 2; k++) {
            raw_say(others[k], "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 80000\r\n\r\n");
            raw_send(others[k], body, 80000);
            raw_until(others[k], "xxx");
        }
        for (unsigned k = 0; k < HOLDING; k++)
            raw_close(&holding[k]);
        raw_close(&stranger);
        if (i == 0) fixture_close(&f);
    }
}

/* Requests of a known peer do not wait for those of strangers. */
CLOSED(test_known_peers_come_first)
{
    enum { WAITING = 10, BYTES = 100000 };
    static char body[BYTES];
    raw_t strangers[WAITING];
    unsigned before = 0;
    memset(body, 'x', sizeof body);
    fixture_open(&f);
    fixture_dial(&f, &f.client);
    f.manner = KEEP;
    raw_say(&f.client, GET("/known"));
    fixture_until_requests(&f, 1);
    slack__http_vouch(f.server, f.held[0]);
    assert_int_equal(fixture_answer(&f, f.held[0], 200), 0);
    for (unsigned i = 0; i < WAITING; i++) {
        fixture_dial(&f, &strangers[i]);
        raw_say(&strangers[i], "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n");
        raw_send(&strangers[i], body, BYTES - 1);
    }
    fixture_until_connections(&f, WAITING + 1);
    for (int i = 0; i < 100; i++)
        world_turn(&f.world);
    for (unsigned i = 0; i < WAITING; i++)
        raw_say(&strangers[i], "x");
    raw_say(&f.client, GET("/known"));
    fixture_until_requests(&f, WAITING + 2);
    const uint64_t slot = f.held[0] & 0xffff;
    while ((f.held[before + 1] & 0xffff) != slot)
        before++;
    assert_in_range(before, 0, 4); /* a turn of the loop, or two */
    for (unsigned i = 0; i < WAITING; i++)
        raw_close(&strangers[i]);
}

CLOSED(test_requests_are_bounded)
{
    fixture_open_limited(&f, &short_limits);
    fixture_dial(&f, &f.client);
    raw_say(&f.client, GET("/1") GET("/2") GET("/3") GET("/4"));
    raw_until_eof(&f.client);
    assert_non_null(strstr(f.client.in, "Connection: close\r\n\r\n/3"));
    assert_int_equal(f.requests, 3);
}

/* A peer that sends and never reads. */
DIALLED(test_unread_answers_are_bounded)
{
    char *request = malloc(200000);
    assert_non_null(request);
    int head =
        snprintf(request, 200000, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n");
    memset(request + head, 'x', 100000);
    fixture_until_connections(&f, 1);
    for (int i = 0; i < 1000 && slack__http_server_connections(f.server) > 0; i++)
        raw_send(&f.client, request, (size_t)head + 100000);
    fixture_until_connections(&f, 0);
    raw_close(&f.client);
    free(request);
}
