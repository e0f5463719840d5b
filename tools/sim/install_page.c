/* SPDX-License-Identifier: MIT */
#include "sim/install_page.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sim/authorize_page.h"
#include "sim/id_tokens.h"
#include "sim/installs.h"
#include "sim/responses.h"
#include "util/form.h"
#include "util/random.h"

#define LOCATION_MAX ((size_t)16384)
#define COOKIE       "simulated-slack"
#define CSRF_SIZE    40

/* A request for the page, or the answer to its question. */
typedef struct visit {
    const sim_services_t *services; /* of the chosen workspace */
    slack_http_request_t *request;
    sim_json_builder_t json;
    sim_authorize_request_t asked;
    const slack_json_t *form; /* of a POST */
    char csrf[CSRF_SIZE];     /* of the cookie; "" for none */
    bool org_wide;
} visit_t;

/* --- responses --- */

static void respond_page(visit_t *visit, int status, const char *html)
{
    /* Cookies do not know ports: without the path the app would get it, too. */
    char cookie[CSRF_SIZE + 128];
    snprintf(cookie, sizeof cookie, COOKIE "=%s; Path=%.64s; HttpOnly; SameSite=Lax", visit->csrf,
             visit->request->path.ptr);
    const slack_http_header_t headers[] = {
        {SLACK_SLICE("Content-Security-Policy"),
         SLACK_SLICE("default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; "
                     "frame-ancestors 'none'")},
        {SLACK_SLICE("X-Content-Type-Options"), SLACK_SLICE("nosniff")},
        /* With "no-referrer" the origin of the form would be "null". */
        {SLACK_SLICE("Referrer-Policy"), SLACK_SLICE("same-origin")},
        {SLACK_SLICE("Cache-Control"), SLACK_SLICE("no-store")},
        {SLACK_SLICE("Set-Cookie"), slack__slice(cookie)},
    };
    const slack_http_response_t response = {
        .status = status,
        .content_type = "text/html; charset=utf-8",
        .headers = headers,
        .header_count = sizeof headers / sizeof *headers - (*visit->csrf == '\0'),
        .body = html,
        .body_len = strlen(html),
    };
    if (visit->json.rc == 0)
        sim_respond(visit->request, &response);
    else
        sim_respond_json(visit->request, 500, NULL);
}

static void respond_error(visit_t *visit, int status, const char *error, const char *problem)
{
    respond_page(visit, status, sim_authorize_error_html(&visit->json, error, problem));
}

/* Send the browser to the redirect URI with these parameters. */
static void respond_redirect(visit_t *visit, const slack_json_t *parameters)
{
    const char *url = visit->asked.redirect_uri;
    slack_buf_t text;
    slack__buf_init(&text, LOCATION_MAX);
    int rc = visit->json.rc;
    if (rc == 0) rc = slack__buf_printf(&text, "%s%c", url, strchr(url, '?') ? '&' : '?');
    if (rc == 0) rc = slack__form_write(&text, parameters);
    const slack_http_header_t headers[] = {
        {SLACK_SLICE("Location"), {slack__buf_ptr(&text), text.len}},
        {SLACK_SLICE("Cache-Control"), SLACK_SLICE("no-store")},
    };
    const slack_http_response_t response = {.status = 302, .headers = headers, .header_count = 2};
    if (rc == 0)
        sim_respond(visit->request, &response);
    else
        sim_respond_json(visit->request, 500, NULL);
    slack__buf_done(&text);
}

/* --- the question --- */

/* Whether a name is that of the workspace's organization. */
static bool is_organization(const sim_org_t *org, const char *name)
{
    return org && (strcmp(org->id, name) == 0 || strcmp(org->domain, name) == 0);
}

/* Choose a workspace, or an organization, by its id or domain. False: there is no such. */
static bool visit_choose(visit_t *visit, const char *name)
{
    const sim_teams_t *teams = visit->services->teams;
    const sim_services_t *found = sim_team_find(teams, name);
    visit->org_wide = false;
    for (size_t i = 0; i < teams->count && !found; i++)
        if (is_organization(teams->list[i]->team->org, name)) {
            found = teams->list[i];
            visit->org_wide = true;
        }
    if (found) visit->services = found;
    return found != NULL;
}

static void show_question(visit_t *visit)
{
    static const char *const people[] = {"ann", "ben", "cleo"};
    sim_authorize_place_t places[SIM_TEAMS_MAX + 1];
    const sim_teams_t *teams = visit->services->teams;
    const sim_org_t *org = NULL;
    sim_authorize_choices_t choices = {
        .places = places,
        .people = people,
        .people_count = sizeof people / sizeof *people,
        .csrf = visit->csrf,
    };
    for (size_t i = 0; i < teams->count; i++) {
        const sim_team_t *team = teams->list[i]->team;
        if (team->org) org = team->org;
        places[choices.place_count++] = (sim_authorize_place_t){
            team->id, team->name, team == visit->services->team && !visit->org_wide};
    }
    if (org)
        places[choices.place_count++] =
            (sim_authorize_place_t){org->id, org->name, visit->org_wide};
    if (!*visit->csrf)
        snprintf(visit->csrf, sizeof visit->csrf, "%016" PRIx64 "%016" PRIx64, slack__random_u64(),
                 slack__random_u64());
    respond_page(visit, 200, sim_authorize_html(&visit->json, &visit->asked, &choices));
}

/* --- the answer --- */

/* The person of the form. NULL after the response. */
static const sim_user_t *find_person(visit_t *visit)
{
    const sim_users_t *users = &visit->services->workspace->users;
    const char *name = slack_json_str(visit->form, "/user");
    const sim_user_t *user = *name ? sim_user_find(users, name) : sim_user_owner(users);
    const char *problem = !user || user->bot || user->deactivated
                              ? "There is no such person in the workspace."
                          : user->guest ? "Guests cannot install apps."
                          : visit->org_wide && !user->admin
                              ? "Only an administrator installs an app for the whole organization."
                              : NULL;
    if (!problem) return user;
    respond_error(visit, 403, "restricted_action", problem);
    return NULL;
}

static void allow(visit_t *visit, const sim_user_t *user)
{
    sim_workspace_t *workspace = visit->services->workspace;
    const char *name = slack_json_str(visit->form, "/channel");
    const bool webhook = sim_scope_set_has(&visit->asked.bot_scopes, "incoming-webhook");
    const sim_channel_t *channel =
        webhook ? sim_channel_find(&workspace->channels, *name ? name : "general") : NULL;
    if (webhook && !channel) {
        respond_error(visit, 400, "channel_not_found", "There is no such channel.");
        return;
    }
    const sim_grantor_t person = sim_grantor_person(visit->services, user, visit->org_wide);
    sim_code_t *code = sim_code_new(&visit->services->oauth->codes, &visit->asked, &person);
    if (channel) snprintf(code->channel_id, sizeof code->channel_id, "%s", channel->id);
    sim_transcript_add(&workspace->transcript, SIM_ENTRY_EVENT, false, "", user->name, "%s",
                       visit->asked.flow == SIM_FLOW_OPENID ? "signs in with Slack"
                       : visit->org_wide ? "installs the app in the whole organization"
                                         : "installs the app");
    respond_redirect(visit, sim_json(&visit->json, "{code: %s, state?: %s}", code->text,
                                     *visit->asked.state ? visit->asked.state : NULL));
}

static void take_answer(visit_t *visit)
{
    const char *csrf = slack_json_str(visit->form, "/csrf");
    const char *name = slack_json_str(visit->form, "/workspace");
    const char *decision = slack_json_str(visit->form, "/decision");
    if (!*visit->csrf || strcmp(csrf, visit->csrf) != 0) {
        respond_error(visit, 403, "invalid_csrf",
                      "The form is not from this browser: open the page again, with cookies.");
        return;
    }
    if (*name && !visit_choose(visit, name)) {
        respond_error(visit, 400, "invalid_team", "There is no such workspace.");
        return;
    }
    const sim_user_t *user = find_person(visit);
    if (!user) return;
    if (strcmp(decision, "allow") == 0) {
        allow(visit, user);
        return;
    }
    sim_transcript_add(&visit->services->workspace->transcript, SIM_ENTRY_EVENT, false, "",
                       user->name, "does not install the app");
    respond_redirect(visit, sim_json(&visit->json, "{error: 'access_denied', state?: %s}",
                                     *visit->asked.state ? visit->asked.state : NULL));
}

/* --- the request --- */

/* Read the cookie of the page. */
static void read_cookie(visit_t *visit)
{
    slack_slice_t rest = slack__http_header(visit->request, "cookie", NULL), part, name;
    while (rest.len > 0 && slack__slice_split(&rest, ';', &part)) {
        part = slack__slice_trim(part);
        slack__slice_split(&part, '=', &name);
        if (slack__slice_eq(name, SLACK_SLICE(COOKIE)) && part.len == 32)
            snprintf(visit->csrf, sizeof visit->csrf, "%.*s", (int)part.len, part.ptr);
    }
    if (strspn(visit->csrf, "0123456789abcdef") != strlen(visit->csrf)) *visit->csrf = '\0';
}

static void authorize(const sim_services_t *services, slack_http_request_t *request,
                      enum sim_flow flow)
{
    visit_t visit = {services, request, {request->arena, 0}, .form = NULL};
    const bool post = slack__slice_eq(request->method, SLACK_SLICE("POST"));
    const slack_json_t *query = NULL;
    char problem[SIM_PROBLEM_SIZE] = "";
    visit.json.rc = slack__form_parse(request->arena, request->query.ptr ? request->query.ptr : "",
                                      request->query.len, &query);
    if (post && visit.json.rc == 0)
        visit.json.rc = slack__form_parse(request->arena, request->body ? request->body : "",
                                          request->body_len, &visit.form);
    read_cookie(&visit);
    const char *error =
        sim_authorize_read(&visit.json, &services->oauth->app, flow, query, &visit.asked, problem);
    if (!error && *visit.asked.team && !visit_choose(&visit, visit.asked.team)) {
        error = "invalid_team";
        snprintf(problem, sizeof problem, "There is no workspace %.80s.", visit.asked.team);
    }
    if (error)
        respond_error(&visit, 400, error, problem);
    else if (post)
        take_answer(&visit);
    else
        show_question(&visit);
}

static void show_configuration(const sim_services_t *services, slack_http_request_t *request)
{
    sim_json_builder_t json = {request->arena, 0};
    const char *base = services->env->base_url;
    sim_respond_json(
        request, 200,
        sim_json(&json,
                 "{issuer: 'https://slack.com', authorization_endpoint:"
                 " '%s/openid/connect/authorize', token_endpoint: '%s/api/openid.connect.token',"
                 " userinfo_endpoint: '%s/api/openid.connect.userInfo', jwks_uri:"
                 " '%s/openid/connect/keys', scopes_supported: ['openid', 'profile', 'email'],"
                 " response_types_supported: ['code'],"
                 " id_token_signing_alg_values_supported: ['RS256']}",
                 base, base, base, base));
}

void sim_install_request(const sim_services_t *services, slack_http_request_t *request)
{
    sim_json_builder_t json = {request->arena, 0};
    const char *path = request->path.ptr;
    if (strcmp(path, "/oauth/v2/authorize") == 0)
        authorize(services, request, SIM_FLOW_V2);
    else if (strcmp(path, "/oauth/v2_user/authorize") == 0)
        authorize(services, request, SIM_FLOW_USER);
    else if (strcmp(path, "/openid/connect/authorize") == 0)
        authorize(services, request, SIM_FLOW_OPENID);
    else if (strcmp(path, "/openid/connect/keys") == 0)
        sim_respond_json(request, 200, sim_id_token_keys(&json));
    else if (strcmp(path, "/.well-known/openid-configuration") == 0)
        show_configuration(services, request);
    else
        sim_respond_text(request, 404, "There is nothing here.\n");
}
