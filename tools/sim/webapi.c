/* SPDX-License-Identifier: MIT */
#include "sim/webapi.h"

#include <string.h>

#include "sim/answers.h"
#include "sim/methods.h"
#include "sim/refusals.h"
#include "sim/scopes.h"
#include "util/form.h"

typedef struct arguments {
    const slack_json_t *args;
    bool from_json; /* Slack ignores a token in JSON */
    bool no_charset;
} arguments_t;

/* --- the request --- */

static bool has_charset(const slack_http_request_t *request)
{
    slack_slice_t rest = slack__http_header(request, "content-type", NULL), part;
    while (slack__slice_split(&rest, ';', &part)) {
        part = slack__slice_trim(part);
        part.len = part.len < 8 ? part.len : 8;
        if (slack__slice_eq_nocase(part, SLACK_SLICE("charset="))) return true;
    }
    return false;
}

/* NULL on success, else Slack's word for the error. */
static const char *read_arguments(const slack_http_request_t *request, sim_json_builder_t *json,
                                  arguments_t *ret)
{
    *ret = (arguments_t){NULL, false, false};
    slack_slice_t text = {request->body, request->body_len};
    const slack_json_t *args = NULL;
    bool is_json = sim_request_is(request, "application/json");
    if (!text.ptr || text.len == 0) {
        text = request->query;
    } else if (is_json) {
        json->rc = sim_json_given(json->arena, text, &args);
        ret->no_charset = !has_charset(request);
        ret->from_json = true;
        ret->args = args;
        if (json->rc == SLACK_EJSON || json->rc == SLACK_ETOOBIG) {
            json->rc = 0;
            return "invalid_json";
        }
        return json->rc == 0 && slack_json_type(args) != SLACK_JSON_OBJECT ? "json_not_object"
                                                                           : NULL;
    } else if (!sim_request_is(request, "application/x-www-form-urlencoded")) {
        bool given = slack__http_header(request, "content-type", NULL).len > 0;
        return given ? "invalid_post_type" : "missing_post_type";
    }
    if (json->rc == 0)
        json->rc = slack__form_parse(json->arena, text.ptr ? text.ptr : "", text.len, &ret->args);
    if (json->rc != SLACK_ETOOBIG) return NULL;
    json->rc = 0;
    return "invalid_form_data";
}

/* The token of a request; "" for none. */
static slack_slice_t read_token(const slack_http_request_t *request, const arguments_t *arguments,
                                bool header_only)
{
    const slack_slice_t bearer = sim_bearer(slack__http_header(request, "authorization", NULL));
    if (bearer.ptr) return bearer;
    bool in_query = request->body_len == 0;
    if (header_only || arguments->from_json || in_query) return SLACK_SLICE("");
    return slack__slice(slack_json_str(arguments->args, "/token"));
}

/* NULL if the method takes such a token, with these scopes; else Slack's word for the error. */
static const char *check_kind(sim_call_t *call, const sim_caller_t *caller,
                              const sim_method_t *method)
{
    sim_scope_set_t needed;
    const bool bot = caller->kind == SIM_TOKEN_BOT;
    call->token = caller->token;
    if ((caller->kind == SIM_TOKEN_APP) != (method->token == SIM_TOKEN_APP) ||
        (bot && method->token == SIM_TOKEN_USER) || !sim_scopes_needed(call->method, bot, &needed))
        return "not_allowed_token_type";
    const sim_grant_t *grant = caller->token ? caller->token->grant : NULL;
    return !grant || sim_scope_set_empty(&needed) || sim_scope_set_meet(&grant->scopes, &needed)
               ? NULL
               : "missing_scope";
}

/* Find the workspace of the call. NULL if the token is good for the method, else Slack's word for
 * the error. */
static const char *check_token(sim_call_t *call, slack_slice_t token, const sim_method_t *method)
{
    sim_caller_t caller;
    if (method->token == SIM_TOKEN_NONE) return NULL;
    if (token.len == 0) return "not_authed";
    const char *error = sim_caller_find(call->services, token, &caller);
    if (error) return error;
    error = check_kind(call, &caller, method);
    return error ? error : sim_caller_act(&caller, call);
}

/* --- the call --- */

static const slack_json_t *call_refuse(sim_call_t *call, const char *error)
{
    return strcmp(error, "missing_scope") == 0 ? sim_scopes_missing(call)
                                               : sim_call_error(call, error);
}

static const slack_json_t *call_run(sim_call_t *call, const slack_http_request_t *request,
                                    arguments_t *arguments)
{
    const sim_method_t *method = sim_method_find(call->method);
    if (!method) return sim_refuse_method(call);
    const char *error = read_arguments(request, call->json, arguments);
    if (error) return sim_call_error(call, error);
    call->args = arguments->args;
    error =
        check_token(call, read_token(request, arguments, method->token == SIM_TOKEN_APP), method);
    if (error) return call_refuse(call, error);
    const char *id = sim_call_arg(call, "channel");
    if (!*id) id = sim_call_arg(call, "channel_id");
    call->retry_after_s =
        sim_rate_limits_take(call->services->rate_limits, call->method,
                             sim_channel_find(&call->services->workspace->channels, id));
    if (call->retry_after_s > 0) return NULL;
    const slack_json_t *refusal = sim_refuse_arguments(call);
    return refusal || call->json->rc != 0 ? refusal : method->run(call);
}

static const slack_json_t *with_charset_warning(sim_json_builder_t *json,
                                                const slack_json_t *answer)
{
    const slack_json_t *metadata =
        sim_json_merged(json, slack_json_get(answer, "/response_metadata"),
                        sim_json(json, "{warnings: ['missing_charset']}"));
    const slack_json_t *warned =
        sim_json(json, "{warning: 'missing_charset', response_metadata: %p}", metadata);
    return sim_json_merged(json, warned, answer);
}

/* --- the answer --- */

void sim_webapi_request(const sim_services_t *services, slack_http_request_t *request)
{
    sim_json_builder_t json = {request->arena, 0};
    arguments_t arguments = {NULL, false, false};
    sim_call_t call = {
        .services = services,
        .json = &json,
        .method = request->path.ptr + strlen("/api/"),
        .authorization = slack__http_header(request, "authorization", NULL),
    };
    sim_answer_t answer;
    if (sim_answer_begin(&answer, services, request, call.method))
        answer.json = call_run(&call, request, &arguments);
    else if (*answer.effect.error)
        answer.json = call_refuse(&call, answer.effect.error);
    answer.services = call.services;
    if (call.args) answer.args = call.args;
    answer.scopes = sim_scopes_headers(&call);
    answer.retry_after_s = call.retry_after_s;
    if (arguments.no_charset) answer.json = with_charset_warning(&json, answer.json);
    if (json.rc != 0) answer.json = NULL;
    sim_answer_send(&answer);
}
