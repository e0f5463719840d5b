/* SPDX-License-Identifier: MIT */
#include <slack/error.h>

#include "net/curl.h"
#include "support/alloc_fail.h"
#include "support/peer.h"
#include "support/test.h"
#include "support/world.h"

#define BYTES_MAX ((size_t)1 << 20)

/* A transfer whose bodies the test gives and takes. */
typedef struct stream {
    slack_transfer_t *transfer;
    int ends;
    slack_curl_result_t end; /* its strings are not kept */
    char reason[128];

    char *text; /* of the source */
    size_t len, ready, given;
    int source_rc; /* when nothing is ready */

    char *taken; /* by the sink, NUL-terminated */
    size_t taken_len, largest;
    unsigned heads, pieces;
    int http_status, head_rc, write_rc;
    char length[32]; /* the header Content-Length */
    slack_curl_t **close_in_write;
} stream_t;

static world_t world;
static slack_curl_t *curl;
static peer_t *peer;
static stream_t one;
static bool closed;
static char request_text[BYTES_MAX];
static unsigned connection; /* of the newest request */

static int source_read(void *user_data, char *to, size_t max, size_t *ret_len)
{
    stream_t *s = user_data;
    size_t len = s->ready - s->given;
    if (len == 0 && s->source_rc != 0) return s->source_rc;
    if (len > max) len = max;
    memcpy(to, s->text + s->given, len);
    s->given += len;
    *ret_len = len;
    return 0;
}

static int sink_head(const slack_curl_result_t *head, void *user_data)
{
    stream_t *s = user_data;
    assert_int_equal(s->pieces, 0);
    s->heads++;
    s->http_status = head->http_status;
    snprintf(s->length, sizeof s->length, "%s", slack__curl_header(head, "Content-Length"));
    return s->head_rc;
}

static int sink_write(const char *data, size_t len, void *user_data)
{
    stream_t *s = user_data;
    assert_int_equal(s->heads, 1);
    assert_int_equal(s->ends, 0);
    s->pieces++;
    if (len > s->largest) s->largest = len;
    if (s->taken_len + len < BYTES_MAX) memcpy(s->taken + s->taken_len, data, len);
    s->taken_len += len;
    if (s->close_in_write && *s->close_in_write) {
        slack__curl_close(curl, world_set_flag, &closed);
        curl = NULL;
    }
    return s->write_rc;
}

static void stream_ended(const slack_curl_result_t *result, void *user_data)
{
    stream_t *s = user_data;
    s->ends++;
    s->end = *result;
    assert_string_equal(result->body, "");
    snprintf(s->reason, sizeof s->reason, "%s", result->reason);
    s->transfer = NULL;
}

static void take_request(peer_t *p, const peer_request_t *request, void *user_data)
{
    connection = request->connection;
    snprintf(request_text, sizeof request_text, "%s", request->text);
}

static void open_all(void)
{
    assert_true(world_open(&world));
    assert_int_equal(
        slack__curl_new(&curl, world.net,
                        &(slack_curl_options_t){.user_agent = "test/1", .concurrency = 4}),
        0);
    peer = peer_open(&world.loop, take_request, NULL);
    one = (stream_t){.taken = calloc(1, BYTES_MAX), .text = malloc(BYTES_MAX)};
    for (size_t i = 0; i < BYTES_MAX; i++)
        one.text[i] = (char)('a' + i % 23);
    closed = false;
    connection = 0;
}

static void close_all(void)
{
    if (curl) slack__curl_close(curl, world_set_flag, &closed);
    curl = NULL;
    peer_close(peer);
    world_until(&world, closed);
    world_close(&world);
    free(one.taken);
    free(one.text);
}

#define STREAM_TEST(function) TEST_AROUND(function, open_all(), close_all())

static slack_curl_request_t request_of(const char *method)
{
    static char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%u/x", peer_port(peer));
    return (slack_curl_request_t){.method = method,
                                  .url = url,
                                  .ret_transfer = &one.transfer,
                                  .sink = {sink_head, sink_write, &one}};
}

static void get(void)
{
    const slack_curl_request_t request = request_of("GET");
    assert_int_equal(slack__curl_send(curl, &request, stream_ended, &one), 0);
    world_until(&world, connection > 0);
}

/* PUT of `len` bytes, of which `ready` are there. */
static void put(size_t ready, int64_t len, int source_rc)
{
    slack_curl_request_t request = request_of("PUT");
    request.source = (slack_curl_source_t){source_read, len, &one};
    one.ready = ready;
    one.source_rc = source_rc;
    assert_int_equal(slack__curl_send(curl, &request, stream_ended, &one), 0);
}

static void answer_head(size_t len)
{
    char head[64];
    snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n", len);
    peer_send(peer, connection, head);
}

/* ---- responses ---- */

STREAM_TEST(test_a_response_arrives_in_pieces_after_its_head)
{
    get();
    answer_head(9);
    world_until(&world, one.heads == 1);
    assert_int_equal(one.http_status, 200);
    assert_string_equal(one.length, "9");
    peer_send(peer, connection, "one");
    world_until(&world, one.taken_len == 3);
    peer_send(peer, connection, "twothr");
    world_until(&world, one.ends == 1);
    assert_string_equal(one.taken, "onetwothr");
    assert_int_equal(one.end.status, 0);
    assert_int_equal(one.end.http_status, 200);
}

STREAM_TEST(test_a_response_without_a_body_has_a_head)
{
    get();
    peer_send(peer, connection,
              "HTTP/1.1 103 Early\r\nContent-Length: 7\r\n\r\n"
              "HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n");
    world_until(&world, one.ends == 1);
    assert_int_equal(one.heads, 1);
    assert_int_equal(one.http_status, 404);
    assert_string_equal(one.length, "0");
    assert_int_equal(one.end.status, 0);
    assert_int_equal(one.pieces, 0);
}

STREAM_TEST(test_a_sink_that_waits_stops_the_peer)
{
    enum { PARTS = 64, PART = 1 << 20 };
    one.text[PART - 1] = '\0';
    get();
    answer_head((size_t)PARTS * (PART - 1));
    one.write_rc = SLACK_CURL_LATER;
    for (int i = 0; i < PARTS; i++)
        peer_send(peer, connection, one.text);
    world_until(&world, one.pieces == 1);
    const uint64_t since_ns = uv_hrtime();
    for (size_t unsent = 0, same = 0; same < 1000 && uv_hrtime() - since_ns < 5000000000; same++) {
        uv_run(&world.loop, UV_RUN_NOWAIT);
        if (peer_unsent(peer, connection) != unsent) same = 0;
        unsent = peer_unsent(peer, connection);
    }
    assert_true(peer_unsent(peer, connection) > (size_t)PARTS / 2 * PART);
    assert_int_equal(one.pieces, 1);
    one.write_rc = 0;
    slack__curl_resume_sink(one.transfer);
    world_until(&world, one.ends == 1);
    assert_int_equal(one.end.status, 0);
    assert_int_equal(one.taken_len, (size_t)PARTS * (PART - 1));
    assert_true(one.largest <= SLACK_CURL_WINDOW);
    assert_memory_equal(one.taken, one.text, PART / 2);
}

STREAM_TEST(test_a_sink_that_waits_at_the_end_gets_the_end_later)
{
    get();
    one.write_rc = SLACK_CURL_LATER;
    peer_answer(peer, connection, 200, "", "all");
    world_until(&world, one.pieces == 1);
    world_turn(&world);
    assert_int_equal(one.ends, 0);
    slack__curl_resume_sink(one.transfer);
    world_until(&world, one.ends == 1);
    assert_int_equal(one.end.status, 0);
}

STREAM_TEST(test_a_sink_refuses_the_head_or_a_piece)
{
    int *const refusals[] = {&one.head_rc, &one.write_rc};
    for (int i = 0; i < 2; i++) {
        connection = one.heads = one.pieces = 0;
        one.ends = 0;
        get();
        *refusals[i] = SLACK_EMISMATCH;
        answer_head(1000);
        peer_send(peer, connection, "piece");
        world_until(&world, one.ends == 1);
        assert_int_equal(one.end.status, SLACK_EMISMATCH);
        assert_int_equal(one.pieces, i);
        *refusals[i] = 0;
    }
}

STREAM_TEST(test_bytes_before_a_cut_are_given)
{
    get();
    answer_head(1000);
    peer_send(peer, connection, "some");
    peer_hang_up(peer, connection);
    world_until(&world, one.ends == 1);
    assert_int_equal(one.end.status, SLACK_ECLOSED);
    assert_string_equal(one.taken, "some");
}

STREAM_TEST(test_a_cut_ends_a_transfer_whose_sink_waits)
{
    get();
    one.write_rc = SLACK_CURL_LATER;
    answer_head(1000);
    peer_send(peer, connection, "some");
    world_until(&world, one.pieces == 1);
    peer_hang_up(peer, connection);
    world_until(&world, one.ends == 1);
    assert_int_equal(one.end.status, SLACK_ECLOSED);
}

STREAM_TEST(test_cancel)
{
    get();
    answer_head(1000);
    world_until(&world, one.heads == 1);
    peer_send(peer, connection, "some");
    slack__curl_cancel(one.transfer);
    slack__curl_cancel(one.transfer);
    assert_int_equal(one.ends, 0);
    world_until(&world, one.ends == 1);
    assert_int_equal(one.end.status, SLACK_ECANCELED);
    assert_int_equal(one.pieces, 0);
}

STREAM_TEST(test_a_sink_closes_all_from_inside)
{
    get();
    one.close_in_write = &curl;
    peer_answer(peer, connection, 200, "", "all");
    world_until(&world, closed);
    assert_int_equal(one.ends, 1);
    assert_int_equal(one.pieces, 1);
}

STREAM_TEST(test_a_close_ends_a_transfer_that_only_its_sink_holds)
{
    get();
    one.write_rc = SLACK_CURL_LATER;
    peer_answer(peer, connection, 200, "", "all");
    world_until(&world, one.pieces == 1);
    world_turn(&world);
    slack__curl_close(curl, world_set_flag, &closed);
    curl = NULL;
    world_until(&world, closed);
    assert_int_equal(one.ends, 1);
    assert_int_equal(one.end.status, SLACK_ECANCELED);
}

/* ---- requests ---- */

static void see_put(const char *header, size_t len)
{
    world_until(&world, connection > 0);
    peer_answer(peer, connection, 200, "", "ok");
    world_until(&world, one.ends == 1);
    assert_int_equal(one.end.status, 0);
    assert_memory_equal(request_text, "PUT /x HTTP/1.1\r\n", 17);
    assert_non_null(strstr(request_text, header));
    assert_null(strstr(request_text, "Expect"));
    const char *body = strstr(request_text, "\r\n\r\n") + 4;
    if (strstr(header, "chunked")) return;
    assert_int_equal(strlen(body), len);
    assert_memory_equal(body, one.text, len);
}

STREAM_TEST(test_a_body_of_known_length)
{
    put(300000, 300000, SLACK_EINVAL); /* the source is not asked past its length */
    see_put("\r\nContent-Length: 300000\r\n", 300000);
}

STREAM_TEST(test_an_empty_body_of_known_length)
{
    put(0, 0, SLACK_EINVAL);
    see_put("\r\nContent-Length: 0\r\n", 0);
}

STREAM_TEST(test_a_body_of_unknown_length_is_chunked)
{
    put(300000, -1, 0);
    see_put("\r\nTransfer-Encoding: chunked\r\n", 0);
    assert_int_equal(one.given, 300000);
}

STREAM_TEST(test_a_source_that_waits_does_not_block_the_loop)
{
    put(0, 300000, SLACK_CURL_LATER);
    while (one.ready < 300000) {
        for (int i = 0; i < 3; i++)
            world_turn(&world);
        assert_int_equal(one.given, one.ready);
        one.ready += 100000;
        slack__curl_resume_source(one.transfer);
        world_until(&world, one.given == one.ready);
    }
    see_put("\r\nContent-Length: 300000\r\n", 300000);
}

STREAM_TEST(test_a_source_fails)
{
    put(100000, 300000, SLACK_EMISMATCH);
    world_until(&world, one.ends == 1);
    assert_int_equal(one.end.status, SLACK_EMISMATCH);
}

STREAM_TEST(test_a_source_ends_too_early)
{
    put(100000, 300000, 0);
    world_until(&world, one.ends == 1);
    assert_int_equal(one.end.status, SLACK_EIO);
    assert_string_equal(one.reason, "the body of the request ended before its length");
}

static void answer_early(const char *answer)
{
    put(100000, 300000, SLACK_CURL_LATER);
    world_until(&world, peer_connections(peer) > 0);
    world_until(&world, one.given == one.ready);
    peer_send(peer, peer_connections(peer), answer);
    world_until(&world, one.heads == 1);
}

/* The server refuses before it has the body, while the source waits. */
STREAM_TEST(test_an_early_refusal_of_a_body)
{
    answer_early("HTTP/1.1 413 No\r\nContent-Length: 3\r\n\r\nbig");
    world_until(&world, one.ends == 1);
    assert_int_equal(one.end.status, 0);
    assert_int_equal(one.end.http_status, 413);
    assert_string_equal(one.taken, "big");
}

STREAM_TEST(test_a_connection_lost_under_a_source_that_waits)
{
    answer_early("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n");
    peer_hang_up(peer, peer_connections(peer));
    world_until(&world, one.ends == 1);
    assert_int_equal(one.end.status, SLACK_ECLOSED);
}

/* ---- time limits ---- */

STREAM_TEST(test_no_byte_in_time)
{
    slack_curl_request_t request = request_of("GET");
    request.idle_ms = 30000;
    assert_int_equal(slack__curl_send(curl, &request, stream_ended, &one), 0);
    world_until(&world, connection > 0);
    world_pass_ms(&world, 20000);
    answer_head(1000);
    world_until(&world, one.heads == 1);
    world_pass_ms(&world, 20000); /* 20 s since the last byte */
    one.write_rc = SLACK_CURL_LATER;
    peer_send(peer, connection, "some");
    world_until(&world, one.pieces == 1);
    world_pass_ms(&world, 90000); /* the sink's time */
    slack__curl_resume_sink(one.transfer);
    world_turn(&world);
    world_pass_ms(&world, 29000);
    assert_int_equal(one.ends, 0);
    world_pass_ms(&world, 1000);
    world_until(&world, one.ends == 1);
    assert_int_equal(one.end.status, SLACK_ETIMEDOUT);
    assert_string_equal(one.reason, "no byte in 30000 ms");
}

STREAM_TEST(test_total_time_limit)
{
    slack_curl_request_t request = request_of("GET");
    request.timeout_ms = 50;
    assert_int_equal(slack__curl_send(curl, &request, stream_ended, &one), 0);
    world_until(&world, one.ends == 1);
    assert_int_equal(one.end.status, SLACK_ETIMEDOUT);
}

/* An upload and its answer while an allocation fails. */
static int stream_once(void *ctx)
{
    slack_curl_request_t request = request_of("PUT");
    request.source = (slack_curl_source_t){source_read, 100000, &one};
    request.idle_ms = 1000;
    connection = one.heads = one.pieces = 0;
    one.ends = 0;
    one.given = 0;
    one.ready = 100000;
    int rc = slack__curl_send(curl, &request, stream_ended, &one);
    if (rc != 0) return rc;
    world_until(&world, one.ends == 1 || connection > 0);
    if (one.ends == 0) peer_answer(peer, connection, 200, "", "ok");
    world_until(&world, one.ends == 1);
    return one.end.status;
}

STREAM_TEST(test_allocations)
{
    assert_true(alloc_fail_each(stream_once, NULL) > 2);
}
