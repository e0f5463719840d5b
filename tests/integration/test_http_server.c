/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include <slack/error.h>

#include "net/http_server.h"
#include "support/alloc_fail.h"
#include "support/certs.h"
#include "support/child.h"
#include "support/heap.h"
#include "support/raw.h"
#include "support/world.h"

#define WRITE_MAX ((size_t)1 << 20)
#define HELD_MAX  64

/* What the handler does with a request. */
enum manner { ANSWER, KEEP, TAKE_CONNECTION, CLOSE_SERVER };

typedef struct fixture {
    world_t world;
    slack_http_server_t *server;
    enum manner manner;
    bool server_gone;
    unsigned requests;       /* so far */
    uint64_t held[HELD_MAX]; /* ids, with KEEP */
    unsigned held_count;
    uint64_t received_us; /* of the last one */
    char last[100];       /* its method and path */
    slack_conn_t *taken;
    char taken_rest[64];
    unsigned taken_closed;
} fixture_t;

static int echo(fixture_t *fixture, uint64_t id, const slack_http_request_t *request)
{
    const slack_http_answer_t answer = {
        .status = 200,
        .content_type = "text/plain",
        .body = request->body_len ? request->body : request->path.ptr,
        .body_len = request->body_len ? request->body_len : request->path.len,
    };
    return slack__http_answer(fixture->server, id, &answer);
}

static void on_taken_data(slack_conn_t *conn, const char *data, size_t len, void *user_data)
{
    slack__conn_write(conn, data, len);
}

static void on_taken_closed(slack_conn_t *conn, int status, void *user_data)
{
    fixture_t *fixture = user_data;
    fixture->taken = NULL;
    fixture->taken_closed++;
}

static void take_connection(fixture_t *fixture, uint64_t id)
{
    static const slack_conn_events_t events = {.data = on_taken_data, .closed = on_taken_closed};
    slack_slice_t rest;
    assert_int_equal(slack__http_upgrade(fixture->server, id, &fixture->taken, &rest), 0);
    slack__conn_set_events(fixture->taken, &events, fixture);
    snprintf(fixture->taken_rest, sizeof fixture->taken_rest, "%.*s", (int)rest.len,
             rest.len ? rest.ptr : "");
}

static void on_request(slack_http_server_t *server, slack_http_request_t *request, void *user_data)
{
    fixture_t *fixture = user_data;
    fixture->requests++;
    fixture->received_us = request->received_us;
    snprintf(fixture->last, sizeof fixture->last, "%.*s %s", (int)request->method.len,
             request->method.ptr, request->path.ptr);
    assert_string_equal(request->peer, "127.0.0.1");
    assert_true(request->id != 0);
    switch (fixture->manner) {
    case ANSWER: echo(fixture, request->id, request); break;
    case KEEP:
        assert_true(fixture->held_count < HELD_MAX);
        fixture->held[fixture->held_count++] = request->id;
        break;
    case TAKE_CONNECTION: take_connection(fixture, request->id); break;
    case CLOSE_SERVER:
        slack__http_server_close(server, world_set_flag, &fixture->server_gone);
        break;
    }
    slack__arena_free(request->arena);
}

static int open_server(fixture_t *fixture, const slack_http_limits_t *limits)
{
    const slack_http_server_options_t options = {
        .listen = {.host = "127.0.0.1", .write_max = WRITE_MAX},
        .limits = limits,
        .fn = on_request,
        .user_data = fixture,
    };
    return slack__http_server_open(&fixture->server, fixture->world.net, &options, NULL);
}

static void set_up_limited(fixture_t *fixture, const slack_http_limits_t *limits)
{
    memset(fixture, 0, sizeof *fixture);
    assert_true(world_open(&fixture->world));
    assert_int_equal(open_server(fixture, limits), 0);
}

static void set_up(fixture_t *fixture)
{
    set_up_limited(fixture, NULL);
}

static void tear_down(fixture_t *fixture)
{
    if (fixture->manner != CLOSE_SERVER) {
        slack__http_server_close(fixture->server, world_set_flag, &fixture->server_gone);
        assert_false(fixture->server_gone); /* never before the call has returned */
    }
    world_until(&fixture->world, &fixture->server_gone);
    world_close(&fixture->world);
}

static void dial(fixture_t *fixture, raw_t *raw)
{
    raw_connect(raw, &fixture->world, slack__http_server_port(fixture->server));
}

static int answer_status(fixture_t *fixture, uint64_t id, int status)
{
    return slack__http_answer(fixture->server, id, &(slack_http_answer_t){.status = status});
}

static void until_connections(fixture_t *fixture, unsigned want)
{
    while (slack__http_server_connections(fixture->server) != want)
        uv_run(&fixture->world.loop, UV_RUN_ONCE);
}

#define GET(path) "GET " path " HTTP/1.1\r\nHost: a\r\n\r\n"

/* --- requests and answers --------------------------------------------------------------------- */

static void test_answer(void **state)
{
    fixture_t f;
    raw_t raw;
    set_up(&f);
    dial(&f, &raw);
    raw_say(&raw, "POST /events HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello");
    raw_until(&raw, "\r\n\r\nhello");
    assert_string_equal(raw.in, "HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 1970 00:16:40 GMT\r\n"
                                "Content-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello");
    assert_string_equal(f.last, "POST /events");
    assert_int_equal(f.received_us, f.world.mono_us);
    raw_forget(&raw);
    raw_say(&raw, GET("/again"));
    raw_until(&raw, "/again");
    assert_int_equal(slack__http_server_connections(f.server), 1);
    assert_int_equal(slack__http_server_refused(f.server), 0);
    raw_close(&raw);
    until_connections(&f, 0);
    tear_down(&f);
}

static void test_head_and_old_clients(void **state)
{
    fixture_t f;
    raw_t raw;
    set_up(&f);
    dial(&f, &raw);
    raw_say(&raw, "HEAD /path HTTP/1.1\r\nHost: a\r\n\r\n");
    raw_until(&raw, "Content-Length: 5\r\n\r\n");
    raw_say(&raw, "GET /path HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    raw_until(&raw, "Content-Length: 5\r\nConnection: keep-alive\r\n\r\n/path");
    raw_forget(&raw);
    raw_say(&raw, "GET /path HTTP/1.0\r\n\r\n");
    raw_until_eof(&raw);
    assert_non_null(strstr(raw.in, "Content-Length: 5\r\nConnection: close\r\n\r\n/path"));
    assert_false(raw.reset);
    raw_close(&raw);
    tear_down(&f);
}

static void test_connection_close(void **state)
{
    fixture_t f;
    raw_t raw;
    set_up(&f);
    dial(&f, &raw);
    raw_say(&raw, "GET /1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" GET("/2"));
    raw_until_eof(&raw);
    assert_non_null(strstr(raw.in, "Connection: close\r\n\r\n/1"));
    assert_null(strstr(raw.in, "/2"));
    assert_int_equal(f.requests, 1);
    raw_close(&raw);
    tear_down(&f);
}

/* What follows a CONNECT is another protocol, whether it was granted or not. */
static void test_connect(void **state)
{
    fixture_t f;
    raw_t raw;
    set_up(&f);
    dial(&f, &raw);
    raw_say(&raw, "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n" GET("/2"));
    raw_until_eof(&raw);
    assert_non_null(strstr(raw.in, "Connection: close\r\n\r\na:443"));
    assert_int_equal(f.requests, 1);
    raw_close(&raw);
    tear_down(&f);
}

static void test_continue(void **state)
{
    fixture_t f;
    raw_t raw;
    set_up(&f);
    dial(&f, &raw);
    raw_say(&raw, "PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    raw_until(&raw, "HTTP/1.1 100 Continue\r\n\r\n");
    raw_forget(&raw);
    raw_say(&raw, "ab");
    raw_until(&raw, "\r\n\r\nab");
    raw_close(&raw);
    tear_down(&f);
}

static void test_pipelining(void **state)
{
    fixture_t f;
    raw_t raw;
    set_up(&f);
    f.manner = KEEP;
    dial(&f, &raw);
    raw_say(&raw, GET("/1") GET("/2") GET("/3"));
    world_until_count(&f.world, &f.requests, 1);
    world_turn(&f.world);
    assert_int_equal(f.requests, 1); /* one at a time */
    assert_string_equal(f.last, "GET /1");
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(answer_status(&f, f.held[i], 201 + (int)i), 0);
        assert_int_equal(f.requests, i + 1); /* not from within the answer */
        if (i < 2) world_until_count(&f.world, &f.requests, i + 2);
    }
    raw_until(&raw, "203");
    assert_true(strstr(raw.in, "201") < strstr(raw.in, "202"));
    assert_true(strstr(raw.in, "202") < strstr(raw.in, "203"));
    raw_close(&raw);
    tear_down(&f);
}

/* More than is kept: reading pauses, and goes on. */
static void test_much_pipelining(void **state)
{
    fixture_t f;
    raw_t raw;
    char request[20100];
    const unsigned count = 60;
    set_up(&f);
    f.manner = KEEP;
    dial(&f, &raw);
    int head = snprintf(request, sizeof request,
                        "POST /%05d HTTP/1.1\r\nHost: a\r\nContent-Length: 20000\r\n\r\n", 0);
    memset(request + head, 'x', 20000);
    /* Less than what the kernel's buffers hold: nothing is read meanwhile. */
    for (unsigned i = 0; i < count; i++)
        raw_send(&raw, request, (size_t)head + 20000);
    for (unsigned i = 0; i < count; i++) {
        world_until_count(&f.world, &f.requests, i + 1);
        assert_int_equal(answer_status(&f, f.held[i], 200), 0);
    }
    raw_end(&raw);
    raw_until_eof(&raw);
    assert_int_equal(f.requests, count);
    unsigned answers = 0;
    for (const char *at = raw.in; (at = strstr(at, "HTTP/1.1 200")); at++)
        answers++;
    assert_int_equal(answers, count);
    raw_close(&raw);
    tear_down(&f);
}

/* --- refusals and deadlines ------------------------------------------------------------------- */

static void test_refused(void **state)
{
    fixture_t f;
    raw_t raw;
    set_up(&f);
    dial(&f, &raw);
    raw_say(&raw, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\nxxxxxxxxxxxx");
    raw_until_eof(&raw);
    assert_false(raw.reset); /* the answer was not lost over the bytes that nobody reads */
    assert_string_equal(raw.in, "HTTP/1.1 413 Content Too Large\r\n"
                                "Date: Thu, 01 Jan 1970 00:16:40 GMT\r\n"
                                "Content-Length: 0\r\nConnection: close\r\n\r\n");
    raw_close(&raw);
    dial(&f, &raw);
    raw_say(&raw, GET("/1") "rubbish\r\n\r\n");
    raw_until_eof(&raw);
    assert_non_null(strstr(raw.in, "\r\n\r\n/1HTTP/1.1 501 "));
    raw_close(&raw);
    assert_int_equal(slack__http_server_refused(f.server), 2);
    assert_int_equal(f.requests, 1);
    tear_down(&f);
}

static const slack_http_limits_t short_limits = {
    .connections = 2,
    .target_bytes = 100,
    .header_bytes = 1000,
    .header_count = 10,
    .body_bytes = 1000,
    .first_byte_ms = 20, /* of the test's own clock */
    .header_ms = 25,
    .body_ms = 30,
    .idle_ms = 40,
    .requests = 3,
};

static void pass_ms(fixture_t *fixture, uint64_t ms)
{
    fixture->world.mono_us += ms * 1000;
}

/* Let the server look at its deadlines a few times. */
static void until_swept(fixture_t *fixture)
{
    const uint64_t until = uv_hrtime() + 20 * 1000 * 1000;
    while (uv_hrtime() < until)
        uv_run(&fixture->world.loop, UV_RUN_NOWAIT);
}

/* Up to the deadline nothing happens; past it the connection ends, with these words. */
static void assert_deadline(const char *sent, bool answered_first, uint64_t ms, const char *want)
{
    fixture_t f;
    raw_t raw;
    set_up_limited(&f, &short_limits);
    dial(&f, &raw);
    raw_say(&raw, sent);
    until_connections(&f, 1);
    if (answered_first) raw_until(&raw, "\r\n\r\n/");
    world_turn(&f.world);
    raw_forget(&raw);
    pass_ms(&f, ms - 1);
    until_swept(&f);
    raw_take(&raw);
    assert_false(raw.eof);
    assert_int_equal(raw.in_len, 0);
    pass_ms(&f, 2);
    raw_until_eof(&raw);
    assert_false(raw.reset);
    if (*want)
        assert_non_null(strstr(raw.in, want));
    else
        assert_int_equal(raw.in_len, 0);
    assert_int_equal(slack__http_server_refused(f.server), *want ? 1 : 0);
    raw_close(&raw);
    tear_down(&f);
}

static void test_deadlines(void **state)
{
    assert_deadline("", false, 20, "");
    assert_deadline("G", false, 25, "HTTP/1.1 408 ");
    assert_deadline("GET / HTTP/1.1\r\nHost: a\r\n", false, 25, "HTTP/1.1 408 ");
    assert_deadline("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n1234", false, 30,
                    "HTTP/1.1 408 ");
    assert_deadline(GET("/"), true, 40, "");
    assert_deadline(GET("/") "GET /", true, 25, "HTTP/1.1 408 ");
}

/* A byte now and then does not move a deadline. */
static void test_slow_sender(void **state)
{
    fixture_t f;
    raw_t raw;
    set_up_limited(&f, &short_limits);
    dial(&f, &raw);
    for (int i = 0; i < 30; i++) {
        raw_say(&raw, i == 0 ? "GET /" : "x");
        world_turn(&f.world);
        pass_ms(&f, 1);
    }
    raw_until_eof(&raw);
    assert_non_null(strstr(raw.in, "HTTP/1.1 408 "));
    raw_close(&raw);
    tear_down(&f);
}

/* The handler may take all the time that it wants. */
static void test_no_deadline_while_handling(void **state)
{
    fixture_t f;
    raw_t raw;
    set_up_limited(&f, &short_limits);
    f.manner = KEEP;
    dial(&f, &raw);
    raw_say(&raw, GET("/"));
    world_until_count(&f.world, &f.requests, 1);
    pass_ms(&f, 100000);
    until_swept(&f);
    assert_int_equal(answer_status(&f, f.held[0], 200), 0);
    raw_until(&raw, "200 OK");
    raw_close(&raw);
    tear_down(&f);
}

/* The one that has kept us waiting longest makes room; one whose request is being answered never.
 */
static void test_connections_are_bounded(void **state)
{
    fixture_t f;
    raw_t busy, idle, next;
    set_up_limited(&f, &short_limits);
    f.manner = KEEP;
    dial(&f, &busy);
    raw_say(&busy, GET("/busy"));
    world_until_count(&f.world, &f.requests, 1);
    dial(&f, &idle);
    raw_say(&idle, "GET /slow");
    until_connections(&f, 2);
    dial(&f, &next);
    raw_until_eof(&idle);
    assert_int_equal(idle.in_len, 0);
    raw_close(&idle);
    raw_say(&next, GET("/next"));
    world_until_count(&f.world, &f.requests, 2);

    dial(&f, &idle); /* both are being answered now */
    raw_until_eof(&idle);
    raw_close(&idle);
    assert_int_equal(answer_status(&f, f.held[0], 201), 0);
    raw_until(&busy, "201");
    assert_int_equal(answer_status(&f, f.held[1], 202), 0);
    raw_until(&next, "202");
    raw_close(&busy);
    raw_close(&next);
    until_connections(&f, 0);
    tear_down(&f);
}

static void test_connections_of_a_peer_are_bounded(void **state)
{
    fixture_t f;
    raw_t raws[4];
    set_up_limited(&f, &(slack_http_limits_t){.connections = 10, .connections_per_peer = 3});
    for (unsigned i = 0; i < 3; i++) {
        dial(&f, &raws[i]);
        until_connections(&f, i + 1);
        pass_ms(&f, 1);
    }
    dial(&f, &raws[3]);
    raw_until_eof(&raws[0]);
    assert_int_equal(slack__http_server_connections(f.server), 3);
    raw_say(&raws[3], GET("/3"));
    raw_until(&raws[3], "/3");
    for (unsigned i = 0; i < 4; i++)
        raw_close(&raws[i]);
    tear_down(&f);
}

/* A peer that never awaits an answer has so many requests, one that does has as many as it likes.
 */
static void test_pipelined_requests_are_bounded(void **state)
{
    fixture_t f;
    raw_t raw;
    set_up_limited(&f, &(slack_http_limits_t){.pipelined = 2});
    dial(&f, &raw);
    for (unsigned i = 0; i < 5; i++) {
        raw_say(&raw, GET("/one"));
        raw_until(&raw, "/one");
        raw_forget(&raw);
    }
    raw_say(&raw, GET("/1") GET("/2") GET("/3"));
    raw_until_eof(&raw);
    assert_non_null(strstr(raw.in, "Connection: close\r\n\r\n/2"));
    assert_int_equal(f.requests, 7);
    raw_close(&raw);
    tear_down(&f);
}

/* Large bodies that do not end wait for each other; small requests wait for nobody. */
static void test_memory_is_bounded(void **state)
{
    fixture_t f;
    raw_t large[8], small;
    char head[200], *body = calloc(1, 300000);
    unsigned refused = 0;
    assert_non_null(body);
    memset(body, 'x', 300000);
    set_up_limited(&f, &(slack_http_limits_t){.memory_bytes = 1000000});
    const size_t before = heap_bytes();
    snprintf(head, sizeof head, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %u\r\n\r\n",
             900000u);
    for (unsigned i = 0; i < 8; i++) {
        dial(&f, &large[i]);
        raw_say(&large[i], head);
        raw_send(&large[i], body, 300000);
        for (unsigned turn = 0; turn < 20; turn++)
            world_turn(&f.world);
        assert_in_range(heap_bytes() - before, 0, 1000000 + 8 * 100000 + 2000000);
    }
    dial(&f, &small);
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
    tear_down(&f);
}

static void test_requests_are_bounded(void **state)
{
    fixture_t f;
    raw_t raw;
    set_up_limited(&f, &short_limits);
    dial(&f, &raw);
    raw_say(&raw, GET("/1") GET("/2") GET("/3") GET("/4"));
    raw_until_eof(&raw);
    assert_non_null(strstr(raw.in, "Connection: close\r\n\r\n/3"));
    assert_int_equal(f.requests, 3);
    raw_close(&raw);
    tear_down(&f);
}

/* A peer that sends and sends, and reads nothing. */
static void test_unread_answers_are_bounded(void **state)
{
    fixture_t f;
    raw_t raw;
    char *request = malloc(200000);
    assert_non_null(request);
    set_up(&f);
    dial(&f, &raw);
    int head =
        snprintf(request, 200000, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n");
    memset(request + head, 'x', 100000);
    until_connections(&f, 1);
    for (int i = 0; i < 1000 && slack__http_server_connections(f.server) > 0; i++)
        raw_send(&raw, request, (size_t)head + 100000);
    until_connections(&f, 0);
    raw_close(&raw);
    free(request);
    tear_down(&f);
}

/* --- ids -------------------------------------------------------------------------------------- */

static void test_late_answers(void **state)
{
    fixture_t f;
    raw_t raw, next;
    set_up(&f);
    f.manner = KEEP;
    dial(&f, &raw);
    raw_say(&raw, GET("/1"));
    world_until_count(&f.world, &f.requests, 1);
    assert_int_equal(answer_status(&f, f.held[0], 200), 0);
    assert_int_equal(answer_status(&f, f.held[0], 200), SLACK_EINVAL);
    raw_until(&raw, "200 OK");
    raw_say(&raw, GET("/2"));
    world_until_count(&f.world, &f.requests, 2);
    assert_int_equal(answer_status(&f, f.held[0], 200), SLACK_EINVAL);

    /* Its sender resets the connection; the next one gets its slot, but not its answer. */
    struct {
        int on, seconds;
    } linger = {1, 0};
    setsockopt(raw.fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    raw_close(&raw);
    until_connections(&f, 0);
    assert_int_equal(answer_status(&f, f.held[1], 200), SLACK_ECLOSED);
    dial(&f, &next);
    raw_say(&next, GET("/3"));
    world_until_count(&f.world, &f.requests, 3);
    assert_int_equal(answer_status(&f, f.held[1], 200), SLACK_ECLOSED);
    assert_int_equal(answer_status(&f, f.held[2], 204), 0);
    raw_until(&next, "204 No Content");
    assert_int_equal(answer_status(&f, 0, 200), SLACK_ECLOSED);
    assert_int_equal(answer_status(&f, UINT64_MAX, 200), SLACK_ECLOSED);
    raw_close(&next);
    tear_down(&f);
}

static void test_answers_that_are_none(void **state)
{
    static const slack_http_header_t injection = {{"A", 1}, {"b\r\nC: d", 7}};
    fixture_t f;
    raw_t raw;
    set_up(&f);
    f.manner = KEEP;
    dial(&f, &raw);
    raw_say(&raw, GET("/1"));
    world_until_count(&f.world, &f.requests, 1);
    slack_http_answer_t answer = {.status = 200, .headers = &injection, .header_count = 1};
    assert_int_equal(slack__http_answer(f.server, f.held[0], &answer), SLACK_EINVAL);
    assert_int_equal(answer_status(&f, f.held[0], 100), SLACK_EINVAL);
    assert_int_equal(answer_status(&f, f.held[0], 200), 0); /* a third try */
    raw_until(&raw, "200 OK");
    raw_forget(&raw);

    char *big = calloc(1, WRITE_MAX);
    assert_non_null(big);
    raw_say(&raw, GET("/2"));
    world_until_count(&f.world, &f.requests, 2);
    answer = (slack_http_answer_t){.status = 200, .body = big, .body_len = WRITE_MAX};
    assert_int_equal(slack__http_answer(f.server, f.held[1], &answer), SLACK_ETOOBIG);
    assert_int_equal(answer_status(&f, f.held[1], 200), SLACK_ECLOSED);
    raw_until_eof(&raw);
    assert_int_equal(raw.in_len, 0);
    free(big);
    raw_close(&raw);
    tear_down(&f);
}

/* --- ends ------------------------------------------------------------------------------------- */

static void test_half_closed(void **state)
{
    fixture_t f;
    raw_t raw;
    set_up(&f);
    f.manner = KEEP;
    dial(&f, &raw);
    raw_say(&raw, GET("/1") GET("/2"));
    raw_end(&raw);
    for (unsigned i = 0; i < 2; i++) {
        world_until_count(&f.world, &f.requests, i + 1);
        world_turn(&f.world);
        assert_int_equal(answer_status(&f, f.held[i], 201 + (int)i), 0);
    }
    raw_until_eof(&raw);
    assert_non_null(strstr(raw.in, "201"));
    assert_non_null(strstr(raw.in, "202"));
    until_connections(&f, 0);
    raw_close(&raw);

    /* What was cut short has no answer. */
    dial(&f, &raw);
    raw_say(&raw, "GET /3 HTTP/1.1\r\n");
    raw_end(&raw);
    raw_until_eof(&raw);
    assert_int_equal(raw.in_len, 0);
    raw_close(&raw);
    until_connections(&f, 0);
    assert_int_equal(f.requests, 2);
    tear_down(&f);
}

static void test_drain(void **state)
{
    fixture_t f;
    raw_t idle, silent, busy, reading;
    set_up(&f);
    dial(&f, &idle);
    raw_say(&idle, GET("/idle"));
    raw_until(&idle, "/idle");
    raw_forget(&idle);
    f.requests = 0;
    f.manner = KEEP;
    dial(&f, &silent);
    dial(&f, &busy);
    dial(&f, &reading);
    raw_say(&busy, GET("/busy") GET("/behind"));
    raw_say(&reading, "GET /reading HTTP/1.1\r\n");
    world_until_count(&f.world, &f.requests, 1);
    until_connections(&f, 4);
    world_turn(&f.world);
    assert_int_equal(slack__http_server_under_way(f.server), 2);
    slack__http_server_drain(f.server);
    slack__http_server_drain(f.server);
    assert_int_equal(slack__http_server_port(f.server), 0);
    raw_until_eof(&idle);
    assert_int_equal(idle.in_len, 0);

    assert_int_equal(answer_status(&f, f.held[0], 200), 0);
    raw_until_eof(&busy);
    assert_non_null(strstr(busy.in, "Connection: close\r\n\r\n"));
    raw_say(&reading, "Host: a\r\n\r\n");
    world_until_count(&f.world, &f.requests, 2);
    assert_string_equal(f.last, "GET /reading");
    assert_int_equal(answer_status(&f, f.held[1], 200), 0);
    raw_until_eof(&reading);
    assert_non_null(strstr(reading.in, "Connection: close\r\n\r\n"));
    raw_say(&silent, GET("/silent")); /* it was connected in time */
    world_until_count(&f.world, &f.requests, 3);
    assert_int_equal(answer_status(&f, f.held[2], 200), 0);
    raw_until_eof(&silent);
    assert_int_equal(slack__http_server_under_way(f.server), 0);
    raw_close(&silent);
    raw_close(&idle);
    raw_close(&busy);
    raw_close(&reading);
    until_connections(&f, 0);
    assert_int_equal(f.requests, 3);
    tear_down(&f);
}

static void test_close_with_requests_held(void **state)
{
    fixture_t f;
    raw_t one, two;
    set_up(&f);
    f.manner = KEEP;
    dial(&f, &one);
    dial(&f, &two);
    raw_say(&one, GET("/1") GET("/2"));
    raw_say(&two, "GET");
    world_until_count(&f.world, &f.requests, 1);
    tear_down(&f);
    raw_close(&one);
    raw_close(&two);
}

static void test_close_in_the_handler(void **state)
{
    fixture_t f;
    raw_t raw;
    set_up(&f);
    f.manner = CLOSE_SERVER;
    dial(&f, &raw);
    raw_say(&raw, GET("/1") GET("/2"));
    world_until_count(&f.world, &f.requests, 1);
    tear_down(&f);
    assert_int_equal(f.requests, 1);
    raw_close(&raw);
}

/* --- upgrades --------------------------------------------------------------------------------- */

#define UPGRADE "GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n"

static void test_upgrade(void **state)
{
    fixture_t f;
    raw_t raw;
    set_up(&f);
    f.manner = TAKE_CONNECTION;
    dial(&f, &raw);
    raw_say(&raw, UPGRADE "first bytes");
    world_until_count(&f.world, &f.requests, 1);
    assert_string_equal(f.taken_rest, "first bytes");
    assert_int_equal(slack__http_server_connections(f.server), 0);
    raw_say(&raw, "echo");
    raw_until(&raw, "echo");
    slack__conn_close(f.taken, 0);
    raw_until_eof(&raw);
    world_until_count(&f.world, &f.taken_closed, 1);
    raw_close(&raw);
    tear_down(&f);
}

static void test_late_upgrade(void **state)
{
    fixture_t f;
    raw_t raw;
    set_up(&f);
    f.manner = KEEP;
    dial(&f, &raw);
    raw_say(&raw, UPGRADE);
    world_until_count(&f.world, &f.requests, 1);
    raw_say(&raw, "rest");
    world_turn(&f.world);
    world_turn(&f.world);
    take_connection(&f, f.held[0]);
    slack_conn_t *conn;
    slack_slice_t rest;
    assert_int_equal(slack__http_upgrade(f.server, f.held[0], &conn, &rest), SLACK_ECLOSED);
    assert_int_equal(answer_status(&f, f.held[0], 200), SLACK_ECLOSED);
    /* The connection outlives the server. */
    slack__http_server_close(f.server, world_set_flag, &f.server_gone);
    world_until(&f.world, &f.server_gone);
    if (!*f.taken_rest) raw_until(&raw, "rest"); /* it had not arrived: then it is echoed */
    raw_say(&raw, "echo");
    raw_until(&raw, "echo");
    raw_close(&raw);
    world_until_count(&f.world, &f.taken_closed, 1);
    world_close(&f.world);
}

/* --- memory ----------------------------------------------------------------------------------- */

static void test_one_allocation_per_request(void **state)
{
    fixture_t f;
    raw_t raw;
    set_up(&f);
    dial(&f, &raw);
    size_t before = 0;
    for (int i = 0; i < 10; i++) {
        if (i == 1) before = heap_count(); /* the first one sets things up */
        raw_say(&raw, "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello");
        raw_until(&raw, "\r\n\r\nhello");
        raw_forget(&raw);
    }
    assert_int_equal(heap_count() - before, 9);
    raw_close(&raw);
    tear_down(&f);
}

/* One request on a server of its own. Whatever fails: nobody hangs, and nothing is left. */
static int serve_once(void *ctx)
{
    fixture_t f;
    raw_t raw;
    memset(&f, 0, sizeof f);
    if (!world_open(&f.world)) return SLACK_ENOMEM;
    int rc = open_server(&f, NULL);
    if (rc == 0) {
        dial(&f, &raw);
        raw_say(&raw, "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello" GET("/2"));
        raw_end(&raw);
        raw_until_eof(&raw);
        const char *first = strstr(raw.in, "\r\n\r\nhello");
        if (!first || !strstr(first, "\r\n\r\n/2")) rc = SLACK_ENOMEM;
        raw_close(&raw);
        tear_down(&f);
    } else {
        world_turn(&f.world);
        world_close(&f.world);
    }
    return rc;
}

static void test_out_of_memory(void **state)
{
    assert_true(alloc_fail_each(serve_once, NULL) > 5);
}

/* --- curl ------------------------------------------------------------------------------------- */

/* Run curl with these arguments, and `input`. */
static void run_curl(fixture_t *fixture, child_t *child, const char *const *more, const char *input)
{
    const char *args[20] = {"curl", "-sS", "--max-time", "15"};
    size_t count = 4;
    while (*more && count < 19)
        args[count++] = *more++;
    child_start(child, &fixture->world, args, input);
    if (!child->started) {
        child_done(child);
        slack__http_server_close(fixture->server, NULL, NULL);
        world_close(&fixture->world);
        skip();
    }
    child_wait(child, &fixture->world);
    assert_int_equal(child->status, 0);
}

static void make_url(const fixture_t *fixture, char *url, size_t size, const char *path)
{
    snprintf(url, size, "http://127.0.0.1:%u%s", slack__http_server_port(fixture->server), path);
}

static void test_curl_keeps_the_connection(void **state)
{
    fixture_t f;
    child_t child;
    char one[100], two[100];
    set_up(&f);
    make_url(&f, one, sizeof one, "/one?x=y");
    make_url(&f, two, sizeof two, "/two");
    run_curl(&f, &child,
             (const char *const[]){"-w", " %{http_code} %{num_connects}\n", one, two, NULL}, NULL);
    assert_string_equal(child.out, "/one 200 1\n/two 200 0\n");
    child_done(&child);
    tear_down(&f);
}

static void test_curl_uploads_chunks(void **state)
{
    fixture_t f;
    child_t child;
    char url[100], *body = calloc(1, 300001);
    assert_non_null(body);
    memset(body, 'x', 300000);
    set_up(&f);
    make_url(&f, url, sizeof url, "/upload");
    /* Chunked, since curl does not know the length; with Expect: 100-continue, as it does then. */
    run_curl(&f, &child,
             (const char *const[]){"-T", "-", "--expect100-timeout", "10", "-H",
                                   "Expect: 100-continue", url, NULL},
             body);
    assert_string_equal(f.last, "PUT /upload");
    assert_int_equal(child.out_len, 300000);
    assert_string_equal(child.out, body);
    child_done(&child);
    /* The same with its length told. */
    run_curl(&f, &child, (const char *const[]){"--data-binary", "@-", "-H", "Expect:", url, NULL},
             body);
    assert_string_equal(f.last, "POST /upload");
    assert_string_equal(child.out, body);
    child_done(&child);
    free(body);
    tear_down(&f);
}

static void test_curl_head(void **state)
{
    fixture_t f;
    child_t child;
    char url[100];
    set_up(&f);
    make_url(&f, url, sizeof url, "/head");
    run_curl(&f, &child, (const char *const[]){"-I", url, NULL}, NULL);
    assert_non_null(strstr(child.out, "HTTP/1.1 200 OK\r\n"));
    assert_non_null(strstr(child.out, "Content-Length: 5\r\n"));
    child_done(&child);
    run_curl(&f, &child, (const char *const[]){"-0", "-w", " %{http_version}", url, NULL}, NULL);
    assert_non_null(strstr(child.out, "/head 1."));
    child_done(&child);
    tear_down(&f);
}

static void test_curl_with_tls(void **state)
{
    fixture_t f;
    child_t child;
    slack_tls_context_t *tls;
    char url[100], ca[4096];
    if (!certs_make()) skip();
    memset(&f, 0, sizeof f);
    assert_true(world_open(&f.world));
    assert_int_equal(
        slack__tls_context_server(&tls, certs_path("server.pem"), certs_path("server.key")), 0);
    const slack_http_server_options_t options = {
        .listen = {.host = "127.0.0.1", .tls = tls, .open_ms = 10000, .write_max = WRITE_MAX},
        .fn = on_request,
        .user_data = &f,
    };
    assert_int_equal(slack__http_server_open(&f.server, f.world.net, &options, NULL), 0);
    slack__tls_context_unref(tls);
    snprintf(url, sizeof url, "https://127.0.0.1:%u/tls", slack__http_server_port(f.server));
    snprintf(ca, sizeof ca, "%s", certs_path("ca.pem"));
    char *body = calloc(1, 200001);
    assert_non_null(body);
    memset(body, 'y', 200000);
    run_curl(&f, &child,
             (const char *const[]){"--cacert", ca, "--data-binary", "@-", url, url, NULL}, body);
    assert_int_equal(child.out_len, 400000);
    child_done(&child);
    free(body);
    tear_down(&f);
}

/* Runs curl with a client's certificate, NULL for none; its exit status. */
static int64_t curl_as(fixture_t *f, const char *ca, const char *cert)
{
    child_t child;
    char url[100], key[4096];
    snprintf(url, sizeof url, "https://127.0.0.1:%u/tls", slack__http_server_port(f->server));
    snprintf(key, sizeof key, "%s", certs_path("server.key"));
    const char *const with[] = {"curl",   "-sS", "--max-time", "15", "--cacert", ca,
                                "--cert", cert,  "--key",      key,  url,        NULL};
    const char *const without[] = {"curl", "-sS", "--max-time", "15", "--cacert", ca, url, NULL};
    child_start(&child, &f->world, cert ? with : without, NULL);
    assert_true(child.started);
    child_wait(&child, &f->world);
    const int64_t status = child.status;
    child_done(&child);
    return status;
}

/* Only a client of that name comes in; a context that is put in the place of another counts from
 * the next connection on. */
static void test_client_certificates(void **state)
{
    fixture_t f;
    slack_tls_context_t *tls, *open;
    char ca[4096], slack[4096], other[4096];
    if (!certs_make() || system("curl --version >/dev/null 2>&1") != 0) skip();
    snprintf(ca, sizeof ca, "%s", certs_path("ca.pem"));
    snprintf(slack, sizeof slack, "%s", certs_path("slack.pem"));
    snprintf(other, sizeof other, "%s", certs_path("other.pem"));
    memset(&f, 0, sizeof f);
    assert_true(world_open(&f.world));
    assert_int_equal(
        slack__tls_context_server(&tls, certs_path("server.pem"), certs_path("server.key")), 0);
    assert_int_equal(slack__tls_context_check_clients(tls, "/nowhere", "x"), SLACK_ECONFIG);
    assert_int_equal(slack__tls_context_check_clients(tls, ca, "platform-tls-client.slack.com"), 0);
    const slack_http_server_options_t options = {
        .listen = {.host = "127.0.0.1", .tls = tls, .open_ms = 10000, .write_max = WRITE_MAX},
        .fn = on_request,
        .user_data = &f,
    };
    assert_int_equal(slack__http_server_open(&f.server, f.world.net, &options, NULL), 0);
    slack__tls_context_unref(tls);
    assert_int_not_equal(curl_as(&f, ca, NULL), 0);
    assert_int_not_equal(curl_as(&f, ca, other), 0);
    assert_int_equal(f.requests, 0);
    assert_int_equal(curl_as(&f, ca, slack), 0);
    assert_int_equal(f.requests, 1);

    assert_int_equal(slack__tls_context_server(&open, certs_path("rsa.pem"), certs_path("rsa.key")),
                     0);
    slack__http_server_set_tls(f.server, open);
    slack__tls_context_unref(open);
    assert_int_equal(curl_as(&f, ca, NULL), 0);
    assert_int_equal(f.requests, 2);
    tear_down(&f);
}

int main(void)
{
    heap_install();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answer),
        cmocka_unit_test(test_head_and_old_clients),
        cmocka_unit_test(test_connection_close),
        cmocka_unit_test(test_connect),
        cmocka_unit_test(test_continue),
        cmocka_unit_test(test_pipelining),
        cmocka_unit_test(test_much_pipelining),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_deadlines),
        cmocka_unit_test(test_slow_sender),
        cmocka_unit_test(test_no_deadline_while_handling),
        cmocka_unit_test(test_connections_are_bounded),
        cmocka_unit_test(test_connections_of_a_peer_are_bounded),
        cmocka_unit_test(test_pipelined_requests_are_bounded),
        cmocka_unit_test(test_memory_is_bounded),
        cmocka_unit_test(test_requests_are_bounded),
        cmocka_unit_test(test_unread_answers_are_bounded),
        cmocka_unit_test(test_late_answers),
        cmocka_unit_test(test_answers_that_are_none),
        cmocka_unit_test(test_half_closed),
        cmocka_unit_test(test_drain),
        cmocka_unit_test(test_close_with_requests_held),
        cmocka_unit_test(test_close_in_the_handler),
        cmocka_unit_test(test_upgrade),
        cmocka_unit_test(test_late_upgrade),
        cmocka_unit_test(test_one_allocation_per_request),
        cmocka_unit_test(test_out_of_memory),
        cmocka_unit_test(test_curl_keeps_the_connection),
        cmocka_unit_test(test_curl_uploads_chunks),
        cmocka_unit_test(test_curl_head),
        cmocka_unit_test(test_curl_with_tls),
        cmocka_unit_test(test_client_certificates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
