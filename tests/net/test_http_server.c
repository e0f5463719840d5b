/* SPDX-License-Identifier: MIT */
#include <sys/socket.h>

#include <slack/error.h>

#include "support/alloc_fail.h"
#include "support/heap.h"
#include "support/http_fixture.h"
#include "support/raw.h"
#include "support/test.h"

/* Requests and their answers. Bounds, ends and real peers have files of their own. */

static http_fixture_t f;

DIALLED(test_answer)
{
    raw_say(&f.client, "POST /events HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello");
    raw_until(&f.client, "\r\n\r\nhello");
    assert_string_equal(f.client.in, "HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 1970 00:16:40 GMT\r\n"
                                     "Content-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello");
    assert_string_equal(f.last, "POST /events");
    assert_int_equal(f.received_us, f.world.mono_us);
    raw_forget(&f.client);
    raw_say(&f.client, GET("/again"));
    raw_until(&f.client, "/again");
    assert_int_equal(slack__http_server_connections(f.server), 1);
    assert_int_equal(slack__http_server_refused(f.server), 0);
    raw_close(&f.client);
    fixture_until_connections(&f, 0);
}

DIALLED(test_head_and_old_clients)
{
    raw_say(&f.client, "HEAD /path HTTP/1.1\r\nHost: a\r\n\r\n");
    raw_until(&f.client, "Content-Length: 5\r\n\r\n");
    raw_say(&f.client, "GET /path HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    raw_until(&f.client, "Content-Length: 5\r\nConnection: keep-alive\r\n\r\n/path");
    raw_forget(&f.client);
    raw_say(&f.client, "GET /path HTTP/1.0\r\n\r\n");
    raw_until_eof(&f.client);
    assert_non_null(strstr(f.client.in, "Content-Length: 5\r\nConnection: close\r\n\r\n/path"));
    assert_false(f.client.reset);
}

DIALLED(test_connection_close)
{
    raw_say(&f.client, "GET /1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" GET("/2"));
    raw_until_eof(&f.client);
    assert_non_null(strstr(f.client.in, "Connection: close\r\n\r\n/1"));
    assert_null(strstr(f.client.in, "/2"));
    assert_int_equal(f.requests, 1);
}

/* After a CONNECT another protocol follows, whether it is granted or not. */
DIALLED(test_connect)
{
    raw_say(&f.client, "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n" GET("/2"));
    raw_until_eof(&f.client);
    assert_non_null(strstr(f.client.in, "Connection: close\r\n\r\na:443"));
    assert_int_equal(f.requests, 1);
}

DIALLED(test_continue)
{
    raw_say(&f.client,
            "PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    raw_until(&f.client, "HTTP/1.1 100 Continue\r\n\r\n");
    raw_forget(&f.client);
    raw_say(&f.client, "ab");
    raw_until(&f.client, "\r\n\r\nab");
}

DIALLED(test_pipelining)
{
    f.manner = KEEP;
    raw_say(&f.client, GET("/1") GET("/2") GET("/3"));
    fixture_until_requests(&f, 1);
    world_turn(&f.world);
    assert_int_equal(f.requests, 1); /* one at a time */
    assert_string_equal(f.last, "GET /1");
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(fixture_answer(&f, f.held[i], 201 + (int)i), 0);
        assert_int_equal(f.requests, i + 1); /* not inside the answer */
        if (i < 2) fixture_until_requests(&f, i + 2);
    }
    raw_until(&f.client, "203");
    assert_true(strstr(f.client.in, "201") < strstr(f.client.in, "202"));
    assert_true(strstr(f.client.in, "202") < strstr(f.client.in, "203"));
}

/* More than the server buffers: it pauses reading, and continues. */
DIALLED(test_much_pipelining)
{
    char request[20100];
    const unsigned count = 60;
    f.manner = KEEP;
    int head = snprintf(request, sizeof request,
                        "POST /%05d HTTP/1.1\r\nHost: a\r\nContent-Length: 20000\r\n\r\n", 0);
    memset(request + head, 'x', 20000);
    /* Less than the kernel's buffers hold: the server reads nothing meanwhile. */
    for (unsigned i = 0; i < count; i++)
        raw_send(&f.client, request, (size_t)head + 20000);
    for (unsigned i = 0; i < count; i++) {
        fixture_until_requests(&f, i + 1);
        assert_int_equal(fixture_answer(&f, f.held[i], 200), 0);
    }
    raw_end(&f.client);
    raw_until_eof(&f.client);
    assert_int_equal(f.requests, count);
    unsigned answers = 0;
    for (const char *at = f.client.in; (at = strstr(at, "HTTP/1.1 200")); at++)
        answers++;
    assert_int_equal(answers, count);
}

/* ---- ids ---- */

SERVED(test_late_answers)
{
    raw_t raw, next;
    f.manner = KEEP;
    fixture_dial(&f, &raw);
    raw_say(&raw, GET("/1"));
    fixture_until_requests(&f, 1);
    assert_int_equal(fixture_answer(&f, f.held[0], 200), 0);
    assert_int_equal(fixture_answer(&f, f.held[0], 200), SLACK_EINVAL);
    raw_until(&raw, "200 OK");
    raw_say(&raw, GET("/2"));
    fixture_until_requests(&f, 2);
    assert_int_equal(fixture_answer(&f, f.held[0], 200), SLACK_EINVAL);

    /* The client resets the connection. The next connection gets its slot, but not its answer. */
    struct {
        int on, seconds;
    } linger = {1, 0};
    setsockopt(raw.fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    raw_close(&raw);
    fixture_until_connections(&f, 0);
    assert_int_equal(fixture_answer(&f, f.held[1], 200), SLACK_ECLOSED);
    fixture_dial(&f, &next);
    raw_say(&next, GET("/3"));
    fixture_until_requests(&f, 3);
    assert_int_equal(fixture_answer(&f, f.held[1], 200), SLACK_ECLOSED);
    assert_int_equal(fixture_answer(&f, f.held[2], 204), 0);
    raw_until(&next, "204 No Content");
    assert_int_equal(fixture_answer(&f, 0, 200), SLACK_ECLOSED);
    assert_int_equal(fixture_answer(&f, UINT64_MAX, 200), SLACK_ECLOSED);
    raw_close(&next);
}

DIALLED(test_answers_that_are_none)
{
    static const slack_http_header_t injection = {{"A", 1}, {"b\r\nC: d", 7}};
    f.manner = KEEP;
    raw_say(&f.client, GET("/1"));
    fixture_until_requests(&f, 1);
    slack_http_response_t answer = {.status = 200, .headers = &injection, .header_count = 1};
    assert_int_equal(slack__http_respond(f.server, f.held[0], &answer), SLACK_EINVAL);
    assert_int_equal(fixture_answer(&f, f.held[0], 100), SLACK_EINVAL);
    assert_int_equal(fixture_answer(&f, f.held[0], 200), 0); /* a third try */
    raw_until(&f.client, "200 OK");
    raw_forget(&f.client);

    char *big = calloc(1, FIXTURE_WRITE_MAX);
    assert_non_null(big);
    raw_say(&f.client, GET("/2"));
    fixture_until_requests(&f, 2);
    answer = (slack_http_response_t){.status = 200, .body = big, .body_len = FIXTURE_WRITE_MAX};
    assert_int_equal(slack__http_respond(f.server, f.held[1], &answer), SLACK_ETOOBIG);
    assert_int_equal(fixture_answer(&f, f.held[1], 200), SLACK_ECLOSED);
    raw_until_eof(&f.client);
    assert_int_equal(f.client.in_len, 0);
    free(big);
}

/* ---- memory ---- */

DIALLED(test_one_allocation_per_request)
{
    size_t before = 0;
    for (int i = 0; i < 10; i++) {
        if (i == 1) before = heap_count(); /* the first request allocates for the connection */
        raw_say(&f.client, "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello");
        raw_until(&f.client, "\r\n\r\nhello");
        raw_forget(&f.client);
    }
    assert_int_equal(heap_count() - before, 9);
}

/* One request on a server of its own. If memory runs out, nothing hangs and nothing is left. */
static int serve_once(void *ctx)
{
    memset(&f, 0, sizeof f);
    if (!world_open(&f.world)) return SLACK_ENOMEM;
    int rc = fixture_listen(&f, NULL);
    if (rc == 0) {
        fixture_dial(&f, &f.client);
        raw_say(&f.client,
                "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello" GET("/2"));
        raw_end(&f.client);
        raw_until_eof(&f.client);
        const char *first = strstr(f.client.in, "\r\n\r\nhello");
        if (!first || !strstr(first, "\r\n\r\n/2")) rc = SLACK_ENOMEM;
        fixture_close(&f);
    } else {
        world_turn(&f.world);
        world_close(&f.world);
    }
    return rc;
}

TEST(test_out_of_memory)
{
    assert_true(alloc_fail_each(serve_once, NULL) > 5);
}
