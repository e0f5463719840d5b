/* SPDX-License-Identifier: MIT */
#include "protocol/http_request.h"

#include <string.h>

#include "protocol/http_body.h"

#define RETRY_NUM_MAX 1000
/* A body up to this length costs too little to be refused by its head, and may be an ssl_check. */
#define SHORT_BYTES 4096

const slack_http_header_t slack__http_retry_after = {{"Retry-After", 11}, {"1", 1}};
const slack_http_header_t slack__http_no_retry = {{"X-Slack-No-Retry", 16}, {"1", 1}};
static const slack_http_header_t allow_post = {{"Allow", 5}, {"POST", 4}};

static slack_slice_t header_of(const slack_http_received_t *request, const char *name,
                               unsigned *ret_count)
{
    return slack__http_header_find(request->headers, request->header_count, name, ret_count);
}

static void request_refused(slack_http_verdict_t *ret, int status,
                            const slack_http_header_t *header, const char *reason)
{
    ret->type = SLACK_HTTP_REFUSED;
    ret->status = status;
    ret->header = header;
    ret->reason = reason;
}

static void request_out_of_memory(slack_http_verdict_t *ret)
{
    request_refused(ret, 503, &slack__http_retry_after, "out of memory");
}

static void request_challenge(const slack_http_received_t *request, const slack_json_t *body,
                              slack_http_verdict_t *ret)
{
    const slack_json_t *challenge = slack_json_get(body, "/challenge"), *answer;
    if (slack_json_type(challenge) != SLACK_JSON_STRING) {
        request_refused(ret, 400, &slack__http_no_retry, "url_verification has no challenge");
        return;
    }
    ret->type = SLACK_HTTP_CHALLENGE;
    if (slack__jsonf(request->arena, &answer, NULL, "{challenge: %p}", (const void *)challenge) ==
        0)
        ret->answer.ptr = slack__json_text(request->arena, answer, &ret->answer.len);
    if (!ret->answer.ptr) request_out_of_memory(ret);
}

/* `app_id` is the secret's where the body names no app. */
static void request_delivery(const slack_http_received_t *request, const slack_json_t *body,
                             slack_slice_t app_id, slack_http_verdict_t *ret)
{
    uint64_t num = 0;
    ret->type = SLACK_HTTP_DELIVERY;
    ret->body = body;
    ret->app_id = slack__arena_strndup(request->arena, app_id.ptr, app_id.len);
    /* Slack does not sign the retry headers. A number that is not plausible counts as 0, which is
     * harmless: the deduplication key alone decides what is a duplicate. */
    ret->retry_reason = "";
    if (slack__parse_u64(header_of(request, "X-Slack-Retry-Num", NULL), RETRY_NUM_MAX, &num) &&
        num > 0) {
        slack_slice_t reason = header_of(request, "X-Slack-Retry-Reason", NULL);
        ret->retry_num = (int)num;
        ret->retry_reason = slack__arena_strndup(request->arena, reason.ptr, reason.len);
    }
    if (!ret->app_id || !ret->retry_reason) request_out_of_memory(ret);
}

const char *slack__http_request_refuse_head(const slack_http_header_t *headers, size_t header_count,
                                            int64_t now_s)
{
    const slack_http_received_t request = {.headers = headers, .header_count = header_count};
    slack_signed_request_t check = {0};
    unsigned lengths;
    uint64_t length;
    const slack_slice_t text = header_of(&request, "Content-Length", &lengths);
    if (slack__parse_u64(text, SHORT_BYTES, &length)) return NULL;
    check.timestamp = header_of(&request, "X-Slack-Request-Timestamp", &check.timestamp_count);
    check.signature = header_of(&request, "X-Slack-Signature", &check.signature_count);
    const enum slack_signature_fault fault = slack__signature_check_head(&check, now_s);
    if (fault == SLACK_SIGNATURE_MISSING && lengths == 0) return NULL; /* it may be chunked */
    return fault == SLACK_SIGNATURE_OK ? NULL : slack__signature_fault_text(fault);
}

static bool is_post(const slack_http_received_t *request)
{
    return slack__slice_eq(request->method, SLACK_SLICE("POST"));
}

/* A long body is none: nobody has verified who makes the app search it. */
static bool is_ssl_check(const slack_http_received_t *request)
{
    return request->body_len <= SHORT_BYTES &&
           slack__http_body_is_ssl_check(header_of(request, "Content-Type", NULL),
                                         (slack_slice_t){request->body, request->body_len});
}

void slack__http_request_check_begin(const slack_http_received_t *request, int64_t now_s,
                                     slack_signature_check_t *ret)
{
    slack_signed_request_t check = {.body = {request->body, request->body_len}};
    if (is_post(request) && !is_ssl_check(request)) { /* else no body is hashed */
        check.timestamp = header_of(request, "X-Slack-Request-Timestamp", &check.timestamp_count);
        check.signature = header_of(request, "X-Slack-Signature", &check.signature_count);
    }
    slack__signature_check_begin(ret, &check, now_s);
}

void slack__http_request_read(const slack_http_received_t *request, const slack_signer_t *signer,
                              const slack_signature_check_t *check, slack_http_verdict_t *ret)
{
    *ret = (slack_http_verdict_t){0};
    if (!is_post(request)) {
        request_refused(ret, 405, &allow_post, "not a POST");
        return;
    }
    if (is_ssl_check(request)) {
        ret->type = SLACK_HTTP_SSL_CHECK;
        return;
    }
    if (check->fault != SLACK_SIGNATURE_OK) {
        request_refused(ret, 401, NULL, slack__signature_fault_text(check->fault));
        return;
    }
    ret->signature = check->request.signature;

    const slack_json_t *body;
    slack_slice_t app_id = {"", 0};
    const slack_slice_t type = header_of(request, "Content-Type", NULL);
    int rc = slack__http_body_read(request->arena, type, request->body, request->body_len, &body);
    if (rc == 0) app_id.ptr = slack_json_strn(body, "/api_app_id", &app_id.len);
    if (rc == SLACK_EJSON || rc == SLACK_ETOOBIG)
        request_refused(ret, 400, &slack__http_no_retry, "malformed body");
    else if (rc != 0)
        request_out_of_memory(ret);
    else if (!slack__signer_owns(signer, check->by, &app_id))
        request_refused(ret, 401, NULL, "api_app_id is another app's than the secret");
    else if (strcmp(slack_json_str(body, "/type"), "url_verification") == 0)
        request_challenge(request, body, ret);
    else
        request_delivery(request, body, app_id, ret);
}
