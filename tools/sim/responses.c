/* SPDX-License-Identifier: MIT */
#include "sim/responses.h"

#include <inttypes.h>
#include <stdio.h>

#include "net/http_response.h"
#include "util/random.h"

#define ANSWER_MAX ((size_t)16 * 1024 * 1024)

void sim_respond(slack_http_request_t *request, const slack_http_response_t *response)
{
    /* It fails when the client has closed the connection; nobody waits for the answer then. */
    (void)slack__http_respond(request->server, request->id, response);
    slack__arena_free(request->arena);
}

static void respond_with_id(slack_http_request_t *request, int status, const char *type,
                            slack_slice_t body, const char *retry_after,
                            const sim_scope_headers_t *scopes)
{
    char id[40];
    snprintf(id, sizeof id, "%016" PRIx64 "%016" PRIx64, slack__random_u64(), slack__random_u64());
    slack_http_header_t headers[4] = {{SLACK_SLICE("X-Slack-Req-Id"), slack__slice(id)}};
    size_t count = 1;
    if (*retry_after)
        headers[count++] =
            (slack_http_header_t){SLACK_SLICE("Retry-After"), slack__slice(retry_after)};
    if (scopes->granted)
        headers[count++] =
            (slack_http_header_t){SLACK_SLICE("X-OAuth-Scopes"), slack__slice(scopes->granted)};
    if (scopes->accepted)
        headers[count++] = (slack_http_header_t){SLACK_SLICE("X-Accepted-OAuth-Scopes"),
                                                 slack__slice(scopes->accepted)};
    const slack_http_response_t response = {
        .status = status,
        .content_type = type,
        .headers = headers,
        .header_count = count,
        .body = body.ptr,
        .body_len = body.len,
    };
    sim_respond(request, &response);
}

static void respond_json(slack_http_request_t *request, int status, const slack_json_t *body,
                         const char *retry_after, const sim_scope_headers_t *scopes)
{
    slack_buf_t text;
    slack__buf_init(&text, ANSWER_MAX);
    int rc = body ? sim_json_write(&text, body) : SLACK_ENOMEM;
    if (rc != 0) {
        slack__buf_clear(&text);
        status = 500;
        (void)slack__buf_printf(&text, "{\"ok\":false,\"error\":\"internal_error\"}");
    }
    respond_with_id(request, status, "application/json; charset=utf-8",
                    (slack_slice_t){slack__buf_ptr(&text), text.len}, retry_after, scopes);
    slack__buf_done(&text);
}

static const sim_scope_headers_t no_scopes;

void sim_respond_call(slack_http_request_t *request, int status, const slack_json_t *body,
                      const sim_scope_headers_t *scopes)
{
    respond_json(request, status, body, "", scopes);
}

void sim_respond_json(slack_http_request_t *request, int status, const slack_json_t *body)
{
    respond_json(request, status, body, "", &no_scopes);
}

void sim_respond_ratelimited(slack_http_request_t *request, uint64_t retry_after_s)
{
    sim_json_builder_t json = {request->arena, 0};
    char seconds[24] = "";
    if (retry_after_s > 0) snprintf(seconds, sizeof seconds, "%" PRIu64, retry_after_s);
    respond_json(request, 429, sim_json(&json, "{ok: false, error: 'ratelimited'}"), seconds,
                 &no_scopes);
}

void sim_respond_written(slack_http_request_t *request, int rc, const slack_buf_t *json)
{
    const slack_http_response_t response = {
        .status = 200,
        .content_type = "application/json; charset=utf-8",
        .body = slack__buf_ptr(json),
        .body_len = json->len,
    };
    if (rc == 0)
        sim_respond(request, &response);
    else
        sim_respond_error(request, 503, slack_strerror(rc));
}

void sim_respond_text(slack_http_request_t *request, int status, const char *text)
{
    respond_with_id(request, status, "text/plain; charset=utf-8", slack__slice(text), "",
                    &no_scopes);
}

static void cut_data(slack_conn_t *conn, const char *data, size_t len, void *user_data)
{
}

static void cut_closed(slack_conn_t *conn, int status, void *user_data)
{
}

void sim_respond_cut(slack_http_request_t *request, const slack_http_response_t *response,
                     size_t bytes, bool silent)
{
    static const slack_conn_events_t events = {.data = cut_data, .closed = cut_closed};
    static const slack_http_response_context_t context = {.close = true};
    slack_conn_t *conn;
    slack_slice_t rest;
    slack_buf_t text;
    slack__buf_init(&text, ANSWER_MAX + 4096);
    const bool taken = slack__http_upgrade(request->server, request->id, &conn, &rest) == 0;
    if (taken) slack__conn_set_events(conn, &events, NULL);
    if (taken && !silent && slack__http_response_write(&text, response, &context) == 0) {
        const size_t left_out = bytes < response->body_len ? response->body_len - bytes : 0;
        (void)slack__conn_write(conn, slack__buf_ptr(&text), text.len - left_out);
    }
    if (taken) slack__conn_finish(conn);
    slack__buf_done(&text);
    slack__arena_free(request->arena);
}

void sim_respond_error(slack_http_request_t *request, int status, const char *error)
{
    sim_json_builder_t json = {request->arena, 0};
    sim_respond_json(request, status, sim_json(&json, "{ok: false, error: %s}", error));
}

bool sim_request_is(const slack_http_request_t *request, const char *media_type)
{
    slack_slice_t rest = slack__http_header(request, "content-type", NULL), type;
    return slack__slice_split(&rest, ';', &type) &&
           slack__slice_eq_nocase(slack__slice_trim(type), slack__slice(media_type));
}
