/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "protocol/methods.h"
#include "util/form.h"
#include "util/json.h"
#include "util/lifetime.h"
#include "util/str.h"
#include "webapi/args_check.h"
#include "webapi/call_queue.h"
#include "webapi/request.h"

/* The functions on a client: calls by a request, by a template, and to a response URL. */

#define METHOD_MAX 128

/* The token of a call; "" for a call without one. NULL: the client lacks it. A method that is not
 * known may need none. */
static const char *token_for(const slack_client_t *client, const char *method)
{
    const slack_method_t *known = slack__method(method);
    if (known && known->flags & SLACK_METHOD_NO_TOKEN) return "";
    const char *token = slack__client_token(client);
    if (token) return *token ? token : NULL;
    return known && !(known->flags & SLACK_METHOD_ANY_TOKEN) ? NULL : "";
}

static bool method_is_valid(const char *method)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._";
    const size_t len = method ? strspn(method, allowed) : 0;
    /* "." and ".." are parts of a path that lead elsewhere. */
    return len > 0 && len <= METHOD_MAX && method[len] == '\0' && *method != '.' &&
           method[len - 1] != '.';
}

const char *slack__webapi_refusal(const slack_client_t *client, const char *method, int status)
{
    const slack_webapi_t *webapi = slack__webapi_of(client);
    switch (status) {
    case SLACK_EINVAL:
        if (method && strcmp(method, SLACK_RESPONSE_URL) == 0)
            return "the URL is not one of Slack's: use slack_say()";
        if (method && strcmp(method, SLACK_WEBHOOK) == 0)
            return "the URL is not one of Slack's: pass the https URL that Slack has made";
        return method_is_valid(method)
                   ? "the arguments are not an object: pass one"
                   : "the name of the method is not valid: pass one such as chat.postMessage";
    case SLACK_ECANCELED:
        return client->order || (webapi && webapi->closing)
                   ? "the app stops: raise SLACK_DRAIN_MS, or end when slack_ctx_canceled() says so"
                   : "the app does not run: call it between its start and its stop";
    case SLACK_EAUTH:
        if (slack__client_token(client) == NULL)
            return "the method needs a token: pass one to slack_client_new()";
        return *slack__client_token(client)
                   ? "the token is malformed: pass one of visible ASCII characters"
                   : "the client has no token: use slack_ctx_client() in a delivery, or "
                     "pass one to "
                     "slack_client_new() that is not empty";
    case SLACK_EBUSY:
        return webapi == NULL || slack__webapi_has_room(webapi)
                   ? "the calls under way take all of SLACK_CALLS_MIB: do less at once, or raise it"
                   : webapi->no_room;
    case SLACK_ETOOBIG: return "the arguments are more than 4 MiB: send less";
    default: return slack_strerror(status);
    }
}

int slack__webapi_refuse(slack_client_t *client, const char *method, int rc, const char *why)
{
    if (rc == 0 || client == NULL) return rc;
    if (why == NULL) why = slack__webapi_refusal(client, method, rc);
    if (client->refuse)
        client->refuse(client, method ? method : "", rc, why);
    else if (client->log)
        SLACK_LOG(client->log, ERROR, "call not made", "method=%s error=%s reason=%s",
                  method ? method : "", slack_err_name(rc), why);
    return rc;
}

slack_net_t *slack__webapi_net(const slack_client_t *client)
{
    const slack_webapi_t *webapi = client ? slack__webapi_of(client) : NULL;
    return webapi ? webapi->net : NULL;
}

int slack__webapi_act(slack_client_t *client, const char *function)
{
    if (slack__lifetimes_checked() && !slack__lifetime_part_is_open(client, function))
        return SLACK_EALREADY;
    slack_net_t *net = slack__webapi_net(client);
    const int rc = net ? slack__net_require(net, function) : 0;
    if (rc != 0 || client == NULL || client->order == NULL || client->begin) return rc;
    return slack__webapi_refuse(client, function, SLACK_EALREADY,
                                "the delivery has ended: use slack_app_client()");
}

void slack_client_repeat(slack_client_t *client, bool repeat)
{
    if (client == NULL) return;
    if (slack__webapi_of(client) &&
        slack__net_require(slack__webapi_of(client)->net, __func__) != 0)
        return;
    client->repeat = repeat;
}

int slack__client_copy(slack_client_t *ret, const slack_client_t *client, slack_arena_t *arena)
{
    slack_client_t copy = *client;
    copy.token = slack__arena_strdup(arena, client->token);
    copy.team_id = slack__arena_strdup(arena, client->team_id);
    copy.workspace = slack__arena_strdup(arena, client->workspace);
    if ((client->token && !copy.token) || (client->team_id && !copy.team_id) ||
        (client->workspace && !copy.workspace))
        return SLACK_ENOMEM;
    if (copy.credential) copy.credential = copy.credential->ops->hold(copy.credential);
    *ret = copy;
    return 0;
}

void slack__client_release(slack_client_t *copy)
{
    if (copy->credential) copy->credential->ops->release(copy->credential);
    copy->credential = NULL;
}

static int request_new(slack_call_t **ret, slack_client_t *client, const char *method,
                       slack_call_fn fn, void *user_data)
{
    /* The token goes into a header line, the method into the URL. */
    if (!client || !method_is_valid(method)) return SLACK_EINVAL;
    if (slack__webapi_of(client) == NULL) return SLACK_ECANCELED;
    const char *token = token_for(client, method);
    if (!token || !slack__is_visible(slack__slice(token))) return SLACK_EAUTH;
    slack_call_t *call;
    int rc = slack__call_new(&call, client, fn, user_data);
    if (rc != 0) return rc;
    call->method = slack__arena_strdup(call->arena, method);
    call->request.url = slack__arena_join(call->arena, call->webapi->api_url, method);
    call->request.headers[0] = "Content-Type: application/x-www-form-urlencoded; charset=utf-8";
    if (*token && client->credential)
        call->credential = client->credential->ops->hold(client->credential);
    const char **header = &call->request.headers[1];
    if (*token)
        slack__call_set_token(call, token);
    else if (client->basic)
        *header = slack__arena_join(call->arena, "Authorization: ", client->basic);
    if (!call->method || !call->request.url || (!*header && (*token || client->basic))) {
        slack__call_free(call);
        return SLACK_ENOMEM;
    }
    *ret = call;
    return 0;
}

static int call_set_order(slack_call_t *call, const slack_client_t *client, const char *target)
{
    if (client->order == NULL || *target == '\0') return 0;
    return slack__order_set(&call->pace.ordered, call->arena, client->order, target);
}

static int call_submit(slack_call_t *call, slack_client_t *client, const slack_json_t *args)
{
    const slack_json_t *team = NULL;
    int rc = slack_json_error(args);
    if (rc == 0 && args) rc = slack__form_write(&call->request.body, args);
    /* The channel, view or user that the call changes; "": the arguments name none of them. */
    static const char *const names[] = {"/channel", "/channel_id", "/view_id", "/user_id"};
    const char *target = "";
    for (size_t i = 0; i < sizeof names / sizeof *names && *target == '\0'; i++)
        target = slack_json_str(args, names[i]);
    if (rc == 0) rc = call_set_order(call, client, target);
    /* A call with a `hash` succeeds only once, because it changes the hash; with reply_broadcast an
     * update posts in the channel. */
    const slack_method_t *known = slack__method(call->method);
    call->repeatable = client->repeat || (known && known->effect != SLACK_METHOD_ACTS &&
                                          !slack_json_get(args, "/hash") &&
                                          !slack_json_get(args, "/reply_broadcast"));
    const char *users = slack_json_str(args, "/users");
    call->users = *users != '\0';
    while ((users = strchr(users, ',')) != NULL)
        call->users++, users++;
    /* A team_id in the arguments is the caller's decision, even null. */
    if (rc == 0 && client->team_id && *client->team_id && !slack_json_get(args, "/team_id") &&
        slack__method_is(call->method, SLACK_METHOD_TEAM)) {
        rc = slack__jsonf(call->arena, &team, NULL, "{team_id: %s}", client->team_id);
        if (rc == 0 && call->request.body.len > 0)
            rc = slack__buf_append_char(&call->request.body, '&');
        if (rc == 0) rc = slack__form_write(&call->request.body, team);
    }
    if (rc != 0) {
        slack__call_free(call);
        return rc;
    }
    /* The token of one workspace has one rate there, whatever team_id a call has. */
    const bool one = client->team_id && *client->team_id == '\0';
    const char *team_id = one ? "" : slack_json_str(args, "/team_id");
    const slack_pace_call_t what = {
        .token = client->workspace ? client->workspace : token_for(client, call->method),
        .team = *team_id          ? team_id
                : client->team_id ? client->team_id
                                  : "",
        .method = call->method,
        .channel = slack_json_str(args, "/channel"),
    };
    return slack__call_queue_put(call, client, &what);
}

int slack__webapi_call(slack_client_t *client, const char *method, const slack_json_t *args,
                       slack_call_fn fn, void *user_data)
{
    slack_call_t *call;
    int rc = request_new(&call, client, method, fn, user_data);
    return rc != 0 ? rc : call_submit(call, client, args);
}

int slack__webapi_post(slack_client_t *client, const slack_post_t *post, slack_call_fn fn,
                       void *user_data)
{
    slack_webapi_t *webapi = client ? slack__webapi_of(client) : NULL;
    if (!client) return SLACK_EINVAL;
    if (!webapi) return SLACK_ECANCELED;
    if (!slack__response_url_allowed(post->url, webapi->api_url) || !post->message)
        return SLACK_EINVAL;
    slack_call_t *call;
    int rc = slack__call_new(&call, client, fn, user_data);
    if (rc != 0) return rc;
    call->to_url = true;
    call->of_program = post->of_program;
    call->unheld = post->of_program && fn && client->begin;
    call->method = post->method;
    call->request.url = slack__arena_strdup(call->arena, post->url);
    call->request.headers[0] = "Content-Type: application/json; charset=utf-8";
    rc = call->request.url ? slack__json_write(&call->request.body, post->message) : SLACK_ENOMEM;
    if (rc == 0) rc = call_set_order(call, client, call->request.url);
    if (rc != 0) {
        slack__call_free(call);
        return rc;
    }
    /* Each webhook has a lane. A response URL takes so few messages that it needs none. */
    const slack_pace_call_t what = {.token = slack__call_is_webhook(call) ? call->request.url : "",
                                    .team = "",
                                    .method = call->method,
                                    .channel = ""};
    const bool watched = call->client != NULL;
    rc = slack__call_queue_put(call, client, &what);
    if (rc == 0 && post->of_program && !watched) webapi->unwatched++;
    return rc;
}

const char *slack__webapi_check_blocks(const slack_client_t *client, slack_arena_t *arena,
                                       const char *method, const slack_json_t *args)
{
    const slack_webapi_t *webapi = client ? slack__webapi_of(client) : NULL;
    return webapi && webapi->blocks ? slack__block_guard(webapi->blocks, arena, method, args)
                                    : NULL;
}

const char *slack__webapi_check(const slack_client_t *client, slack_arena_t *arena,
                                const char *method, const slack_json_t *args)
{
    const char *why = slack__args_check(arena, method, args);
    return why ? why : slack__webapi_check_blocks(client, arena, method, args);
}

/* A call of the program. The delivery of its client does not wait for a call with a callback. */
static int program_call_new(slack_call_t **ret, const char *function, slack_client_t *client,
                            const char *method, slack_call_fn fn, void *user_data)
{
    int rc = slack__webapi_act(client, function);
    if (rc != 0) return rc;
    rc = request_new(ret, client, method, fn, user_data);
    if (rc != 0) return slack__webapi_refuse(client, method, rc, NULL);
    (*ret)->of_program = true;
    (*ret)->unheld = fn && client->begin;
    return 0;
}

static int program_call_submit(slack_call_t *call, slack_client_t *client, const char *method,
                               const slack_json_t *args)
{
    slack_webapi_t *webapi = call->webapi;
    const bool watched = call->client != NULL;
    int rc = slack__json_required(args);
    const char *why = rc && args ? slack_json_reason(args) : NULL;
    if (rc == 0) why = slack__webapi_check(client, call->arena, method, args);
    if (rc == 0 && why) rc = SLACK_EINVAL;
    if (rc != 0) {
        slack__webapi_refuse(client, method, rc, why);
        slack__call_free(call);
        return rc;
    }
    rc = call_submit(call, client, args);
    if (rc == 0 && !watched) webapi->unwatched++;
    return slack__webapi_refuse(client, method, rc, NULL);
}

int slack_call(slack_client_t *client, slack_request_t request, slack_call_fn fn, void *user_data)
{
    slack_call_t *call;
    int rc = program_call_new(&call, __func__, client, request.method, fn, user_data);
    if (rc != 0) return rc;
    return program_call_submit(call, client, request.method,
                               slack__request_args(call->arena, request));
}

int(slack_callf)(slack_client_t *client, const char *method, slack_call_fn fn, void *user_data,
                 const char *args_template, ...)
{
    slack_call_t *call;
    int rc = program_call_new(&call, __func__, client, method, fn, user_data);
    if (rc != 0) return rc;
    const slack_json_t *args = NULL;
    slack_json_error_t error = {0};
    va_list ap;
    va_start(ap, args_template);
    rc = slack__vjsonf(call->arena, &args, &error, args_template, ap);
    va_end(ap);
    if (rc != 0)
        args = error.cause ? error.cause
                           : slack__json_failed(
                                 call->arena, rc, "%s, at offset %zu: %s", error.what, error.offset,
                                 rc == SLACK_ETEMPLATE ? "correct the template" : "send less");
    return program_call_submit(call, client, method, args);
}
