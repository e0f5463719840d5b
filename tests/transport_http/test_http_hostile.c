/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/offenders.h"
#include "support/heap.h"
#include "support/http_bench.h"
#include "support/test.h"

/*
 * What the open internet sends to a request URL, each request by name with the status that it gets
 * under the default limits. None becomes a delivery, each causes one line in the log, and after
 * each of them the transport still answers Slack.
 */

#define EVENT                                                                                      \
    "{\"type\":\"event_callback\",\"event_id\":\"Ev1\",\"event\":{\"type\":\"app_mention\"}}"

#define POST      "POST /slack/events HTTP/1.1\r\nHost: x\r\n"
#define TS        "X-Slack-Request-Timestamp: " SLACK_REQUEST_TIME "\r\n"
#define SIG       "X-Slack-Signature: v0="
#define ZEROS     "0000000000000000000000000000000000000000000000000000000000000000"
#define CHUNKED   POST "Transfer-Encoding: chunked\r\n"
#define LENGTH(n) POST "Content-Length: " n "\r\n"
static const struct {
    const char *name;
    int status;
    const char *bytes;
    const char *more; /* then this, */
    size_t times;     /* so many times */
} cases[] = {
    /* Bounds. */
    {"target too long", 414, "GET /", "a", 8193},
    {"target far too long", 414, "GET /", "a", 100000},
    {"one header too long", 431, POST "A: ", "a", 16385},
    {"header name without end", 431, POST, "a", 17000},
    {"headers together too long", 431, POST,
     "Cookie: "
     "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmno"
     "pqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcd"
     "efghijklmnopqrstuvwxyz\r\n",
     90},
    {"too many headers", 431, POST, "A: b\r\n", 101},
    {"headers without end", 431, POST, "A: b\r\n", 10000},
    {"blanks without end before a value", 431, POST "A: ", " ", 30000},
    {"line breaks without end before a request", 431, "", "\r\n", 20000},
    {"body too long, told", 413, LENGTH("1048577") "\r\n", NULL, 0},
    {"body far too long, told", 413, LENGTH("9223372036854775807") "\r\n", NULL, 0},
    {"chunk too long", 413, CHUNKED "\r\n100001\r\n", "a", 0x100001},
    {"chunks without end", 413, CHUNKED "\r\n", "10\r\n0123456789abcdef\r\n", 0x10001},
    {"chunks of one byte", 413, CHUNKED "\r\n", "1\r\na\r\n", 400000},
    {"chunk size without end", 413, CHUNKED "\r\n", "0", 2200000},
    {"chunk bomb by extensions", 431, CHUNKED "\r\n1;", "a", 17000},
    {"chunk bomb by trailers", 431, CHUNKED "\r\n0\r\n", "Tr: ailer\r\n", 3000},
    {"method without end", 501, "", "A", 20000},
    {"query too long", 414, "GET /?", "a", 8193},
    {"body too long, without an end", 413, LENGTH("1048577") "Expect: 100-continue\r\n\r\n", NULL,
     0},
    {"chunk bomb of empty lines", 400, CHUNKED "\r\n", "\r\n", 10000},

    {"chunk size overflow", 400, CHUNKED "\r\nfffffffffffffffff\r\n", NULL, 0},

    /* Smuggling. */
    {"length with transfer coding", 400, CHUNKED "Content-Length: 4\r\n\r\n0\r\n\r\n", NULL, 0},
    {"transfer coding with length", 400, LENGTH("4") "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
     NULL, 0},
    {"two lengths that differ", 400, LENGTH("1") "Content-Length: 2\r\n\r\nab", NULL, 0},
    {"two lengths that agree", 400, LENGTH("1") "Content-Length: 1\r\n\r\na", NULL, 0},
    {"length list", 400, LENGTH("1, 1") "\r\na", NULL, 0},
    {"negative length", 400, LENGTH("-1") "\r\n", NULL, 0},
    {"length with a plus", 400, LENGTH("+1") "\r\na", NULL, 0},
    {"length in hex", 400, LENGTH("0x1") "\r\na", NULL, 0},
    {"length with a blank in it", 400, LENGTH("1 1") "\r\na", NULL, 0},
    {"empty length", 400, LENGTH("") "\r\n", NULL, 0},
    {"length overflow", 400, LENGTH("99999999999999999999999") "\r\n", NULL, 0},
    {"transfer coding twice", 501, CHUNKED "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", NULL, 0},
    {"unknown transfer coding", 501, POST "Transfer-Encoding: gzip\r\n\r\n", NULL, 0},
    {"chunked not last", 501, POST "Transfer-Encoding: chunked, gzip\r\n\r\n", NULL, 0},
    {"chunked misspelt", 501, POST "Transfer-Encoding: xchunked\r\n\r\n", NULL, 0},
    {"transfer coding in HTTP/1.0", 400,
     "POST /slack/events HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", NULL, 0},
    {"length of 0 with transfer coding", 400, CHUNKED "Content-Length: 0\r\n\r\n0\r\n\r\n", NULL,
     0},
    {"length with a tab behind", 400, LENGTH("2\t") "\r\n{}", NULL, 0},
    {"length with an underscore", 400, LENGTH("1_0") "\r\n", NULL, 0},
    {"length with a NUL's escape", 400, LENGTH("1%00") "\r\n", NULL, 0},
    {"transfer coding list", 501, POST "Transfer-Encoding: chunked, chunked\r\n\r\n", NULL, 0},
    {"transfer coding identity", 501, POST "Transfer-Encoding: identity\r\n\r\n", NULL, 0},
    {"transfer coding empty", 501, POST "Transfer-Encoding:\r\n\r\n", NULL, 0},
    {"transfer coding in quotes", 501, POST "Transfer-Encoding: \"chunked\"\r\n\r\n", NULL, 0},
    {"transfer coding behind a vertical tab", 400, POST "Transfer-Encoding: \vchunked\r\n\r\n",
     NULL, 0},
    {"transfer coding with a blank before the colon", 400,
     POST "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n", NULL, 0},
    {"folded header", 400, POST "A: b\r\n c\r\n\r\n", NULL, 0},
    {"folded first header", 400, "POST /slack/events HTTP/1.1\r\n Host: x\r\n\r\n", NULL, 0},
    {"bare LF behind the request line", 400, "POST /slack/events HTTP/1.1\nHost: x\n\n", NULL, 0},
    {"bare CR behind the request line", 400, "POST /slack/events HTTP/1.1\rHost: x\r\r", NULL, 0},
    {"bare LF at the end of the head", 400, POST "\n", NULL, 0},
    {"bare LF behind a chunk", 400, CHUNKED "\r\n1\r\na\n0\r\n\r\n", NULL, 0},
    {"bare LF in a trailer", 400, CHUNKED "\r\n0\r\nA: b\n\r\n", NULL, 0},
    {"blank behind a chunk size", 400, CHUNKED "\r\n1 \r\na\r\n0\r\n\r\n", NULL, 0},
    {"chunk size with a plus", 400, CHUNKED "\r\n+1\r\na\r\n0\r\n\r\n", NULL, 0},
    {"no chunk size", 400, CHUNKED "\r\n\r\na\r\n0\r\n\r\n", NULL, 0},
    {"blank in a header's name", 400, POST "A B: c\r\n\r\n", NULL, 0},
    {"control character in a header's name", 400, POST "A\x01: c\r\n\r\n", NULL, 0},
    {"bare LF in the head", 400, POST "A: b\n\r\n", NULL, 0},
    {"bare CR in a value", 400, POST "A: b\rc\r\n\r\n", NULL, 0},
    {"NUL in a value", 400, NULL, NULL, 0},
    {"blank before the colon", 400, POST "Content-Length : 1\r\n\r\na", NULL, 0},
    {"header without a colon", 400, POST "A\r\n\r\n", NULL, 0},
    {"header without a name", 400, POST ": b\r\n\r\n", NULL, 0},
    {"bare LF behind a chunk size", 400, CHUNKED "\r\n1\na\r\n0\r\n\r\n", NULL, 0},
    {"malformed chunk size", 400, CHUNKED "\r\nxyz\r\n", NULL, 0},
    {"negative chunk size", 400, CHUNKED "\r\n-1\r\n", NULL, 0},
    {"chunk size in 0x", 400, CHUNKED "\r\n0x1\r\na\r\n0\r\n\r\n", NULL, 0},
    {"chunk longer than its size", 400, CHUNKED "\r\n1\r\nab\r\n0\r\n\r\n", NULL, 0},

    /* The protocol. */
    {"no Host", 400, "POST /slack/events HTTP/1.1\r\n\r\n", NULL, 0},
    {"two Hosts", 400, POST "Host: y\r\n\r\n", NULL, 0},
    {"malformed Host", 400, "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", NULL, 0},
    {"unknown method", 501, "BREW / HTTP/1.1\r\nHost: x\r\n\r\n", NULL, 0},
    {"another protocol's method", 501, "PLAY / RTSP/1.0\r\n\r\n", NULL, 0},
    {"HTTP/2 preface", 505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", NULL, 0},
    {"HTTP/0.9", 505, "GET /\r\n\r\n", NULL, 0},
    {"HTTP/1.2", 505, "GET / HTTP/1.2\r\nHost: x\r\n\r\n", NULL, 0},
    {"HTTP/2.0", 505, "GET / HTTP/2.0\r\nHost: x\r\n\r\n", NULL, 0},
    {"malformed version", 400, "GET / JUNK/1.1\r\nHost: x\r\n\r\n", NULL, 0},
    {"blank in the target", 400, "GET /a b HTTP/1.1\r\nHost: x\r\n\r\n", NULL, 0},
    {"method in lower case", 501, "post /slack/events HTTP/1.1\r\nHost: x\r\n\r\n", NULL, 0},
    {"expectations, two", 417, LENGTH("1") "Expect: 100-continue\r\nExpect: 100-continue\r\n\r\n",
     NULL, 0},
    {"escape cut short", 400, "POST /slack/events%2 HTTP/1.1\r\nHost: x\r\n\r\n", NULL, 0},
    {"escape of no digits", 400, "POST /slack/%zzvents HTTP/1.1\r\nHost: x\r\n\r\n", NULL, 0},
    {"escape of a NUL", 400, "POST /slack/events%00 HTTP/1.1\r\nHost: x\r\n\r\n", NULL, 0},
    {"escape of a line break", 400, "POST /slack/events%0d%0aA:b HTTP/1.1\r\nHost: x\r\n\r\n", NULL,
     0},
    {"encoded slash", 404, "POST /slack%2Fevents HTTP/1.1\r\nHost: x\r\n\r\n", NULL, 0},
    {"encoded twice", 404, "POST /slack/%2565vents HTTP/1.1\r\nHost: x\r\n\r\n", NULL, 0},
    {"encoded climbing", 404, "POST /a/%2e%2e/slack/events HTTP/1.1\r\nHost: x\r\n\r\n", NULL, 0},
    {"backslash", 404, "POST /slack\\events HTTP/1.1\r\nHost: x\r\n\r\n", NULL, 0},
    {"absolute target without a path", 404, "POST http://x HTTP/1.1\r\nHost: x\r\n\r\n", NULL, 0},
    {"HTTP/9.9", 505, "GET / HTTP/9.9\r\nHost: x\r\n\r\n", NULL, 0},
    {"TLS to a plain port", 400, "\x16\x03\x01\x02", NULL, 0},
    {"expectation that nobody knows", 417, LENGTH("1") "Expect: 200-ok\r\n\r\n", NULL, 0},
    {"fragment in the target", 400, "GET /a#b HTTP/1.1\r\nHost: x\r\n\r\n", NULL, 0},
    {"absolute target of another scheme", 400, "GET ftp://x/ HTTP/1.1\r\nHost: x\r\n\r\n", NULL, 0},
    {"target that is no path", 400, "GET slack/events HTTP/1.1\r\nHost: x\r\n\r\n", NULL, 0},
    {"unknown path", 404, "POST /admin HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", NULL, 0},
    {"path climbing", 404,
     "POST /a/../slack/events HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", NULL, 0},
    {"GET", 405, "GET /slack/events HTTP/1.1\r\nHost: x\r\n\r\n", NULL, 0},
    {"HEAD", 405, "HEAD /slack/events HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", NULL, 0},
    {"OPTIONS", 405, "OPTIONS /slack/events HTTP/1.1\r\nHost: x\r\n\r\n", NULL, 0},
    {"OPTIONS *", 404, "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", NULL, 0},
    {"TRACE", 405, "TRACE /slack/events HTTP/1.1\r\nHost: x\r\n\r\n", NULL, 0},
    {"CONNECT", 404, "CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n", NULL, 0},

    /* Verification. */
    {"no signature", 401, LENGTH("2") "\r\n{}", NULL, 0},
    {"no signature, HTTP/1.0", 401, "POST /slack/events HTTP/1.0\r\nContent-Length: 2\r\n\r\n{}",
     NULL, 0},
    {"no signature, absolute target", 401,
     "POST http://x/slack/events HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}", NULL, 0},
    {"no signature, chunked", 401, CHUNKED "\r\n2\r\n{}\r\n0\r\n\r\n", NULL, 0},
    {"no timestamp", 401, LENGTH("2") SIG ZEROS "\r\n\r\n{}", NULL, 0},
    {"no body", 401, POST TS SIG ZEROS "\r\n\r\n", NULL, 0},
    {"wrong signature", 401, LENGTH("2") TS SIG ZEROS "\r\n\r\n{}", NULL, 0},
    {"signature cut short", 401, LENGTH("2") TS SIG "00\r\n\r\n{}", NULL, 0},
    {"signature of another version", 401,
     LENGTH("2") TS "X-Slack-Signature: v1=" ZEROS "\r\n\r\n{}", NULL, 0},
    {"two signatures", 401, LENGTH("2") TS SIG ZEROS "\r\n" SIG ZEROS "\r\n\r\n{}", NULL, 0},
    {"two timestamps", 401, LENGTH("2") TS TS SIG ZEROS "\r\n\r\n{}", NULL, 0},
    {"timestamp that is no number", 401,
     LENGTH("2") "X-Slack-Request-Timestamp: now\r\n" SIG ZEROS "\r\n\r\n{}", NULL, 0},
    {"challenge without a signature", 401,
     LENGTH("43") "\r\n{\"type\":\"url_verification\",\"challenge\":\"1\"}", NULL, 0},
    {"no signature, encoded path", 401,
     "POST /slack/%65vents HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}", NULL, 0},
    {"no signature, a query", 401,
     "POST /slack/events?ssl_check=1 HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}", NULL, 0},
    {"no signature, an upgrade", 401,
     LENGTH("2") "Connection: upgrade\r\nUpgrade: websocket\r\n\r\n{}", NULL, 0},
    {"no signature, a command", 401,
     LENGTH("10") "Content-Type: " SLACK_REQUEST_FORM "\r\n\r\ncommand=/x", NULL, 0},
    {"no signature, a payload", 401,
     LENGTH("14") "Content-Type: " SLACK_REQUEST_FORM "\r\n\r\npayload=%7B%7D", NULL, 0},
    {"no signature, what is no JSON", 401,
     LENGTH("1") "Content-Type: " SLACK_REQUEST_JSON "\r\n\r\n{", NULL, 0},
    {"empty signature", 401, LENGTH("2") TS "X-Slack-Signature:\r\n\r\n{}", NULL, 0},
    {"empty timestamp", 401, LENGTH("2") "X-Slack-Request-Timestamp:\r\n" SIG ZEROS "\r\n\r\n{}",
     NULL, 0},
    {"negative timestamp", 401,
     LENGTH("2") "X-Slack-Request-Timestamp: -1531420618\r\n" SIG ZEROS "\r\n\r\n{}", NULL, 0},
    {"timestamp of long ago", 401,
     LENGTH("2") "X-Slack-Request-Timestamp: 1\r\n" SIG ZEROS "\r\n\r\n{}", NULL, 0},
    {"timestamp of the future", 401,
     LENGTH("2") "X-Slack-Request-Timestamp: 9999999999\r\n" SIG ZEROS "\r\n\r\n{}", NULL, 0},
    {"timestamp too large", 401,
     LENGTH("2") "X-Slack-Request-Timestamp: 99999999999999999999999\r\n" SIG ZEROS "\r\n\r\n{}",
     NULL, 0},
    /* Before the body. */
    {"no signature, body to come", 401, LENGTH("90000") "\r\n", NULL, 0},
    {"cut short, body to come", 401, LENGTH("90000") TS SIG "00\r\n\r\n", NULL, 0},
    {"two signatures, body to come", 401, LENGTH("90000") TS SIG ZEROS "\r\n" SIG ZEROS "\r\n\r\n{",
     NULL, 0},
    {"of long ago, chunks to come", 401,
     CHUNKED "X-Slack-Request-Timestamp: 1\r\n" SIG ZEROS "\r\n\r\n2\r\n{", NULL, 0},
    {"of the future, asking to go on", 401,
     LENGTH("90000") "Expect: 100-continue\r\nX-Slack-Request-Timestamp: 9999999999\r\n" SIG ZEROS
                     "\r\n\r\n",
     NULL, 0},
    {"signatures in one line", 401, LENGTH("2") TS SIG ZEROS ", v0=" ZEROS "\r\n\r\n{}", NULL, 0},
    {"ssl_check that is 0", 401,
     LENGTH("11") "Content-Type: " SLACK_REQUEST_FORM "\r\n\r\nssl_check=0", NULL, 0},
    {"ssl_check in JSON", 401,
     LENGTH("15") "Content-Type: " SLACK_REQUEST_JSON "\r\n\r\n{\"ssl_check\":1}", NULL, 0},
};

static http_bench_t b;

#define BENCH_TEST(function)                                                                       \
    TEST_AROUND(function, (http_bench_open(&b), http_bench_start(&b)), http_bench_close(&b))

/* Slack still gets its answers. */
static void check_well(unsigned deliveries)
{
    assert_int_equal(http_bench_ask(&b, &(signed_request_t){.body = EVENT})->status, 200);
    assert_int_equal(b.mock.count, deliveries);
}

/* The bytes of the nth case. The caller frees them. */
static char *bytes_of(size_t n, size_t *ret_len)
{
    static const char nul[] = POST "A: b\0c\r\n\r\n";
    const char *bytes = cases[n].bytes ? cases[n].bytes : nul;
    const size_t len = cases[n].bytes ? strlen(bytes) : sizeof nul - 1;
    const size_t more = cases[n].more ? strlen(cases[n].more) : 0;
    char *all = malloc(len + more * cases[n].times + 1);
    assert_non_null(all);
    memcpy(all, bytes, len);
    for (size_t i = 0; i < cases[n].times; i++)
        memcpy(all + len + i * more, cases[n].more, more);
    *ret_len = len + more * cases[n].times;
    return all;
}

/* The log has one line, with the status, a reason and the peer. */
static void check_log(const char *name, int status)
{
    char line[100];
    snprintf(line, sizeof line, "event=\"request refused\" status=%d reason=", status);
    if (world_log_count(&b.mock.world, line) != 1 ||
        world_log_count(&b.mock.world, "peer=127.0.0.1") != 1 ||
        world_log_count(&b.mock.world, "refused") != 1 ||
        world_log_count(&b.mock.world, "reason=\"\"") != 0)
        fail_msg("%s: %s", name, b.mock.world.log);
}

BENCH_TEST(each_gets_its_status)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t len;
        char *bytes = bytes_of(i, &len);
        const http_pieces_t pieces[] = {{0}, {.first = len / 2}, {.bytewise = true}};
        /* Only short requests byte by byte: each piece takes two turns of the loop. */
        const size_t ways = len < 400 ? 3 : 2;
        for (size_t k = 0; k < ways; k++) {
            world_forget_log(&b.mock.world);
            /* No request waits for those before it, and no limit of log lines is reached. */
            b.mock.world.mono_us += SLACK_OFFENDER_QUIET_MS * UINT64_C(1000);
            const http_reply_t *reply = http_bench_send(&b, bytes, len, pieces[k]);
            if (!reply->done || reply->status != cases[i].status)
                fail_msg("%s: %d, not %d", cases[i].name, reply->status, cases[i].status);
            check_log(cases[i].name, cases[i].status);
        }
        free(bytes);
    }
    check_well(1);
}

/* A check of the certificate needs no signature, and nothing else follows from it. */
BENCH_TEST(checks_of_the_certificate)
{
    static const struct {
        const char *name, *type, *body;
    } checks[] = {
        {"plain", SLACK_REQUEST_FORM, "ssl_check=1&token=x"},
        {"alone", SLACK_REQUEST_FORM, "ssl_check=1"},
        {"type with parameters", SLACK_REQUEST_FORM "; charset=utf-8", "ssl_check=1"},
        {"type in capitals", "APPLICATION/X-WWW-FORM-URLENCODED", "ssl_check=1"},
        {"no such type", "text/plain", "ssl_check=1"},
        {"smuggled command", SLACK_REQUEST_FORM, "command=%2Fdeploy&text=prod&ssl_check=1"},
        {"smuggled payload", SLACK_REQUEST_FORM,
         "payload=%7B%22type%22%3A%22block_actions%22%2C%22actions%22%3A%5B%5D%7D&ssl_check=1"},
        {"smuggled payload behind it", SLACK_REQUEST_FORM,
         "ssl_check=1&payload=%7B%22type%22%3A%22view_submission%22%7D"},
        {"smuggled challenge", SLACK_REQUEST_FORM,
         "ssl_check=1&type=url_verification&challenge=sesame"},
        {"smuggled event", SLACK_REQUEST_FORM,
         "ssl_check=1&payload=%7B%22event%22%3A%7B%22type%22%3A%22app_mention%22%7D%7D"},
    };
    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) {
        char request[600];
        world_forget_log(&b.mock.world);
        snprintf(request, sizeof request, POST "Content-Type: %s\r\nContent-Length: %zu\r\n\r\n%s",
                 checks[i].type, strlen(checks[i].body), checks[i].body);
        const http_reply_t *reply = http_bench_say(&b, request);
        if (!reply->done || reply->status != 200 || reply->body_len != 0 ||
            b.mock.world.log_len != 0)
            fail_msg("%s: %d %s", checks[i].name, reply->status, b.mock.world.log);
    }
    check_well(1);
}

/* The media type says what a body is; if it does not, the first byte does. */
BENCH_TEST(bodies_in_odd_dresses)
{
    static const struct {
        const char *name, *type, *body;
        int status;
        enum slack_kind kind;
    } bodies[] = {
        {"JSON", "application/json", EVENT, 200, SLACK_KIND_EVENT},
        {"JSON with parameters", "application/json;charset=utf-8", EVENT, 200, SLACK_KIND_EVENT},
        {"JSON in capitals", "Application/JSON", EVENT, 200, SLACK_KIND_EVENT},
        {"JSON as text", "text/plain", EVENT, 200, SLACK_KIND_EVENT},
        {"JSON as nothing", "", EVENT, 200, SLACK_KIND_EVENT},
        {"JSON as nonsense", ";;//", EVENT, 200, SLACK_KIND_EVENT},
        {"JSON behind blanks, as text", "text/plain", " \r\n\t" EVENT, 200, SLACK_KIND_EVENT},
        {"JSON as a form", SLACK_REQUEST_FORM, EVENT, 200, SLACK_KIND_UNKNOWN},
        {"form", SLACK_REQUEST_FORM, "command=%2Fx", 200, SLACK_KIND_COMMAND},
        {"form with parameters", SLACK_REQUEST_FORM "; charset=utf-8", "command=%2Fx", 200,
         SLACK_KIND_COMMAND},
        {"form as text", "text/plain", "command=%2Fx", 200, SLACK_KIND_COMMAND},
        {"form as nothing", "", "command=%2Fx", 200, SLACK_KIND_COMMAND},
        {"form as JSON", SLACK_REQUEST_JSON, "command=%2Fx", 400, SLACK_KIND_UNKNOWN},
        {"payload as text", "text/plain",
         "payload=%7B%22type%22%3A%22shortcut%22%2C%22callback_id%22%3A%22c%22%7D", 200,
         SLACK_KIND_SHORTCUT},
        {"JSON that is no object", SLACK_REQUEST_JSON, "[]", 400, SLACK_KIND_UNKNOWN},
        {"JSON that is cut short", SLACK_REQUEST_JSON, "{\"event\":", 400, SLACK_KIND_UNKNOWN},
        {"JSON with more behind it", SLACK_REQUEST_JSON, EVENT "{}", 400, SLACK_KIND_UNKNOWN},
        {"malformed payload", SLACK_REQUEST_FORM, "payload=x", 400, SLACK_KIND_UNKNOWN},
    };
    size_t taken = 0;
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        const signed_request_t request = {.type = bodies[i].type, .body = bodies[i].body};
        const http_reply_t *reply = http_bench_ask(&b, &request);
        taken += bodies[i].status == 200;
        if (reply->status != bodies[i].status || b.mock.count != taken)
            fail_msg("%s: %d", bodies[i].name, reply->status);
        if (bodies[i].status == 200 && b.mock.deliveries[taken - 1].kind != bodies[i].kind)
            fail_msg("%s: %s", bodies[i].name, slack_kind_name(b.mock.deliveries[taken - 1].kind));
        if (bodies[i].status == 400) assert_true(http_reply_has(reply, "X-Slack-No-Retry", "1"));
    }
}

/* Signed requests in every form that HTTP allows. */
BENCH_TEST(ways_that_are_fine)
{
    static const char body[] = EVENT;
    static const struct {
        const char *name, *line, *headers;
        bool chunked;
    } ways[] = {
        {"HTTP/1.0", "POST /slack/events HTTP/1.0", "", false},
        {"HTTP/1.0 with a Host", "POST /slack/events HTTP/1.0", "Host: x\r\n", false},
        {"HTTP/1.0, expecting", "POST /slack/events HTTP/1.0", "Expect: 100-continue\r\n", false},
        {"query", "POST /slack/events?a=%zz&b HTTP/1.1", "Host: x\r\n", false},
        {"encoded path", "POST /%73lack/%65%76%65%6e%74%73 HTTP/1.1", "Host: x\r\n", false},
        {"absolute target", "POST http://bot.example/slack/events HTTP/1.1",
         "Host: bot.example\r\n", false},
        {"absolute target in capitals", "POST HTTPS://x/slack/events?a HTTP/1.1", "Host: y\r\n",
         false},
        {"chunked", "POST /slack/events HTTP/1.1", "Host: x\r\n", true},
        {"expecting", "POST /slack/events HTTP/1.1", "Host: x\r\nExpect: 100-Continue\r\n", false},
        {"chunked and expecting", "POST /slack/events HTTP/1.1",
         "Host: x\r\nexpect: 100-continue\r\n", true},
        {"headers in capitals", "POST /slack/events HTTP/1.1", "HOST: x\r\nCONNECTION: CLOSE\r\n",
         false},
        {"upgrade that is not taken", "POST /slack/events HTTP/1.1",
         "Host: x\r\nConnection: upgrade\r\nUpgrade: h2c\r\n", false},
        {"line breaks before it", "\r\n\r\nPOST /slack/events HTTP/1.1", "Host: x\r\n", false},
    };
    size_t len;
    char *usual = slack_request_make(&(signed_request_t){.body = body}, &len);
    const char *signature = strstr(usual, "X-Slack-Signature: ");
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        char request[1200], length[40];
        snprintf(length, sizeof length, "Content-Length: %zu", sizeof body - 1);
        int n = snprintf(request, sizeof request, "%s\r\n%s" TS "%.*s\r\n%s\r\n\r\n%s",
                         ways[i].line, ways[i].headers, (int)strcspn(signature, "\r"), signature,
                         ways[i].chunked ? "Transfer-Encoding: chunked" : length,
                         ways[i].chunked ? "" : body);
        if (ways[i].chunked)
            snprintf(request + n, sizeof request - (size_t)n,
                     "1;ext=\"x\"\r\n%.1s\r\n%zx\r\n%s\r\n0\r\nTrailer: x\r\n\r\n", body,
                     sizeof body - 2, body + 1);
        const http_reply_t *reply = http_bench_say(&b, request);
        if (!reply->done || reply->status != 200 || b.mock.count != i + 1)
            fail_msg("%s: %d %s", ways[i].name, reply->status, b.mock.world.log);
    }
    free(usual);
}

/* ---- connections ---- */

/* Send everything, half-close if the test asks for it, and read to the end of the connection. */
static void talk(const char *bytes, bool half_close, char *answer, size_t size)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)http_bench_stats(&b).port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
    assert_int_equal(send(fd, bytes, strlen(bytes), MSG_NOSIGNAL), strlen(bytes));
    if (half_close) shutdown(fd, SHUT_WR);
    size_t len = 0;
    for (ssize_t n = 1; n > 0; len += (size_t)n)
        n = http_bench_recv(&b, fd, answer + len, size - 1 - len);
    answer[len] = '\0';
    close(fd);
}

/* The statuses in a text: "401 404". */
static const char *statuses_in(const char *text)
{
    static char list[200];
    *list = '\0';
    for (const char *at = text; (at = strstr(at, "HTTP/1.1 ")); at += 9)
        snprintf(list + strlen(list), sizeof list - strlen(list), "%s%.3s", *list ? " " : "",
                 at + 9);
    return list;
}

BENCH_TEST(connections_get_their_statuses)
{
    static const struct {
        const char *name;
        bool half_close;
        const char *bytes, *statuses;
    } talks[] = {
        {"pipelined, in order", false,
         "GET /none HTTP/1.1\r\nHost: x\r\n\r\n"
         "GET /slack/events HTTP/1.1\r\nHost: x\r\n\r\n" LENGTH(
             "11") "Content-Type: " SLACK_REQUEST_FORM
                   "\r\n\r\nssl_check=1" LENGTH("2") "Connection: close\r\n\r\n{}",
         "404 405 200 401"},
        {"pipelined behind one that is refused", false, LENGTH("x") "\r\n" LENGTH("2") "\r\n{}",
         "400"},
        {"pipelined behind the last", false,
         LENGTH("2") "Connection: close\r\n\r\n{}" LENGTH("2") "\r\n{}", "401"},
        {"smuggled in a body", false,
         LENGTH("35") "Connection: close\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n", "401"},
        {"HTTP/1.0 ends after its answer", false,
         "POST /slack/events HTTP/1.0\r\nContent-Length: 2\r\n\r\n{}", "401"},
        {"HTTP/1.0 that stays", true,
         "POST /none HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\n{}"
         "POST /none HTTP/1.0\r\n\r\n",
         "404 404"},
        {"expecting, and asked to go on", true, LENGTH("2") "Expect: 100-continue\r\n\r\n{}",
         "100 401"},
        {"half-closed behind a request", true, LENGTH("2") "\r\n{}", "401"},
        {"half-closed behind two", true,
         "GET /none HTTP/1.1\r\nHost: x\r\n\r\n" LENGTH("2") "\r\n{}", "404 401"},
        {"pipelined behind a forged one", false, LENGTH("2") "\r\n{}" LENGTH("2") "\r\n{}", "401"},
        {"HTTP/1.0 that stays behind a forged one", false,
         "POST /slack/events HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\n{}"
         "POST /none HTTP/1.0\r\n\r\n",
         "401"},
        {"half-closed at once", true, "", ""},
        {"half-closed in the request line", true, "POST /sla", ""},
        {"half-closed in a header", true, POST "Content-Le", ""},
        {"half-closed in the body", true, LENGTH("20") "\r\n{", ""},
        {"half-closed in a chunk", true, CHUNKED "\r\n20\r\n{", ""},
        {"half-closed behind a bad one", true, LENGTH("x") "\r\n", "400"},
    };
    char answer[4096];
    for (size_t i = 0; i < sizeof talks / sizeof *talks; i++) {
        talk(talks[i].bytes, talks[i].half_close, answer, sizeof answer);
        if (strcmp(statuses_in(answer), talks[i].statuses) != 0)
            fail_msg("%s: %s", talks[i].name, answer);
    }
    assert_false(world_logged(&b.mock.world, "smuggled"));
    check_well(1);
}

/* HEAD gets the answer of GET without the body. */
BENCH_TEST(head_has_no_body)
{
    char answer[4096];
    talk("HEAD /slack/events HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", false, answer,
         sizeof answer);
    assert_string_equal(statuses_in(answer), "405");
    assert_string_equal(strstr(answer, "\r\n\r\n"), "\r\n\r\n");
    assert_non_null(strstr(answer, "\r\nAllow: POST\r\n"));
}

/* Hundreds at once: the memory that they take is bounded. */
BENCH_TEST(crowd_leaves_nothing)
{
    check_well(1);
    const size_t before = heap_bytes();
    int first = 0, last = 0;
    for (size_t i = 0; i < 250; i++) {
        size_t len;
        char *bytes = bytes_of(i % (sizeof cases / sizeof *cases), &len);
        last = http_peer_send(b.slack, bytes, len, (http_pieces_t){0});
        if (first == 0) first = last;
        free(bytes);
    }
    for (int number = first; number <= last; number++)
        http_bench_wait(&b, number);
    check_well(2);
    /* A connection that waits for its peer to close keeps some KiB. */
    assert_in_range(heap_bytes() - before, 0, 250 * (16 << 10));
}
