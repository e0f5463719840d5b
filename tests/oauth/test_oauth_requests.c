/* SPDX-License-Identifier: MIT */
#include "oauth/attempt_limit.h"
#include "oauth/authorize_url.h"
#include "oauth/redirect.h"
#include "support/test.h"

/* The URL of Slack's page, what Slack sends back, and how often. */

#define API "https://slack.com/api/"

static struct url_case {
    const char *name;
    slack_authorize_url_t parts;
    const char *url;
} url_cases[] = {
    {"the_least",
     {.api_url = API, .client_id = "1.2", .scopes = "chat:write"},
     "https://slack.com/oauth/v2/authorize?client_id=1.2&scope=chat%3Awrite"},
    {"everything",
     {.api_url = API,
      .client_id = "1.2",
      .scopes = "a:b,c",
      .user_scopes = "d",
      .state = "v1.x-_",
      .redirect_uri = "https://a.example/r?x=1&y",
      .team = "T1",
      .challenge = "c"},
     "https://slack.com/oauth/v2/authorize?client_id=1.2&scope=a%3Ab%2Cc&user_scope=d&state=v1.x-_"
     "&redirect_uri=https%3A%2F%2Fa.example%2Fr%3Fx%3D1%26y&team=T1&code_challenge=c"
     "&code_challenge_method=S256"},
    {"only_a_user",
     {.flow = SLACK_OAUTH_USER, .api_url = API, .client_id = "1", .scopes = "", .user_scopes = "d"},
     "https://slack.com/oauth/v2_user/authorize?client_id=1&user_scope=d"},
    {"a_sign_in",
     {.flow = SLACK_OAUTH_SIGN_IN,
      .api_url = API,
      .client_id = "1",
      .scopes = "openid email",
      .nonce = "n"},
     "https://slack.com/openid/connect/"
     "authorize?client_id=1&response_type=code&scope=openid+email&nonce=n"},
    {"a_government",
     {.api_url = "https://slack-gov.com/api/", .client_id = "1"},
     "https://slack-gov.com/oauth/v2/authorize?client_id=1"},
    {"a_simulator",
     {.api_url = "http://127.0.0.1:3001/api/", .client_id = "1"},
     "http://127.0.0.1:3001/oauth/v2/authorize?client_id=1"},
    {"an_api_elsewhere",
     {.api_url = "https://proxy.example/", .client_id = "1"},
     "https://slack.com/oauth/v2/authorize?client_id=1"},
    {"another_page",
     {.page = "http://localhost:1/a", .api_url = API, .client_id = "1"},
     "http://localhost:1/a?client_id=1"},
    {"another_page_for_users",
     {.flow = SLACK_OAUTH_USER,
      .page = "http://localhost:1/oauth/v2/authorize",
      .api_url = API,
      .client_id = "1"},
     "http://localhost:1/oauth/v2_user/authorize?client_id=1"},
    {"a_list_with_blanks",
     {.api_url = API, .scopes = "a, b ,c", .user_scopes = " d"},
     "https://slack.com/oauth/v2/authorize?scope=a%2Cb%2Cc&user_scope=d"},
    {"another_page_with_a_query",
     {.page = "http://localhost:1/a?b=c", .api_url = API, .client_id = "1"},
     "http://localhost:1/a?b=c&client_id=1"},
    {"markup_and_line_breaks",
     {.api_url = API, .client_id = "1", .scopes = "a\r\nSet-Cookie: x<b>\""},
     "https://slack.com/oauth/v2/"
     "authorize?client_id=1&scope=a%0D%0ASet-Cookie%3Ax%3Cb%3E%22"},
};

TEST_EACH(authorize_urls, url_cases)
{
    const struct url_case *c = *state;
    slack_arena_t *arena = slack__arena_new(0, 0);
    assert_string_equal(slack__authorize_url(arena, &c->parts), c->url);
    slack__arena_free(arena);
}

TEST(team_hints)
{
    const char *const good[] = {"T0", "T024BE7LD", "E0123456789"};
    const char *const bad[] = {"",
                               "T",
                               "t024be7ld",
                               "U1",
                               "T1&x=y",
                               "T1\n",
                               "T1<script>",
                               "T1/..",
                               "T1%0D%0A",
                               " T1",
                               "T00000000000000000000000000000000"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(slack__is_team_id(good[i]));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(slack__is_team_id(bad[i]));
}

static struct query_case {
    const char *name, *query;
    const char *word;                 /* NULL: it is good */
    const char *code, *state, *error; /* then */
} query_cases[] = {
    {"nothing", "", NULL, "", "", ""},
    {"a_code", "code=1.2.a&state=v1.s", NULL, "1.2.a", "v1.s", ""},
    {"a_refusal", "error=access_denied&state=s", NULL, "", "s", "access_denied"},
    {"escapes", "co%64e=a%2Bb&state=s", NULL, "a+b", "s", ""},
    {"others", "x=1&code=c&x=2&&y&=z&state=", NULL, "c", "", ""},
    {"code_twice", "code=a&state=s&code=b", "parameter_repeated", 0, 0, 0},
    {"code_twice_with_an_escape", "code=a&c%6fde=a", "parameter_repeated", 0, 0, 0},
    {"state_twice", "state=&state=", "parameter_repeated", 0, 0, 0},
    {"error_twice", "error=a&error=b", "parameter_repeated", 0, 0, 0},
    {"a_line_break", "code=a%0d%0aX:y", "parameter_malformed", 0, 0, 0},
    {"a_nul", "code=a%00b", "parameter_malformed", 0, 0, 0},
    {"a_blank", "state=a+b", "parameter_malformed", 0, 0, 0},
    {"no_text", "error=%ff", "parameter_malformed", 0, 0, 0},
};

TEST_EACH(redirects, query_cases)
{
    const struct query_case *c = *state;
    slack_arena_t *arena = slack__arena_new(0, 0);
    slack_redirect_t redirect = {0};
    const char *word = slack__redirect_read(arena, slack__slice(c->query), &redirect);
    assert_string_equal(word ? word : "", c->word ? c->word : "");
    if (!c->word) {
        assert_string_equal(redirect.code, c->code);
        assert_string_equal(redirect.state, c->state);
        assert_string_equal(redirect.error, c->error);
    }
    slack__arena_free(arena);
}

TEST(parameters_have_a_maximum)
{
    slack_arena_t *arena = slack__arena_new(0, 0);
    slack_redirect_t redirect;
    const struct {
        const char *name;
        size_t max;
    } rows[] = {{"code", SLACK_CODE_MAX}, {"error", 100}, {"state", 8192}};
    for (size_t i = 0; i < 3; i++) {
        char value[8200] = "";
        for (size_t more = 0; more < 2; more++) {
            memset(value, 'x', rows[i].max + more);
            const char *query = slack__arena_printf(arena, "%s=%s", rows[i].name, value);
            const char *word = slack__redirect_read(arena, slack__slice(query), &redirect);
            assert_string_equal(word ? word : "", more ? "parameter_malformed" : "");
        }
    }
    const char *many = "code=c";
    for (int i = 0; i < 64; i++)
        many = slack__arena_printf(arena, "%s&x", many);
    assert_string_equal(slack__redirect_read(arena, slack__slice(many), &redirect),
                        "parameter_malformed");
    slack__arena_free(arena);
}

static unsigned take(slack_attempt_limit_t *limit, unsigned host, uint64_t now_ms)
{
    char address[32];
    snprintf(address, sizeof address, "10.0.%u.%u", host >> 8, host & 255);
    return slack__attempt_limit_take(limit, slack__slice(address), now_ms);
}

TEST(attempts_are_limited_by_network_and_in_all)
{
    slack_attempt_limit_t limit = {0};
    for (unsigned i = 0; i < SLACK_ATTEMPTS_PER_NETWORK; i++)
        assert_int_equal(take(&limit, 1, 1000), 0);
    assert_int_equal(take(&limit, 1, 1000), 60);
    assert_int_equal(take(&limit, 1, 60999), 1);
    assert_int_equal(take(&limit, 2, 1000), 0); /* another one is not concerned */
    assert_int_equal(take(&limit, 1, 61000), 0);

    limit = (slack_attempt_limit_t){0};
    for (unsigned i = 0; i < SLACK_ATTEMPTS_IN_ALL; i++) /* more than there are places */
        assert_int_equal(take(&limit, i, 5000), 0);
    assert_int_equal(take(&limit, 999, 5000), 60);
    assert_int_equal(take(&limit, 999, 65000), 0);
}

/* Of IPv6 a host has a /64. */
TEST(a_network_of_ipv6_counts_once)
{
    slack_attempt_limit_t limit = {0};
    char address[64];
    for (unsigned i = 0; i <= SLACK_ATTEMPTS_PER_NETWORK; i++) {
        snprintf(address, sizeof address, "2001:db8::%x", i + 1);
        assert_int_equal(slack__attempt_limit_take(&limit, slack__slice(address), 1) != 0,
                         i == SLACK_ATTEMPTS_PER_NETWORK);
    }
}
