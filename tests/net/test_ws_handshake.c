/* SPDX-License-Identifier: MIT */
#include <slack/error.h>

#include "net/http_parser.h"
#include "net/ws_handshake.h"
#include "support/alloc_fail.h"
#include "support/test.h"

/* The example of RFC 6455 1.3. */
#define KEY    "dGhlIHNhbXBsZSBub25jZQ=="
#define ACCEPT "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="

TEST(test_keys)
{
    char accept[SLACK_WS_ACCEPT_LEN + 1], one[SLACK_WS_KEY_LEN + 1], two[SLACK_WS_KEY_LEN + 1];
    assert_int_equal(slack__ws_key_accept(KEY, strlen(KEY), accept), 0);
    assert_string_equal(accept, ACCEPT);
    assert_int_equal(slack__ws_key_accept(KEY, 23, accept), SLACK_EINVAL);
    assert_int_equal(slack__ws_key_new(one), 0);
    assert_int_equal(slack__ws_key_new(two), 0);
    assert_int_equal(strlen(one), SLACK_WS_KEY_LEN);
    assert_string_not_equal(one, two);
}

/* ---- the request ---- */

static void assert_request(const char *url, const char *target, const char *host)
{
    char want[500];
    slack_url_t parts;
    slack_arena_t *arena = slack__arena_new(0, 0);
    assert_int_equal(slack__url_parse(&parts, url), 0);
    snprintf(want, sizeof want,
             "GET %s HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
             "Sec-WebSocket-Key: " KEY "\r\nSec-WebSocket-Version: 13\r\n\r\n",
             target, host);
    assert_string_equal(slack__ws_request(arena, &parts, KEY), want);
    slack__arena_free(arena);
}

TEST(test_request)
{
    assert_request("wss://wss-primary.slack.com/link/?ticket=a%2Fb&app_id=c==",
                   "/link/?ticket=a%2Fb&app_id=c==", "wss-primary.slack.com");
    assert_request("wss://a:443/b/../c//d", "/b/../c//d", "a");
    assert_request("wss://a:80/", "/", "a:80");
    assert_request("ws://localhost:80", "/", "localhost");
    assert_request("ws://localhost:8080?x#y", "/?x", "localhost:8080");
    assert_request("ws://[::1]:443/#y", "/", "[::1]:443");
}

static int make_request(void *ctx)
{
    slack_arena_t *arena = slack__arena_new(64, 0);
    if (!arena) return SLACK_ENOMEM;
    const char *request = slack__ws_request(arena, ctx, KEY);
    slack__arena_free(arena);
    return request ? 0 : SLACK_ENOMEM;
}

TEST(test_out_of_memory)
{
    slack_url_t url;
    assert_int_equal(slack__url_parse(&url, "wss://a:8443/b"), 0);
    assert_true(alloc_fail_each(make_request, &url) >= 2);
}

/* ---- the answer ---- */

#define SWITCHING "HTTP/1.1 101 Switching Protocols\r\n"
#define GOOD                                                                                       \
    SWITCHING "Upgrade: WebSocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " ACCEPT "\r\n"

/* Read `text` in pieces. Returns the result, and the number of bytes left over. */
static int read_answer(slack_ws_response_t *answer, const char *text, size_t len, size_t first,
                       size_t then, size_t *ret_rest)
{
    assert_int_equal(slack__ws_response_init(answer, KEY), 0);
    int rc = SLACK_EBUSY;
    size_t at = 0, n = first, used;
    for (; at < len && rc == SLACK_EBUSY; at += used, n = then) {
        if (n > len - at) n = len - at;
        char *piece = malloc(n ? n : 1);
        assert_non_null(piece);
        if (n) memcpy(piece, text + at, n);
        rc = slack__ws_response_feed(answer, piece, n, &used);
        free(piece);
        assert_true(used <= n);
    }
    *ret_rest = len - at;
    return rc;
}

static void assert_answer(const char *text, int want, int want_status, size_t want_rest)
{
    const size_t len = strlen(text);
    slack_ws_response_t answer;
    size_t rest;
    for (size_t at = 0; at <= len; at++) {
        assert_int_equal(read_answer(&answer, text, len, at, at ? len : 1, &rest), want);
        assert_int_equal(answer.http_status, want_status);
        if (want == 0) assert_int_equal(rest, want_rest);
        assert_int_equal(*answer.reason != '\0', want != 0 && want != SLACK_EBUSY);
    }
}

TEST(test_answer)
{
    assert_answer(GOOD "\r\n", 0, 101, 0);
    assert_answer(GOOD "\r\n\x81\x01x", 0, 101, 3); /* the first frame follows in the same bytes */
    assert_answer(GOOD "X-Long-Long-Long-Long-Long-Long-Long-Name: x\r\n\r\n", 0, 101, 0);
    assert_answer(SWITCHING "upgrade: websocket\r\nconnection: keep-alive, upgrade\r\n"
                            "sec-websocket-accept:  " ACCEPT " \r\n\r\n",
                  0, 101, 0);
    assert_answer(GOOD, SLACK_EBUSY, 0, 0);
}

TEST(test_answer_that_breaks_the_protocol)
{
    assert_answer(SWITCHING "Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n", SLACK_EPROTO, 101,
                  0);
    assert_answer(SWITCHING "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                            "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOO=\r\n\r\n",
                  SLACK_EPROTO, 101, 0);
    assert_answer(SWITCHING "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                            "Sec-WebSocket-Accept: " ACCEPT "x\r\n\r\n",
                  SLACK_EPROTO, 101, 0);
    assert_answer(GOOD "Sec-WebSocket-Accept: " ACCEPT "\r\n\r\n", SLACK_EPROTO, 101, 0);
    assert_answer(GOOD "Upgrade: h2c\r\n\r\n", SLACK_EPROTO, 101, 0);
    assert_answer(GOOD "Upgrade: websocket\r\n\r\n", SLACK_EPROTO, 101, 0);
    assert_answer(GOOD "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n", SLACK_EPROTO, 101,
                  0);
    assert_answer(GOOD "Sec-WebSocket-Protocol: chat\r\n\r\n", SLACK_EPROTO, 101, 0);
    assert_answer(SWITCHING "Connection: Upgrade\r\nSec-WebSocket-Accept: " ACCEPT "\r\n\r\n",
                  SLACK_EPROTO, 101, 0);
    assert_answer(SWITCHING "Upgrade: websocket\r\nSec-WebSocket-Accept: " ACCEPT "\r\n\r\n",
                  SLACK_EPROTO, 101, 0);
    assert_answer("HTTP/1.0 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                  "Sec-WebSocket-Accept: " ACCEPT "\r\n\r\n",
                  SLACK_EPROTO, 101, 0);
    assert_answer("SSH-2.0-OpenSSH\r\n", SLACK_EPROTO, 0, 0);
    assert_answer("\x15\x03\x01", SLACK_EPROTO, 0, 0);
}

TEST(test_answer_of_another_status)
{
    slack_ws_response_t answer;
    size_t rest;
    const char *text = "HTTP/1.1 408 Request \x01 Timeout\r\nContent-Length: 5\r\n\r\nsorry";
    assert_answer("HTTP/1.1 503 Service Unavailable\r\n\r\n", SLACK_EHTTP, 503, 0);
    assert_answer("HTTP/1.1 302 Found\r\nLocation: wss://elsewhere/\r\n\r\n", SLACK_EHTTP, 302, 0);
    assert_answer("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>", SLACK_EHTTP, 200, 0);
    assert_answer("HTTP/1.1 200 OK\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                  "Sec-WebSocket-Accept: " ACCEPT "\r\n\r\n",
                  SLACK_EHTTP, 200, 0);
    int rc = read_answer(&answer, text, strlen(text), strlen(text), 1, &rest);
    if (rc == SLACK_EHTTP) assert_string_equal(answer.status_text, "Request ? Timeout");
    text = "HTTP/1.1 500 "
           "0123456789012345678901234567890123456789012345678901234567890123456789\r\n\r\n";
    assert_int_equal(read_answer(&answer, text, strlen(text), 1, 1, &rest), SLACK_EHTTP);
    assert_string_equal(answer.status_text,
                        "012345678901234567890123456789012345678901234567890123456789012");
}

TEST(test_answer_without_end)
{
    slack_ws_response_t answer;
    size_t used, fed = 0;
    int rc = SLACK_EBUSY;
    assert_int_equal(slack__ws_response_init(&answer, KEY), 0);
    assert_int_equal(slack__ws_response_feed(&answer, GOOD "X: ", strlen(GOOD "X: "), &used), rc);
    for (; rc == SLACK_EBUSY; fed += 100)
        rc = slack__ws_response_feed(&answer,
                                     "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
                                     "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
                                     100, &used);
    assert_int_equal(rc, SLACK_ETOOBIG);
    assert_true(fed <= SLACK_WS_RESPONSE_MAX + 100);
}

/* ---- the server's check ---- */

#define GET     "GET / HTTP/1.1\r\nHost: a\r\n"
#define UPGRADE "Connection: Upgrade\r\nUpgrade: websocket\r\n"
#define V13     "Sec-WebSocket-Version: 13\r\n"
#define A_KEY   "Sec-WebSocket-Key: " KEY "\r\n"

static int check(const char *text)
{
    char accept[SLACK_WS_ACCEPT_LEN + 1];
    slack_http_parser_t parser;
    size_t used;
    const slack_http_limits_t limits = slack__http_limits(NULL);
    assert_int_equal(slack__http_parser_init(&parser, &limits), 0);
    assert_int_equal(slack__http_parser_feed(&parser, text, strlen(text), &used),
                     SLACK_HTTP_REQUEST);
    slack_http_request_t *request = slack__http_parser_take(&parser);
    int status = slack__ws_request_check(request, accept);
    if (status == 0) assert_string_equal(accept, ACCEPT);
    slack__arena_free(request->arena);
    slack__http_parser_done(&parser);
    return status;
}

TEST(test_check)
{
    assert_int_equal(check(GET UPGRADE V13 A_KEY "\r\n"), 0);
    assert_int_equal(check(GET UPGRADE V13 A_KEY "Origin: http://b\r\n"
                                                 "Sec-WebSocket-Extensions: permessage-deflate\r\n"
                                                 "Sec-WebSocket-Protocol: chat\r\n\r\n"),
                     0);
    assert_int_equal(
        check(GET "Connection: x, upgrade\r\nUpgrade: h2c, WebSocket\r\n" V13 A_KEY "\r\n"), 0);
    assert_int_equal(check(GET "\r\n"), 426);
    assert_int_equal(check(GET V13 A_KEY "\r\n"), 426);
    assert_int_equal(check(GET "Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n"), 426);
    assert_int_equal(check(GET UPGRADE A_KEY "\r\n"), 426);
    assert_int_equal(check(GET UPGRADE A_KEY "Sec-WebSocket-Version: 8\r\n\r\n"), 426);
    assert_int_equal(check(GET UPGRADE V13 "\r\n"), 400);
    assert_int_equal(check(GET UPGRADE V13 A_KEY A_KEY "\r\n"), 400);
    assert_int_equal(check(GET UPGRADE V13 "Sec-WebSocket-Key: short\r\n\r\n"), 400);
    assert_int_equal(check(GET UPGRADE V13 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZ!==\r\n\r\n"),
                     400);
    assert_int_equal(check(GET UPGRADE V13 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZXNv\r\n\r\n"),
                     400);
    assert_int_equal(check("POST / HTTP/1.1\r\nHost: a\r\n" UPGRADE V13 A_KEY "\r\n"), 400);
    assert_int_equal(check(GET UPGRADE V13 A_KEY "Content-Length: 1\r\n\r\nx"), 400);
}
