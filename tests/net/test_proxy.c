/* SPDX-License-Identifier: MIT */
#include <slack/error.h>

#include "net/proxy.h"
#include "net/tunnel.h"
#include "support/alloc_fail.h"
#include "support/test.h"

/* ---- which proxy ---- */

TEST(test_no_proxy)
{
    static const struct {
        const char *list, *host;
        unsigned port;
        bool want;
    } cases[] = {
        {NULL, "slack.com", 443, false},
        {"", "slack.com", 443, false},
        {" , ,, ", "slack.com", 443, false},
        {"*", "slack.com", 443, true},
        {"*", "192.0.2.1", 443, true},
        {"a, *", "slack.com", 443, true},
        {"*:80", "slack.com", 443, false},
        {"*:443", "slack.com", 443, true},

        {"slack.com", "slack.com", 443, true},
        {"SLACK.com", "slack.COM", 443, true},
        {"slack.com", "wss-primary.slack.com", 443, true},
        {".slack.com", "wss-primary.slack.com", 443, true},
        {".slack.com", "slack.com", 443, true}, /* as curl does */
        {"*.slack.com", "a.b.slack.com", 443, true},
        {"slack.com.", "slack.com", 443, true},
        {"slack.com", "slack.com.", 443, true},
        {"slack.com", "notslack.com", 443, false},
        {"wss.slack.com", "slack.com", 443, false},
        {"slack.com", "slack.com.evil.test", 443, false},
        {"com", "slack.com", 443, true},
        {".", "slack.com", 443, false},
        {"*.", "slack.com", 443, false},
        {"a.test,b.test c.test\tslack.com", "slack.com", 443, true},
        {"a.test,b.test", "slack.com", 443, false},

        {"slack.com:443", "slack.com", 443, true},
        {"slack.com:443", "x.slack.com", 443, true},
        {"slack.com:8443", "slack.com", 443, false},
        {"slack.com:", "slack.com", 443, false},
        {"slack.com:443x", "slack.com", 443, false},
        {"slack.com:99999", "slack.com", 443, false},

        {"192.0.2.1", "192.0.2.1", 443, true},
        {"192.0.2.1:443", "192.0.2.1", 443, true},
        {"192.0.2.1:80", "192.0.2.1", 443, false},
        {"2.1", "192.0.2.1", 443, false}, /* an address has no subdomains */
        {"192.0.2.0/24", "192.0.2.77", 443, true},
        {"192.0.2.0/24", "192.0.3.77", 443, false},
        {"192.0.2.0/23", "192.0.3.77", 443, true},
        {"192.0.2.128/25", "192.0.2.127", 443, false},
        {"192.0.2.128/25", "192.0.2.128", 443, true},
        {"0.0.0.0/0", "192.0.2.77", 443, true},
        {"192.0.2.1/32", "192.0.2.1", 443, true},
        {"192.0.2.1/33", "192.0.2.1", 443, false},
        {"192.0.2.1/", "192.0.2.1", 443, false},
        {"192.0.2.1/-1", "192.0.2.1", 443, false},
        {"192.0.2.0/24", "slack.com", 443, false},

        {"2001:db8::1", "2001:db8:0::1", 443, true},
        {"2001:db8::1", "2001:db8::2", 443, false},
        {"[2001:db8::1]", "2001:db8::1", 443, true},
        {"[2001:db8::1]:443", "2001:db8::1", 443, true},
        {"[2001:db8::1]:444", "2001:db8::1", 443, false},
        {"[2001:db8::1]443", "2001:db8::1", 443, false},
        {"[2001:db8::1", "2001:db8::1", 443, false},
        {"[]", "2001:db8::1", 443, false},
        {"2001:db8::/32", "2001:db8:9::1", 443, true},
        {"2001:db8::/32", "2001:db9::1", 443, false},
        {"2001:db8::/129", "2001:db8::", 443, false},
        {"2001:db8::/32", "192.0.2.1", 443, false},
        {"0.0.0.0/0", "2001:db8::1", 443, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (slack__no_proxy(cases[i].list, slack__slice(cases[i].host), cases[i].port) !=
            cases[i].want)
            fail_msg("NO_PROXY=%s, %s:%u", cases[i].list, cases[i].host, cases[i].port);
}

static slack_proxy_t *proxy_of(const char *url, const char *no_proxy)
{
    slack_proxy_t *proxy = NULL;
    const char *what = "";
    int rc = slack__proxy_new(&proxy, url, no_proxy, &what);
    if (rc != 0) fail_msg("%s: %s", url, what);
    return proxy;
}

TEST(test_serves)
{
    static const char *const loopback[] = {"localhost", "LOCALHOST", "localhost.",
                                           "127.0.0.1", "127.1.2.3", "::1"};
    slack_proxy_t *proxy = proxy_of("http://proxy.test:3128", "slack-gov.com");
    assert_true(slack__proxy_serves(proxy, SLACK_SLICE("slack.com"), 443));
    assert_false(slack__proxy_serves(proxy, SLACK_SLICE("slack-gov.com"), 443));
    assert_false(slack__proxy_serves(NULL, SLACK_SLICE("slack.com"), 443));
    for (size_t i = 0; i < sizeof loopback / sizeof loopback[0]; i++)
        assert_false(slack__proxy_serves(proxy, slack__slice(loopback[i]), 443));
    slack__proxy_unref(proxy);
    proxy = proxy_of("http://proxy.test", NULL);
    assert_true(slack__proxy_serves(proxy, SLACK_SLICE("slack-gov.com"), 443));
    slack__proxy_unref(slack__proxy_ref(proxy));
    slack__proxy_unref(proxy);
}

/* ---- the setting ---- */

TEST(test_settings)
{
    static const struct {
        const char *text, *host;
        unsigned port;
        const char *url, *user, *password;
    } cases[] = {
        {"http://proxy.test:3128", "proxy.test", 3128, "http://proxy.test:3128", NULL, NULL},
        {"http://proxy.test:3128/", "proxy.test", 3128, "http://proxy.test:3128", NULL, NULL},
        {"HTTP://proxy.test", "proxy.test", 80, "http://proxy.test:80", NULL, NULL},
        {"proxy.test:3128", "proxy.test", 3128, "http://proxy.test:3128", NULL, NULL},
        {"[::1]:3128", "::1", 3128, "http://[::1]:3128", NULL, NULL},
        {"http://u:p@192.0.2.1:1", "192.0.2.1", 1, "http://192.0.2.1:1", "u", "p"},
        {"u:p@proxy.test", "proxy.test", 80, "http://proxy.test:80", "u", "p"},
        {"http://u@p.test", "p.test", 80, "http://p.test:80", "u", ""},
        {"http://@p.test", "p.test", 80, "http://p.test:80", "", ""},
        {"http://:x@p.test", "p.test", 80, "http://p.test:80", "", "x"},
        {"http://CORP%5cme:p%40s%3As%2F%25@p.test", "p.test", 80, "http://p.test:80", "CORP\\me",
         "p@s:s/%"},
        {"http://u:a:b@p.test", "p.test", 80, "http://p.test:80", "u", "a:b"},
        {"http://u:a@b/c@p.test", "p.test", 80, "http://p.test:80", "u", "a@b/c"},
        {"http://u:%C3%A9@p.test", "p.test", 80, "http://p.test:80", "u", "\xc3\xa9"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        slack_proxy_t *proxy = proxy_of(cases[i].text, NULL);
        assert_string_equal(slack__proxy_host(proxy), cases[i].host);
        assert_int_equal(slack__proxy_port(proxy), cases[i].port);
        assert_string_equal(slack__proxy_url(proxy), cases[i].url);
        if (cases[i].user) {
            assert_string_equal(slack__proxy_user(proxy), cases[i].user);
            assert_string_equal(slack__proxy_password(proxy), cases[i].password);
        } else {
            assert_null(slack__proxy_user(proxy));
        }
        slack__proxy_unref(proxy);
    }
    assert_null(proxy_of(NULL, "*"));
    assert_null(proxy_of("", NULL));
    slack__proxy_unref(NULL);
}

TEST(test_bad_settings)
{
    static const char *const bad[] = {
        "https://hunter2@p.test",
        "socks5://hunter2@p.test:1080",
        "://hunter2@p.test",
        "http://",
        "http://hunter2@",
        "http://hunter2@p.test:0",
        "http://hunter2@p.test:65536",
        "http://hunter2@p.test:port",
        "http://hunter2@p.test/path",
        "http://hunter2@p.test//",
        "http://hunter2@p.test?query",
        "http://hunter2@p test",
        "http://hunter2@p\ntest",
        "http://hunter2@[::1",
        "http://hunter2:%@p.test",
        "http://hunter2:%4@p.test",
        "http://hunter2:%4g@p.test",
        "http://hunter2:%0d%0aX@p.test",
        "http://hunter2:%00@p.test",
        "http://hunter2:\r\nX@p.test",
        "http://hunter2%3Ax:y@p.test",
    };
    char untouched[1];
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        slack_proxy_t *proxy = (slack_proxy_t *)(void *)untouched;
        const char *what = NULL;
        if (slack__proxy_new(&proxy, bad[i], NULL, &what) != SLACK_ECONFIG)
            fail_msg("taken: %s", bad[i]);
        assert_ptr_equal(proxy, untouched);
        assert_non_null(what);
        assert_null(strstr(what, "hunter2"));
    }
    char *large = malloc(5000);
    assert_non_null(large);
    memset(large, 'a', 4999);
    large[4999] = '\0';
    slack_proxy_t *proxy;
    const char *what = NULL;
    assert_int_equal(slack__proxy_new(&proxy, large, NULL, &what), SLACK_ECONFIG);
    assert_string_equal(what, "it is too long");
    free(large);
}

static int make_proxy(void *ctx)
{
    slack_proxy_t *proxy;
    slack_tunnel_t *tunnel = NULL;
    const char *what;
    int rc = slack__proxy_new(&proxy, "http://user:password@proxy.test:3128", "a, b", &what);
    if (rc != 0) return rc;
    rc = slack__tunnel_new(&tunnel, proxy, SLACK_SLICE("slack.com"), 443);
    if (rc == 0) slack__tunnel_free(tunnel);
    slack__proxy_unref(proxy);
    return rc;
}

TEST(test_out_of_memory)
{
    assert_true(alloc_fail_each(make_proxy, NULL) >= 8);
}

/* ---- CONNECT ---- */

static void assert_request(const char *proxy_url, const char *host, const char *want)
{
    slack_proxy_t *proxy = proxy_of(proxy_url, NULL);
    slack_tunnel_t *tunnel;
    assert_int_equal(slack__tunnel_new(&tunnel, proxy, slack__slice(host), 443), 0);
    slack_slice_t request = slack__tunnel_request(tunnel);
    assert_int_equal(request.len, strlen(want));
    assert_memory_equal(request.ptr, want, request.len);
    slack__tunnel_free(tunnel);
    slack__proxy_unref(proxy);
}

TEST(test_request)
{
    assert_request("http://p.test", "slack.com",
                   "CONNECT slack.com:443 HTTP/1.1\r\nHost: slack.com:443\r\n\r\n");
    assert_request("http://p.test", "2001:db8::1",
                   "CONNECT [2001:db8::1]:443 HTTP/1.1\r\nHost: [2001:db8::1]:443\r\n\r\n");
    /* RFC 7617, section 2. */
    assert_request("http://Aladdin:open%20sesame@p.test", "slack.com",
                   "CONNECT slack.com:443 HTTP/1.1\r\nHost: slack.com:443\r\n"
                   "Proxy-Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n\r\n");
    assert_request("http://@p.test", "slack.com",
                   "CONNECT slack.com:443 HTTP/1.1\r\nHost: slack.com:443\r\n"
                   "Proxy-Authorization: Basic Og==\r\n\r\n");
}

TEST(test_bad_target)
{
    static const char *const bad[] = {"", "a b", "a\r\nX: y", "a\x7f", "a\xc3\xa9"};
    slack_proxy_t *proxy = proxy_of("p.test", NULL);
    slack_tunnel_t *tunnel = NULL;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(slack__tunnel_new(&tunnel, proxy, slack__slice(bad[i]), 443),
                         SLACK_EINVAL);
    char *large = malloc(9001);
    assert_non_null(large);
    memset(large, 'a', 9000);
    large[9000] = '\0';
    assert_int_equal(slack__tunnel_new(&tunnel, proxy, slack__slice(large), 443), SLACK_EINVAL);
    free(large);
    assert_null(tunnel);
    slack__proxy_unref(proxy);
}

/* Read `text` in pieces of these sizes, each in a block of its own, so that a sanitizer sees a read
 * beyond it. */
static int read_answer(slack_tunnel_t *tunnel, const char *text, size_t first, size_t then,
                       size_t *ret_rest)
{
    const size_t len = strlen(text);
    int rc = SLACK_EBUSY;
    size_t at = 0, n = first, used;
    for (; at < len && rc == SLACK_EBUSY; at += used, n = then) {
        if (n > len - at) n = len - at;
        char *piece = malloc(n ? n : 1);
        assert_non_null(piece);
        if (n) memcpy(piece, text + at, n);
        rc = slack__tunnel_feed(tunnel, piece, n, &used);
        free(piece);
        assert_true(used <= n);
    }
    *ret_rest = len - at;
    return rc;
}

static void assert_answer(const char *text, int want, const char *want_reason, size_t want_rest)
{
    slack_proxy_t *proxy = proxy_of("http://user:hunter2@p.test", NULL);
    for (size_t at = 0; at <= strlen(text); at++) {
        slack_tunnel_t *tunnel;
        size_t rest;
        assert_int_equal(slack__tunnel_new(&tunnel, proxy, SLACK_SLICE("a"), 1), 0);
        int rc = read_answer(tunnel, text, at, at ? strlen(text) : 1, &rest);
        if (rc != want) fail_msg("%s: %d at %zu", text, rc, at);
        assert_string_equal(slack__tunnel_reason(tunnel), want_reason);
        if (want == 0) assert_int_equal(rest, want_rest);
        slack__tunnel_free(tunnel);
    }
    slack__proxy_unref(proxy);
}

TEST(test_answer)
{
    assert_answer("HTTP/1.1 200 Connection established\r\n\r\n", 0, "", 0);
    assert_answer("HTTP/1.0 200 OK\r\nProxy-agent: tinyproxy/1.11\r\n\r\n", 0, "", 0);
    assert_answer("HTTP/1.1 204\r\n\r\nrest", 0, "", 4);
    /* RFC 9110, 9.3.6: the client ignores these two; the tunnel begins after the head. */
    assert_answer("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n\x16\x03", 0, "", 2);
    assert_answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\x16\x03", 0, "", 2);
    assert_answer("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nA: b\r\n\r\n"
                  "HTTP/1.1 200 OK\r\n\r\nx",
                  0, "", 1);
    assert_answer("HTTP/1.1 200 OK\r\nA: b\r\n", SLACK_EBUSY, "", 0);
}

TEST(test_refusals)
{
    assert_answer("HTTP/1.1 407 Proxy Authentication Required\r\n"
                  "Proxy-Authenticate: Basic realm=\"hunter2\"\r\nContent-Length: 7\r\n\r\nhunter2",
                  SLACK_EHTTP, "requires other credentials: 407 Proxy Authentication Required", 0);
    assert_answer("HTTP/1.1 401 Unauthorized\r\n\r\n", SLACK_EHTTP,
                  "requires other credentials: 401 Unauthorized", 0);
    assert_answer("HTTP/1.0 403 Filtered\r\n\r\n<html>", SLACK_EHTTP,
                  "refused to connect: 403 Filtered", 0);
    assert_answer("HTTP/1.1 405 \r\n\r\n", SLACK_EHTTP, "refused to connect: 405 ", 0);
    assert_answer("HTTP/1.1 302 Found\r\nLocation: http://login.test/\r\n\r\n", SLACK_EHTTP,
                  "refused to connect: 302 Found", 0);
    assert_answer("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
                  SLACK_EHTTP, "refused to connect: 101 Switching Protocols", 0);
    assert_answer("HTTP/1.1 502 Bad Gateway\r\n\r\n", SLACK_ECONNECT,
                  "could not connect: 502 Bad Gateway", 0);
    assert_answer("HTTP/1.1 503 Service Unavailable\r\n\r\n", SLACK_ECONNECT,
                  "could not connect: 503 Service Unavailable", 0);
    assert_answer("HTTP/1.1 504 \xc3\xa9\x1b[2J\r\n\r\n", SLACK_ECONNECT,
                  "could not connect: 504 ???[2J", 0); /* the reason is logged */
    assert_answer("SSH-2.0-OpenSSH\r\n", SLACK_EPROTO, "did not answer in HTTP", 0);
    assert_answer("\x15\x03\x01", SLACK_EPROTO, "did not answer in HTTP", 0);
    assert_int_equal(slack__tunnel_status(200), 0);
    assert_int_equal(slack__tunnel_status(199), SLACK_EHTTP);
    assert_int_equal(slack__tunnel_status(300), SLACK_EHTTP);
    assert_int_equal(slack__tunnel_status(500), SLACK_EHTTP);
    assert_int_equal(slack__tunnel_status(505), SLACK_EHTTP);
}

/* A head without end, or interim answers without end, are refused at a limit. */
TEST(test_bound)
{
    static const char *const parts[] = {"X: y\r\n", "HTTP/1.1 100 Continue\r\n\r\n"};
    slack_proxy_t *proxy = proxy_of("p.test", NULL);
    for (size_t i = 0; i < 2; i++) {
        slack_tunnel_t *tunnel;
        size_t fed = 0, used;
        int rc = SLACK_EBUSY;
        assert_int_equal(slack__tunnel_new(&tunnel, proxy, SLACK_SLICE("a"), 1), 0);
        if (i == 0) rc = slack__tunnel_feed(tunnel, "HTTP/1.1 200 OK\r\n", 17, &used);
        while (rc == SLACK_EBUSY && fed < 100000) {
            rc = slack__tunnel_feed(tunnel, parts[i], strlen(parts[i]), &used);
            fed += used;
        }
        assert_int_equal(rc, SLACK_ETOOBIG);
        assert_true(fed <= SLACK_TUNNEL_RESPONSE_MAX);
        assert_string_equal(slack__tunnel_reason(tunnel), "the answer is too long");
        slack__tunnel_free(tunnel);
    }
    slack__proxy_unref(proxy);
}
