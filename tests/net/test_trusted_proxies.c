/* SPDX-License-Identifier: MIT */
#include <slack/error.h>

#include "net/http_parser.h"
#include "net/trusted_proxies.h"
#include "support/heap.h"
#include "support/test.h"

TEST(test_nets)
{
    static const struct {
        const char *nets, *address;
        bool match;
    } cases[] = {
        {"", "127.0.0.1", false},
        {"", "unix", true},
        {"127.0.0.1", "127.0.0.1", true},
        {"127.0.0.1", "127.0.0.2", false},
        {"127.0.0.1", "::ffff:127.0.0.1", true},
        {"10.0.0.0/8", "10.255.0.1", true},
        {"10.0.0.0/8", "11.0.0.1", false},
        {"10.1.2.0/23", "10.1.3.255", true},
        {"10.1.2.0/23", "10.1.4.0", false},
        {"0.0.0.0/0", "192.0.2.1", true},
        {"0.0.0.0/0", "2001:db8::1", false},
        {" 10.0.0.1 , 2001:db8::/32 ", "2001:db8:ffff::1", true},
        {" 10.0.0.1 , 2001:db8::/32 ", "2001:db9::1", false},
        {"10.0.0.1", "", false},
        {"10.0.0.1", "nonsense", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        slack_trusted_proxies_t proxies;
        assert_int_equal(slack__trusted_proxies_parse(&proxies, cases[i].nets), 0);
        if (slack__trusted_proxies_match(&proxies, slack__slice(cases[i].address)) !=
            cases[i].match)
            fail_msg("%s in %s", cases[i].address, cases[i].nets);
    }
}

TEST(test_what_is_no_net)
{
    static const char *const cases[] = {
        " ",          "10.0.0.1,",    ",10.0.0.1", "10.0.0.0/33", "::1/129", "10.0.0.0/",
        "10.0.0.0/x", "10.0.0.0/8/8", "localhost", "10.0.0",      "[::1]",
    };
    slack_trusted_proxies_t proxies;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (slack__trusted_proxies_parse(&proxies, cases[i]) != SLACK_EINVAL)
            fail_msg("%s", cases[i]);
    char many[SLACK_TRUSTED_PROXIES_MAX * 8 + 16] = "::1";
    for (size_t i = 1; i < SLACK_TRUSTED_PROXIES_MAX; i++)
        strcat(many, ",::1");
    assert_int_equal(slack__trusted_proxies_parse(&proxies, many), 0);
    assert_int_equal(slack__trusted_proxies_parse(&proxies, strcat(many, ",::1")), SLACK_EINVAL);
    assert_int_equal(slack__trusted_proxies_parse(&proxies, NULL), 0);
    assert_int_equal(proxies.count, 0);
}

TEST(test_clients)
{
    static const struct {
        const char *peer, *name, *value, *client;
    } cases[] = {
        {"192.0.2.9", "X-Forwarded-For", "198.51.100.1", "192.0.2.9"}, /* an unknown address */
        {"10.0.0.1", "X-Forwarded-For", "198.51.100.1", "198.51.100.1"},
        {"unix", "X-Forwarded-For", "198.51.100.1", "198.51.100.1"},
        {"10.0.0.1", "x-forwarded-for", "spoofed, 198.51.100.1", "198.51.100.1"},
        {"10.0.0.1", "X-Forwarded-For", "1.1.1.1, 198.51.100.1", "198.51.100.1"},
        {"10.0.0.1", "X-Forwarded-For", "198.51.100.1, 10.0.0.2", "198.51.100.1"},
        {"10.0.0.1", "X-Forwarded-For", "10.0.0.3,10.0.0.2", "10.0.0.3"},
        {"10.0.0.1", "X-Forwarded-For", "198.51.100.1:4711", "198.51.100.1"},
        {"10.0.0.1", "X-Forwarded-For", "[2001:db8::1]:4711", "2001:db8::1"},
        {"10.0.0.1", "X-Forwarded-For", "2001:db8::1", "2001:db8::1"},
        {"10.0.0.1", "X-Forwarded-For", "", "10.0.0.1"},
        {"10.0.0.1", "X-Forwarded-For", "unknown", "10.0.0.1"},
        {"10.0.0.1", "X-Forwarded-For", ",", "10.0.0.1"},
        {"10.0.0.1", "X-Forwarded-For", "[", "10.0.0.1"},
        {"10.0.0.1", "Forwarded", "for=198.51.100.1", "198.51.100.1"},
        {"10.0.0.1", "Forwarded", "proto=https; For=\"[2001:db8::1]:1\";by=x", "2001:db8::1"},
        {"10.0.0.1", "Forwarded", "for=1.1.1.1, for=198.51.100.1;host=a", "198.51.100.1"},
        {"10.0.0.1", "Forwarded", "for=_hidden", "10.0.0.1"},
        {"10.0.0.1", "Forwarded", "proto=https", "10.0.0.1"},
    };
    slack_trusted_proxies_t proxies;
    assert_int_equal(slack__trusted_proxies_parse(&proxies, "10.0.0.0/8"), 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        slack_http_header_t headers[2] = {
            {slack__slice(cases[i].name), slack__slice(cases[i].value)},
            {strcmp(cases[i].name, "Forwarded") == 0 ? SLACK_SLICE("X-Forwarded-For")
                                                     : SLACK_SLICE("Forwarded"),
             SLACK_SLICE("for=8.8.8.8")}};
        slack_http_request_t request = {
            .peer = cases[i].peer, .headers = headers, .header_count = 1};
        slack_slice_t client = slack__trusted_proxies_client(&proxies, &request);
        if (!slack__slice_eq(client, slack__slice(cases[i].client)))
            fail_msg("%s: %.*s", cases[i].value, (int)client.len, client.ptr);
        request.header_count = 2; /* one of them is not from the proxy */
        client = slack__trusted_proxies_client(&proxies, &request);
        assert_true(slack__slice_eq(client, slack__slice(cases[i].peer)));
    }
}

/* ---- headers as they arrive ---- */

/* The client of a request whose bytes arrive in two pieces, or byte by byte, as text. */
static void client_of(const slack_trusted_proxies_t *proxies, const char *bytes, size_t first,
                      char ret[64])
{
    const slack_http_limits_t limits = slack__http_limits(NULL);
    const size_t len = strlen(bytes);
    slack_http_parser_t parser;
    enum slack_http_parse_result parsed = SLACK_HTTP_MORE;
    assert_int_equal(slack__http_parser_init(&parser, &limits), 0);
    for (size_t at = 0, used; at < len; at += used) {
        size_t piece = first == 0 ? 1 : at == 0 ? first : len - at;
        parsed = slack__http_parser_feed(&parser, bytes + at, piece, &used);
        assert_int_equal(used, piece);
    }
    assert_int_equal(parsed, SLACK_HTTP_REQUEST);
    slack_http_request_t *request = slack__http_parser_take(&parser);
    request->peer = "10.0.0.1";
    slack_slice_t client = slack__trusted_proxies_client(proxies, request);
    snprintf(ret, 64, "%.*s", (int)client.len, client.ptr);
    slack__arena_free(request->arena);
    slack__http_parser_done(&parser);
}

TEST(test_every_split)
{
    static const struct {
        const char *headers, *client;
    } cases[] = {
        {"X-Forwarded-For: 198.51.100.1\r\n", "198.51.100.1"},
        {"x-forwarded-for:spoofed, 198.51.100.1 ,10.0.0.2\r\n", "198.51.100.1"},
        /* A line that the proxy adds after lines from outside. */
        {"X-Forwarded-For: 1.1.1.1\r\nX-Forwarded-For: 198.51.100.1\r\n", "198.51.100.1"},
        {"X-Forwarded-For: 1.1.1.1\r\nCookie: a\r\nX-Forwarded-For: 10.0.0.2\r\n", "1.1.1.1"},
        {"X-Forwarded-For: 1.1.1.1\r\nX-Forwarded-For: unknown\r\n", "10.0.0.1"},
        {"X-Forwarded-For: 1.1.1.1\r\nX-Forwarded-For: unknown, 10.0.0.3\r\n", "10.0.0.3"},
        {"Forwarded: for=\"[2001:db8::1]:80\";proto=https\r\n", "2001:db8::1"},
        {"Forwarded: for=1.1.1.1\r\nForwarded: for=198.51.100.1\r\n", "198.51.100.1"},
        {"Forwarded: for=1.1.1.1\r\nX-Forwarded-For: 198.51.100.1\r\n", "10.0.0.1"},
    };
    slack_trusted_proxies_t proxies;
    assert_int_equal(slack__trusted_proxies_parse(&proxies, "10.0.0.0/8"), 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char bytes[300], client[64];
        int len =
            snprintf(bytes, sizeof bytes, "GET / HTTP/1.1\r\nHost: x\r\n%s\r\n", cases[i].headers);
        for (int first = 0; first <= len; first++) {
            client_of(&proxies, bytes, (size_t)first, client);
            if (strcmp(client, cases[i].client) != 0)
                fail_msg("%s at %d: %s", cases[i].headers, first, client);
        }
    }
    assert_int_equal(heap_live(), 0);
}
