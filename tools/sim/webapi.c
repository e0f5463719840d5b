/* SPDX-License-Identifier: MIT */
#include "sim/webapi.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sim/team.h"
#include "util/form.h"

/* How the arguments of a call came. */
typedef struct arguments {
    const slack_json_t *args;
    bool from_json; /* then a token in them does not count */
    bool no_charset;
} arguments_t;

/* --- for the methods --- */

const slack_json_t *sim_fail(sim_call_t *call, const char *error)
{
    return sim_json(call->json, "{ok: false, error: %s}", error);
}

const slack_json_t *sim_fail_with(sim_call_t *call, const char *error, const char *format, ...)
{
    char sentence[SIM_PROBLEM_SIZE];
    va_list ap;
    va_start(ap, format);
    vsnprintf(sentence, sizeof sentence, format, ap);
    va_end(ap);
    if (!*sentence) return sim_fail(call, error);
    return sim_json(call->json,
                    "{ok: false, error: %s, response_metadata: {messages: ['[ERROR] %s']}}", error,
                    sentence);
}

const slack_json_t *sim_fail_missing(sim_call_t *call, const char *name)
{
    return sim_fail_with(call, "invalid_arguments", "missing required field: %s", name);
}

const char *sim_arg(const sim_call_t *call, const char *name)
{
    const slack_json_t *value = slack__json_member(call->args, slack__slice(name));
    const char *text = NULL;
    switch (slack_json_type(value)) {
    case SLACK_JSON_STRING: text = slack_json_str(value, ""); break;
    case SLACK_JSON_BOOL: text = slack_json_bool(value, "") ? "true" : "false"; break;
    case SLACK_JSON_NUMBER: text = slack__json_text(call->json->arena, value, NULL); break;
    default: break;
    }
    return text ? text : "";
}

bool sim_arg_bool(const sim_call_t *call, const char *name)
{
    const char *text = sim_arg(call, name);
    return strcmp(text, "true") == 0 || strcmp(text, "1") == 0;
}

bool sim_arg_count(const sim_call_t *call, const char *name, size_t fallback, size_t max,
                   size_t *ret)
{
    const char *text = sim_arg(call, name);
    uint64_t number = fallback;
    if (*text && !slack__parse_u64(slack__slice(text), max, &number)) return false;
    *ret = (size_t)number;
    return number > 0;
}

bool sim_arg_json(const sim_call_t *call, const char *name, const slack_json_t **ret)
{
    const slack_json_t *value = slack__json_member(call->args, slack__slice(name));
    *ret = value;
    if (slack_json_type(value) != SLACK_JSON_STRING) return true;
    const char *text = slack_json_str(value, "");
    return slack__json_parse(call->json->arena, text, strlen(text), ret, NULL) == 0;
}

/* --- arguments out of a request --- */

bool sim_request_is(const slack_http_request_t *request, const char *media_type)
{
    slack_slice_t rest = slack__http_header(request, "content-type", NULL), type;
    return slack__slice_split(&rest, ';', &type) &&
           slack__slice_eq_nocase(slack__slice_trim(type), slack__slice(media_type));
}

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

/* NULL on success, else the error's word. */
static const char *read_arguments(const slack_http_request_t *request, sim_json_builder_t *json,
                                  arguments_t *ret)
{
    *ret = (arguments_t){NULL, false, false};
    slack_slice_t text = {request->body, request->body_len};
    bool is_json = sim_request_is(request, "application/json");
    if (!text.ptr || text.len == 0) {
        text = request->query;
    } else if (is_json) {
        const slack_json_t *args = sim_json_parsed(json, text.ptr, text.len);
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

/* The token of a request; "" when there is none. "Bearer" is case-sensitive at Slack. */
static slack_slice_t read_token(const slack_http_request_t *request, const arguments_t *arguments,
                                bool header_only)
{
    static const slack_slice_t bearer = {"Bearer ", 7};
    slack_slice_t header = slack__http_header(request, "authorization", NULL);
    slack_slice_t start = {header.ptr, header.len < bearer.len ? header.len : bearer.len};
    if (slack__slice_eq(start, bearer))
        return slack__slice_trim((slack_slice_t){header.ptr + bearer.len, header.len - bearer.len});
    bool in_query = request->body_len == 0;
    if (header_only || arguments->from_json || in_query) return SLACK_SLICE("");
    return slack__slice(slack_json_str(arguments->args, "/token"));
}

/* NULL when the token is good for the method, else the error's word. */
static const char *check_token(sim_call_t *call, slack_slice_t token, const sim_method_t *method)
{
    sim_t *sim = call->sim;
    enum sim_token kind;
    if (token.len == 0) return "not_authed";
    call->step = sim_step_by_token(&sim->workspace.steps, token);
    if (slack__slice_eq(token, slack__slice(sim->options.bot_token))) {
        kind = SIM_TOKEN_BOT;
    } else if (slack__slice_eq(token, slack__slice(sim->options.app_token))) {
        kind = SIM_TOKEN_APP;
    } else if (call->step) {
        kind = SIM_TOKEN_BOT;
        if (!sim_step_token_valid(&sim->workspace.steps, call->step)) return "token_expired";
    } else {
        return "invalid_auth";
    }
    return kind == method->token ? NULL : "not_allowed_token_type";
}

/* --- the call --- */

static const sim_method_t *find_method(const char *name)
{
    static const sim_method_t *const tables[] = {
        sim_methods_basic,         sim_methods_assistant, sim_methods_chat,
        sim_methods_conversations, sim_methods_steps,     sim_methods_views,
    };
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        for (const sim_method_t *method = tables[i]; method->name; method++)
            if (strcmp(method->name, name) == 0) return method;
    return NULL;
}

static const slack_json_t *run(sim_call_t *call, const slack_http_request_t *request,
                               arguments_t *arguments)
{
    const sim_method_t *method = find_method(call->method);
    if (!method)
        return sim_json(call->json, "{ok: false, error: 'unknown_method', req_method: %s}",
                        call->method);
    const char *error = read_arguments(request, call->json, arguments);
    if (error) return sim_fail(call, error);
    call->args = arguments->args;
    error =
        check_token(call, read_token(request, arguments, method->token == SIM_TOKEN_APP), method);
    return error ? sim_fail(call, error) : method->run(call);
}

static const slack_json_t *with_warning(sim_json_builder_t *json, const slack_json_t *answer)
{
    const slack_json_t *metadata =
        sim_json_merged(json, slack_json_get(answer, "/response_metadata"),
                        sim_json(json, "{warnings: ['missing_charset']}"));
    const slack_json_t *warned =
        sim_json(json, "{warning: 'missing_charset', response_metadata: %p}", metadata);
    return sim_json_merged(json, warned, answer);
}

/* What a fault makes of a call: a status with a page, or ok: false. False: nothing. */
static bool answer_fault(sim_call_t *call, slack_http_request_t *request)
{
    static const char page[] = "<html><body>Something went wrong.</body></html>\n";
    const sim_effect_t effect = sim_faults_at(&call->sim->faults, SIM_POINT_CALL, call->method);
    char seconds[24];
    if (!effect.acts) return false;
    if (*effect.error) {
        sim_answer_json(call->sim, request, 200, sim_fail(call, effect.error));
        return true;
    }
    snprintf(seconds, sizeof seconds, "%" PRIu64, effect.retry_after_s);
    const slack_http_header_t retry_after = {SLACK_SLICE("Retry-After"), slack__slice(seconds)};
    const slack_http_response_t answer = {
        .status = (int)effect.status,
        .content_type = "text/html",
        .headers = &retry_after,
        .header_count = effect.retry_after_s > 0 ? 1 : 0,
        .body = page,
        .body_len = sizeof page - 1,
    };
    (void)slack__http_respond(call->sim->server, request->id, &answer);
    slack__arena_free(request->arena);
    return true;
}

void sim_webapi_request(sim_t *sim, slack_http_request_t *request)
{
    sim_json_builder_t json = {request->arena, 0};
    arguments_t arguments = {NULL, false, false};
    sim_call_t call = {.sim = sim, .json = &json, .method = request->path.ptr + strlen("/api/")};
    if (answer_fault(&call, request)) return;
    const slack_json_t *answer = run(&call, request, &arguments);
    if (arguments.no_charset) answer = with_warning(&json, answer);
    if (json.rc != 0) answer = NULL;
    sim_answer_json(sim, request, answer ? 200 : 500, answer);
}

/* --- methods that belong to no family --- */

static const slack_json_t *auth_test(sim_call_t *call)
{
    return sim_json(call->json,
                    "{ok: true, url: '%s/', team: %s, user: %s, team_id: %s, user_id: %s,"
                    " bot_id: %s, is_enterprise_install: false}",
                    call->sim->base, SIM_TEAM_NAME, sim_user_bot()->name, SIM_TEAM_ID,
                    sim_user_bot()->id, SIM_BOT_ID);
}

static const slack_json_t *apps_connections_open(sim_call_t *call)
{
    const char *url = sim_socket_url(call->sim, call->json->arena);
    return url ? sim_json(call->json, "{ok: true, url: %s}", url) : NULL;
}

static const slack_json_t *users_info(sim_call_t *call)
{
    const char *id = sim_arg(call, "user");
    const sim_user_t *user = sim_user_by_id(id);
    if (!*id) return sim_fail_missing(call, "user");
    if (!user) return sim_fail(call, "user_not_found");
    return sim_json(call->json, "{ok: true, user: %p}", sim_user_json(call->json, user));
}

const sim_method_t sim_methods_basic[] = {
    {"auth.test", SIM_TOKEN_BOT, auth_test},
    {"apps.connections.open", SIM_TOKEN_APP, apps_connections_open},
    {"users.info", SIM_TOKEN_BOT, users_info},
    {NULL, 0, NULL},
};
