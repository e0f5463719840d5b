/* SPDX-License-Identifier: MIT */
#ifndef SLACK_WEBAPI_RESPONSE_H
#define SLACK_WEBAPI_RESPONSE_H

#include <stddef.h>

#include <slack/call.h>

#include "net/curl.h"
#include "util/arena.h"

struct slack_response {
    /* Aligned as what an arena returns, so that a freed response is recognised (arena.h). */
    _Alignas(max_align_t) int status;
    int http_status;
    const char *method; /* of the call; or slack_post.method; NULL: not ended yet */
    const char *error;  /* never NULL */
    const slack_json_t *json;
    int64_t retry_after_s; /* -1: no Retry-After; 0: it names no time in the future */
    bool unsent; /* Slack has certainly not acted: no byte was sent, or it refused the token */
    /* Of a missing_scope and of auth.test: the headers X-Accepted-OAuth-Scopes and X-OAuth-Scopes;
     * NULL or "": none.
     */
    const char *accepted_scopes, *scopes;
    uint64_t waited_ms; /* of its call, before all its tries */

    bool has_cure; /* `error` is a whole sentence */

    /* Of a fetch; NULL of a call. */
    const char *body;
    size_t body_len;
    const char *head; /* header lines, each with a NUL; an empty line ends them */
};

/* Read libcurl's result of a call, or of a message to a response URL. Everything is copied into the
 * arena. Pure. Never fails: if memory is out, the response says so. */
void slack__response_read_call(slack_response_t *ret, slack_arena_t *arena,
                               const slack_curl_result_t *result);
void slack__response_read_url(slack_response_t *ret, slack_arena_t *arena,
                              const slack_curl_result_t *result);

/* The same for a fetch. `body` lies in the arena, with a NUL behind it. */
void slack__response_read_fetch(slack_response_t *ret, slack_arena_t *arena,
                                const slack_curl_result_t *result, slack_slice_t body);

/* A failure without a server's response; status 0: no failure so far. */
static inline void slack__response_fail(slack_response_t *ret, int status)
{
    *ret = (slack_response_t){
        .status = status, .error = status ? slack_strerror(status) : "", .retry_after_s = -1};
}

/* Explains a failure in a sentence without the method: Slack's error and its details, or what went
 * wrong before an answer, and the cure. Never NULL. */
const char *slack__response_why(const slack_response_t *response, slack_arena_t *arena);

/* The cursor of the next page, which a few methods have outside of the metadata; "" on the last
 * page. */
const char *slack__next_cursor(const slack_json_t *answer);

/* Whether Slack has limited the call. */
bool slack__response_is_limited(const slack_response_t *response);

/* Whether a message may be sent to this response URL: https on slack.com, slack-gov.com or a host
 * below them, or the origin of the configured API. */
bool slack__response_url_allowed(const char *url, const char *api_url);

#endif
