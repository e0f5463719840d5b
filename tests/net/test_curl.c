/* SPDX-License-Identifier: MIT */
#include <slack/error.h>

#include "net/curl.h"
#include "net/http_server.h"
#include "support/alloc_fail.h"
#include "support/certs.h"
#include "support/peer.h"
#include "support/test.h"
#include "support/world.h"

/* The results of transfers. */
typedef struct seen {
    unsigned count;
    slack_curl_result_t last; /* its strings are the copies below */
    char reason[256], content_type[64], body[256], header[64];
    int statuses[256];
    unsigned unsent;
} seen_t;

static world_t world;
static slack_curl_t *curl;
static peer_t *peer;
static seen_t seen;
static bool closed;

static void see(const slack_curl_result_t *result, void *user_data)
{
    seen_t *s = user_data ? user_data : &seen;
    snprintf(s->reason, sizeof s->reason, "%s", result->reason);
    snprintf(s->content_type, sizeof s->content_type, "%s", result->content_type);
    snprintf(s->body, sizeof s->body, "%s", result->body);
    snprintf(s->header, sizeof s->header, "%s", slack__curl_header(result, "x-test"));
    assert_int_equal(strlen(result->body), result->body_len);
    s->statuses[s->count++ % 256] = result->status;
    s->unsent += result->unsent;
    s->last = *result;
}

static void open_all(unsigned concurrency, peer_fn fn)
{
    const slack_curl_options_t options = {.user_agent = "test/1", .concurrency = concurrency};
    assert_true(world_open(&world));
    assert_int_equal(slack__curl_new(&curl, world.net, &options), 0);
    peer = fn ? peer_open(&world.loop, fn, NULL) : NULL;
    memset(&seen, 0, sizeof seen);
    closed = false;
}

static void close_all(void)
{
    if (curl) slack__curl_close(curl, world_set_flag, &closed);
    curl = NULL;
    peer_close(peer);
    peer = NULL;
    world_until(&world, closed);
    world_close(&world);
    world.net = NULL;
}

/* The set-up of a case: the number of transfers at once, and the peer's answer. */
typedef struct curl_case {
    unsigned concurrency;
    peer_fn answer;
} curl_case_t;

static int set_up(void **state)
{
    const curl_case_t *test = *state;
    open_all(test->concurrency, test->answer);
    return 0;
}

static int tear_down(void **state)
{
    if (world.net) close_all();
    return 0;
}

#define CURL_TEST(function, concurrency, answer)                                                   \
    static curl_case_t function##_case = {concurrency, answer};                                    \
    TEST_CASE(function, set_up, tear_down, &function##_case)

static const char *url_of(const char *path)
{
    static char url[128];
    snprintf(url, sizeof url, "http://127.0.0.1:%u%s", peer_port(peer), path);
    return url;
}

static slack_curl_request_t post_of(const char *body)
{
    return (slack_curl_request_t){.method = "POST",
                                  .url = url_of("/x"),
                                  .body = body,
                                  .body_len = strlen(body),
                                  .timeout_ms = 10000,
                                  .body_max = 1000};
}

static void send_request(const slack_curl_request_t *request)
{
    assert_int_equal(slack__curl_send(curl, request, see, NULL), 0);
}

static void post(const char *body)
{
    slack_curl_request_t request = post_of(body);
    send_request(&request);
}

/* Wait for the next result. */
static void see_next(void)
{
    const unsigned before = seen.count;
    world_until(&world, seen.count > before);
}

/* ---- answers ---- */

static char request_text[4096];

static void answer_hello(peer_t *p, const peer_request_t *request, void *user_data)
{
    snprintf(request_text, sizeof request_text, "%s", request->text);
    peer_answer(p, request->connection, 200,
                "Content-Type: text/plain\r\nRetry-After: 7\r\nX-Test: yes\r\n", "hello");
}

CURL_TEST(test_post, 1, answer_hello)
{
    static const char *const headers[] = {"Authorization: Bearer xoxb-1", "X-A: b", NULL};
    slack_curl_request_t request = post_of("text=hi");
    request.headers = headers;
    send_request(&request);
    assert_int_equal(slack__curl_send(curl, &request, see, NULL), SLACK_EBUSY);
    see_next();

    assert_int_equal(seen.last.status, 0);
    assert_int_equal(seen.last.http_status, 200);
    assert_int_equal(seen.last.retry_after_s, 7);
    assert_false(seen.last.unsent);
    assert_string_equal(seen.body, "hello");
    assert_string_equal(seen.reason, "");
    assert_string_equal(seen.content_type, "text/plain");
    assert_string_equal(seen.header, "yes");

    assert_memory_equal(request_text, "POST /x HTTP/1.1\r\n", 18);
    assert_non_null(strstr(request_text, "\r\nAuthorization: Bearer xoxb-1\r\n"));
    assert_non_null(strstr(request_text, "\r\nX-A: b\r\n"));
    assert_non_null(strstr(request_text, "\r\nUser-Agent: test/1\r\n"));
    assert_null(strstr(request_text, "Expect"));
    assert_string_equal(strstr(request_text, "\r\n\r\n"), "\r\n\r\ntext=hi");
}

CURL_TEST(test_empty_post, 1, answer_hello)
{
    post("");
    see_next();
    assert_int_equal(seen.last.status, 0);
    assert_non_null(strstr(request_text, "\r\nContent-Length: 0\r\n"));
}

CURL_TEST(test_get, 1, answer_hello)
{
    const slack_curl_request_t request = {
        .method = "GET", .url = url_of("/a?b=c"), .timeout_ms = 10000, .body_max = 1000};
    send_request(&request);
    see_next();
    assert_string_equal(seen.body, "hello");
    assert_memory_equal(request_text, "GET /a?b=c HTTP/1.1\r\n", 21);
}

/* A missing header; a redirect, which is not followed since that would send the token there. */
static void answer_redirect(peer_t *p, const peer_request_t *request, void *user_data)
{
    char headers[128];
    snprintf(headers, sizeof headers, "Location: http://127.0.0.1:%u/other\r\n", peer_port(p));
    peer_answer(p, request->connection, 302, headers, "");
}

CURL_TEST(test_redirect_is_an_answer, 1, answer_redirect)
{
    post("a=b");
    see_next();
    assert_int_equal(seen.last.status, 0);
    assert_int_equal(seen.last.http_status, 302);
    assert_int_equal(seen.last.retry_after_s, -1);
    assert_string_equal(seen.body, "");
    assert_string_equal(seen.content_type, "");
    assert_string_equal(seen.header, "");
    assert_int_equal(peer_requests(peer), 1);
}

static const char *retry_after;

static void answer_later(peer_t *p, const peer_request_t *request, void *user_data)
{
    char header[128];
    snprintf(header, sizeof header, "Retry-After:%s\r\n", retry_after);
    peer_answer(p, request->connection, 429, header, "");
}

/* 0: the header names no time to come. */
CURL_TEST(test_retry_after, 1, answer_later)
{
    static const struct {
        const char *value;
        int64_t least_s, most_s;
    } cases[] = {
        {" 30", 30, 30},
        {" 007", 7, 7},
        {" 1 ", 1, 1},
        {" 999999999", 999999999, 999999999},
        {" 99999999999999999999999999", INT32_MAX, INT32_MAX},
        /* The libcurl of a 32-bit system knows no later one. */
        {sizeof(long) > 4 ? " Fri, 31 Dec 2100 23:59:59 GMT" : " Thu, 31 Dec 2037 23:59:59 GMT", 1,
         INT32_MAX * (int64_t)2},
        {" Sun, 06 Nov 1994 08:49:37 GMT", 0, 0},
        {"", 0, 0},
        {" ", 0, 0},
        {" 0", 0, 0},
        {" -5", 0, 0},
        {" +5", 0, 0},
        {" NaN", 0, 0},
        {" Infinity", 0, 0},
        {" soon", 0, 0},
        {" 30s", 0, 0},
        {" 1.5", 0, 0},
        {" 1e3", 0, 0},
        {" 0x10", 0, 0},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        retry_after = cases[i].value;
        post("a=b");
        world_until(&world, seen.count > i);
        assert_int_equal(seen.last.http_status, 429);
        if (seen.last.retry_after_s < cases[i].least_s || seen.last.retry_after_s > cases[i].most_s)
            fail_msg("\"%s\": %lld", cases[i].value, (long long)seen.last.retry_after_s);
    }
}

CURL_TEST(test_refused_requests, 1, answer_hello)
{
    slack_curl_request_t request = post_of("");
    static const char *const urls[] = {
        NULL,
        "",
        "http://example.test/",
        "ws://127.0.0.1/",
        "wss://slack.com/",
        "ftp://127.0.0.1/",
        "https://user@slack.com/",
    };
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        request.url = urls[i];
        assert_int_equal(slack__curl_send(curl, &request, see, NULL), SLACK_EINVAL);
    }
    request = post_of("x");
    request.method = "GET";
    assert_int_equal(slack__curl_send(curl, &request, see, NULL), SLACK_EINVAL);
    request.method = "BR EW";
    assert_int_equal(slack__curl_send(curl, &request, see, NULL), SLACK_EINVAL);
    close_all();
    assert_int_equal(seen.count, 0);
}

/* ---- failures ---- */

static void answer_nothing(peer_t *p, const peer_request_t *request, void *user_data)
{
}

CURL_TEST(test_connection_refused, 1, answer_nothing)
{
    slack_curl_request_t request = post_of("a=b");
    char url[64];
    snprintf(url, sizeof url, "%s", request.url);
    request.url = url;
    peer_close(peer); /* the port is free again */
    peer = NULL;
    world_turn(&world);
    send_request(&request);
    see_next();
    assert_int_equal(seen.last.status, SLACK_ECONNECT);
    assert_int_equal(seen.last.http_status, 0);
    assert_true(seen.last.unsent);
    assert_true(*seen.reason);
    assert_null(strstr(seen.reason, "/x"));
}

/* A timeout while no other transfer runs: nothing else wakes the loop. */
CURL_TEST(test_timeout, 1, answer_nothing)
{
    slack_curl_request_t request = post_of("a=b");
    request.timeout_ms = 50;
    send_request(&request);
    see_next();
    assert_int_equal(seen.last.status, SLACK_ETIMEDOUT);
    assert_false(seen.last.unsent);
}

static void answer_hang_up(peer_t *p, const peer_request_t *request, void *user_data)
{
    peer_hang_up(p, request->connection);
}

CURL_TEST(test_closed_without_an_answer, 1, answer_hang_up)
{
    post("a=b");
    see_next();
    assert_int_equal(seen.last.status, SLACK_ECLOSED);
    assert_false(seen.last.unsent);
    assert_int_equal(peer_requests(peer), 1);
}

/* Then the server is gone, if `gone`. */
static bool gone;

static void answer_first_only(peer_t *p, const peer_request_t *request, void *user_data)
{
    if (request->number == 1)
        peer_answer(p, request->connection, 200, "", "ok");
    else if (gone)
        peer_close(p);
    else
        peer_hang_up(p, request->connection);
}

/* libcurl alone would repeat this POST, since a kept connection closed without an answer. */
TEST(test_a_post_on_a_kept_connection_is_not_repeated)
{
    static char large[200000];
    memset(large, 'x', sizeof large - 1);
    const char *const bodies[] = {"text=once", "", large};
    for (size_t i = 0; i < 6; i++) {
        gone = i >= 3;
        open_all(1, answer_first_only);
        post("a=b");
        see_next();
        assert_int_equal(seen.last.status, 0);
        post(bodies[i % 3]);
        see_next();
        assert_int_equal(seen.last.status, SLACK_ECLOSED);
        assert_false(seen.last.unsent);
        if (gone) peer = NULL;
        if (peer) assert_int_equal(peer_requests(peer), 2);
        close_all();
    }
}

static void answer_large(peer_t *p, const peer_request_t *request, void *user_data)
{
    static char large[2001];
    memset(large, 'x', sizeof large - 1);
    peer_answer(p, request->connection, 200, "", request->number == 1 ? large : large + 1000);
}

CURL_TEST(test_body_bound, 1, answer_large)
{
    post("a=b");
    see_next();
    assert_int_equal(seen.last.status, SLACK_ETOOBIG);
    assert_string_equal(seen.reason, "the answer is larger than 1000 bytes");
    post("a=b");
    see_next();
    assert_int_equal(seen.last.status, 0);
    assert_int_equal(seen.last.body_len, 1000);
}

static void answer_garbage(peer_t *p, const peer_request_t *request, void *user_data)
{
    peer_send(p, request->connection, "SSH-2.0-OpenSSH_9.2p1\r\n");
    peer_hang_up(p, request->connection);
}

CURL_TEST(test_garbage, 1, answer_garbage)
{
    post("a=b");
    see_next();
    assert_true(seen.last.status == SLACK_EPROTO || seen.last.status == SLACK_ECLOSED);
    assert_false(seen.last.unsent);
}

/* ---- TLS ---- */

static void answer_over_tls(slack_http_server_t *server, slack_http_request_t *request,
                            void *user_data)
{
    const slack_http_response_t answer = {.status = 200, .body = "safe", .body_len = 4};
    assert_int_equal(slack__http_respond(server, request->id, &answer), 0);
    slack__arena_free(request->arena);
}

/* POST to a server with this certificate, as a client that trusts the CAs in a file. */
static void ask_over_tls(const char *cert, const char *key, const char *ca, int status)
{
    char url[64];
    slack_tls_context_t *tls;
    slack_http_server_t *server;
    bool server_closed = false;
    assert_true(world_open(&world));
    assert_int_equal(slack__tls_context_server(&tls, certs_path(cert), certs_path(key), NULL), 0);
    const slack_http_server_options_t serve = {
        .listen = {.host = "127.0.0.1", .tls = tls, .open_ms = 10000, .write_max = 65536},
        .fn = answer_over_tls,
    };
    assert_int_equal(slack__http_server_open(&server, world.net, &serve, NULL), 0);
    slack__tls_context_unref(tls);
    const slack_curl_options_t options = {
        .user_agent = "test/1", .ca_file = ca ? certs_path(ca) : NULL, .concurrency = 1};
    assert_int_equal(slack__curl_new(&curl, world.net, &options), 0);
    memset(&seen, 0, sizeof seen);
    peer = NULL;
    closed = false;

    snprintf(url, sizeof url, "https://127.0.0.1:%u/x", slack__http_server_port(server));
    const slack_curl_request_t request = {.method = "POST",
                                          .url = url,
                                          .body = "token=secret",
                                          .body_len = 12,
                                          .timeout_ms = 10000,
                                          .body_max = 1000};
    send_request(&request);
    see_next();
    assert_int_equal(seen.last.status, status);
    assert_int_equal(seen.last.unsent, status != 0);
    assert_string_equal(seen.body, status == 0 ? "safe" : "");
    slack__http_server_close(server, world_set_flag, &server_closed);
    world_until(&world, server_closed);
    close_all();
}

TEST(test_tls_is_verified)
{
    if (!certs_make()) skip();
    ask_over_tls("server.pem", "server.key", "ca.pem", 0);
    ask_over_tls("server.pem", "server.key", NULL, SLACK_ETLS);
    ask_over_tls("other.pem", "server.key", "ca.pem", SLACK_ETLS);
    ask_over_tls("expired.pem", "server.key", "ca.pem", SLACK_ETLS);
    ask_over_tls("stranger.pem", "stranger.key", "ca.pem", SLACK_ETLS);
}

static const char *greeting; /* NULL: the server hangs up */

static void greet(peer_t *p, const peer_request_t *request, void *user_data)
{
    if (request->number == 0 && greeting)
        peer_send(p, request->connection, greeting);
    else
        peer_hang_up(p, request->connection);
}

/* A server that begins no handshake gets no byte of the request. */
TEST(test_a_handshake_that_fails)
{
    static const struct {
        const char *greeting;
        int status;
    } cases[] = {{NULL, SLACK_ETLS},
                 {"HTTP/1.1 400 Bad Request\r\n\r\n", SLACK_ETLS},
                 {"\x16\x03\x03\xff\xff", SLACK_ETLS},
                 {"", SLACK_ETIMEDOUT}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char url[64];
        greeting = cases[i].greeting;
        open_all(1, greet);
        peer_on_accept(peer, greet);
        slack_curl_request_t request = post_of("token=secret");
        snprintf(url, sizeof url, "https://127.0.0.1:%u/x", peer_port(peer));
        request.url = url;
        request.timeout_ms = cases[i].status == SLACK_ETIMEDOUT ? 50 : 10000;
        send_request(&request);
        see_next();
        if (seen.last.status != cases[i].status)
            fail_msg("case %zu: %s %s", i, slack_err_name(seen.last.status), seen.reason);
        assert_true(seen.last.unsent && *seen.reason);
        assert_int_equal(peer_requests(peer), 0);
        close_all();
    }
}

/* ---- many transfers, and the close ---- */

CURL_TEST(test_concurrent, 100, answer_hello)
{
    for (int round = 1; round <= 3; round++) {
        for (int i = 0; i < 100; i++)
            post("a=b");
        const slack_curl_request_t more = post_of("a=b");
        assert_int_equal(slack__curl_send(curl, &more, see, NULL), SLACK_EBUSY);
        world_until(&world, seen.count >= (unsigned)round * 100);
    }
    for (int i = 0; i < 256; i++)
        assert_int_equal(seen.statuses[i], 0);
    assert_int_equal(peer_requests(peer), 300);
    assert_in_range(peer_connections(peer), 1, 64); /* each is used again in the next round */
}

/* The first request is answered after the second. */
static void answer_second_first(peer_t *p, const peer_request_t *request, void *user_data)
{
    static unsigned first;
    if (request->number == 1) {
        first = request->connection;
        return;
    }
    peer_answer(p, request->connection, 200, "", "ok");
    peer_answer(p, first, 200, "", "ok");
}

CURL_TEST(test_plain_http_waits_for_no_other_answer, 2, answer_second_first)
{
    post("a=1");
    post("a=2");
    world_until(&world, seen.count >= 2);
    assert_int_equal(seen.statuses[0], 0);
    assert_int_equal(seen.statuses[1], 0);
    assert_int_equal(peer_connections(peer), 2);
}

CURL_TEST(test_close_cancels, 10, answer_nothing)
{
    for (int i = 0; i < 10; i++)
        post("a=b");
    world_turn(&world);
    slack_curl_request_t request = post_of("");
    slack__curl_close(curl, world_set_flag, &closed);
    assert_int_equal(seen.count, 0); /* not inside the call */
    assert_int_equal(slack__curl_send(curl, &request, see, NULL), SLACK_ECANCELED);
    curl = NULL;
    close_all();
    assert_int_equal(seen.count, 10);
    for (int i = 0; i < 10; i++)
        assert_int_equal(seen.statuses[i], SLACK_ECANCELED);
}

static void close_inside(const slack_curl_result_t *result, void *user_data)
{
    see(result, NULL);
    if (!curl) return;
    slack_curl_request_t request = post_of("");
    assert_int_equal(slack__curl_send(curl, &request, see, NULL), 0);
    slack__curl_close(curl, world_set_flag, &closed);
    curl = NULL;
}

CURL_TEST(test_close_inside_a_callback, 10, answer_hello)
{
    slack_curl_request_t request = post_of("");
    for (int i = 0; i < 5; i++)
        assert_int_equal(slack__curl_send(curl, &request, close_inside, NULL), 0);
    world_until(&world, closed);
    close_all();
    assert_int_equal(seen.count, 6);
    assert_int_equal(seen.statuses[0], 0);
    assert_int_equal(seen.statuses[5], SLACK_ECANCELED);
}

/* One transfer while an allocation fails. */
static int send_one(void *ctx)
{
    if (!world_open(&world)) return SLACK_ENOMEM;
    const slack_curl_options_t options = {
        .user_agent = "test/1", .ca_file = "/dev/null", .concurrency = 1};
    int rc = slack__curl_new(&curl, world.net, &options);
    if (rc != 0) {
        world_close(&world);
        return rc;
    }
    peer = peer_open(&world.loop, answer_hello, NULL);
    memset(&seen, 0, sizeof seen);
    closed = false;
    slack_curl_request_t request = post_of("a=b");
    rc = slack__curl_send(curl, &request, see, NULL);
    if (rc == 0) {
        world_until(&world, seen.count >= 1);
        rc = seen.last.status;
    }
    close_all();
    return rc;
}

TEST(test_allocations)
{
    assert_true(alloc_fail_each(send_one, NULL) > 3);
}
