/* SPDX-License-Identifier: MIT */
#ifndef SLACK_WEBAPI_RESPONSE_H
#define SLACK_WEBAPI_RESPONSE_H

#include <slack/call.h>

#include "net/curl.h"
#include "util/arena.h"

struct slack_response {
    int status;
    int http_status;
    const char *error; /* never NULL */
    const slack_json_t *json;
    int64_t retry_after_s; /* -1: none */
    bool unsent;           /* it failed before a byte of the request was sent */
};

/* What a result of libcurl's means, for a call and for a response URL. What is kept of the result
 * is copied into the arena. Pure, and never fails: being out of memory is a response too. */
void slack__response_read_call(slack_response_t *ret, slack_arena_t *arena,
                               const slack_curl_result_t *result);
void slack__response_read_url(slack_response_t *ret, slack_arena_t *arena,
                              const slack_curl_result_t *result);

/* A failure that no server told of. */
void slack__response_fail(slack_response_t *ret, int status);

/* Whether Slack says: later. */
bool slack__response_is_limited(const slack_response_t *response);

/* Whether a message may be sent to this response URL: https on slack.com, slack-gov.com or a host
 * below one of them, or the origin of the configured API. */
bool slack__response_url_allowed(const char *url, const char *api_url);

#endif
