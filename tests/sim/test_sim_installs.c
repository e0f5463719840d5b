/* SPDX-License-Identifier: MIT */
/* The app is installed, its tokens rotate, and it leaves: over HTTP, as browsers and apps do it. */
#include <mbedtls/rsa.h>
#include <mbedtls/sha256.h>

#include "support/sim_case.h"
#include "util/base64.h"
#include "util/form.h"

#define ID     "client_id=1000000000001.2000000000002"
#define SECRET "client_secret=simulated-client-secret"
#define BACK   "http://127.0.0.1:3000/cb"
#define CSRF   "00112233445566778899aabbccddeeff"
#define FORM   "application/x-www-form-urlencoded"

static int open_teams(const sim_options_t *options)
{
    sim_peer_open(&peer, options);
    return 0;
}

/* Two workspaces, and two of an organization; tokens live a minute. */
static int open_all(void **state)
{
    return open_teams(&(sim_options_t){.people = SIM_USERS_FIRST,
                                       .workspaces = 4,
                                       .organization = 2,
                                       .not_installed = true,
                                       .token_life_s = 60});
}

#define ALL(function) TEST_CASE(function, open_all, sim_case_close, NULL)

/* ---- a browser and an app ---- */

static const slack_json_t *ask(const char *method, const char *target, const char *form)
{
    const sim_peer_request_t request = {method, target, NULL, form ? FORM : NULL, form};
    return sim_peer_call(&peer, &request);
}

/* Press a button of Slack's page. */
static void press(const char *page, const char *query, const char *form)
{
    peer.cookie = "simulated-slack=" CSRF;
    ask("POST", slack__arena_printf(peer.arena, "%s?" ID "&redirect_uri=" BACK "&%s", page, query),
        slack__arena_printf(peer.arena, "csrf=" CSRF "&%s", form));
}

/* A parameter of the last redirect. */
static const char *back(const char *path)
{
    const slack_json_t *query = NULL;
    const char *mark = strchr(peer.location, '?');
    assert_non_null(mark);
    assert_true(strncmp(peer.location, BACK "?", sizeof BACK) == 0);
    assert_int_equal(slack__form_parse(peer.arena, mark + 1, strlen(mark + 1), &query), 0);
    return slack_json_str(query, path);
}

static const slack_json_t *access_with(const char *method, const char *more)
{
    return ask("POST", slack__arena_printf(peer.arena, "/api/%s", method),
               slack__arena_printf(peer.arena, ID "&" SECRET "&%s", more));
}

static const slack_json_t *installed(const char *query, const char *form)
{
    press("/oauth/v2/authorize", query, form);
    return access_with(
        "oauth.v2.access",
        slack__arena_printf(peer.arena, "redirect_uri=" BACK "&code=%s", back("/code")));
}

static const slack_json_t *parsed(const char *text)
{
    const slack_json_t *json = NULL;
    assert_int_equal(slack__json_parse(peer.arena, text, strlen(text), &json, NULL), 0);
    return json;
}

/* Whether a value has every member of `part`, and is equal to it otherwise. */
static bool has_part(const slack_json_t *value, const slack_json_t *part)
{
    slack_json_iter_t it = {0};
    if (slack_json_type(part) != SLACK_JSON_OBJECT)
        return value && strcmp(slack__json_text(peer.arena, value, NULL),
                               slack__json_text(peer.arena, part, NULL)) == 0;
    while (slack_json_next(part, &it))
        if (!has_part(slack__json_member(value, slack__slice(it.key)), it.value)) return false;
    return true;
}

static void assert_part(const slack_json_t *value, const char *part)
{
    if (!has_part(value, parsed(quoted(slack__arena_strdup(peer.arena, part)))))
        fail_msg("%s is not in %s", part, slack__json_text(peer.arena, value, NULL));
}

static const char *error_of(const char *token, const char *method)
{
    peer.token = token;
    return sim_peer_api_error(&peer, method, "{'channel':'general','text':'x'}");
}

/* ---- installations ---- */

/* clang-format off */
static struct shape {
    const char *name, *page, *query, *form, *method, *part, *absent;
} shapes[] = {
    {"a bot", "/oauth/v2/authorize", "scope=commands,chat:write", "decision=allow", "oauth.v2.access",
     "{'ok':true,'app_id':'A0SIM00001','token_type':'bot','scope':'chat:write,commands','bot_user_id':'U0BOT00001',"
     "'expires_in':60,'team':{'id':'T0SIM00001','name':'Simulated Workspace'},'enterprise':null,"
     "'is_enterprise_install':false,'authed_user':{'id':'U0ANN00001'}}", "/authed_user/access_token"},
    {"a person", "/oauth/v2/authorize", "user_scope=users:read", "decision=allow&user=ben&workspace=simulated2", "oauth.v2.access",
     "{'ok':true,'team':{'id':'T0SIM00002','name':'Simulated Workspace 2'},'authed_user':{'id':'U0BEN00002','scope':'users:read',"
     "'token_type':'user','expires_in':60}}", "/access_token"},
    {"both", "/oauth/v2/authorize", "scope=commands&user_scope=users:read&team=T0SIM00002", "decision=allow", "oauth.v2.access",
     "{'token_type':'bot','bot_user_id':'U0BOT00002','team':{'id':'T0SIM00002'},'authed_user':{'token_type':'user'}}", "/incoming_webhook"},
    {"a workspace of the organization", "/oauth/v2/authorize", "scope=commands", "decision=allow&workspace=T0SIM00003", "oauth.v2.access",
     "{'team':{'id':'T0SIM00003'},'enterprise':{'id':'E0SIM00001','name':'Simulated Organization'},'is_enterprise_install':false}", ""},
    {"the organization", "/oauth/v2/authorize", "scope=commands", "decision=allow&workspace=E0SIM00001", "oauth.v2.access",
     "{'team':null,'enterprise':{'id':'E0SIM00001'},'is_enterprise_install':true,'bot_user_id':'U0BOTORG01'}", ""},
    {"a webhook", "/oauth/v2/authorize", "scope=incoming-webhook", "decision=allow&channel=random", "oauth.v2.access",
     "{'incoming_webhook':{'channel':'#random','channel_id':'C0RANDOM01'}}", ""},
    {"the person's flow", "/oauth/v2_user/authorize", "scope=users:read", "decision=allow", "oauth.v2.user.access",
     "{'ok':true,'token_type':'user','authed_user':{'id':'U0ANN00001','scope':'users:read'},'team':{'id':'T0SIM00001'}}", "/id_token"},
};
/* clang-format on */

TEST_EACH_CASE(test_sim_shape, shapes, NULL, sim_case_close)
{
    const struct shape *row = *state;
    open_all(NULL);
    press(row->page, row->query, row->form);
    const char *code = back("/code");
    const slack_json_t *answer = access_with(
        row->method, slack__arena_printf(peer.arena, "redirect_uri=" BACK "&code=%s", code));
    assert_part(answer, row->part);
    assert_null(*row->absent ? slack_json_get(answer, row->absent) : NULL);
    const char *token = slack_json_str(answer, "/access_token");
    if (!*token) token = slack_json_str(answer, "/authed_user/access_token");
    assert_true(strncmp(token, "xoxe.", 5) == 0);
    assert_string_equal(error_of(token, "auth.test"), "");
    const char *transcript = sim_peer_transcript(&peer);
    assert_true(*transcript && !strstr(transcript, code) && !strstr(transcript, "xox"));
}

ALL(a_webhook_of_an_installation_works)
{
    const slack_json_t *answer = installed("scope=incoming-webhook", "decision=allow");
    const sim_peer_request_t post = {"POST", slack_json_str(answer, "/incoming_webhook/url"), NULL,
                                     "application/json", "{'text':'hi'}"};
    sim_peer_call(&peer, &post);
    assert_string_equal(peer.text, "ok");
}

ALL(a_person_declines)
{
    press("/oauth/v2/authorize", "scope=commands&state=a%26b", "decision=cancel");
    assert_string_equal(back("/error"), "access_denied");
    assert_string_equal(back("/state"), "a&b");
    assert_string_equal(back("/code"), "");
    assert_string_equal(sim_peer_transcript(&peer), "simulated  ann does not install the app\n");
}

ALL(scopes_are_added_and_bots_stay)
{
    const slack_json_t *first = installed("scope=chat:write", "decision=allow");
    const slack_json_t *again = installed("scope=commands", "decision=allow");
    assert_member(again, "/scope", "chat:write,commands");
    assert_member(again, "/bot_user_id", slack_json_str(first, "/bot_user_id"));
    peer.token = slack_json_str(again, "/access_token");
    assert_member(sim_peer_api(&peer, "users.info", "{'user':'U0ANN00001'}"), "/needed",
                  "users:read");
    assert_string_equal(error_of(peer.token, "chat.postMessage"), "");
    assert_string_equal(error_of(peer.token, "openid.connect.userInfo"), "not_allowed_token_type");
}

ALL(the_page_asks_and_is_guarded)
{
    const char *page = "/oauth/v2/authorize?" ID "&scope=incoming-webhook&redirect_uri=" BACK;
    static const char *const parts[] = {
        "<html lang=\"en\">", "<label for=\"workspace\">", "<option value=\"E0SIM00001\">",
        "value=\"allow\"",    "value=\"cancel\"",          "incoming-webhook",
        "name=\"channel\""};
    static const struct {
        const char *cookie, *form;
        int status;
    } posts[] = {
        {NULL, "decision=allow&csrf=" CSRF, 403},
        {"simulated-slack=", "decision=allow&csrf=", 403},
        {"simulated-slack=" CSRF, "decision=allow", 403},
        {"simulated-slack=" CSRF, "decision=allow&csrf=" CSRF "0", 403},
        {"simulated-slack=" CSRF, "decision=allow&user=dan&csrf=" CSRF, 403},
        {"simulated-slack=" CSRF, "decision=allow&user=ben&workspace=E0SIM00001&csrf=" CSRF, 403},
        {"simulated-slack=" CSRF, "decision=allow&workspace=T1&csrf=" CSRF, 400},
        {"simulated-slack=" CSRF, "decision=allow&channel=none&csrf=" CSRF, 400},
        {"a=b; simulated-slack=" CSRF "; c=d", "decision=allow&csrf=" CSRF, 302},
    };
    ask("GET", page, NULL);
    assert_int_equal(peer.status, 200);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        assert_non_null(strstr(peer.text, parts[i]));
    for (size_t i = 0; i < sizeof posts / sizeof *posts; i++) {
        peer.cookie = posts[i].cookie;
        ask("POST", page, posts[i].form);
        if (peer.status != posts[i].status) fail_msg("row %zu: %d", i, peer.status);
    }
    ask("GET", "/oauth/v2/authorize?" ID "&scope=%3Cb%3E&redirect_uri=" BACK, NULL);
    assert_int_equal(peer.status, 400);
    assert_true(strstr(peer.text, "&lt;b&gt;") && !strstr(peer.text, "<b>"));
    ask("GET", "/oauth/v2/authorize?" ID "&scope=commands&team=T1&redirect_uri=" BACK, NULL);
    assert_non_null(strstr(peer.text, "invalid_team"));
}

/* ---- credentials, and a lost answer ---- */

ALL(codes_are_exchanged_by_the_app_only)
{
    static const struct {
        const char *token, *form, *error;
    } rows[] = {
        {NULL, "code=$&" SECRET, "invalid_client_id"},
        {NULL, "code=$&" ID, "bad_client_secret"},
        {NULL, "code=$&" ID "&client_secret=x", "bad_client_secret"},
        {"Basic eA==", "code=$", "invalid_client_id"},
        {"Basic !", "code=$&" ID "&" SECRET, "invalid_client_id"},
        {NULL, "code=$&grant_type=password&" ID "&" SECRET, "invalid_grant_type"},
        {NULL, "code=x&" ID "&" SECRET, "invalid_code"},
        {NULL, "code=$&" ID "&" SECRET, "bad_redirect_uri"},
        {NULL, "grant_type=refresh_token&refresh_token=x&" ID "&" SECRET, "invalid_refresh_token"},
        {"Basic MTAwMDAwMDAwMDAwMS4yMDAwMDAwMDAwMDAyOnNpbXVsYXRlZC1jbGllbnQtc2VjcmV0",
         "code=$&redirect_uri=" BACK, ""},
        {NULL, "code=$&redirect_uri=" BACK "&" ID "&" SECRET, "invalid_code"},
    };
    press("/oauth/v2/authorize", "scope=commands", "decision=allow");
    const char *code = back("/code");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *rest = strchr(rows[i].form, '$');
        const char *form =
            rest ? slack__arena_printf(peer.arena, "code=%s%s", code, rest + 1) : rows[i].form;
        const sim_peer_request_t call = {"POST", "/api/oauth.v2.access", rows[i].token, FORM, form};
        const char *error = slack_json_str(sim_peer_call(&peer, &call), "/error");
        if (strcmp(error, rows[i].error) != 0) fail_msg("row %zu: %s", i, error);
    }
}

ALL(a_lost_refresh_is_made_again)
{
    const slack_json_t *first = installed("scope=chat:write", "decision=allow");
    const char *form = slack__arena_printf(peer.arena, "grant_type=refresh_token&refresh_token=%s",
                                           slack_json_str(first, "/refresh_token"));
    sim_peer_fault(&peer, "api-lost oauth.v2.access --count 1");
    assert_null(access_with("oauth.v2.access", form)); /* it never arrived */
    sim_peer_fault(&peer, "api-cut oauth.v2.access --count 1");
    assert_null(access_with("oauth.v2.access", form)); /* done, and its answer is lost */
    const slack_json_t *second = access_with("oauth.v2.access", form);
    assert_part(second, "{'ok':true,'token_type':'bot','expires_in':60,'bot_user_id':'U0BOT00001',"
                        "'team':{'id':'T0SIM00001'},'scope':'chat:write'}");
    assert_null(slack_json_get(second, "/authed_user"));
    assert_string_equal(error_of(slack_json_str(first, "/access_token"), "auth.test"),
                        "token_revoked"); /* by the third token */
    sim_peer_pass_ms(&peer, 60000);
    assert_string_equal(error_of(slack_json_str(second, "/access_token"), "auth.test"),
                        "token_expired");
    assert_member(access_with("oauth.v2.access", form), "/error", "invalid_refresh_token");
}

ALONE(a_token_is_exchanged_when_rotation_is_on)
{
    const char *form = "token=" SIM_PEER_BOT_TOKEN;
    assert_member(access_with("oauth.v2.exchange", form), "/error", "token_rotation_not_enabled");
    sim_peer_control(&peer, "/sim/rotation", "{'seconds':0}");
    assert_int_equal(peer.status, 400);
    sim_peer_control(&peer, "/sim/rotation", "{'seconds':60}");
    const slack_json_t *pair = access_with("oauth.v2.exchange", form);
    assert_part(pair, "{'ok':true,'expires_in':60,'token_type':'bot'}");
    assert_string_equal(error_of(slack_json_str(pair, "/access_token"), "auth.test"), "");
    assert_member(access_with("oauth.v2.exchange", form), "/error", "token_already_exchanged");
}

/* ---- auth.test ---- */

ALL(auth_test_knows_the_token)
{
    const slack_json_t *both =
        installed("scope=commands&user_scope=users:read", "decision=allow&user=ben");
    const slack_json_t *org = installed("scope=commands", "decision=allow&workspace=simulated-org");
    peer.token = slack_json_str(both, "/access_token");
    assert_part(sim_peer_api(&peer, "auth.test", "{}"),
                "{'ok':true,'user':'bot','bot_id':'B0BOT00001','team_id':'T0SIM00001',"
                "'is_enterprise_install':false}");
    peer.token = slack_json_str(both, "/authed_user/access_token");
    const slack_json_t *person = sim_peer_api(&peer, "auth.test", "{}");
    assert_part(person, "{'ok':true,'user':'ben','user_id':'U0BEN00001'}");
    assert_null(slack_json_get(person, "/bot_id"));
    assert_null(slack_json_get(person, "/enterprise_id"));
    peer.token = slack_json_str(org, "/access_token");
    assert_part(sim_peer_api(&peer, "auth.test", "{}"),
                "{'ok':true,'team_id':'E0SIM00001','enterprise_id':'E0SIM00001',"
                "'is_enterprise_install':true,'user_id':'U0BOTORG01','bot_id':'B0BOTORG01'}");
    press("/oauth/v2/authorize", "scope=commands", "decision=allow&workspace=T0SIM00003");
    assert_member(access_with("oauth.v2.access",
                              slack__arena_printf(peer.arena, "redirect_uri=" BACK "&code=%s",
                                                  back("/code"))),
                  "/error", "cannot_install_an_org_installed_app");
}

/* ---- a person's token ---- */

ALL(an_app_acts_for_a_person)
{
    const slack_json_t *answer =
        installed("user_scope=chat:write,reactions:write", "decision=allow&user=ben");
    peer.token = slack_json_str(answer, "/authed_user/access_token");
    sim_app_connect(&peer, &app);
    const slack_json_t *posted =
        sim_peer_api(&peer, "chat.postMessage", "{'channel':'lounge','text':'as ben'}");
    assert_member(posted, "/message/user", "U0BEN00001");
    assert_member(posted, "/message/bot_id", "B0BOT00001");
    const slack_json_t *event = slack_json_get(sim_app_next(&app), "/payload");
    assert_member(event, "/authorizations/0/user_id", "U0BEN00001");
    assert_false(slack_json_bool(event, "/authorizations/0/is_bot"));
    assert_error("chat.update",
                 slack__arena_printf(peer.arena, "{'channel':'lounge','ts':'%s','text':'y'}",
                                     slack_json_str(posted, "/ts")),
                 "");
    assert_error("chat.startStream", "{'channel':'lounge','thread_ts':'1.2'}",
                 "not_allowed_token_type");
    assert_string_equal(sim_peer_transcript(&peer), "simulated  ben installs the app\n"
                                                    "simulated  #lounge  ben: as ben\n"
                                                    "simulated  #lounge  ben: (edited) y\n");
    sim_app_close(&app);
}

/* ---- leaving ---- */

static const slack_json_t *next_event(void)
{
    const slack_json_t *envelope = sim_app_next(&app);
    sim_app_ack(&app, envelope, NULL);
    return slack_json_get(envelope, "/payload");
}

#define REVOKED(people, bots)                                                                      \
    "{'event':{'type':'tokens_revoked','tokens':{'oauth':[" people "],'bot':[" bots "]}}}"
#define GONE "{'event':{'type':'app_uninstalled'}}"

ALL(tokens_are_revoked)
{
    const slack_json_t *both = installed("scope=commands&user_scope=users:read", "decision=allow");
    const char *bot = slack_json_str(both, "/access_token");
    const char *person = slack_json_str(both, "/authed_user/access_token");
    sim_app_connect(&peer, &app);
    peer.token = person;
    assert_part(sim_peer_api(&peer, "auth.revoke", "{'test':1}"), "{'ok':true,'revoked':false}");
    assert_part(sim_peer_api(&peer, "auth.revoke", "{}"), "{'ok':true,'revoked':true}");
    assert_part(next_event(), REVOKED("'U0ANN00001'", ""));
    assert_string_equal(error_of(person, "auth.test"), "token_revoked");
    assert_string_equal(error_of(bot, "auth.test"), "");
    assert_part(sim_peer_api(&peer, "auth.revoke", "{}"), "{'ok':true,'revoked':true}");
    assert_part(next_event(), REVOKED("", "'U0BOT00001'"));
    assert_part(next_event(), GONE); /* nothing is granted there any more */
    assert_string_equal(error_of(bot, "auth.test"), "token_revoked");
    sim_app_close(&app);
}

ALL(a_workspace_uninstalls_the_app)
{
    const slack_json_t *first = installed("scope=commands&user_scope=users:read", "decision=allow");
    const slack_json_t *second = installed("scope=commands", "decision=allow&workspace=simulated2");
    const char *body = "{'client_id':'1000000000001.2000000000002','client_secret':'x'}";
    sim_app_connect(&peer, &app);
    peer.token = slack_json_str(first, "/access_token");
    assert_error("apps.uninstall", "{'client_id':'x','client_secret':'x'}", "invalid_client_id");
    assert_error("apps.uninstall", body, "bad_client_secret");
    body = "{'client_id':'1000000000001.2000000000002',"
           "'client_secret':'simulated-client-secret'}";
    assert_error("apps.uninstall", body, "");
    assert_part(next_event(), REVOKED("'U0ANN00001'", "'U0BOT00001'"));
    const slack_json_t *gone = next_event();
    assert_part(gone, GONE);
    assert_member(gone, "/team_id", "T0SIM00001");
    assert_error("auth.test", "{}", "account_inactive");
    assert_string_equal(error_of(slack_json_str(second, "/access_token"), "auth.test"), "");
    sim_peer_control(&peer, "/sim/uninstall", "{'workspace':'simulated2'}");
    assert_part(next_event(), REVOKED("", "'U0BOT00002'"));
    assert_member(next_event(), "/team_id", "T0SIM00002");
    sim_peer_control(&peer, "/sim/uninstall", "{'workspace':'simulated2'}");
    assert_int_equal(peer.status, 409);
    const slack_json_t *again = installed("scope=commands", "decision=allow&workspace=simulated2");
    assert_member(again, "/bot_user_id", "U0BOT00002");
    assert_string_equal(error_of(slack_json_str(again, "/access_token"), "auth.test"), "");
    sim_app_close(&app);
}

ALL(an_organization_lets_the_app_in)
{
    const slack_json_t *org = installed("scope=chat:write", "decision=allow&workspace=E0SIM00001");
    const char *access = "{'workspace':'simulated3','granted':false}";
    sim_app_connect(&peer, &app);
    sim_peer_control(&peer, "/sim/access", access);
    assert_part(next_event(), "{'event':{'type':'team_access_revoked','team_ids':['T0SIM00003']},"
                              "'enterprise_id':'E0SIM00001'}");
    peer.token = slack_json_str(org, "/access_token");
    assert_error("chat.postMessage", "{'team_id':'T0SIM00003','channel':'general','text':'x'}",
                 "team_access_not_granted");
    sim_peer_control(&peer, "/sim/access", access);
    assert_int_equal(peer.status, 409);
    sim_peer_control(&peer, "/sim/access", "{'workspace':'simulated3','granted':true}");
    assert_part(next_event(), "{'event':{'type':'team_access_granted'}}");
    sim_peer_control(&peer, "/sim/uninstall", "{'organization':true}");
    assert_part(next_event(), REVOKED("", "'U0BOTORG01'"));
    assert_part(next_event(), GONE);
    assert_error("auth.test", "{}", "account_inactive");
    sim_app_close(&app);
}

ALL(a_person_takes_back_a_grant)
{
    installed("scope=commands&user_scope=users:read", "decision=allow&user=ben");
    sim_app_connect(&peer, &app);
    sim_peer_control(&peer, "/sim/uninstall", "{'user':'ben'}");
    assert_part(next_event(), REVOKED("'U0BEN00001'", ""));
    sim_peer_control(&peer, "/sim/uninstall", "{'user':'ben'}");
    assert_int_equal(peer.status, 409);
    sim_app_close(&app);
}

/* ---- Sign in with Slack ---- */

static size_t decoded(const char *text, size_t len, unsigned char *out, size_t size)
{
    size_t ret = 0;
    assert_true(
        slack__base64_decode(SLACK_BASE64_URL, (slack_slice_t){text, len}, out, size, &ret));
    return ret;
}

ALL(an_id_token_can_be_checked)
{
    unsigned char n[256], e[8], signature[256], hash[32], text[2048];
    mbedtls_rsa_context rsa;
    press("/openid/connect/authorize", "response_type=code&scope=openid%20email%20profile&nonce=n1",
          "decision=allow&user=cleo");
    const slack_json_t *answer = access_with(
        "openid.connect.token",
        slack__arena_printf(peer.arena, "redirect_uri=" BACK "&code=%s", back("/code")));
    const slack_json_t *keys = ask("GET", "/openid/connect/keys", NULL);
    const char *token = slack_json_str(answer, "/id_token");
    const char *modulus = slack_json_str(keys, "/keys/0/n");
    const char *exponent = slack_json_str(keys, "/keys/0/e");
    const char *payload = strchr(token, '.') + 1, *end = strrchr(token, '.');
    mbedtls_rsa_init(&rsa);
    assert_int_equal(mbedtls_rsa_import_raw(&rsa, n, decoded(modulus, strlen(modulus), n, sizeof n),
                                            NULL, 0, NULL, 0, NULL, 0, e,
                                            decoded(exponent, strlen(exponent), e, sizeof e)),
                     0);
    assert_int_equal(decoded(end + 1, strlen(end + 1), signature, sizeof signature), 256);
    mbedtls_sha256((const unsigned char *)token, (size_t)(end - token), hash, 0);
    assert_int_equal(mbedtls_rsa_pkcs1_verify(&rsa, MBEDTLS_MD_SHA256, 32, hash, signature), 0);
    mbedtls_rsa_free(&rsa);
    text[decoded(payload, (size_t)(end - payload), text, sizeof text - 1)] = '\0';
    assert_part(parsed((const char *)text),
                "{'iss':'https://slack.com','aud':'1000000000001.2000000000002','nonce':'n1',"
                "'sub':'U0CLEO0001','https://slack.com/team_id':'T0SIM00001','email_verified':true,"
                "'given_name':'Cleo','family_name':'Example'}");
    peer.token = slack_json_str(answer, "/access_token");
    assert_part(sim_peer_api(&peer, "openid.connect.userInfo", "{}"),
                "{'ok':true,'sub':'U0CLEO0001','email':'cleo@simulated.example'}");
    assert_member(
        ask("GET", "/.well-known/openid-configuration", NULL), "/jwks_uri",
        slack__arena_printf(peer.arena, "%s/openid/connect/keys", peer.sim->env.base_url));
}
