/* SPDX-License-Identifier: MIT */
#include <slack/error.h>

#include "net/http_parser.h"
#include "support/alloc_fail.h"
#include "support/heap.h"
#include "support/test.h"
#include "util/buf.h"
#include "util/json.h"

static slack_http_limits_t presets; /* filled by main() */

/* Small, so that a request can exceed every limit. */
static const slack_http_limits_t limits = {
    .target_bytes = 64,
    .header_bytes = 256,
    .header_count = 8,
    .body_bytes = 32,
};

/* ---- what the parser reports, as text ---- */

static void note_request(slack_buf_t *trace, slack_http_parser_t *parser)
{
    const char *alive = parser->keep_alive ? "" : " close";
    slack_http_request_t *request = slack__http_parser_take(parser);
    slack__buf_printf(trace, "%.*s %s", (int)request->method.len, request->method.ptr,
                      request->path.ptr);
    if (request->query.len) slack__buf_printf(trace, " ?%s", request->query.ptr);
    for (size_t i = 0; i < request->header_count; i++) {
        const slack_http_header_t *header = &request->headers[i];
        slack__buf_printf(trace, " %.*s=[%.*s]", (int)header->name.len, header->name.ptr,
                          (int)header->value.len, header->value.ptr);
    }
    if (request->body_len) slack__buf_printf(trace, " body=[%s]", request->body);
    slack__buf_printf(trace, "%s%s\n", request->upgrade ? " upgrade" : "", alive);

    assert_int_equal(strlen(request->path.ptr), request->path.len);
    assert_int_equal(strlen(request->query.ptr), request->query.len);
    for (size_t i = 0; i < SLACK_JSON_PADDING; i++)
        assert_int_equal(request->body[request->body_len + i], 0);
    slack__arena_free(request->arena);
}

/* Feed one piece. Returns false after a refusal. */
static bool feed(slack_http_parser_t *parser, slack_buf_t *trace, const char *data, size_t len)
{
    /* On the heap, so that a sanitizer sees a read beyond the piece. */
    char *piece = malloc(len ? len : 1);
    assert_non_null(piece);
    if (len) memcpy(piece, data, len);
    bool fine = true;
    for (size_t used = 0, now; used < len && fine; used += now) {
        enum slack_http_parse_result parsed =
            slack__http_parser_feed(parser, piece + used, len - used, &now);
        assert_true(now <= len - used);
        switch (parsed) {
        case SLACK_HTTP_MORE: assert_int_equal(now, len - used); break;
        case SLACK_HTTP_CONTINUE: slack__buf_printf(trace, "100\n"); break;
        case SLACK_HTTP_REQUEST: note_request(trace, parser); break;
        case SLACK_HTTP_REFUSE:
            assert_true(*parser->reason);
            slack__buf_printf(trace, "%d\n", parser->refuse);
            fine = false;
            break;
        }
    }
    free(piece);
    return fine;
}

/* Pieces of `first` bytes, then of `then` bytes. */
static void trace_pieces(slack_buf_t *trace, const char *text, size_t len, size_t first,
                         size_t then)
{
    slack_http_parser_t parser;
    slack__buf_clear(trace);
    assert_int_equal(slack__http_parser_init(&parser, &limits), 0);
    if (feed(&parser, trace, text, first)) {
        for (size_t at = first, n; at < len; at += n) {
            n = then < len - at ? then : len - at;
            if (!feed(&parser, trace, text + at, n)) break;
        }
    }
    slack__http_parser_done(&parser);
}

/* The result is this, however the bytes are cut. */
static void assert_trace_len(const char *text, size_t len, const char *want)
{
    slack_buf_t trace;
    slack__buf_init(&trace, 1 << 20);
    assert_int_equal(slack__buf_append(&trace, "", 0), 0);
    trace_pieces(&trace, text, len, len, 1);
    assert_string_equal(slack__buf_ptr(&trace), want);
    trace_pieces(&trace, text, len, 0, 1);
    assert_string_equal(slack__buf_ptr(&trace), want);
    for (size_t at = 1; at < len; at++) {
        trace_pieces(&trace, text, len, at, len);
        assert_string_equal(slack__buf_ptr(&trace), want);
    }
    slack__buf_done(&trace);
}

static void assert_trace(const char *text, const char *want)
{
    assert_trace_len(text, strlen(text), want);
}

/* ---- valid requests ---- */

TEST(test_requests)
{
    assert_trace("GET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET / Host=[a]\n");
    assert_trace(
        "POST /slack/events?a=b%20c HTTP/1.1\r\nHost: a:80\r\nContent-Length: 5\r\n\r\nhello",
        "POST /slack/events ?a=b%20c Host=[a:80] Content-Length=[5] body=[hello]\n");
    assert_trace("\r\n\r\nGET /x? HTTP/1.1\r\nhost:\r\nX:\r\nY: \t z \t \r\n\r\n",
                 "GET /x host=[] X=[] Y=[z]\n");
    assert_trace("GET / HTTP/1.1\r\nHost: a\r\nX: \x80\xff\r\n\r\n",
                 "GET / Host=[a] X=[\x80\xff]\n");
    assert_trace("DELETE / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
                 "DELETE / Host=[a] Content-Length=[0]\n");
}

TEST(test_chunks)
{
    const char *head = " Host=[a] Transfer-Encoding=[Chunked]";
    char want[200];
    snprintf(want, sizeof want, "POST /%s body=[hello world]\nGET / Host=[b]\n", head);
    assert_trace("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n"
                 "5\r\nhello\r\n6;name=\"value\";x\r\n world\r\n0\r\nTrailer: ignored\r\n\r\n"
                 "GET / HTTP/1.1\r\nHost: b\r\n\r\n",
                 want);
    snprintf(want, sizeof want, "POST /%s\n", head);
    assert_trace("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n0\r\n\r\n", want);
}

TEST(test_pipelining)
{
    assert_trace("POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx"
                 "GET /2 HTTP/1.1\r\nHost: a\r\n\r\n\r\n"
                 "HEAD /3 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
                 "POST /1 Host=[a] Content-Length=[1] body=[x]\n"
                 "GET /2 Host=[a]\n"
                 "HEAD /3 Host=[a] Connection=[close] close\n");
}

TEST(test_keep_alive)
{
    assert_trace("GET / HTTP/1.0\r\n\r\n", "GET / close\n");
    assert_trace("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
                 "GET / Connection=[keep-alive]\n");
    assert_trace("GET / HTTP/1.1\r\nHost: a\r\nConnection: Close\r\n\r\n",
                 "GET / Host=[a] Connection=[Close] close\n");
}

TEST(test_upgrade)
{
    assert_trace(
        "GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\nUpgrade: h2c\r\n\r\n"
        "GET /next HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET / Host=[a] Connection=[keep-alive, Upgrade] Upgrade=[h2c] upgrade\n"
        "GET /next Host=[a]\n");
    assert_trace("POST / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: x\r\n"
                 "Content-Length: 2\r\n\r\nab",
                 "POST / Host=[a] Connection=[Upgrade] Upgrade=[x] Content-Length=[2] body=[ab] "
                 "upgrade\n");
    /* HTTP/1.0 has no upgrades. */
    assert_trace("GET / HTTP/1.0\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n",
                 "GET / Connection=[Upgrade] Upgrade=[x] close\n");
}

TEST(test_targets)
{
    assert_trace("GET http://a/b?c HTTP/1.1\r\nHost: a\r\n\r\n", "GET /b ?c Host=[a]\n");
    assert_trace("GET HTTPS://a:1 HTTP/1.1\r\nHost: a\r\n\r\n", "GET / Host=[a]\n");
    assert_trace("GET http://a?c HTTP/1.1\r\nHost: a\r\n\r\n", "GET / ?c Host=[a]\n");
    assert_trace("GET /a?http://b/ HTTP/1.1\r\nHost: a\r\n\r\n", "GET /a ?http://b/ Host=[a]\n");
    assert_trace("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "OPTIONS * Host=[a]\n");
    assert_trace("CONNECT a:1 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n",
                 "CONNECT a:1 Host=[a] Content-Length=[3]\n");
    assert_trace("GET * HTTP/1.1\r\nHost: a\r\n\r\n", "400\n");
    assert_trace("GET ftp://a/b HTTP/1.1\r\nHost: a\r\n\r\n", "400\n");
    assert_trace("GET http:///b HTTP/1.1\r\nHost: a\r\n\r\n", "400\n");
    assert_trace("GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", "400\n");
    assert_trace("GET a HTTP/1.1\r\nHost: a\r\n\r\n", "400\n");
    assert_trace("GET /\x80 HTTP/1.1\r\nHost: a\r\n\r\n", "400\n");
}

TEST(test_expect)
{
    assert_trace(
        "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 2\r\n\r\nab",
        "100\nPOST / Host=[a] Expect=[100-Continue] Content-Length=[2] body=[ab]\n");
    assert_trace(
        "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
        "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
        "100\nPOST / Host=[a] Expect=[100-continue] Transfer-Encoding=[chunked] body=[a]\n");
    /* No body is expected, or the client does not wait. */
    assert_trace("GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n",
                 "GET / Host=[a] Expect=[100-continue]\n");
    assert_trace("POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\na",
                 "POST / Expect=[100-continue] Content-Length=[1] body=[a] close\n");
    assert_trace("POST / HTTP/1.1\r\nHost: a\r\nExpect: magic\r\nContent-Length: 1\r\n\r\na",
                 "417\n");
    /* A body that will be refused is not asked for. */
    assert_trace("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 33\r\n\r\n",
                 "413\n");
}

/* ---- invalid requests ---- */

#define GET  "GET / HTTP/1.1\r\nHost: a\r\n"
#define POST "POST / HTTP/1.1\r\nHost: a\r\n"

TEST(test_refused)
{
    static const struct {
        const char *text;
        const char *want;
    } cases[] = {
        {"GET / HTTP/1.1\r\n\r\n", "400\n"},
        {GET "Host: b\r\n\r\n", "400\n"},
        {"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", "400\n"},
        {"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", "400\n"},
        {"GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n", "400\n"},
        /* the length of the body */
        {POST "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", "400\n"},
        {POST "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n", "400\n"},
        {POST "Content-Length: 1\r\nContent-Length: 1\r\n\r\n", "400\n"},
        {POST "Content-Length: 1, 1\r\n\r\n", "400\n"},
        {POST "Content-Length: +1\r\n\r\n", "400\n"},
        {POST "Content-Length: 0x1\r\n\r\n", "400\n"},
        {POST "Content-Length:\r\n\r\n", "400\n"},
        {POST "Content-Length: 99999999999999999999\r\n\r\n", "400\n"},
        {POST "Transfer-Encoding: gzip\r\n\r\n", "501\n"},
        {POST "Transfer-Encoding: gzip, chunked\r\n\r\n", "501\n"},
        {POST "Transfer-Encoding: chunked, gzip\r\n\r\n", "501\n"},
        {POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", "501\n"},
        {POST "Transfer-Encoding: xchunked\r\n\r\n", "501\n"},
        {POST "Transfer-Encoding:\r\n\r\n", "501\n"},
        {"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", "400\n"},
        {POST "Transfer-Encoding: chunked\r\n\r\nx\r\n", "400\n"},
        {POST "Transfer-Encoding: chunked\r\n\r\n-1\r\n", "400\n"},
        {POST "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n", "400\n"},
        {POST "Transfer-Encoding: chunked\r\n\r\n1 \r\na\r\n0\r\n\r\n", "400\n"},
        {POST "Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n", "400\n"},
        /* versions and methods */
        {"GET / HTTP/2.0\r\n\r\n", "505\n"},
        {"GET / HTTP/0.9\r\n\r\n", "505\n"},
        {"GET / HTTP/1.2\r\nHost: a\r\n\r\n", "505\n"},
        {"GET / HTTP/9.9\r\n\r\n", "505\n"},
        {"GET /\r\n\r\n", "505\n"},
        {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "505\n"},
        {"BREW / HTTP/1.1\r\nHost: a\r\n\r\n", "501\n"},
        {"get / HTTP/1.1\r\nHost: a\r\n\r\n", "501\n"},
        {"\x16\x03\x01\x02", "400\n"}, /* TLS */
        {" GET / HTTP/1.1\r\n\r\n", "400\n"},
        {"GET / ICE/1.0\r\n\r\n", "400\n"},
        {"PLAY / RTSP/1.0\r\n\r\n", "501\n"},
        {"SOURCE / ICE/1.0\r\n\r\n", "501\n"},
        {"SOURCE / HTTP/1.1\r\nHost: a\r\n\r\n", "501\n"},
        /* lines */
        {"GET / HTTP/1.1\nHost: a\n\n", "400\n"},
        {"GET / HTTP/1.1\r\nHost: a\n\r\n", "400\n"},
        {"GET / HTTP/1.1\rHost: a\r\n\r\n", "400\n"},
        {GET "X: a\r\n folded\r\n\r\n", "400\n"},
        {GET " X: a\r\n\r\n", "400\n"},
        {GET "X : a\r\n\r\n", "400\n"},
        {GET "X\r\n\r\n", "400\n"},
        {GET ": a\r\n\r\n", "400\n"},
        {GET "X: a\x01\r\n\r\n", "400\n"},
        {GET "X: a\rb\r\n\r\n", "400\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_trace(cases[i].text, cases[i].want);
    }
    assert_trace_len(GET "X: a\0b\r\n\r\n", sizeof GET "X: a\0b\r\n\r\n" - 1, "400\n");
}

/* `text` with its '*' replaced by n times 'x', or by n times `unit`. */
static void assert_grown(const char *text, size_t n, const char *unit, const char *want)
{
    slack_buf_t buf;
    const char *star = strchr(text, '*');
    slack__buf_init(&buf, 1 << 20);
    slack__buf_append(&buf, text, (size_t)(star - text));
    for (size_t i = 0; i < n; i++)
        slack__buf_append(&buf, unit, strlen(unit));
    slack__buf_append(&buf, star + 1, strlen(star + 1));
    slack_buf_t trace;
    slack__buf_init(&trace, 1 << 20);
    trace_pieces(&trace, slack__buf_ptr(&buf), buf.len, buf.len, 1);
    if (want)
        assert_string_equal(slack__buf_ptr(&trace), want);
    else
        assert_true(strncmp(slack__buf_ptr(&trace), "4", 1) != 0);
    assert_trace_len(slack__buf_ptr(&buf), buf.len, slack__buf_ptr(&trace));
    slack__buf_done(&trace);
    slack__buf_done(&buf);
}

TEST(test_bounds)
{
    assert_grown("GET /* HTTP/1.1\r\nHost: a\r\n\r\n", 63, "x", NULL);
    assert_grown("GET /* HTTP/1.1\r\nHost: a\r\n\r\n", 64, "x", "414\n");
    assert_grown("GET / HTTP/1.1\r\nHost: a\r\n*\r\n", 7, "X: y\r\n", NULL);
    assert_grown("GET / HTTP/1.1\r\nHost: a\r\n*\r\n", 8, "X: y\r\n", "431\n");
    /* Host: a (5 bytes), X (1) and what is left of 256 */
    assert_grown(GET "X: *\r\n\r\n", 250, "x", NULL);
    assert_grown(GET "X: *\r\n\r\n", 251, "x", "431\n");
    assert_grown(GET "*: x\r\n\r\n", 300, "x", "431\n");
    assert_grown(GET "X:*y\r\n\r\n", 1000, " ", "431\n"); /* in no value, but read all the same */
    assert_grown("*" GET "\r\n", 1000, "\r\n", "431\n");
    assert_grown(POST "Content-Length: 32\r\n\r\n*", 32, "x", NULL);
    assert_grown(POST "Content-Length: 33\r\n\r\n*", 33, "x", "413\n");
    assert_grown(POST "Transfer-Encoding: chunked\r\n\r\n20\r\n*\r\n0\r\n\r\n", 32, "x", NULL);
    assert_grown(POST "Transfer-Encoding: chunked\r\n\r\n*0\r\n\r\n", 32, "1\r\nx\r\n", NULL);
    assert_grown(POST "Transfer-Encoding: chunked\r\n\r\n*0\r\n\r\n", 33, "1\r\nx\r\n", "413\n");
    assert_grown(POST "Transfer-Encoding: chunked\r\n\r\n*0\r\n\r\n", 1000, "0", "413\n");
    assert_grown(POST "Transfer-Encoding: chunked\r\n\r\n1;*\r\nx\r\n0\r\n\r\n", 300, "x", "431\n");
    assert_grown(POST "Transfer-Encoding: chunked\r\n\r\n*0\r\n\r\n", 20,
                 "1;a=234567890123\r\nx\r\n", "431\n");
    assert_grown(POST "Transfer-Encoding: chunked\r\n\r\n0\r\nT: *\r\n\r\n", 300, "x", "431\n");
    assert_grown(POST "Transfer-Encoding: chunked\r\n\r\n0\r\n*\r\n", 30, "Trailer: yyyyyyyyyy\r\n",
                 "431\n");
}

/* ---- memory ---- */

static slack_http_request_t *parse_one(const char *text)
{
    slack_http_parser_t parser;
    size_t used;
    assert_int_equal(slack__http_parser_init(&parser, &presets), 0);
    assert_int_equal(slack__http_parser_feed(&parser, text, strlen(text), &used),
                     SLACK_HTTP_REQUEST);
    slack_http_request_t *request = slack__http_parser_take(&parser);
    slack__http_parser_done(&parser);
    return request;
}

TEST(test_header)
{
    slack_http_request_t *request = parse_one(GET "X-One: 1\r\nx-two: a\r\nX-TWO:  b \r\n\r\n");
    unsigned count = 9;
    slack_slice_t value = slack__http_header(request, "x-ONE", &count);
    assert_true(slack__slice_eq(value, SLACK_SLICE("1")));
    assert_int_equal(count, 1);
    value = slack__http_header(request, "X-Two", &count);
    assert_true(slack__slice_eq(value, SLACK_SLICE("a")));
    assert_int_equal(count, 2);
    value = slack__http_header(request, "X-T", &count);
    assert_null(value.ptr);
    assert_int_equal(count, 0);
    assert_true(slack__slice_eq(slack__http_header(request, "Host", NULL), SLACK_SLICE("a")));
    slack__arena_free(request->arena);
}

/* An event as Slack sends it, of this size. */
static void make_event(char *text, size_t size, size_t body_len)
{
    int head = snprintf(text, size,
                        "POST /slack/events HTTP/1.1\r\nHost: bot.example.com\r\n"
                        "User-Agent: Slackbot 1.0 (+https://api.slack.com/robots)\r\n"
                        "Accept-Encoding: gzip,deflate\r\nAccept: */*\r\n"
                        "X-Slack-Signature: v0=%064d\r\nX-Slack-Request-Timestamp: 1531420618\r\n"
                        "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
                        0, body_len);
    assert_true((size_t)head + body_len < size);
    memset(text + head, 'x', body_len);
    text[(size_t)head + body_len] = '\0';
}

TEST(test_one_allocation_per_request)
{
    char text[4096];
    size_t used;
    slack_http_parser_t parser;
    heap_install();
    make_event(text, sizeof text, 2000);
    assert_int_equal(slack__http_parser_init(&parser, &presets), 0);
    for (int i = 0; i < 3; i++) {
        size_t before = heap_count();
        assert_int_equal(slack__http_parser_feed(&parser, text, strlen(text), &used),
                         SLACK_HTTP_REQUEST);
        slack_http_request_t *request = slack__http_parser_take(&parser);
        assert_int_equal(heap_count() - before, 1);
        assert_int_equal(request->body_len, 2000);
        slack__arena_free(request->arena);
    }
    slack__http_parser_done(&parser);
}

/* Content-Length is a promise that memory is set aside for, once. */
TEST(test_large_body)
{
    const size_t len = 1 << 20;
    char *text = malloc(len + 4096);
    assert_non_null(text);
    make_event(text, len + 4096, len);
    slack_http_request_t *request = parse_one(text);
    assert_int_equal(request->body_len, len);
    assert_true(slack__arena_size(request->arena) < len + (64 << 10));
    slack__arena_free(request->arena);
    free(text);
}

static int parse_with_failures(void *ctx)
{
    const char *text = ctx;
    slack_http_parser_t parser;
    size_t used, len = strlen(text), at = 0;
    enum slack_http_parse_result parsed = SLACK_HTTP_MORE;
    int rc = slack__http_parser_init(&parser, &presets);
    if (rc != 0) return rc;
    while (at < len && parsed == SLACK_HTTP_MORE) { /* in pieces of 1000 bytes */
        size_t n = len - at < 1000 ? len - at : 1000;
        parsed = slack__http_parser_feed(&parser, text + at, n, &used);
        at += used;
    }
    if (parsed == SLACK_HTTP_REQUEST)
        slack__arena_free(slack__http_parser_take(&parser)->arena);
    else
        rc = parser.refuse == 503 ? SLACK_ENOMEM : SLACK_EPROTO;
    slack__http_parser_done(&parser);
    return rc;
}

TEST(test_out_of_memory)
{
    slack_buf_t text;
    slack__buf_init(&text, 1 << 20);
    slack__buf_printf(&text, POST "Transfer-Encoding: chunked\r\nX: %05000d\r\n\r\n", 0);
    for (int i = 0; i < 20; i++)
        slack__buf_printf(&text, "3e8\r\n%01000d\r\n", 0);
    slack__buf_printf(&text, "0\r\n\r\n");
    assert_true(alloc_fail_each(parse_with_failures, slack__buf_ptr(&text)) >= 3);
    slack__buf_done(&text);
}

int main(void)
{
    presets = slack__http_limits(NULL);
    return test_run_all(NULL, NULL);
}
