/* SPDX-License-Identifier: MIT */
#include "sim/authorize_request.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "net/url.h"

static const char *refuse(char problem[SIM_PROBLEM_SIZE], const char *error, const char *format,
                          ...) SLACK_PRINTF(3, 4);
static const char *refuse(char problem[SIM_PROBLEM_SIZE], const char *error, const char *format,
                          ...)
{
    va_list ap;
    va_start(ap, format);
    vsnprintf(problem, SIM_PROBLEM_SIZE, format, ap);
    va_end(ap);
    return error;
}

/* --- the redirect URI --- */

/* Whether a path leads upwards: some servers undo the escapes before they look. */
static bool path_climbs(slack_slice_t target)
{
    for (size_t i = 0; i < target.len && target.ptr[i] != '?'; i++) {
        const char *at = target.ptr + i;
        const size_t left = target.len - i;
        if (*at == '\\' || (*at == '.' && left > 1 && at[1] == '.')) return true;
        if (*at == '%' && left > 2 &&
            (slack__slice_eq_nocase((slack_slice_t){at, 3}, SLACK_SLICE("%2e")) ||
             slack__slice_eq_nocase((slack_slice_t){at, 3}, SLACK_SLICE("%2f")) ||
             slack__slice_eq_nocase((slack_slice_t){at, 3}, SLACK_SLICE("%5c"))))
            return true;
    }
    return false;
}

/* Whether a URL is `base`, or lies below it. */
static bool url_is_below(const slack_url_t *url, const slack_url_t *base)
{
    const slack_slice_t top = base->target;
    if (!slack__url_same_origin(url, base) || url->target.len < top.len ||
        (top.len > 0 && memcmp(url->target.ptr, top.ptr, top.len) != 0))
        return false;
    return url->target.len == top.len || strchr("/?", url->target.ptr[top.len]) ||
           (top.len > 0 && top.ptr[top.len - 1] == '/');
}

static bool redirect_is_configured(sim_json_builder_t *json, const sim_oauth_app_t *app,
                                   const slack_url_t *url)
{
    slack_slice_t rest = slack__slice(app->redirect_uris), each;
    if (rest.len == 0) return slack__is_loopback(url->host);
    while (slack__slice_split(&rest, ',', &each)) {
        slack_url_t base;
        const slack_slice_t text = slack__slice_strip(each);
        const char *copy = slack__arena_strndup(json->arena, text.ptr, text.len);
        if (copy && slack__url_parse(&base, copy) == 0 && url_is_below(url, &base)) return true;
    }
    return false;
}

/* The app's first one. */
static const char *redirect_default(sim_json_builder_t *json, const sim_oauth_app_t *app)
{
    const slack_slice_t first = {app->redirect_uris, strcspn(app->redirect_uris, ",")};
    const slack_slice_t text = slack__slice_strip(first);
    if (text.len == 0) return SIM_REDIRECT_URI_DEFAULT;
    const char *copy = slack__arena_strndup(json->arena, text.ptr, text.len);
    if (!copy && json->rc == 0) json->rc = SLACK_ENOMEM;
    return copy ? copy : "";
}

static const char *read_redirect(sim_json_builder_t *json, const sim_oauth_app_t *app,
                                 sim_authorize_request_t *ret, char problem[SIM_PROBLEM_SIZE])
{
    slack_url_t url;
    ret->redirect_given = *ret->redirect_uri != '\0';
    if (!ret->redirect_given) ret->redirect_uri = redirect_default(json, app);
    if (strlen(ret->redirect_uri) >= SIM_REDIRECT_URI_SIZE ||
        slack__url_parse(&url, ret->redirect_uri) != 0 || strchr(ret->redirect_uri, '#') ||
        strncmp(ret->redirect_uri, "http", 4) != 0 || !slack__url_parts_allowed(&url) ||
        path_climbs(url.target))
        return refuse(problem, "bad_redirect_uri",
                      "A redirect_uri is an https URL, or http on a loopback host, with a plain "
                      "path and without a fragment, of less than %d bytes.",
                      SIM_REDIRECT_URI_SIZE);
    if (!redirect_is_configured(json, app, &url))
        return refuse(problem, "bad_redirect_uri",
                      "redirect_uri did not match any configured URIs. Passed URI: %.120s. The "
                      "settings have: %.60s",
                      ret->redirect_uri,
                      *app->redirect_uris ? app->redirect_uris : "loopback hosts");
    if (app->pkce && *ret->challenge && !sim_scope_set_empty(&ret->bot_scopes) &&
        slack__slice_eq_nocase(url.host, SLACK_SLICE("localhost")))
        return refuse(problem, "invalid_scope",
                      "With PKCE a redirect to localhost goes to a program on a person's desktop, "
                      "which cannot ask for scopes of a bot.");
    return NULL;
}

/* --- the rest --- */

static const char *read_scopes(sim_authorize_request_t *ret, const slack_json_t *query,
                               char problem[SIM_PROBLEM_SIZE])
{
    sim_scope_set_t *of_scope = ret->flow == SIM_FLOW_V2 ? &ret->bot_scopes : &ret->user_scopes;
    slack_slice_t unknown;
    if (!sim_scope_set_read(of_scope, slack__slice(slack_json_str(query, "/scope")), &unknown) ||
        !sim_scope_set_read(&ret->user_scopes, slack__slice(slack_json_str(query, "/user_scope")),
                            &unknown))
        return refuse(problem, "invalid_scope", "Slack has no scope %.*s.",
                      (int)(unknown.len < 80 ? unknown.len : 80), unknown.ptr);
    if (sim_scope_set_empty(&ret->bot_scopes) && sim_scope_set_empty(&ret->user_scopes))
        return refuse(problem, ret->flow == SIM_FLOW_V2 ? "no_scopes" : "no_user_scopes",
                      "The URL asks for no scope: it needs a scope, or a user_scope.");
    if (ret->flow == SIM_FLOW_OPENID && !sim_scope_set_has(&ret->user_scopes, "openid"))
        return refuse(problem, "invalid_scope", "Sign in with Slack needs the scope openid.");
    return NULL;
}

static const char *read_challenge(sim_authorize_request_t *ret, const slack_json_t *query,
                                  char problem[SIM_PROBLEM_SIZE])
{
    static const char base64url[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    ret->challenge = slack_json_str(query, "/code_challenge");
    if (!*ret->challenge) return NULL;
    if (strcmp(slack_json_str(query, "/code_challenge_method"), "S256") != 0 ||
        strlen(ret->challenge) != 43 || strspn(ret->challenge, base64url) != 43)
        return refuse(problem, "invalid_code_challenge",
                      "A code_challenge is the SHA-256 of the code_verifier in base64url, 43 "
                      "characters, and its code_challenge_method is S256.");
    return NULL;
}

const char *sim_authorize_read(sim_json_builder_t *json, const sim_oauth_app_t *app,
                               enum sim_flow flow, const slack_json_t *query,
                               sim_authorize_request_t *ret, char problem[SIM_PROBLEM_SIZE])
{
    *ret = (sim_authorize_request_t){
        .flow = flow,
        .redirect_uri = slack_json_str(query, "/redirect_uri"),
        .state = slack_json_str(query, "/state"),
        .nonce = slack_json_str(query, "/nonce"),
        .team = slack_json_str(query, "/team"),
    };
    if (strcmp(slack_json_str(query, "/client_id"), app->client_id) != 0)
        return refuse(problem, "invalid_client_id",
                      "The client_id is not that of the app, which is %.80s: slackapp sim env "
                      "prints it.",
                      app->client_id);
    if (flow == SIM_FLOW_OPENID && strcmp(slack_json_str(query, "/response_type"), "code") != 0)
        return refuse(problem, "invalid_response_type", "The response_type has to be code.");
    if (strlen(ret->nonce) >= SIM_NONCE_SIZE)
        return refuse(problem, "invalid_nonce", "A nonce has less than %d bytes.", SIM_NONCE_SIZE);
    const char *error = read_scopes(ret, query, problem);
    if (!error) error = read_challenge(ret, query, problem);
    return error ? error : read_redirect(json, app, ret, problem);
}
