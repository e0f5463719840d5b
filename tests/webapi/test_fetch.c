/* SPDX-License-Identifier: MIT */
#include "webapi/fetch.h"

#include "support/alloc_fail.h"
#include "support/heap.h"
#include "support/peer.h"
#include "support/test.h"
#include "support/world.h"
#include "util/json.h"
#include "webapi/response.h"

#define TOKEN     "xoxb-123456789012-abcdefghijkl" /* the app's */
#define DELIVERYS "xoxp-210987654321-lkjihgfedcba"

/* Two services, of which the second one is another origin. */
static world_t world;
static slack_fetcher_t *fetcher;
static const slack_client_t client = {.token = TOKEN};
static peer_t *peer, *other;
static char url[256], seen[8192], other_seen[8192], answer[4096];
static bool closed;

static struct {
    unsigned count;
    int status, http_status;
    char error[256], why[512], method[128], body[256], header[64], json[64];
} end;
static char stream[1024]; /* what on_data and on_event have got */
static int stream_rc;     /* what they return for "stop" */

static void ended(const slack_response_t *response, void *user_data)
{
    slack_arena_t *arena = slack__fetch_arena(response);
    end.count++;
    end.status = slack_response_status(response);
    end.http_status = slack_response_http_status(response);
    snprintf(end.error, sizeof end.error, "%s", slack_response_error(response));
    snprintf(end.why, sizeof end.why, "%s", slack__response_why(response, arena));
    snprintf(end.method, sizeof end.method, "%s", response->method);
    size_t len;
    snprintf(end.body, sizeof end.body, "%s", slack_response_body(response, &len));
    assert_true(len >= strlen(end.body));
    snprintf(end.header, sizeof end.header, "%s", slack_response_header(response, "X-TEST"));
    snprintf(end.json, sizeof end.json, "%s", slack_response_str(response, "/key"));
}

static void take(peer_t *p, const peer_request_t *request, void *user_data)
{
    snprintf(p == peer ? seen : other_seen, sizeof seen, "%s", request->text);
    if (p == other)
        peer_answer(p, request->connection, 200, "", "other");
    else if (strstr(request->text, "second"))
        peer_answer(p, request->connection, 200, "", "second");
    else
        peer_send(p, request->connection, answer);
}

static void open_all(const slack_proxy_t *proxy, slack_budget_t *budget)
{
    assert_true(world_open(&world));
    const slack_fetcher_options_t options = {
        .proxy = (slack_proxy_t *)(uintptr_t)proxy, .budget = budget, .clients = {&client}};
    assert_int_equal(slack__fetcher_new(&fetcher, world.net, &options), 0);
    peer = peer_open(&world.loop, take, NULL);
    other = peer_open(&world.loop, take, NULL);
    snprintf(url, sizeof url, "http://127.0.0.1:%u/path/secret?key=hidden", peer_port(peer));
    memset(&end, 0, sizeof end);
    *stream = *seen = *other_seen = '\0';
    stream_rc = 0;
    closed = false;
}

static void close_all(void)
{
    if (fetcher) slack__fetcher_close(fetcher, world_set_flag, &closed);
    fetcher = NULL;
    peer_close(peer);
    peer_close(other);
    world_until(&world, closed);
    world_close(&world);
    assert_false(world_logged(&world, "secret"));
    assert_false(world_logged(&world, "hidden"));
}

#define FETCH_TEST(function) TEST_AROUND(function, open_all(NULL, NULL), close_all())

static int try_fetch(const slack_fetch_t *request, const char **ret_why)
{
    const slack_fetch_caller_t caller = {.fn = ended, .tokens = {"", DELIVERYS}};
    return slack__fetch(fetcher, request, &caller, NULL, ret_why);
}

static void fetch(slack_fetch_t request)
{
    const char *why;
    const unsigned before = end.count;
    if (!request.url) request.url = url;
    assert_int_equal(try_fetch(&request, &why), 0);
    world_until(&world, end.count > before);
}

/* Answers with those header lines and that body. */
static void answer_with(int status, const char *headers, const char *body)
{
    snprintf(answer, sizeof answer, "HTTP/1.1 %d X\r\nContent-Length: %zu\r\n%s\r\n%s", status,
             strlen(body), headers, body);
}

static int take_data(const slack_response_t *head, const char *data, size_t len, void *user_data)
{
    assert_ptr_equal(user_data, &stream);
    assert_int_equal(slack_response_http_status(head), 200);
    snprintf(stream + strlen(stream), sizeof stream - strlen(stream), "%.*s", (int)len, data);
    return strstr(stream, "stop") ? stream_rc : 0;
}

static int take_event(const slack_response_t *head, const slack_sse_event_t *event, void *user_data)
{
    assert_int_equal(take_data(head, event->type, strlen(event->type), user_data), 0);
    return take_data(head, event->data, event->data_len, user_data);
}

/* ---- whole answers ---- */

FETCH_TEST(test_an_answer_has_status_headers_and_body)
{
    answer_with(200, "Content-Type: application/problem+json; charset=utf-8\r\nx-test:  yes \r\n",
                "{\"key\":\"value\"}");
    fetch((slack_fetch_t){.headers = (const char *[]){"Authorization: Bearer abc", NULL}});
    assert_int_equal(end.status, 0);
    assert_int_equal(end.http_status, 200);
    assert_string_equal(end.body, "{\"key\":\"value\"}");
    assert_string_equal(end.json, "value");
    assert_string_equal(end.header, "yes");
    assert_string_equal(end.error, "");
    assert_memory_equal(seen, "GET /path/secret?key=hidden HTTP/1.1\r\n", 38);
    assert_non_null(strstr(seen, "\r\nAuthorization: Bearer abc\r\n"));
    char origin[64];
    snprintf(origin, sizeof origin, "GET http://127.0.0.1:%u", peer_port(peer));
    assert_string_equal(end.method, origin);
}

FETCH_TEST(test_requests)
{
    slack_arena_t *arena = slack__arena_new(0, 0);
    const slack_json_t *json;
    assert_int_equal(slack__jsonf(arena, &json, NULL, "{a: 1}"), 0);
    const struct {
        slack_fetch_t request;
        const char *line, *header, *body;
    } cases[] = {
        {{.method = "DELETE"}, "DELETE ", "\r\nHost: ", ""},
        {{.body = "abc", .body_len = 3}, "POST ", "\r\nContent-Length: 3\r\n", "abc"},
        {{.method = "PATCH", .json = json},
         "PATCH ",
         "\r\nContent-Type: application/json\r\n",
         "{\"a\":1}"},
        {{.method = "PUT",
          .body = "x",
          .body_len = 1,
          .headers = (const char *[]){"content-type: text/plain", NULL}},
         "PUT ",
         "\r\ncontent-type: text/plain\r\n",
         "x"},
        {{.method = "POST"}, "POST ", "\r\nContent-Length: 0\r\n", ""},
        {{.method = "HEAD"}, "HEAD ", "\r\nHost: ", ""},
    };
    answer_with(204, "", "");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fetch(cases[i].request);
        assert_int_equal(end.status, 0);
        assert_memory_equal(seen, cases[i].line, strlen(cases[i].line));
        assert_non_null(strstr(seen, cases[i].header));
        assert_null(strstr(seen, "x-www-form-urlencoded"));
        assert_string_equal(strstr(seen, "\r\n\r\n") + 4, cases[i].body);
    }
    slack__arena_free(arena);
}

FETCH_TEST(test_other_statuses_are_errors_with_a_body)
{
    static const struct {
        int http_status;
        const char *why;
    } cases[] = {
        {302, "HTTP 302: it redirects: raise .redirects to follow"},
        {304, "HTTP 304: it has not changed since the condition in the headers"},
        {401, "HTTP 401: check the credentials in the headers of the request"},
        {404, "HTTP 404: check the URL and the request"},
        {429, "HTTP 429: try again later"},
        {503, "HTTP 503: try again later"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        answer_with(cases[i].http_status, "Location: /second\r\n", "no such thing");
        fetch((slack_fetch_t){0});
        assert_int_equal(end.status, SLACK_EHTTP);
        assert_int_equal(end.http_status, cases[i].http_status);
        assert_string_equal(end.why, cases[i].why);
        assert_string_equal(end.body, cases[i].http_status == 304 ? "" : "no such thing");
    }
}

FETCH_TEST(test_limits)
{
    answer_with(200, "", "0123456789");
    fetch((slack_fetch_t){.answer_max = 9});
    assert_int_equal(end.status, SLACK_ETOOBIG);
    fetch((slack_fetch_t){.answer_max = 10});
    assert_string_equal(end.body, "0123456789");
    *answer = '\0';
    fetch((slack_fetch_t){.timeout_ms = 50});
    assert_int_equal(end.status, SLACK_ETIMEDOUT);
    const char *why;
    for (unsigned i = 0; i < SLACK_FETCHES_MAX; i++)
        assert_int_equal(try_fetch(&(slack_fetch_t){.url = url}, &why), 0);
    assert_int_equal(try_fetch(&(slack_fetch_t){.url = url}, &why), SLACK_EBUSY);
    assert_non_null(strstr(why, "do less at once"));
}

static int no_data(const slack_response_t *head, const char *data, size_t len, void *user_data)
{
    return 0;
}

FETCH_TEST(test_malformed_requests)
{
    static const char *many[70];
    for (int i = 0; i < 69; i++)
        many[i] = "A: b";
    slack_arena_t *arena = slack__arena_new(0, 0);
    const slack_json_t *json;
    assert_int_equal(slack__jsonf(arena, &json, NULL, "[{a: 'x%s'}]", DELIVERYS), 0);
    const struct {
        slack_fetch_t request;
        const char *why;
    } cases[] = {
        {{.url = ""}, "it has no URL"},
        {{.url = "example.com"}, "the URL is malformed"},
        {{.url = "https://exa mple.com/"}, "the URL is malformed"},
        {{.url = "file:///etc/passwd"}, "the URL is malformed"},
        {{.url = "ftp://example.com/"}, "the URL is malformed"},
        {{.url = "gopher://example.com/"}, "the URL is malformed"},
        {{.url = "wss://example.com/"}, "neither https nor http"},
        {{.url = "https://ada:secret@example.com/"}, "the URL has a user"},
        {{.url = "https://example.com/?token=" TOKEN}, "the URL holds a Slack token"},
        {{.headers = (const char *[]){"Authorization: Bearer " TOKEN, NULL}}, "a header holds a"},
        {{.headers = (const char *[]){"X: xapp-1-A0-1-secret", NULL}}, "a header holds a"},
        {{.url = "https://example.com/?token=xoxb%2D1-2"}, "the URL holds a Slack token"},
        {{.url = "https://example.com/%78oxp-1"}, "the URL holds a Slack token"},
        {{.url = "https://example.com/?u=https%253A%252F%252F%2578oxe%252exoxb%252D1"},
         "the URL holds a Slack token"},
        {{.headers = (const char *[]){"Cookie: d=xoxd%2dabc", NULL}}, "a header holds a"},
        {{.body = "a=" TOKEN, .body_len = 2 + sizeof TOKEN - 1}, "the body holds a token"},
        {{.body = "a=%78%6fxb%2D123456789012%252dabcdefghijkl", .body_len = 42},
         "the body holds a token"},
        {{.json = json}, "the body holds a token"},
        {{.headers = (const char *[]){"A", NULL}}, "a header is malformed"},
        {{.headers = (const char *[]){"A b: c", NULL}}, "a header is malformed"},
        {{.headers = (const char *[]){"A: b\r\nC: d", NULL}}, "a control character"},
        {{.headers = (const char *[]){"transfer-encoding: chunked", NULL}}, "the length"},
        {{.headers = many}, "too many headers"},
        {{.method = "GET /"}, "the method is malformed"},
        {{.method = ""}, "the method is malformed"},
        {{.method = "CONNECT"}, "CONNECT, TRACE and TRACK are not sent: pass a method"},
        {{.method = "Trace"}, "are not sent"},
        {{.method = "track", .body = "x", .body_len = 1}, "are not sent"},
        {{.method = "HEAD", .body = "x", .body_len = 1}, "GET and HEAD have no body"},
        {{.body_len = 1}, ".body is NULL"},
        {{.body = "x"}, ".body_len is 0: set it"},
        {{.redirects = 11}, ".redirects"},
        {{.on_data = no_data, .on_event = take_event}, "pass one of them"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        slack_fetch_t request = cases[i].request;
        const char *why = NULL;
        if (!request.url) request.url = url;
        assert_int_equal(try_fetch(&request, &why), SLACK_EINVAL);
        if (!strstr(why, cases[i].why)) fail_msg("%s: %s", cases[i].why, why);
    }
    const char *why;
    assert_int_equal(try_fetch(NULL, &why), SLACK_EINVAL);
    assert_int_equal(peer_connections(peer), 0);
    slack__arena_free(arena);
    /* Text about tokens is no token of the app. */
    answer_with(200, "", "");
    fetch((slack_fetch_t){.body = "xoxb-, xoxb-1 and %", .body_len = 19});
    assert_int_equal(end.status, 0);
}

/* ---- redirects ---- */

/* With "OTHER" the location is of the other service. */
static void redirect(int status, const char *location)
{
    char headers[512];
    if (strncmp(location, "OTHER", 5) == 0)
        snprintf(headers, sizeof headers, "Location: http://127.0.0.1:%u%s\r\n", peer_port(other),
                 location + 5);
    else
        snprintf(headers, sizeof headers, "Location: %s\r\n", location);
    answer_with(status, headers, "moved");
}

static const char *const secrets[] = {
    "Authorization: Basic abc", "Cookie: a=b", "X-Api-Key: k", "Accept: text/plain",
    "Content-Type: text/plain", NULL};

FETCH_TEST(test_redirects)
{
    static const struct {
        int status;
        const char *location, *method, *line, *body;
    } cases[] = {
        {301, "/second", NULL, "GET /second ", ""},
        {302, "second?a#b", NULL, "GET /path/second?a ", ""},
        {301, "/second", "POST", "GET /second ", ""},
        {302, "../second", "POST", "GET /second ", ""},
        {303, "/second", "PUT", "GET /second ", ""},
        {301, "/second", "PUT", "PUT /second ", "abc"},
        {307, "/second", "POST", "POST /second ", "abc"},
        {308, "/second", "PATCH", "PATCH /second ", "abc"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int streamed = 0; streamed < 2; streamed++) {
            redirect(cases[i].status, cases[i].location);
            snprintf(url, sizeof url, "http://127.0.0.1:%u/path/first", peer_port(peer));
            *stream = '\0';
            fetch((slack_fetch_t){.method = cases[i].method,
                                  .headers = secrets,
                                  .body = cases[i].method ? "abc" : NULL,
                                  .body_len = cases[i].method ? 3 : 0,
                                  .redirects = 1,
                                  .on_data = streamed ? take_data : NULL,
                                  .stream_data = &stream});
            assert_int_equal(end.status, 0);
            assert_string_equal(streamed ? stream : end.body, "second");
            if (strncmp(seen, cases[i].line, strlen(cases[i].line)) != 0) fail_msg("%s", seen);
            assert_string_equal(strstr(seen, "\r\n\r\n") + 4, cases[i].body);
            for (size_t k = 0; k < 4; k++)
                assert_non_null(strstr(seen, secrets[k]));
        }
}

/* Of the headers of the program only the harmless ones reach another origin. */
FETCH_TEST(test_a_redirect_takes_no_secret_to_another_origin)
{
    for (int streamed = 0; streamed < 2; streamed++) {
        redirect(307, "OTHER/");
        fetch((slack_fetch_t){.method = "POST",
                              .headers = secrets,
                              .body = "abc",
                              .body_len = 3,
                              .redirects = 1,
                              .on_data = streamed ? take_data : NULL,
                              .stream_data = &stream});
        assert_int_equal(end.status, 0);
        assert_string_equal(streamed ? stream : end.body, "other");
        assert_non_null(strstr(other_seen, "\r\nAccept: text/plain\r\n"));
        assert_non_null(strstr(other_seen, "\r\nContent-Type: text/plain\r\n"));
        for (int i = 0; i < 3; i++)
            assert_null(strstr(other_seen, secrets[i]));
        assert_null(strstr(other_seen, "hidden"));
    }
}

FETCH_TEST(test_redirects_that_are_refused)
{
    static const struct {
        const char *location;
        int status;
        const char *error;
    } cases[] = {
        {"file:///etc/passwd", SLACK_EPROTO, "to a URL that may not be fetched"},
        {"gopher://127.0.0.1/", SLACK_EPROTO, "to a URL that may not be fetched"},
        {"http://ada@127.0.0.1/", SLACK_EPROTO, "to a URL that may not be fetched"},
        {"http://[::1", SLACK_EPROTO, "to a URL that may not be fetched"},
        {"https://127.0.0.1/?t=" TOKEN, SLACK_EPROTO, "to a URL that may not be fetched"},
        {"/path/secret?key=hidden", SLACK_EHTTP, "redirects once more than .redirects allows"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int streamed = 0; streamed < 2; streamed++) {
            redirect(302, cases[i].location);
            fetch((slack_fetch_t){
                .redirects = 3, .on_data = streamed ? take_data : NULL, .stream_data = &stream});
            assert_int_equal(end.status, cases[i].status);
            if (!strstr(end.why, cases[i].error)) fail_msg("%s", end.why);
            assert_string_equal(stream, "");
        }
    /* A redirect that names no target is an answer. */
    answer_with(302, "", "moved");
    fetch((slack_fetch_t){.redirects = 3});
    assert_string_equal(end.error, "HTTP 302");
    assert_string_equal(end.why, "HTTP 302: it redirects, and does not say where: check the URL");
    assert_string_equal(end.body, "moved");
}

/* ---- private networks ---- */

FETCH_TEST(test_private_addresses_are_refused)
{
    static const char *const hosts[] = {"127.0.0.1", "localhost", "[::1]", "127.1.2.3"};
    answer_with(200, "", "internal");
    for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
        snprintf(url, sizeof url, "http://%s:%u/", hosts[i], peer_port(peer));
        fetch((slack_fetch_t){.public_only = true});
        assert_int_equal(end.status, SLACK_EINVAL);
        assert_non_null(strstr(end.why, "the host has an address of a private network: name a"));
    }
    assert_int_equal(peer_connections(peer), 0);
}

/* The connection that another request has opened is judged, too. */
FETCH_TEST(test_a_kept_connection_to_a_private_address_is_refused)
{
    answer_with(200, "", "internal");
    fetch((slack_fetch_t){0});
    assert_int_equal(end.status, 0);
    *seen = '\0';
    fetch((slack_fetch_t){.public_only = true});
    assert_int_equal(end.status, SLACK_EINVAL);
    assert_string_equal(seen, "");
}

TEST(test_public_only_needs_no_proxy)
{
    const char *why;
    slack_proxy_t *proxy;
    assert_int_equal(slack__proxy_new(&proxy, "http://127.0.0.1:1", "direct.test", &why), 0);
    open_all(proxy, NULL);
    assert_int_equal(
        try_fetch(&(slack_fetch_t){.url = "https://example.test/", .public_only = true}, &why),
        SLACK_EINVAL);
    assert_non_null(strstr(why, "the proxy resolves the name"));
    assert_int_equal(
        try_fetch(&(slack_fetch_t){.url = "https://direct.test/", .public_only = true}, &why), 0);
    close_all();
    slack__proxy_unref(proxy);
}

/* ---- streams ---- */

FETCH_TEST(test_a_stream_of_data)
{
    answer_with(200, "", "one two");
    fetch((slack_fetch_t){.on_data = take_data, .stream_data = &stream});
    assert_int_equal(end.status, 0);
    assert_string_equal(stream, "one two");
    assert_string_equal(end.body, "");
}

#define EVENTS "Content-Type: text/event-stream; charset=utf-8\r\n"

FETCH_TEST(test_a_stream_of_events)
{
    answer_with(200, EVENTS, "data: a\n\nevent: add\ndata: b\n\ndata: cut");
    fetch((slack_fetch_t){.on_event = take_event, .stream_data = &stream});
    assert_int_equal(end.status, 0);
    assert_string_equal(stream, "messageaaddb");
    assert_non_null(strstr(seen, "\r\nAccept: text/event-stream\r\n"));
}

FETCH_TEST(test_how_streams_fail)
{
    static const struct {
        int http_status, rc;
        const char *headers, *body;
        int status;
        const char *why, *stream, *rest;
    } cases[] = {
        {500, 0, EVENTS, "data: a\n\n", SLACK_EHTTP, "HTTP 500: try again later", "",
         "data: a\n\n"},
        {200, 0, "Content-Type: application/json\r\n", "{}", SLACK_EPROTO,
         "the answer is no stream of events, its Content-Type is \"application/json\": check", "",
         ""},
        {200, 0, "", "{}", SLACK_EPROTO, "the answer is no stream of events", "", ""},
        {200, 0, EVENTS "Content-Encoding: gzip\r\n", "\x1f\x8b", SLACK_EPROTO,
         "the stream of events is compressed: leave out the header", "", ""},
        {200, 0, EVENTS "Content-Encoding: Identity\r\n", "data: a\n\n", 0, "", "messagea", ""},
        {200, 0, EVENTS, "data: 0123456789012345678901234567890\n\n", SLACK_ETOOBIG,
         "an event is larger than .answer_max: raise it", "", ""},
        {404, 0, EVENTS, "0123456789012345678901234567890", SLACK_ETOOBIG,
         "the answer is larger than .answer_max", "", ""},
        {200, SLACK_EMISMATCH, EVENTS, "data: stop\n\ndata: more\n\n", SLACK_EMISMATCH,
         ".on_event has ended it", "messagestop", ""},
        {200, 7, EVENTS, "data: stop\n\ndata: more\n\n", SLACK_EINVAL,
         ".on_event returned a positive number", "messagestop", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        answer_with(cases[i].http_status, cases[i].headers, cases[i].body);
        *stream = '\0';
        stream_rc = cases[i].rc;
        fetch((slack_fetch_t){.on_event = take_event, .stream_data = &stream, .answer_max = 30});
        assert_int_equal(end.status, cases[i].status);
        if (!strstr(end.why, cases[i].why)) fail_msg("%s", end.why);
        assert_string_equal(stream, cases[i].stream);
        assert_string_equal(end.body, cases[i].rest);
    }
}

/* ---- hostile services ---- */

/* Lost in each phase; slow and endless ones end at the limits of time and size. */
FETCH_TEST(test_lost_in_each_phase)
{
    static const struct {
        const char *answer;
        int status;
    } cases[] = {
        {"", SLACK_ECLOSED},
        {"HTTP/1.1 200", SLACK_ECLOSED},
        {"HTTP/1.1 200 OK\r\nContent-Le", SLACK_ECLOSED},
        {"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n", SLACK_ECLOSED},
        {"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome", SLACK_ECLOSED},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nso", SLACK_ECLOSED},
        {"SSH-2.0-OpenSSH_9.2p1\r\n", SLACK_EPROTO},
        {"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nsome", SLACK_EPROTO},
        {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\ncontent-length: 4\r\n\r\nsome", SLACK_EPROTO},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int streamed = 0; streamed < 2; streamed++) {
            const char *why;
            const unsigned before = end.count, requests = peer_requests(peer);
            snprintf(answer, sizeof answer, "%s", cases[i].answer);
            const slack_fetch_t request = {.url = url,
                                           .body = "x",
                                           .body_len = 1,
                                           .on_data = streamed ? take_data : NULL,
                                           .stream_data = &stream};
            assert_int_equal(try_fetch(&request, &why), 0);
            world_until(&world, peer_requests(peer) > requests);
            peer_hang_up(peer, peer_connections(peer));
            world_until(&world, end.count > before);
            if (end.status != cases[i].status && end.status != SLACK_ECLOSED)
                fail_msg("%zu: %s", i, end.why);
            assert_int_equal(peer_requests(peer), requests + 1);
        }
}

FETCH_TEST(test_a_slow_stream_ends)
{
    const char *why;
    answer_with(200, EVENTS, "");
    strcpy(strstr(answer, "Content-Length: 0"), "Content-Length: 9\r\n" EVENTS "\r\n");
    const slack_fetch_t request = {.url = url, .on_event = take_event, .stream_data = &stream};
    assert_int_equal(try_fetch(&request, &why), 0);
    world_until(&world, peer_requests(peer) == 1);
    for (int i = 0; i < 3; i++) {
        peer_send(peer, 1, ":\n");
        world_turn(&world);
        world_pass_ms(&world, SLACK_FETCH_IDLE_MS - 1000);
    }
    assert_int_equal(end.count, 0);
    world_pass_ms(&world, SLACK_FETCH_IDLE_MS);
    world_until(&world, end.count == 1);
    assert_int_equal(end.status, SLACK_ETIMEDOUT);
    assert_non_null(strstr(end.why, "no byte in 60000 ms: check the service, or raise"));
}

FETCH_TEST(test_an_endless_answer_ends)
{
    static char filler[1 << 16];
    memset(filler, 'x', sizeof filler);
    snprintf(answer, sizeof answer, "HTTP/1.1 200 OK\r\n\r\n");
    const char *why;
    assert_int_equal(try_fetch(&(slack_fetch_t){.url = url}, &why), 0);
    world_until(&world, peer_requests(peer) == 1);
    peer_send_bytes(peer, 1, filler, sizeof filler, true);
    world_until(&world, end.count == 1);
    assert_int_equal(end.status, SLACK_ETOOBIG);
}

/* ---- ends ---- */

FETCH_TEST(test_a_close_ends_all)
{
    const char *why;
    *answer = '\0';
    for (int i = 0; i < 4; i++) {
        const slack_fetch_t request = {.url = url, .on_data = i % 2 ? take_data : NULL};
        assert_int_equal(try_fetch(&request, &why), 0);
    }
    world_until(&world, peer_requests(peer) > 0);
    slack__fetcher_close(fetcher, world_set_flag, &closed);
    assert_int_equal(try_fetch(&(slack_fetch_t){.url = url}, &why), SLACK_ECANCELED);
    fetcher = NULL;
    world_until(&world, closed);
    assert_int_equal(end.count, 4);
    assert_int_equal(end.status, SLACK_ECANCELED);
}

FETCH_TEST(test_a_failure_without_a_function_is_logged)
{
    const char *why;
    answer_with(500, "", "");
    const slack_fetch_caller_t nobody = {.of_program = true};
    assert_int_equal(slack__fetch(fetcher, &(slack_fetch_t){.url = url}, &nobody, NULL, &why), 0);
    assert_int_equal(slack__fetcher_unwatched(fetcher), 1);
    world_until(&world, world_logged(&world, "fetch failed"));
    assert_true(world_logged(&world, "error=SLACK_EHTTP reason=\"HTTP 500: try again later\""));
}

TEST(test_the_budget_is_given_back)
{
    slack_budget_t budget = {.max = (size_t)1 << 20};
    static char large[400000];
    const char *why;
    memset(large, 'x', sizeof large);
    open_all(NULL, &budget);
    answer_with(200, "", "ok");
    const slack_fetch_t request = {.url = url, .body = large, .body_len = sizeof large};
    assert_int_equal(try_fetch(&request, &why), SLACK_EBUSY);
    fetch((slack_fetch_t){.body = large, .body_len = 300000, .answer_max = 900000});
    assert_int_equal(end.status, 0);
    close_all();
    assert_int_equal(budget.used, 0);
}

static int fetch_once(void *ctx)
{
    const char *why;
    const unsigned before = end.count;
    redirect(307, "/second");
    const slack_fetch_t request = {.url = url,
                                   .body = "abc",
                                   .body_len = 3,
                                   .headers = secrets,
                                   .redirects = 1,
                                   .on_data = ctx ? no_data : NULL};
    int rc = try_fetch(&request, &why);
    if (rc != 0) return rc;
    world_until(&world, end.count > before);
    return end.status;
}

FETCH_TEST(test_allocations)
{
    assert_true(alloc_fail_each(fetch_once, NULL) > 5);
    assert_true(alloc_fail_each(fetch_once, &end) > 5);
}
