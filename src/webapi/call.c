/* SPDX-License-Identifier: MIT */
#include "webapi/call.h"

#include "protocol/methods.h"

#define BEARER          "Authorization: Bearer "
#define BODY_MAX        ((size_t)4 << 20) /* of a request */
#define ARENA_FIRST     ((size_t)4 << 10)
#define ARENA_MAX       ((size_t)SLACK_ANSWERS_MIB << 20) /* a response and its parsed values */
#define VALUES_PER_BYTE ((size_t)4) /* of an answer's text: what the copy and the values take */
#define BACKOFF_BASE_MS 500
#define BACKOFF_CAP_MS  10000

/* Which lines about a method the log has already. */
enum { NOTED_DEPRECATED = 1 << 0, NOTED_WARNED = 1 << 1 };

int slack__call_new(slack_call_t **ret, slack_client_t *client, slack_call_fn fn, void *user_data)
{
    slack_webapi_t *webapi = slack__webapi_of(client);
    if (webapi == NULL || webapi->closing) return SLACK_ECANCELED;
    if (!slack__webapi_has_room(webapi)) {
        client->refused = true;
        return SLACK_EBUSY;
    }
    slack_arena_t *arena = slack__arena_new(ARENA_FIRST, ARENA_MAX);
    if (!arena) return SLACK_ENOMEM;
    slack_call_t *call = slack__arena_calloc(arena, sizeof *call);
    if (!call) {
        slack__arena_free(arena);
        return SLACK_ENOMEM;
    }
    if (webapi->budget) slack__arena_count_in(arena, &webapi->budget->used);
    slack__link_init(&call->link);
    slack__link_init(&call->renewal.link);
    slack__buf_init(&call->request.body, BODY_MAX);
    call->webapi = webapi;
    call->arena = arena;
    call->fn = fn;
    call->user_data = user_data;
    call->client = !fn && client->begin && client->end ? client : NULL;
    call->worker = client->worker;
    call->once = client->once;
    call->tag = client->tag;
    call->pace.paced.number = client->place;
    call->pace.backoff = (slack_backoff_t){.base_ms = BACKOFF_BASE_MS, .cap_ms = BACKOFF_CAP_MS};
    slack__response_fail(&call->response, 0);
    *ret = call;
    return 0;
}

void slack__call_free(slack_call_t *call)
{
    slack__unlink(&call->renewal.link);
    if (call->credential) call->credential->ops->release(call->credential);
    slack__budget_give(call->webapi->budget, call->request.counted);
    slack__buf_done(&call->request.body);
    if (!call->kept) slack__arena_free(call->arena);
}

int slack__call_set_token(slack_call_t *call, const char *token)
{
    const char *header = slack__arena_join(call->arena, BEARER, token);
    if (header == NULL) return SLACK_ENOMEM;
    call->request.headers[1] = header;
    return 0;
}

bool slack__call_change_token(slack_call_t *call)
{
    const slack_credential_ops_t *ops = call->credential->ops;
    slack_credential_t *newest = ops->hold(call->credential);
    const char *token = ops->token(newest), *old = call->request.headers[1] + strlen(BEARER);
    const bool changed =
        token && strcmp(token, old) != 0 && slack__call_set_token(call, token) == 0;
    ops->release(changed ? call->credential : newest);
    if (changed) call->credential = newest;
    return changed;
}

static slack_call_t *call_of(const slack_response_t *response)
{
    return SLACK_CONTAINER((uintptr_t)response, slack_call_t, response);
}

slack_arena_t *slack__webapi_arena(const slack_response_t *response)
{
    return call_of(response)->arena;
}

uint64_t slack__webapi_number(const slack_response_t *response)
{
    return call_of(response)->pace.paced.number;
}

void slack__webapi_keep(const slack_response_t *response)
{
    call_of(response)->kept = true;
}

bool slack__call_take_memory(slack_call_t *call)
{
    slack_budget_t *budget = call->webapi->budget;
    const size_t bytes = 2 * call->request.body.len;
    /* The small calls that wait could be many, so only those are sure of room that need not wait.
     */
    const bool small = call->webapi->count < call->webapi->concurrency &&
                       slack__arena_size(call->arena) + bytes <= SLACK_BUDGET_SMALL_BYTES;
    if (!small && !slack__budget_has(budget, bytes)) return false;
    call->request.counted = bytes;
    slack__budget_take(budget, bytes);
    return true;
}

/* Slack names the scopes in headers too, also where the answer itself does not: auth.test has them
 * nowhere else. */
static void call_read_scopes(slack_call_t *call, const slack_curl_result_t *result)
{
    slack_response_t *response = &call->response;
    const bool missing =
        response->status == SLACK_EAPI && strcmp(response->error, "missing_scope") == 0;
    const bool tested = response->status == 0 && strcmp(call->method, "auth.test") == 0;
    if (call->webapi->curl == NULL || !(missing || tested)) return;
    response->accepted_scopes =
        slack__arena_strdup(call->arena, slack__curl_header(result, "X-Accepted-OAuth-Scopes"));
    response->scopes =
        slack__arena_strdup(call->arena, slack__curl_header(result, "X-OAuth-Scopes"));
}

void slack__call_read_result(slack_call_t *call, const slack_curl_result_t *result)
{
    const bool small = result->body_len <= SLACK_BUDGET_SMALL_BYTES;
    slack_curl_result_t refused = *result;
    if (result->status == 0 && !small &&
        !slack__budget_has(call->webapi->budget, VALUES_PER_BYTE * result->body_len))
        refused.status = SLACK_EBUSY;
    if (refused.status == SLACK_EBUSY) {
        refused.reason =
            "its answer has no room in SLACK_CALLS_MIB, though Slack has made the call";
        result = &refused;
    }
    if (call->to_url)
        slack__response_read_url(&call->response, call->arena, result);
    else
        slack__response_read_call(&call->response, call->arena, result);
    call_read_scopes(call, result);
}

/* Logs once for each method that Slack has deprecated it, and what Slack warned of first. */
static void call_note_warnings(const slack_call_t *call)
{
    size_t count;
    const slack_method_t *methods = slack__methods(&count), *method = slack__method(call->method);
    unsigned char *noted = &call->webapi->noted[method ? (size_t)(method - methods) : count];
    const slack_logger_t *log = slack__net_log(call->webapi->net);
    if (method && method->flags & SLACK_METHOD_DEPRECATED && !(*noted & NOTED_DEPRECATED)) {
        *noted |= NOTED_DEPRECATED;
        SLACK_LOG(log, WARN, "deprecated method", "method=%s hint=%s%s", call->method,
                  "Slack may remove it: see https://docs.slack.dev/reference/methods/",
                  call->method);
    }
    /* The messages of a failed answer are its reason. */
    if (*noted & NOTED_WARNED || call->response.status != 0) return;
    const char *warnings = slack__response_warnings(&call->response, call->arena);
    if (warnings == NULL) return;
    *noted |= NOTED_WARNED;
    SLACK_LOG(log, WARN, "call warned", "method=%s warning=%s", call->method, warnings);
}

void slack__call_log(const slack_call_t *call, const slack_curl_result_t *result)
{
    const slack_logger_t *log = slack__net_log(call->webapi->net);
    const slack_response_t *response = &call->response;
    SLACK_LOG(log, DEBUG, "call", "method=%s ms=%llu tries=%u status=%s error=%s http=%d req_id=%s",
              call->method,
              (unsigned long long)(slack__webapi_now_ms(call->webapi) - call->pace.accepted_ms),
              call->pace.tries, response->status ? slack_err_name(response->status) : "ok",
              response->error, response->http_status,
              call->webapi->curl ? slack__curl_header(result, "X-Slack-Req-Id") : "");
    call_note_warnings(call);
}

void slack__call_report(slack_call_t *call)
{
    slack_webapi_t *webapi = call->webapi;
    const slack_response_t *response = &call->response;
    webapi->count--;
    call->response.method = call->method;
    call->response.waited_ms = call->pace.waited_ms;
    if (webapi->called) webapi->called(call->method, response, webapi->user_data);
    if (call->fn) {
        slack_net_t *net = webapi->net;
        const uint64_t since_us = slack__net_now_us(net);
        call->fn(response, call->user_data);
        if (call->of_program) slack__net_note_blocking(net, since_us, "call", call->method);
    } else if (call->client) {
        call->client->end(call->client, response);
    } else if (response->status == SLACK_ECANCELED) {
        webapi->dropped++;
    } else if (response->status != 0) {
        SLACK_LOG(slack__net_log(webapi->net), WARN, "call failed", "method=%s error=%s reason=%s",
                  call->method, slack_err_name(response->status),
                  slack__response_why(response, call->arena));
    }
}
