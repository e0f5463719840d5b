/* SPDX-License-Identifier: MIT */
#ifndef SIM_RESPONSES_H
#define SIM_RESPONSES_H

#include "net/http_server.h"
#include "sim/json_builder.h"

/* Responses to HTTP requests. Each function responds once and frees the request. */

void sim_respond(slack_http_request_t *request, const slack_http_response_t *answer);

/* The scopes that the headers of a method's answer name, with commas; NULL: no header. */
typedef struct sim_scope_headers {
    const char *granted;  /* those of the token */
    const char *accepted; /* those of which the method needs one */
} sim_scope_headers_t;

/* Every response has an id. A NULL body means that memory ran out: the answer is 500. */
void sim_respond_call(slack_http_request_t *request, int status, const slack_json_t *body,
                      const sim_scope_headers_t *scopes);
void sim_respond_json(slack_http_request_t *request, int status, const slack_json_t *body);
/* With JSON that was written already; 503 if that has failed with an error. */
void sim_respond_written(slack_http_request_t *request, int rc, const slack_buf_t *json);
void sim_respond_text(slack_http_request_t *request, int status, const char *text);
/* 429, as Slack limits rates. `retry_after_s` 0: without a Retry-After. */
void sim_respond_ratelimited(slack_http_request_t *request, uint64_t retry_after_s);
/* Send the head of the response and the first bytes of its body, or nothing if `silent`, and close
 * the connection. */
void sim_respond_cut(slack_http_request_t *request, const slack_http_response_t *response,
                     size_t bytes, bool silent);
/* {ok: false, error: …} */
void sim_respond_error(slack_http_request_t *request, int status, const char *error);

/* Whether a request has that media type, with any parameters. */
bool sim_request_is(const slack_http_request_t *request, const char *media_type);

#endif
