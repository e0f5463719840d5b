/* SPDX-License-Identifier: MIT */
#include <slack/error.h>

#include "net/url.h"
#include "support/test.h"

static void assert_slice(slack_slice_t got, const char *want)
{
    assert_int_equal(got.len, strlen(want));
    assert_memory_equal(got.ptr, want, got.len);
}

TEST(test_parts)
{
    slack_url_t url;
    assert_int_equal(slack__url_parse(&url, "wss://wss-primary.slack.com/link/?ticket=1&app_id=2"),
                     0);
    assert_slice(url.scheme, "wss");
    assert_true(url.secure);
    assert_slice(url.host, "wss-primary.slack.com");
    assert_int_equal(url.port, 443);
    assert_slice(url.target, "/link/?ticket=1&app_id=2");

    assert_int_equal(slack__url_parse(&url, "HTTP://[::1]:8080?x"), 0);
    assert_false(url.secure);
    assert_slice(url.host, "::1");
    assert_int_equal(url.port, 8080);
    assert_slice(url.target, "?x");

    assert_int_equal(slack__url_parse(&url, "ws://localhost"), 0);
    assert_int_equal(url.port, 80);
    assert_slice(url.target, "");
}

/* Texts in which two parsers could see different hosts, and others that the parser refuses. */
TEST(test_refused)
{
    static const char *const bad[] = {
        "",
        "slack.com",
        "https:slack.com",
        "https:///path",
        "https://",
        "ftp://slack.com/",
        "file:///etc/passwd",
        "javascript://slack.com",
        "https://user@slack.com/",
        "https://slack.com:pw@evil.test/",
        "https://slack.com\\@evil.test/",
        "https://evil.test\\.slack.com/",
        "https://slack%2ecom/",
        "https://slack.com:0/",
        "https://slack.com:/",
        "https://slack.com:65536/",
        "https://slack.com:44x/",
        "https://[::1/",
        "https://[::1]x/",
        "https://[]/",
        "https://[slack.com]/",
        "https://[1.2.3.4]/",
        "https://[::1::2]/",
        "https://[fe80::1%eth0]/",
        "https://[::1%25eth0]/",
        "https://slack.com/a b",
        "https://slack.com/\r\nX: y",
        "https://slack.com/\x7f",
        "https://sl\303\244ck.com/",
        " https://slack.com/",
        "://slack.com",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        slack_url_t url = {.port = 7};
        if (slack__url_parse(&url, bad[i]) != SLACK_EINVAL) fail_msg("taken: %s", bad[i]);
        assert_int_equal(url.port, 7);
    }
    assert_int_equal(slack__url_parse(&(slack_url_t){0}, NULL), SLACK_EINVAL);

    char longest[SLACK_URL_MAX + 2] = "https://slack.com/";
    memset(longest + strlen(longest), 'x', sizeof longest - strlen(longest) - 1);
    assert_int_equal(slack__url_parse(&(slack_url_t){0}, longest), SLACK_EINVAL);
    longest[SLACK_URL_MAX] = '\0';
    assert_int_equal(slack__url_parse(&(slack_url_t){0}, longest), 0);
}

TEST(test_allowed)
{
    assert_true(slack__url_allowed("https://slack.com/api/"));
    assert_true(slack__url_allowed("wss://example.test/"));
    assert_true(slack__url_allowed("http://127.0.0.1:3000/api/"));
    assert_true(slack__url_allowed("ws://localhost:1/"));
    assert_true(slack__url_allowed("http://[::1]/"));
    assert_false(slack__url_allowed("http://slack.com/api/"));
    assert_false(slack__url_allowed("ws://slack.com/"));
    assert_false(slack__url_allowed("http://127.0.0.1@evil.test/"));
    assert_false(slack__url_allowed("http://127.0.0.1.evil.test/"));
    assert_false(slack__url_allowed(NULL));
}

static bool same(const char *a, const char *b)
{
    slack_url_t x, y;
    assert_int_equal(slack__url_parse(&x, a), 0);
    assert_int_equal(slack__url_parse(&y, b), 0);
    return slack__url_same_origin(&x, &y);
}

TEST(test_same_origin)
{
    assert_true(same("https://Slack.com/api/", "HTTPS://slack.com:443/x"));
    assert_false(same("https://slack.com/", "http://slack.com/"));
    assert_false(same("http://127.0.0.1:1/", "http://127.0.0.1:2/"));
    assert_false(same("https://slack.com/", "https://slack.com.evil.test/"));
}
