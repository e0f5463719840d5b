/* SPDX-License-Identifier: MIT */
#include <slack/error.h>

#include "net/http_response.h"
#include "support/alloc_fail.h"
#include "support/test.h"

#define DATE "Date: Fri, 13 Jul 2018 01:30:18 GMT\r\n"
#define TIME 1531445418

static const slack_http_header_t two_headers[] = {
    {{"Retry-After", 11}, {"3", 1}},
    {{"X-Empty", 7}, {"", 0}},
};

static const slack_http_response_t hello = {
    .status = 200,
    .content_type = "text/plain",
    .headers = two_headers,
    .header_count = 2,
    .body = "hello",
    .body_len = 5,
};

static void assert_written(const slack_http_response_t *answer,
                           slack_http_response_context_t context, const char *want)
{
    slack_buf_t out;
    slack__buf_init(&out, 1000);
    context.wall_s = TIME;
    assert_int_equal(slack__http_response_write(&out, answer, &context), 0);
    assert_string_equal(slack__buf_ptr(&out), want);
    slack__buf_done(&out);
}

TEST(test_answer)
{
    const char *const head =
        "HTTP/1.1 200 OK\r\n" DATE "Content-Type: text/plain\r\nRetry-After: 3\r\nX-Empty: \r\n"
        "Content-Length: 5\r\n\r\n";
    const char *const whole =
        "HTTP/1.1 200 OK\r\n" DATE "Content-Type: text/plain\r\nRetry-After: 3\r\nX-Empty: \r\n"
        "Content-Length: 5\r\n\r\nhello";
    assert_written(&hello, (slack_http_response_context_t){0}, whole);
    assert_written(&hello, (slack_http_response_context_t){.head = true}, head);
    assert_written(&(slack_http_response_t){.status = 503}, (slack_http_response_context_t){0},
                   "HTTP/1.1 503 Service Unavailable\r\n" DATE "Content-Length: 0\r\n\r\n");
    assert_written(&(slack_http_response_t){.status = 999}, (slack_http_response_context_t){0},
                   "HTTP/1.1 999 \r\n" DATE "Content-Length: 0\r\n\r\n");
}

TEST(test_connection)
{
    const slack_http_response_t ok = {.status = 200};
    assert_written(&ok, (slack_http_response_context_t){.close = true},
                   "HTTP/1.1 200 OK\r\n" DATE "Content-Length: 0\r\nConnection: close\r\n\r\n");
    assert_written(&ok, (slack_http_response_context_t){.close = true, .http_1_0 = true},
                   "HTTP/1.1 200 OK\r\n" DATE "Content-Length: 0\r\nConnection: close\r\n\r\n");
    assert_written(&ok, (slack_http_response_context_t){.http_1_0 = true},
                   "HTTP/1.1 200 OK\r\n" DATE
                   "Content-Length: 0\r\nConnection: keep-alive\r\n\r\n");
}

/* 204 and 304 have neither a body nor its length. */
TEST(test_no_body)
{
    slack_http_response_t answer = {.status = 204, .body = "x", .body_len = 1};
    assert_written(&answer, (slack_http_response_context_t){0},
                   "HTTP/1.1 204 No Content\r\n" DATE "\r\n");
    answer.status = 304;
    assert_written(&answer, (slack_http_response_context_t){0},
                   "HTTP/1.1 304 Not Modified\r\n" DATE "\r\n");
}

TEST(test_refused)
{
    static const slack_http_header_t bad[] = {
        {{"A", 1}, {"b\r\nSet-Cookie: c", 16}},
        {{"A", 1}, {"b\n", 2}},
        {{"A", 1}, {"b\0", 2}},
        {{"A\r", 2}, {"b", 1}},
        {{NULL, 0}, {"b", 1}},
    };
    const slack_http_response_context_t context = {.wall_s = TIME};
    slack_buf_t out;
    slack__buf_init(&out, 150);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        slack_http_response_t answer = {.status = 200, .headers = &bad[i], .header_count = 1};
        assert_int_equal(slack__http_response_write(&out, &answer, &context), SLACK_EINVAL);
    }
    slack_http_response_t answer = {.status = 101};
    assert_int_equal(slack__http_response_write(&out, &answer, &context), SLACK_EINVAL);
    answer.status = 1000;
    assert_int_equal(slack__http_response_write(&out, &answer, &context), SLACK_EINVAL);
    answer = (slack_http_response_t){.status = 200, .content_type = "a\r\nb"};
    assert_int_equal(slack__http_response_write(&out, &answer, &context), SLACK_EINVAL);

    char body[100] = {0};
    answer = (slack_http_response_t){.status = 200, .body = body, .body_len = sizeof body};
    assert_int_equal(slack__buf_append(&out, "before", 6), 0);
    assert_int_equal(slack__http_response_write(&out, &answer, &context), SLACK_ETOOBIG);
    assert_string_equal(slack__buf_ptr(&out), "before");
    slack__buf_done(&out);
}

TEST(test_date)
{
    static const struct {
        int64_t wall_s;
        const char *want;
    } cases[] = {
        {0, "Thu, 01 Jan 1970 00:00:00 GMT"},
        {951782399, "Mon, 28 Feb 2000 23:59:59 GMT"},
        {951782400, "Tue, 29 Feb 2000 00:00:00 GMT"},
        {253402300799, "Fri, 31 Dec 9999 23:59:59 GMT"},
    };
    char date[SLACK_HTTP_DATE_BYTES];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        slack__http_date(date, cases[i].wall_s);
        assert_string_equal(date, cases[i].want);
    }
}

static int write_hello(void *ctx)
{
    slack_buf_t out;
    slack__buf_init(&out, 1000);
    int rc = slack__http_response_write(&out, &hello, &(slack_http_response_context_t){0});
    slack__buf_done(&out);
    return rc;
}

TEST(test_out_of_memory)
{
    assert_int_equal(alloc_fail_each(write_hello, NULL), 1);
}
