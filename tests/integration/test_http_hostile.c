/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "net/quota.h"
#include "support/heap.h"
#include "support/http_bench.h"

/*
 * What the open internet sends to a request URL, each by name with the status that it gets, from a
 * receiver with its default limits. None of it may become a delivery, each is told to the log in
 * one line, and after each of them the receiver answers Slack as before.
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
    const char *more; /* behind them, */
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
    {"chunk bomb by extensions", 431, CHUNKED "\r\n1;", "a", 17000},
    {"chunk bomb by trailers", 431, CHUNKED "\r\n0\r\n", "Tr: ailer\r\n", 3000},
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
    {"folded header", 400, POST "A: b\r\n c\r\n\r\n", NULL, 0},
    {"bare LF in the head", 400, POST "A: b\n\r\n", NULL, 0},
    {"bare CR in a value", 400, POST "A: b\rc\r\n\r\n", NULL, 0},
    {"NUL in a value", 400, NULL, NULL, 0},
    {"blank before the colon", 400, POST "Content-Length : 1\r\n\r\na", NULL, 0},
    {"header without a colon", 400, POST "A\r\n\r\n", NULL, 0},
    {"header without a name", 400, POST ": b\r\n\r\n", NULL, 0},
    {"bare LF behind a chunk size", 400, CHUNKED "\r\n1\na\r\n0\r\n\r\n", NULL, 0},
    {"chunk size that is none", 400, CHUNKED "\r\nxyz\r\n", NULL, 0},
    {"negative chunk size", 400, CHUNKED "\r\n-1\r\n", NULL, 0},
    {"chunk size in 0x", 400, CHUNKED "\r\n0x1\r\na\r\n0\r\n\r\n", NULL, 0},
    {"chunk longer than its size", 400, CHUNKED "\r\n1\r\nab\r\n0\r\n\r\n", NULL, 0},

    /* The protocol. */
    {"no Host", 400, "POST /slack/events HTTP/1.1\r\n\r\n", NULL, 0},
    {"two Hosts", 400, POST "Host: y\r\n\r\n", NULL, 0},
    {"Host that is none", 400, "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", NULL, 0},
    {"unknown method", 501, "BREW / HTTP/1.1\r\nHost: x\r\n\r\n", NULL, 0},
    {"another protocol's method", 501, "PLAY / RTSP/1.0\r\n\r\n", NULL, 0},
    {"HTTP/2 preface", 505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", NULL, 0},
    {"HTTP/0.9", 505, "GET /\r\n\r\n", NULL, 0},
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
    {"ssl_check that is 0", 401,
     LENGTH("11") "Content-Type: " SLACK_REQUEST_FORM "\r\n\r\nssl_check=0", NULL, 0},
    {"ssl_check in JSON", 401,
     LENGTH("15") "Content-Type: " SLACK_REQUEST_JSON "\r\n\r\n{\"ssl_check\":1}", NULL, 0},
};

static http_bench_t b;

static int open_bench(void **state)
{
    http_bench_open(&b);
    http_bench_start(&b);
    return 0;
}

static int close_bench(void **state)
{
    http_bench_close(&b);
    return 0;
}

/* Slack is answered as ever. */
static void check_well(unsigned deliveries)
{
    assert_int_equal(http_bench_ask(&b, &(slack_request_t){.body = EVENT})->status, 200);
    assert_int_equal(b.mock.count, deliveries);
}

/* The nth case's bytes, the caller's to free. */
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

/* One line, with the status, a reason and the peer. */
static void check_log(const char *name, int status)
{
    char line[100];
    snprintf(line, sizeof line, "event=\"request refused\" status=%d reason=", status);
    if (http_bench_logged(&b, line) != 1 || http_bench_logged(&b, "peer=127.0.0.1") != 1 ||
        http_bench_logged(&b, "refused") != 1 || http_bench_logged(&b, "reason=\"\"") != 0)
        fail_msg("%s: %s", name, b.log);
}

static void each_gets_its_status(void **state)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t len;
        char *bytes = bytes_of(i, &len);
        const http_pieces_t pieces[] = {{0}, {.first = len / 2}, {.bytewise = true}};
        /* Byte by byte only what is short: a piece takes two turns of the loop. */
        const size_t ways = len < 400 ? 3 : 2;
        for (size_t k = 0; k < ways; k++) {
            http_bench_forget(&b);
            b.mock.skew_us += SLACK_QUOTA_SPAN_MS * 1000; /* or the log has too much to tell */
            const http_reply_t *reply = http_bench_send(&b, bytes, len, pieces[k]);
            if (!reply->done || reply->status != cases[i].status)
                fail_msg("%s: %d, not %d", cases[i].name, reply->status, cases[i].status);
            check_log(cases[i].name, cases[i].status);
        }
        free(bytes);
    }
    check_well(1);
}

/* Hundreds at once: what they leave is bounded. */
static void crowd_leaves_nothing(void **state)
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
    /* Those that linger keep some KiB each until their peers are gone. */
    assert_in_range(heap_bytes() - before, 0, 250 * (16 << 10));
}

int main(void)
{
    heap_install();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_gets_its_status, open_bench, close_bench),
        cmocka_unit_test_setup_teardown(crowd_leaves_nothing, open_bench, close_bench),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
