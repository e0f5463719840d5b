/* SPDX-License-Identifier: MIT */
#include "support/alloc_fail.h"
#include "support/payloads.h"
#include "support/test.h"
#include "util/json.h"
#include "webapi/response.h"
#include "webapi/webapi.h"

typedef struct answer {
    void (*read)(slack_response_t *ret, slack_arena_t *arena, const slack_curl_result_t *result);
    int http_status;
    const char *body;
    int status;
    const char *error;
} answer_t;

static slack_curl_result_t result_of(int http_status, const char *body)
{
    return (slack_curl_result_t){.reason = "",
                                 .http_status = http_status,
                                 .content_type = "",
                                 .retry_after_s = -1,
                                 .body = body,
                                 .body_len = strlen(body)};
}

#define CALL slack__response_read_call
#define URL  slack__response_read_url

static const answer_t answers[] = {
    {CALL, 200, "{\"ok\":true}", 0, ""},
    {CALL, 200, " {\"ok\":true,\"warning\":\"missing_charset\"} ", 0, ""},
    {CALL, 200, "{\"ok\":false,\"error\":\"not_in_channel\"}", SLACK_EAPI, "not_in_channel"},
    {CALL, 429, "{\"ok\":false,\"error\":\"ratelimited\"}", SLACK_EAPI, "ratelimited"},
    {CALL, 500, "{\"ok\":false,\"error\":\"fatal_error\"}", SLACK_EAPI, "fatal_error"},
    {CALL, 200, "{\"ok\":false,\"error\":null}", SLACK_EAPI, "no error named"},
    {CALL, 200, "{\"ok\":false}", SLACK_EAPI, "no error named"},
    {CALL, 200, "{\"ok\":false,\"error\":\"a\\r\\nb\"}", SLACK_EAPI, "a  b"},
    {CALL, 200, "{\"ok\":false,\"error\":\"for xoxb-123456789012-abcdefghijkl\"}", SLACK_EAPI,
     "for [redacted]"},
    {CALL, 200, "{\"ok\":false,\"error\":\"hash_conflict\"}", SLACK_ECONFLICT, "hash_conflict"},
    {CALL, 200, "", SLACK_EPROTO, "the answer is empty"},
    {CALL, 200, "<html>", SLACK_EPROTO, "the answer is not JSON"},
    {CALL, 200, "{\"ok\":true", SLACK_EPROTO, "the answer is not JSON"},
    {CALL, 200, "{}", SLACK_EPROTO, "the answer has no \"ok\""},
    {CALL, 200, "[]", SLACK_EPROTO, "the answer has no \"ok\""},
    {CALL, 200, "{\"ok\":\"true\"}", SLACK_EPROTO, "the answer has no \"ok\""},
    {CALL, 200, "{\"ok\":1}", SLACK_EPROTO, "the answer has no \"ok\""},
    {CALL, 502, "<html>Bad Gateway</html>", SLACK_EHTTP, "HTTP 502"},
    {CALL, 503, "", SLACK_EHTTP, "HTTP 503"},
    {CALL, 500, "{\"message\":\"x\"}", SLACK_EHTTP, "HTTP 500"},
    {CALL, 500, "{\"ok\":true}", SLACK_EHTTP, "HTTP 500"},
    {CALL, 302, "", SLACK_EHTTP, "HTTP 302"},
    {CALL, 429, "rate limited", SLACK_EHTTP, "HTTP 429"},
    {URL, 200, "ok", 0, ""},
    {URL, 200, "", 0, ""},
    {URL, 204, "", 0, ""},
    {URL, 200, "{\"ok\":true}", 0, ""},
    {URL, 200, "{\"ok\":true,\"error\":\"x\"}", 0, ""},
    {URL, 200, "{\"text\":\"x\"}", 0, ""},
    {URL, 200, "{\"ok\":false,\"error\":\"x\"}", SLACK_EAPI, "x"},
    {URL, 200, "{\"ok\":false}", SLACK_EAPI, "no error named"},
    {URL, 200, "{\"ok\":null}", SLACK_EAPI, "no error named"},
    {URL, 200, "{\"error\":\"no_text\"}", SLACK_EAPI, "no_text"},
    {URL, 200, "{\"ok\":false,\"error\":\"used_url\"}", SLACK_ESPENT, "used_url"},
    {URL, 200, "Expired url", SLACK_ESPENT, "Expired url"},
    {URL, 404, "Expired url", SLACK_ESPENT, "Expired url"},
    {URL, 404, "EXPIRED_URL\n", SLACK_ESPENT, "EXPIRED_URL "},
    {URL, 410, "expired-url", SLACK_ESPENT, "expired-url"},
    {URL, 404, "\"expired_url\"", SLACK_ESPENT, "expired_url"},
    {URL, 404, "{\"ok\":false,\"error\":\"Used URL.\"}", SLACK_ESPENT, "Used URL."},
    {URL, 404, "unexpired_url", SLACK_EAPI, "unexpired_url"},
    {URL, 404, "expired_url2", SLACK_EAPI, "expired_url2"},
    {URL, 404, "{\"ok\":false,\"error\":\"no_text\"}", SLACK_EAPI, "no_text"},
    {URL, 404, "Not Found", SLACK_EHTTP, "Not Found"},
    {URL, 404, "{\"ok\":false,\"error\":\"used_url\"}", SLACK_ESPENT, "used_url"},
    {URL, 404, "expired_url", SLACK_ESPENT, "expired_url"},
    {URL, 400, "invalid_blocks\r\nat 1\x7f", SLACK_EHTTP, "invalid_blocks  at 1 "},
    {URL, 500, "<!DOCTYPE html>", SLACK_EHTTP, "HTTP 500"},
    {URL, 400, "\xff\xfe", SLACK_EHTTP, "HTTP 400"}, /* nothing in it can be read */
    {URL, 400, "\x01 \x02", SLACK_EHTTP, "HTTP 400"},
    {URL, 400, "\"\\u0000a\"", SLACK_EHTTP, " a"},
    {CALL, 200, "{\"ok\":false,\"error\":\"\\u0000\"}", SLACK_EAPI, "no error named"},
    {URL, 500, "{\"a\":1}", SLACK_EHTTP, "HTTP 500"},
    {URL, 500, "", SLACK_EHTTP, "HTTP 500"},
    {URL, 301, "", SLACK_EHTTP, "HTTP 301"},
    {URL, 404, "no https://hooks.slack.com/actions/T1/2/abcdefgh here", SLACK_EHTTP,
     "no https://hooks.slack.com/[redacted] here"},
};

static void check(const answer_t *answer)
{
    slack_arena_t *arena = slack__arena_new(0, 0);
    const slack_curl_result_t result = result_of(answer->http_status, answer->body);
    slack_response_t response;
    answer->read(&response, arena, &result);
    if (response.status != answer->status || strcmp(response.error, answer->error) != 0)
        fail_msg("%d %s: %s \"%s\"", answer->http_status, answer->body,
                 slack_err_name(response.status), response.error);
    assert_int_equal(slack_response_http_status(&response), answer->http_status);
    slack__arena_free(arena);
}

TEST(test_answers_to_calls_and_of_response_urls)
{
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
        check(&answers[i]);
}

/* A text that is cut says so, and stays UTF-8. */
TEST(test_a_long_error_text)
{
    char body[301], want[103];
    memset(body, 'X', sizeof body);
    memcpy(body + 99, "\303\244", 2);
    body[300] = '\0';
    memset(want, 'X', sizeof want);
    memcpy(want + 99, "…", sizeof "…");
    check(&(answer_t){URL, 400, body, SLACK_EHTTP, want});
}

TEST(test_failures_without_an_answer)
{
    slack_arena_t *arena = slack__arena_new(0, 0);
    slack_response_t response;
    slack_curl_result_t result = result_of(0, "");
    result.status = SLACK_ECONNECT;
    result.reason = "Failed to connect to 127.0.0.1 port 1";
    slack__response_read_call(&response, arena, &result);
    assert_int_equal(slack_response_status(&response), SLACK_ECONNECT);
    assert_string_equal(slack_response_error(&response), result.reason);
    assert_null(slack_response_json(&response));
    assert_string_equal(slack_response_str(&response, "/url"), "");
    static const char *const unreadable[] = {"", " \n", "\xff"};
    for (size_t i = 0; i < 3; i++) {
        result.reason = unreadable[i];
        slack__response_read_url(&response, arena, &result);
        assert_string_equal(slack_response_error(&response), slack_strerror(SLACK_ECONNECT));
    }
    slack__arena_free(arena);

    assert_int_equal(slack_response_status(NULL), SLACK_EINVAL);
    assert_true(*slack_response_error(NULL));
    assert_null(slack_response_json(NULL));
    assert_string_equal(slack_response_next_cursor(NULL), "");
    assert_int_equal(slack_response_http_status(NULL), 0);
    assert_int_equal(slack__response_retry_after_s(NULL), -1);
}

static bool limited(int http_status, const char *body, int64_t retry_after_s)
{
    slack_arena_t *arena = slack__arena_new(0, 0);
    slack_curl_result_t result = result_of(http_status, body);
    slack_response_t response;
    result.retry_after_s = retry_after_s;
    slack__response_read_call(&response, arena, &result);
    assert_int_equal(slack__response_retry_after_s(&response), retry_after_s);
    bool is_limited = slack__response_is_limited(&response);
    slack__arena_free(arena);
    return is_limited;
}

TEST(test_what_says_later)
{
    assert_true(limited(429, "", -1));
    assert_true(limited(429, "{\"ok\":false,\"error\":\"ratelimited\"}", 30));
    assert_true(limited(200, "{\"ok\":false,\"error\":\"ratelimited\"}", 30));
    assert_true(limited(200, "{\"ok\":false,\"error\":\"rate_limited\"}", 0));
    assert_false(limited(200, "{\"ok\":false,\"error\":\"ratelimited\"}", -1));
    assert_false(limited(200, "{\"ok\":false,\"error\":\"fatal_error\"}", 30));
    assert_false(limited(200, "{\"ok\":true}", 30));
    assert_false(limited(503, "", 30));
}

TEST(test_response_urls)
{
    static const char api[] = "http://127.0.0.1:8080/api/";
    static const char *const good[] = {
        "https://hooks.slack.com/actions/T1/2/x",
        "https://slack.com/x",
        "https://SLACK.COM/x",
        "HTTPS://Hooks.Slack.Com:443/x",
        "https://hooks.slack-gov.com/commands/1",
        "http://127.0.0.1:8080/response/1",
    };
    static const char *const bad[] = {
        "",
        "http://hooks.slack.com/actions/T1/2/x",
        "https://evilslack.com/",
        "https://hooks.slack.com:444/",
        "https://hooks.slack.com:80/",
        "https://[slack.com]/",
        "https://hooks.slack.com./",
        "https://hooks.slack.com\\.evil.test/",
        "https://hooks.slack.com%2f.evil.test/",
        "https://hooks.slack.com:443@evil.test/",
        "https://xn--slck-5na.com/",
        "https://slack.com,evil.test/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://[::ffff:127.0.0.1]/",
        "//hooks.slack.com/",
        "https:/\\hooks.slack.com/",
        " https://hooks.slack.com/",
        "https://slack.com.evil.test/",
        "https://slack.community/",
        "https://hooks.slack.com@evil.test/",
        "wss://hooks.slack.com/",
        "http://127.0.0.1:8081/response/1",
        "https://127.0.0.1:8080/response/1",
        "http://localhost:8080/",
        "https://evil.test/?https://slack.com/",
        "/response/1",
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        if (!slack__response_url_allowed(good[i], api)) fail_msg("refused: %s", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (slack__response_url_allowed(bad[i], api)) fail_msg("allowed: %s", bad[i]);
    assert_false(slack__response_url_allowed(NULL, api));
}

TEST(test_what_callers_read)
{
    slack_arena_t *arena = slack__arena_new(0, 0);
    const slack_curl_result_t result =
        result_of(200, "{\"ok\":false,\"error\":\"invalid_auth\","
                       "\"response_metadata\":{\"next_cursor\":\"a=\"}}");
    slack_response_t response;
    slack__response_read_call(&response, arena, &result);
    assert_int_equal(slack_response_status(&response), SLACK_EAPI);
    assert_string_equal(slack_response_error(&response), "invalid_auth");
    assert_int_equal(slack_response_http_status(&response), 200);
    assert_string_equal(slack_response_next_cursor(&response), "a=");
    assert_int_equal(slack__response_retry_after_s(&response), -1);
    slack__arena_free(arena);
}

static int read_some(void *ctx)
{
    slack_arena_t *arena = slack__arena_new(1, 0);
    if (!arena) return SLACK_ENOMEM;
    slack_response_t response;
    slack_curl_result_t result = result_of(429, "{\"ok\":false,\"error\":\"ratelimited\"}");
    slack__response_read_call(&response, arena, &result);
    int rc = response.status;
    assert_true(rc == SLACK_ENOMEM || rc == SLACK_EAPI);
    assert_true(*response.error);
    slack__arena_free(arena);
    return rc == SLACK_EAPI ? 0 : rc;
}

TEST(test_reading_without_memory)
{
    alloc_fail_each(read_some, NULL);
}

/* ---- real answers ---- */

/* A recorded body: the accessors return what the body says. */
static void read_real(const char *name, const char *text, size_t len, void *ctx)
{
    slack_arena_t *arena = slack__arena_new(0, 0);
    slack_curl_result_t result = result_of(200, text);
    slack_response_t response;
    assert_int_equal(result.body_len, len);
    slack__response_read_call(&response, arena, &result);
    const slack_json_t *json = slack_response_json(&response);
    const slack_json_t *ok = slack_json_get(json, "/ok");
    int status = slack_response_status(&response);
    bool right = json != NULL;
    if (slack_json_type(ok) != SLACK_JSON_BOOL)
        right = right && status == SLACK_EPROTO;
    else if (slack_json_bool(ok, ""))
        right = right && status == 0 && !*slack_response_error(&response);
    else
        right = right && status == SLACK_EAPI && *slack_response_error(&response);
    if (!right)
        fail_msg("%s: %s %s", name, slack_err_name(status), slack_response_error(&response));
    const char *cursor = slack_json_str(json, "/response_metadata/next_cursor");
    if (*cursor == '\0')
        cursor = slack_json_str(json, "/next_cursor"); /* admin.conversations.search */
    assert_string_equal(slack_response_next_cursor(&response), cursor);
    slack__arena_free(arena);
}

/* A hostile answer leads to one short line, whatever its warnings. */
TEST(test_warnings_are_bounded)
{
    static char body[400 * 1000];
    static const char message[] = "\"line\\nlevel=error \\u202e xoxb-123456789012-abcdefghijkl\"";
    static const struct {
        const char *body, *want;
    } cases[] = {
        {"{\"ok\":true}", NULL},
        {"{\"ok\":true,\"warning\":7,\"response_metadata\":{\"messages\":{\"a\":1}}}", NULL},
        {"{\"ok\":true,\"warning\":\"\",\"response_metadata\":{\"messages\":[null,\"b\"]}}", "b"},
        {body, "line level=error     [redacted], line level=error     [redacted], "
               "line level=error     [redacted]"},
    };
    size_t used = (size_t)sprintf(body, "{\"ok\":true,\"response_metadata\":{\"messages\":[");
    for (unsigned i = 0; i < 1000; i++)
        used += (size_t)sprintf(body + used, "%s%s", i ? "," : "", message);
    memset(body + used, ' ', 300 * 1000);
    memcpy(body + used + 300 * 1000, "]}}", 4);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        slack_arena_t *arena = slack__arena_new(0, 0);
        const slack_curl_result_t result = result_of(200, cases[i].body);
        slack_response_t response;
        slack__response_read_call(&response, arena, &result);
        const char *warnings = slack__response_warnings(&response, arena);
        if (cases[i].want)
            assert_string_equal(warnings, cases[i].want);
        else
            assert_null(warnings);
        slack__arena_free(arena);
    }
}

TEST(test_real_answers)
{
    assert_true(payloads_each("api", read_real, NULL) > 0);
    payloads_each("api_errors", read_real, NULL);
    payloads_each("api_variants", read_real, NULL);
    payloads_each("api_shape", read_real, NULL);
    payloads_each("oauth", read_real, NULL);
}

/* A whole recorded exchange. */
static void read_exchange(const char *name, const char *text, size_t len, void *ctx)
{
    slack_arena_t *arena = slack__arena_new(0, 0);
    const slack_json_t *exchange;
    slack_response_t response;
    assert_int_equal(slack__json_parse(arena, text, len, &exchange, NULL), 0);
    int http_status = (int)slack_json_int(exchange, "/response/status");
    const char *body = slack_json_str(exchange, "/response/body");
    const slack_curl_result_t result = result_of(http_status, body);
    slack__response_read_call(&response, arena, &result);
    int status = slack_response_status(&response);
    bool ok = slack_json_bool(slack_response_json(&response), "/ok");
    bool refused = slack_json_get(slack_response_json(&response), "/ok") && !ok;
    if (ok != (status == 0)) fail_msg("%s: %s", name, slack_err_name(status));
    assert_int_equal(slack__response_is_limited(&response), http_status == 429);
    slack__response_read_url(&response, arena, &result);
    const char *error = slack_response_error(&response);
    bool spent = strcmp(error, "used_url") == 0 || strcmp(error, "expired_url") == 0;
    int want = refused ? SLACK_EAPI : http_status != 200 ? SLACK_EHTTP : 0;
    assert_int_equal(slack_response_status(&response), spent ? SLACK_ESPENT : want);
    slack__arena_free(arena);
}

TEST(test_real_exchanges)
{
    payloads_each("api_http", read_exchange, NULL);
}
