/* SPDX-License-Identifier: MIT */
#include "protocol/http_request.h"
#include "support/alloc_fail.h"
#include "support/json.h"
#include "support/slack_request.h"
#include "util/alloc.h"

#define NOW_S   1531420618
#define SECRETS "A1:" SLACK_REQUEST_SECRET ",A2:other"

static slack_signer_t *signer;

static int open_signer(void **state)
{
    return arena_open(state) == 0 && slack__signer_new(&signer, SECRETS) == 0 ? 0 : -1;
}

static int close_signer(void **state)
{
    slack__signer_free(signer);
    return arena_close(state);
}

#define REQUEST_TEST(function) TEST_CASE(function, open_signer, close_signer, NULL)

/* A POST as Slack sends it. A member that is NULL has its default. */
typedef struct post {
    const char *method, *type, *body, *timestamp, *signature, *retry_num;
} post_t;

static void send(slack_arena_t *in, const post_t *post, slack_http_verdict_t *ret)
{
    const char *text = post->body ? post->body : "{\"type\":\"event_callback\"}";
    const char *timestamp = post->timestamp ? post->timestamp : SLACK_REQUEST_TIME;
    size_t len = strlen(text);
    char signature[SLACK_SIGNATURE_LEN + 1];
    char *body = slack__arena_calloc(in, len + SLACK_JSON_PADDING);
    assert_int_equal(
        slack__signature_make(signer, slack__slice(timestamp), slack__slice(text), signature), 0);
    const slack_http_header_t headers[] = {
        {SLACK_SLICE("content-type"), slack__slice(post->type ? post->type : SLACK_REQUEST_JSON)},
        {SLACK_SLICE("X-Slack-Request-Timestamp"), slack__slice(timestamp)},
        {SLACK_SLICE("x-slack-signature"),
         slack__slice(post->signature ? post->signature : signature)},
        {SLACK_SLICE("X-Slack-Retry-Reason"), SLACK_SLICE("http_timeout")},
        {SLACK_SLICE("X-Slack-Retry-Num"), slack__slice(post->retry_num)},
    };
    const slack_http_received_t request = {
        .arena = in,
        .method = slack__slice(post->method ? post->method : "POST"),
        .headers = headers,
        .header_count = sizeof headers / sizeof *headers - (post->retry_num ? 0 : 1),
        .body = body,
        .body_len = len};
    if (!body) {
        *ret = (slack_http_verdict_t){.type = SLACK_HTTP_REFUSED, .status = 503};
        return;
    }
    memcpy(body, text, len);
    slack_signature_check_t check;
    size_t budget = SIZE_MAX;
    slack__http_request_check_begin(&request, NOW_S, &check);
    assert_true(slack__signature_check_step(&check, signer, &budget));
    slack__http_request_read(&request, signer, &check, ret);
}

REQUEST_TEST(a_delivery)
{
    slack_http_verdict_t v;
    send(arena, &(post_t){.body = "{\"api_app_id\":\"A1\",\"x\":1}", .retry_num = "2"}, &v);
    assert_int_equal(v.type, SLACK_HTTP_DELIVERY);
    assert_int_equal(v.signature.len, SLACK_SIGNATURE_LEN);
    assert_int_equal(slack_json_int(v.body, "/x"), 1);
    assert_string_equal(v.app_id, "A1");
    assert_int_equal(v.retry_num, 2);
    assert_string_equal(v.retry_reason, "http_timeout");
}

REQUEST_TEST(a_body_without_an_app_is_the_secrets)
{
    slack_http_verdict_t v;
    const post_t form = {.type = SLACK_REQUEST_FORM, .body = "payload={\"a\":\"b\"}"};
    send(arena, &form, &v);
    assert_int_equal(v.type, SLACK_HTTP_DELIVERY);
    assert_string_equal(slack_json_str(v.body, "/a"), "b");
    assert_string_equal(v.app_id, "A1");
}

REQUEST_TEST(a_retry_number_is_plausible)
{
    static const char *const numbers[] = {"0", "", "-1", "x", "1001", "99999999999999999999"};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        slack_http_verdict_t v;
        send(arena, &(post_t){.retry_num = numbers[i]}, &v);
        assert_int_equal(v.type, SLACK_HTTP_DELIVERY);
        assert_int_equal(v.retry_num, 0);
        assert_string_equal(v.retry_reason, "");
    }
}

REQUEST_TEST(a_challenge)
{
    slack_http_verdict_t v;
    send(arena, &(post_t){.body = "{\"type\":\"url_verification\",\"challenge\":\"a\\\"\"}"}, &v);
    assert_int_equal(v.type, SLACK_HTTP_CHALLENGE);
    assert_string_equal(v.answer.ptr, "{\"challenge\":\"a\\\"\"}");
    assert_int_equal(v.answer.len, strlen(v.answer.ptr));
}

REQUEST_TEST(an_ssl_check_needs_no_signature)
{
    slack_http_verdict_t v;
    const post_t check = {
        .type = SLACK_REQUEST_FORM, .body = "ssl_check=1&command=/x", .signature = "v0=x"};
    send(arena, &check, &v);
    assert_int_equal(v.type, SLACK_HTTP_SSL_CHECK);
}

/* Nobody has verified who makes the app search a long body. */
REQUEST_TEST(a_long_body_is_no_ssl_check)
{
    static char body[5000];
    slack_http_verdict_t v;
    memset(body, '&', sizeof body - 1);
    memcpy(body, "ssl_check=1", 11);
    send(arena, &(post_t){.type = SLACK_REQUEST_FORM, .body = body, .signature = "v0=x"}, &v);
    assert_int_equal(v.status, 401);
}

REQUEST_TEST(refusals)
{
    static const struct {
        post_t post;
        int status;
        const char *header, *reason;
    } cases[] = {
        {{.method = "GET"}, 405, "Allow", "not a POST"},
        {{.signature = "v0=x"}, 401, NULL, "signature"},
        {{.timestamp = "1531420000"}, 401, NULL, "older than 300 s"},
        {{.body = "{\"api_app_id\":\"A2\"}"}, 401, NULL, "another app's"},
        {{.body = "[]"}, 400, "X-Slack-No-Retry", "malformed body"},
        {{.body = "{\"type\":\"url_verification\"}"}, 400, "X-Slack-No-Retry", "challenge"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        slack_http_verdict_t v;
        send(arena, &cases[i].post, &v);
        assert_int_equal(v.type, SLACK_HTTP_REFUSED);
        assert_int_equal(v.status, cases[i].status);
        assert_int_equal(v.header != NULL, cases[i].header != NULL);
        if (v.header) assert_string_equal(v.header->name.ptr, cases[i].header);
        if (!strstr(v.reason, cases[i].reason)) fail_msg("%s: %s", cases[i].reason, v.reason);
    }
}

static int read_once(void *ctx)
{
    slack_http_verdict_t v = {.status = 503};
    slack_arena_t *own = slack__arena_new(64, 0);
    if (own) send(own, ctx, &v);
    slack__arena_free(own);
    if (v.status != 0) assert_int_equal(v.status, 503);
    return v.status == 0 ? 0 : SLACK_ENOMEM;
}

REQUEST_TEST(memory_may_run_out)
{
    post_t delivery = {.retry_num = "1"};
    post_t challenge = {.body = "{\"type\":\"url_verification\",\"challenge\":\"abc\"}"};
    assert_true(alloc_fail_each(read_once, &delivery) > 2);
    assert_true(alloc_fail_each(read_once, &challenge) > 2);
}
