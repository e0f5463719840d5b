/* SPDX-License-Identifier: MIT */
#include "support/fake_slack.h"
#include "support/test.h"

#include "net/http_server.h"
#include "util/form.h"

#define CALLS_MAX   8192
#define ANSWERS_MAX 128

static const char who[] = "{\"ok\":true,\"url\":\"https://team.slack.com/\",\"team\":\"Team\","
                          "\"user\":\"bot\",\"team_id\":\"T0TEAM\",\"user_id\":\"U0BOT\","
                          "\"bot_id\":\"B0BOT\"}";

struct fake_slack {
    slack_net_t *net;
    slack_http_server_t *server;
    slack_arena_t *arena; /* the memory of the record */
    char api_url[64], hook_url[128];
    fake_call_t calls[CALLS_MAX];
    size_t count;
    unsigned auth_count;
    const char *retry_after;
    struct answer {
        const char *method, *body;
        int status;
        bool used;
    } answers[ANSWERS_MAX];
    size_t answer_count;
    bool *closed;
};

static struct answer *scripted(fake_slack_t *slack, const char *method)
{
    for (size_t i = 0; i < slack->answer_count; i++) {
        struct answer *a = &slack->answers[i];
        if (a->used || strcmp(a->method, method) != 0) continue;
        a->used = true;
        return a;
    }
    return NULL;
}

static const slack_json_t *arguments(fake_slack_t *slack, const slack_http_request_t *request)
{
    const slack_json_t *args = NULL;
    int rc = request->body_len > 0 && request->body[0] == '{'
                 ? slack__json_parse(slack->arena, request->body, request->body_len, &args, NULL)
                 : slack__form_parse(slack->arena, request->body, request->body_len, &args);
    assert_int_equal(rc, 0);
    return args;
}

static void record(fake_slack_t *slack, const char *method, const slack_http_request_t *request)
{
    assert_true(slack->count < CALLS_MAX);
    fake_call_t *call = &slack->calls[slack->count++];
    snprintf(call->method, sizeof call->method, "%s", method);
    call->args = arguments(slack, request);
    slack_slice_t token = slack__http_header(request, "Authorization", NULL);
    const int skip = token.len > 7 && memcmp(token.ptr, "Bearer ", 7) == 0 ? 7 : 0;
    if (token.len > 0)
        snprintf(call->token, sizeof call->token, "%.*s", (int)token.len - skip, token.ptr + skip);
}

static void on_request(slack_http_server_t *server, slack_http_request_t *request, void *user_data)
{
    fake_slack_t *slack = user_data;
    char method[64];
    const char *path = request->path.ptr;
    snprintf(method, sizeof method, "%s", strncmp(path, "/api/", 5) == 0 ? path + 5 : path + 1);
    bool auth = strcmp(method, "auth.test") == 0;
    if (auth)
        slack->auth_count++;
    else
        record(slack, method, request);
    const struct answer *a = scripted(slack, method);
    const slack_http_header_t wait = {SLACK_SLICE("Retry-After"), slack__slice(slack->retry_after)};
    const char *body = a ? a->body : auth ? who : "{\"ok\":true}";
    if (!a || a->status)
        slack__http_respond(server, request->id,
                            &(slack_http_response_t){.status = a ? a->status : 200,
                                                     .content_type = "application/json",
                                                     .headers = &wait,
                                                     .header_count = slack->retry_after != NULL,
                                                     .body = body,
                                                     .body_len = strlen(body)});
    slack__arena_free(request->arena);
}

fake_slack_t *fake_slack_open(uv_loop_t *loop)
{
    fake_slack_t *slack = calloc(1, sizeof *slack);
    assert_non_null(slack);
    slack->arena = slack__arena_new(0, (size_t)64 << 20);
    assert_int_equal(slack__net_new(&slack->net, loop, &slack__clock_system, NULL), 0);
    slack_http_server_options_t options = {
        .listen = {.host = "127.0.0.1", .open_ms = 5000, .write_max = 1 << 20},
        .fn = on_request,
        .user_data = slack,
    };
    assert_int_equal(slack__http_server_open(&slack->server, slack->net, &options, NULL), 0);
    snprintf(slack->api_url, sizeof slack->api_url, "http://127.0.0.1:%u/api/",
             slack__http_server_port(slack->server));
    return slack;
}

static void net_closed(void *user_data)
{
    fake_slack_t *slack = user_data;
    *slack->closed = true;
    slack__arena_free(slack->arena);
    free(slack);
}

static void server_closed(void *user_data)
{
    fake_slack_t *slack = user_data;
    slack__net_close(slack->net, net_closed, slack);
}

void fake_slack_close(fake_slack_t *slack, bool *done)
{
    *done = false;
    slack->closed = done;
    slack__http_server_close(slack->server, server_closed, slack);
}

const char *fake_slack_api_url(const fake_slack_t *slack)
{
    return slack->api_url;
}

const char *fake_slack_hook_url(fake_slack_t *slack, const char *name)
{
    snprintf(slack->hook_url, sizeof slack->hook_url, "http://127.0.0.1:%u/hook/%s",
             slack__http_server_port(slack->server), name);
    return slack->hook_url;
}

void fake_slack_answer(fake_slack_t *slack, const char *method, int status, const char *body)
{
    assert_true(slack->answer_count < ANSWERS_MAX);
    slack->answers[slack->answer_count++] =
        (struct answer){method, quoted(slack__arena_strdup(slack->arena, body)), status, false};
}

size_t fake_slack_count(const fake_slack_t *slack)
{
    return slack->count;
}

unsigned fake_slack_auth_count(const fake_slack_t *slack)
{
    return slack->auth_count;
}

const fake_call_t *fake_slack_call(const fake_slack_t *slack, size_t i)
{
    assert_true(i < slack->count);
    return &slack->calls[i];
}

void fake_slack_retry_after(fake_slack_t *slack, const char *seconds)
{
    slack->retry_after = seconds;
}
