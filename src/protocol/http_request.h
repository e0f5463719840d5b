/* SPDX-License-Identifier: MIT */
#ifndef SLACK_PROTOCOL_HTTP_REQUEST_H
#define SLACK_PROTOCOL_HTTP_REQUEST_H

#include "protocol/signature.h"
#include "util/http_header.h"
#include "util/json.h"

/*
 * Verifies and decodes a request to the request URL, for every transport on which Slack speaks
 * HTTP. No I/O and no clock: a request, the secrets and a time go in, a verdict comes out.
 *
 *     POST, signed              DELIVERY; CHALLENGE for url_verification
 *     POST, ssl_check=1         SSL_CHECK; nothing else of the request is read
 *     POST, not (well) signed   REFUSED with 401
 *     POST, signed, malformed   REFUSED with 400; Slack is not to send it again
 *     another method            REFUSED with 405
 */

typedef struct slack_http_received {
    slack_arena_t *arena;
    slack_slice_t method;
    const slack_http_header_t *headers;
    size_t header_count;
    char *body; /* in `arena`; changed in place; SLACK_JSON_PADDING writable bytes follow */
    size_t body_len;
} slack_http_received_t;

enum slack_http_verdict_type {
    SLACK_HTTP_DELIVERY,  /* hand over `body` with what follows it */
    SLACK_HTTP_CHALLENGE, /* answer 200 with `answer`, which is JSON */
    SLACK_HTTP_SSL_CHECK, /* answer 200 */
    SLACK_HTTP_REFUSED    /* answer `status` with `header`; log `reason` */
};

/* Everything in it lies in the request's arena or is constant. */
typedef struct slack_http_verdict {
    enum slack_http_verdict_type type;

    /* DELIVERY */
    const slack_json_t *body;
    slack_slice_t signature; /* by one of the secrets */
    const char *app_id;      /* "" if neither the body nor the secret names an app */
    int retry_num;           /* 0: the first time */
    const char *retry_reason;

    /* CHALLENGE */
    slack_slice_t answer;

    /* REFUSED */
    int status;
    const slack_http_header_t *header; /* NULL: no header */
    const char *reason;
} slack_http_verdict_t;

/* Why a request to the request URL is refused with 401 before its body is read; NULL if the body
 * decides. The app reads short bodies in any case: Slack does not sign an ssl_check. */
const char *slack__http_request_refuse_head(const slack_http_header_t *headers, size_t header_count,
                                            int64_t now_s);

/* Begin the check of the signature, which the caller continues with slack__signature_check_step();
 * and read a request whose check is done. */
void slack__http_request_check_begin(const slack_http_received_t *request, int64_t now_s,
                                     slack_signature_check_t *ret);
void slack__http_request_read(const slack_http_received_t *request, const slack_signer_t *signer,
                              const slack_signature_check_t *check, slack_http_verdict_t *ret);

/* Slack sends a request again after a 5xx, and after a 4xx unless it has X-Slack-No-Retry
 * (https://docs.slack.dev/apis/events-api/using-http-request-urls). */
extern const slack_http_header_t slack__http_retry_after;
extern const slack_http_header_t slack__http_no_retry;

#endif
