/* SPDX-License-Identifier: MIT */
/* The parts of OAuth in the simulator that do no I/O: tokens, codes, the URL of the page. */
#include "sim/oauth_codes.h"
#include "support/test.h"
#include "util/form.h"

static uint64_t now_ms;

static uint64_t mono_us(void *user_data)
{
    return now_ms * 1000;
}

static const slack_clock_t still = {.mono_us = mono_us};

static sim_scope_set_t scopes(const char *list)
{
    sim_scope_set_t set = {{0}};
    slack_slice_t unknown;
    assert_true(sim_scope_set_read(&set, slack__slice(list), &unknown));
    return set;
}

static int with_arena(void **state)
{
    now_ms = 1000;
    *state = slack__arena_new(0, 0);
    return *state ? 0 : -1;
}

static int free_arena(void **state)
{
    slack__arena_free(*state);
    return 0;
}

#define OAUTH_TEST(function) TEST_CASE(function, with_arena, free_arena, NULL)

/* ---- scopes ---- */

OAUTH_TEST(scopes_are_sets)
{
    sim_json_builder_t json = {*state, 0};
    sim_scope_set_t set = scopes("chat:write, commands+app_mentions:read,,chat:write");
    slack_slice_t unknown;
    const sim_scope_set_t other = scopes("users:read commands"), none = {{0}};
    assert_string_equal(sim_scope_set_text(&json, &set), "app_mentions:read,chat:write,commands");
    assert_false(sim_scope_set_read(&set, SLACK_SLICE("users:write,chat:writ"), &unknown));
    assert_true(slack__slice_eq(unknown, SLACK_SLICE("chat:writ")));
    assert_true(sim_scope_set_meet(&set, &other) && !sim_scope_set_meet(&set, &none));
    assert_true(sim_scope_set_has(&set, "commands") && !sim_scope_set_has(&set, "nothing"));
}

/* ---- tokens ---- */

static sim_tokens_t tokens;
static const sim_grantor_t workspace = {.team_id = "T1", .user_id = "U9", .bot = true};

static sim_grant_t *grant(const sim_grantor_t *grantor, const char *list)
{
    const sim_scope_set_t set = scopes(list);
    sim_grant_t *made = sim_tokens_grant(&tokens, grantor, &set);
    assert_non_null(made);
    return made;
}

static const char *check(const char *text)
{
    const sim_token_t *token;
    const char *error = sim_tokens_check(&tokens, slack__slice(text), &token);
    return error ? error : "";
}

static void open_tokens(uint64_t life_ms)
{
    now_ms = 1000;
    sim_tokens_init(&tokens, &still, life_ms);
}

TEST(a_token_lives_until_it_is_revoked_without_rotation)
{
    sim_token_pair_t first, again;
    open_tokens(0);
    sim_grant_t *bot = grant(&workspace, "chat:write");
    sim_tokens_issue(&tokens, bot, &first);
    assert_true(strncmp(first.access->text, "xoxb-", 5) == 0 && !first.refresh);
    assert_ptr_equal(grant(&workspace, "commands"), bot); /* scopes are added */
    assert_true(sim_scope_set_has(&bot->scopes, "chat:write"));
    sim_tokens_issue(&tokens, bot, &again);
    assert_ptr_equal(again.access, first.access);
    now_ms += UINT64_C(1) << 40;
    assert_string_equal(check(first.access->text), "");
    sim_grant_revoke(&tokens, bot, true);
    assert_string_equal(check(first.access->text), "account_inactive");
    assert_null(sim_tokens_granted(&tokens, &workspace));
    assert_string_equal(check("xoxb-other"), "invalid_auth");
    assert_ptr_equal(grant(&workspace, "commands"), bot); /* and not those of before */
    assert_false(sim_scope_set_has(&bot->scopes, "chat:write"));
    sim_tokens_issue(&tokens, bot, &again);
    assert_string_equal(check(first.access->text), "token_revoked");
    assert_true(sim_tokens_revoke(&tokens, again.access));
    assert_string_equal(check(again.access->text), "token_revoked");
}

TEST(tokens_rotate)
{
    sim_token_pair_t a, b, c, lost;
    open_tokens(43200000);
    sim_grant_t *bot = grant(&workspace, "chat:write");
    sim_tokens_issue(&tokens, bot, &a);
    assert_true(strncmp(a.access->text, "xoxe.xoxb-1-", 12) == 0 && a.expires_in_s == 43200);
    assert_string_equal(check(a.refresh->text), "invalid_auth");
    assert_null(sim_tokens_refresh(&tokens, a.refresh->text, &lost));
    assert_string_equal(check(a.access->text), "");
    assert_null(sim_tokens_refresh(&tokens, a.refresh->text, &b)); /* in its grace */
    assert_string_equal(check(a.access->text), "token_revoked");   /* the third one ended it */
    assert_string_equal(check(lost.access->text), "");
    now_ms += SIM_REFRESH_GRACE_MS;
    assert_string_equal(sim_tokens_refresh(&tokens, a.refresh->text, &c), "invalid_refresh_token");
    assert_null(sim_tokens_refresh(&tokens, b.refresh->text, &c));
    assert_null(sim_tokens_refresh(&tokens, c.refresh->text, &a)); /* ends the grace of b */
    assert_string_equal(sim_tokens_refresh(&tokens, b.refresh->text, &c), "invalid_refresh_token");
    assert_string_equal(sim_tokens_refresh(&tokens, a.access->text, &c), "invalid_refresh_token");
    now_ms += 43200000 - 1;
    assert_string_equal(check(a.access->text), "");
    now_ms++;
    assert_string_equal(check(a.access->text), "token_expired");
    assert_null(sim_tokens_refresh(&tokens, a.refresh->text, &b));
    assert_true(sim_tokens_revoke(&tokens, b.access)); /* and its refresh token */
    assert_string_equal(sim_tokens_refresh(&tokens, b.refresh->text, &c), "invalid_refresh_token");
}

TEST(a_token_is_exchanged_for_one_that_rotates)
{
    sim_token_pair_t pair;
    open_tokens(0);
    sim_tokens_add(&tokens, "xoxb-fixed", grant(&workspace, "chat:write"));
    sim_tokens_add(&tokens, "xapp-fixed", NULL);
    assert_string_equal(sim_tokens_exchange(&tokens, slack__slice("xoxb-fixed"), &pair),
                        "token_rotation_not_enabled");
    tokens.life_ms = 1000;
    assert_string_equal(sim_tokens_exchange(&tokens, slack__slice("xapp-fixed"), &pair),
                        "invalid_token");
    assert_null(sim_tokens_exchange(&tokens, slack__slice("xoxb-fixed"), &pair));
    assert_string_equal(check(pair.access->text), "");
    assert_string_equal(check("xoxb-fixed"), "token_revoked");
    assert_string_equal(sim_tokens_exchange(&tokens, slack__slice("xoxb-fixed"), &pair),
                        "token_already_exchanged");
    assert_string_equal(sim_tokens_exchange(&tokens, slack__slice(pair.access->text), &pair),
                        "invalid_token");
}

TEST(tokens_and_grants_are_bounded)
{
    sim_token_pair_t pair;
    sim_grantor_t person = {.team_id = "T1"};
    const sim_scope_set_t set = scopes("users:read");
    open_tokens(1000);
    for (int round = 0; round < 12; round++)
        for (int i = 0; i < SIM_GRANTS_MAX; i++) {
            snprintf(person.user_id, sizeof person.user_id, "U%d", i);
            sim_tokens_issue(&tokens, grant(&person, "users:read"), &pair);
            assert_null(sim_tokens_refresh(&tokens, pair.refresh->text, &pair));
            assert_string_equal(check(pair.access->text), "");
        }
    assert_null(sim_tokens_grant(&tokens, &workspace, &set));
    sim_grant_revoke(&tokens, &tokens.grants[7], false);
    assert_ptr_equal(grant(&workspace, "users:read"), &tokens.grants[7]);
}

/* ---- the URL of the page ---- */

#define CHALLENGE "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM" /* RFC 7636, appendix B */
#define VERIFIER  "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
#define URL(more) "client_id=1.2&scope=chat:write&" more
#define BELOW     "https://a.example/cb, https://b.example/top/"

#define V2(name, uris, query, error)                                                               \
    {                                                                                              \
        name, uris, query, error, SIM_FLOW_V2, false                                               \
    }
#define PKCE(name, query, error)                                                                   \
    {                                                                                              \
        name, "", query, error, SIM_FLOW_V2, true                                                  \
    }
#define FLOW(name, flow, query, error)                                                             \
    {                                                                                              \
        name, "", query, error, flow, false                                                        \
    }
#define S256(uri)                                                                                  \
    URL("redirect_uri=" uri "&code_challenge=" CHALLENGE "&code_challenge_method=S256")

/* clang-format off */
static struct asked {
    const char *name, *redirect_uris, *query, *error;
    enum sim_flow flow;
    bool pkce;
} asked[] = {
    V2("good", "", URL("redirect_uri=http://127.0.0.1:3000/cb"), ""),
    V2("user scopes only", "", "client_id=1.2&user_scope=chat:write&redirect_uri=http://[::1]/", ""),
    V2("no client id", "", "scope=chat:write&redirect_uri=http://127.0.0.1/cb", "invalid_client_id"),
    V2("another client id", "", "client_id=1.3&scope=chat:write", "invalid_client_id"),
    V2("no scope", "", "client_id=1.2&redirect_uri=http://127.0.0.1/cb", "no_scopes"),
    V2("an empty scope", "", "client_id=1.2&scope=,&user_scope=", "no_scopes"),
    V2("an unknown scope", "", "client_id=1.2&scope=chat:write,chat:wrote", "invalid_scope"),
    V2("an unknown user scope", "", "client_id=1.2&scope=chat:write&user_scope=x", "invalid_scope"),
    V2("no redirect URI", "", URL(""), ""),
    V2("the configured one", BELOW, URL(""), ""),
    V2("another host", "", URL("redirect_uri=https://a.example/cb"), "bad_redirect_uri"),
    V2("http", "http://a.example/cb", URL("redirect_uri=http://a.example/cb"), "bad_redirect_uri"),
    V2("equal", BELOW, URL("redirect_uri=https://a.example/cb"), ""),
    V2("below", BELOW, URL("redirect_uri=https://a.example/cb/2"), ""),
    V2("with a query", BELOW, URL("redirect_uri=https://a.example/cb?x=1"), ""),
    V2("below a slash", BELOW, URL("redirect_uri=https://b.example/top/x"), ""),
    V2("beside", BELOW, URL("redirect_uri=https://a.example/cbx"), "bad_redirect_uri"),
    V2("above", BELOW, URL("redirect_uri=https://a.example/"), "bad_redirect_uri"),
    V2("upwards", BELOW, URL("redirect_uri=https://a.example/cb/../x"), "bad_redirect_uri"),
    V2("dots, escaped", BELOW, URL("redirect_uri=https://a.example/cb/%252e%252E/x"), "bad_redirect_uri"),
    V2("a slash, escaped", BELOW, URL("redirect_uri=https://a.example/cb/%252fx"), "bad_redirect_uri"),
    V2("another port", BELOW, URL("redirect_uri=https://a.example:444/cb"), "bad_redirect_uri"),
    V2("a longer host", BELOW, URL("redirect_uri=https://a.example.evil/cb"), "bad_redirect_uri"),
    V2("a user", BELOW, URL("redirect_uri=https://a.example@evil.example/cb"), "bad_redirect_uri"),
    V2("a fragment", BELOW, URL("redirect_uri=https://a.example/cb%23x"), "bad_redirect_uri"),
    V2("a line break", BELOW, URL("redirect_uri=https://a.example/cb%0d%0aX:1"), "bad_redirect_uri"),
    V2("another scheme", "", URL("redirect_uri=ws://127.0.0.1/cb"), "bad_redirect_uri"),
    PKCE("PKCE", S256("http://127.0.0.1/cb"), ""),
    PKCE("a bot on a desktop", S256("http://localhost/cb"), "invalid_scope"),
    PKCE("a plain challenge", URL("code_challenge=" CHALLENGE "&code_challenge_method=plain"), "invalid_code_challenge"),
    PKCE("a short challenge", URL("code_challenge=x&code_challenge_method=S256"), "invalid_code_challenge"),
    FLOW("a person", SIM_FLOW_USER, URL("redirect_uri=http://localhost/"), ""),
    FLOW("a person, no scope", SIM_FLOW_USER, "client_id=1.2", "no_user_scopes"),
    FLOW("sign-in", SIM_FLOW_OPENID, "client_id=1.2&scope=openid%20email&response_type=code&redirect_uri=http://127.0.0.1/", ""),
    FLOW("sign-in, no type", SIM_FLOW_OPENID, "client_id=1.2&scope=openid", "invalid_response_type"),
    FLOW("sign-in, no openid", SIM_FLOW_OPENID, "client_id=1.2&scope=email&response_type=code", "invalid_scope"),
};
/* clang-format on */

TEST_EACH(test_sim_asked, asked)
{
    const struct asked *row = *state;
    const sim_oauth_app_t app = {"1.2", "s", row->redirect_uris, row->pkce};
    sim_json_builder_t json = {slack__arena_new(0, 0), 0};
    sim_authorize_request_t request;
    const slack_json_t *query = NULL;
    char problem[SIM_PROBLEM_SIZE] = "";
    assert_int_equal(slack__form_parse(json.arena, row->query, strlen(row->query), &query), 0);
    const char *error = sim_authorize_read(&json, &app, row->flow, query, &request, problem);
    assert_string_equal(error ? error : "", row->error);
    assert_true(!error == !*problem);
    slack__arena_free(json.arena);
}

/* ---- codes ---- */

#define HERE "http://127.0.0.1/"

/* clang-format off */
static struct proof {
    const char *name, *challenge, *error;
    sim_code_proof_t proof;
    uint64_t later_ms;
    bool again;
} proofs[] = {
    {"in time", "", "", {0, HERE, "", true, false}, SIM_CODE_LIFE_MS, false},
    {"too late", "", "invalid_code", {0, HERE, "", true, false}, SIM_CODE_LIFE_MS + 1, false},
    {"twice", "", "invalid_code", {0, HERE, "", true, false}, 0, true},
    {"another redirect URI", "", "bad_redirect_uri", {0, HERE "x", "", true, false}, 0, false},
    {"no redirect URI", "", "bad_redirect_uri", {0, "", "", true, false}, 0, false},
    {"another method", "", "oauth_authorization_url_mismatch", {SIM_FLOW_USER, HERE, "", true, false}, 0, false},
    {"no secret", "", "bad_client_secret", {0, HERE, "", false, true}, 0, false},
    {"a verifier", CHALLENGE, "", {0, HERE, VERIFIER, false, true}, 0, false},
    {"no verifier", CHALLENGE, "invalid_code_verifier", {0, HERE, "", true, true}, 0, false},
    {"another verifier", CHALLENGE, "invalid_code_verifier", {0, HERE, CHALLENGE, true, true}, 0, false},
    {"no challenge", "", "invalid_code_verifier", {0, HERE, VERIFIER, true, true}, 0, false},
    {"PKCE is off", CHALLENGE, "pkce_not_allowed", {0, HERE, VERIFIER, true, false}, 0, false},
};
/* clang-format on */

TEST_EACH(test_sim_proofs, proofs)
{
    static sim_codes_t codes;
    const struct proof *row = *state;
    const sim_authorize_request_t request = {
        .redirect_uri = HERE, .redirect_given = true, .challenge = row->challenge, .nonce = ""};
    const sim_code_t *used = NULL;
    sim_codes_init(&codes, &still);
    const char *text = sim_code_new(&codes, &request, &workspace)->text;
    now_ms += row->later_ms;
    if (row->again) assert_null(sim_code_use(&codes, text, &row->proof, &used));
    const char *error = sim_code_use(&codes, text, &row->proof, &used);
    assert_string_equal(error ? error : "", row->error);
    if (!error) assert_string_equal(used->person.team_id, "T1");
}
