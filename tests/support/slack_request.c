/* SPDX-License-Identifier: MIT */
#include "support/slack_request.h"
#include "support/test.h"

#include "protocol/signature.h"
#include "util/form.h"

static char *copy_of(const char *bytes, size_t len)
{
    char *copy = malloc(len + 1);
    assert_non_null(copy);
    if (len > 0) memcpy(copy, bytes, len);
    copy[len] = '\0';
    return copy;
}

static char *form_of(enum slack_kind kind, const char *json, size_t *ret_len)
{
    slack_arena_t *arena = slack__arena_new(0, 0);
    const slack_json_t *fields;
    slack_buf_t buf;
    slack__buf_init(&buf, 1 << 20);
    assert_non_null(arena);
    int rc = kind == SLACK_KIND_COMMAND
                 ? slack__json_parse(arena, json, strlen(json), &fields, NULL)
                 : slack__jsonf(arena, &fields, NULL, "{payload: %s}", json);
    assert_int_equal(rc, 0);
    assert_int_equal(slack__form_write(&buf, fields), 0);
    char *form = copy_of(slack__buf_ptr(&buf), buf.len);
    *ret_len = buf.len;
    slack__buf_done(&buf);
    slack__arena_free(arena);
    return form;
}

char *slack_request_body(enum slack_kind kind, const char *json, size_t *ret_len,
                         const char **ret_type)
{
    bool is_json = kind == SLACK_KIND_EVENT || kind == SLACK_KIND_APP_RATE_LIMITED ||
                   kind == SLACK_KIND_UNKNOWN;
    *ret_type = is_json ? SLACK_REQUEST_JSON : SLACK_REQUEST_FORM;
    if (!is_json) return form_of(kind, json, ret_len);
    *ret_len = strlen(json);
    return copy_of(json, *ret_len);
}

char *slack_request_make(const signed_request_t *r, size_t *ret_len)
{
    slack_signer_t *signer;
    char signature[SLACK_SIGNATURE_LEN + 1], timestamp[24];
    const size_t body_len = r->body_len ? r->body_len : strlen(r->body);
    assert_int_equal(slack__signer_new(&signer, r->secret ? r->secret : SLACK_REQUEST_SECRET), 0);
    snprintf(timestamp, sizeof timestamp, "%lld",
             strtoll(SLACK_REQUEST_TIME, NULL, 10) - (long long)r->age_s);
    assert_int_equal(slack__signature_make(signer, slack__slice(timestamp),
                                           (slack_slice_t){r->body, body_len}, signature),
                     0);
    slack__signer_free(signer);

    static const char format[] = "POST %s HTTP/1.1\r\n"
                                 "Host: bot.example.com\r\n"
                                 "User-Agent: Slackbot 1.0 (+https://api.slack.com/robots)\r\n"
                                 "Accept: */*\r\n"
                                 "X-Slack-Request-Timestamp: %s\r\n"
                                 "X-Slack-Signature: %s\r\n"
                                 "Content-Type: %s\r\n"
                                 "Content-Length: %zu\r\n"
                                 "%s\r\n";
    const char *target = r->target ? r->target : "/slack/events";
    const char *type = r->type ? r->type : SLACK_REQUEST_JSON;
    const char *headers = r->headers ? r->headers : "";
    int head_len = snprintf(NULL, 0, format, target, timestamp, signature, type, body_len, headers);
    char *request = malloc((size_t)head_len + 1 + body_len);
    assert_non_null(request);
    snprintf(request, (size_t)head_len + 1, format, target, timestamp, signature, type, body_len,
             headers);
    if (body_len > 0) memcpy(request + head_len, r->body, body_len);
    *ret_len = (size_t)head_len + body_len;
    return request;
}

char *slack_request_signed(const char *type, const char *headers, const char *body, size_t body_len,
                           size_t *ret_len)
{
    return slack_request_make(
        &(signed_request_t){
            .type = type, .headers = headers, .body = body_len ? body : "", .body_len = body_len},
        ret_len);
}
