/* SPDX-License-Identifier: MIT */
#include <mbedtls/sha256.h>

#include "oauth/pages.h"
#include "support/test.h"
#include "util/base64.h"

static slack_arena_t *arena;
#define PAGE_TEST(function)                                                                        \
    TEST_AROUND(function, arena = slack__arena_new(0, 0), slack__arena_free(arena))

static struct failure_case {
    const char *name;
    int status;
    bool of_app, of_slack; /* a word of Slack's */
} failure_cases[] = {
    {"access_denied", 200, false, true},
    {"state_missing", 400, false, false},
    {"state_forged", 400, false, false},
    {"state_expired", 400, false, false},
    {"state_early", 500, true, false},
    {"state_foreign", 400, false, false},
    {"state_used", 400, false, false},
    {"code_missing", 400, false, false},
    {"parameter_repeated", 400, false, false},
    {"parameter_malformed", 400, false, false},
    {"too_many_attempts", 429, false, false},
    {"other_app", 500, true, false},
    {"invalid_code", 400, false, true},
    {"bad_client_secret", 500, true, true},
    {"invalid_client_id", 500, true, true},
    {"bad_redirect_uri", 500, true, true},
    {"invalid_grant_type", 500, true, true},
    {"invalid_code_verifier", 400, false, true},
    {"pkce_not_allowed", 500, true, true},
    {"no_scopes", 500, true, true},
    {"oauth_authorization_url_mismatch", 500, true, true},
    {"cannot_install_an_org_installed_app", 403, false, true},
    {"user_email_unverified", 403, false, true},
    {"preview_feature_not_available", 500, true, true},
    {"no_answer", 502, true, false},
    {"no_token", 502, true, false},
    {"token_refused", 502, false, false},
    {"invalid_identity", 502, true, false},
    {"not_stored", 503, true, false},
    {"hook_failed", 500, true, false},
    {"slow", 504, true, false},
    {"stopping", 503, false, false},
    {"no_memory", 503, true, false},
    {"an error that Slack adds one day", 502, true, true},
    {"<script>", 502, true, true},
};

/* Each has a sentence with a cause and a cure, and a hint for those who run the app if they have to
 * act. */
TEST_EACH(a_failure_has_a_page, failure_cases)
{
    const struct failure_case *c = *state;
    const slack_install_failure_t *failure =
        c->of_slack ? slack__install_refusal(c->name) : slack__install_failure(c->name);
    if (!c->of_slack) assert_null(slack__install_refusal(c->name)->word);
    assert_int_equal(failure->status, c->status);
    assert_int_equal(failure->of_app, c->of_app);
    assert_true(*failure->hint || !c->of_app);
    assert_non_null(strstr(failure->sentence, ". "));
    assert_int_equal(failure->sentence[strlen(failure->sentence) - 1], '.');
}

static struct escape_case {
    const char *name, *text, *html;
} escape_cases[] = {
    {"plain", "Acme \xc3\x84pfel", "Acme \xc3\x84pfel"},
    {"nothing", "", ""},
    {"markup", "<b a='1' c=\"2\">&amp;", "&lt;b a=&#39;1&#39; c=&quot;2&quot;&gt;&amp;amp;"},
    {"controls", "a\x01\x7f\xc2\x80z", "a\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBDz"},
    {"text_that_runs_backwards", "a\xe2\x80\xaez", "a\xEF\xBF\xBDz"},
    {"lines", "a\n\tb", "a\n\tb"},
    {"bytes_that_are_not_text", "\xff\xc3<", "\xEF\xBF\xBD\xEF\xBF\xBD&lt;"},
};

TEST_EACH(html_is_escaped, escape_cases)
{
    const struct escape_case *c = *state;
    arena = slack__arena_new(0, 0);
    assert_string_equal(slack__html_escape(arena, c->text), c->html);
    slack__arena_free(arena);
}

static const char *header(const char *name)
{
    for (size_t i = 0; i < SLACK_PAGE_HEADERS; i++)
        if (slack__slice_eq(slack__page_headers[i].name, slack__slice(name)))
            return slack__page_headers[i].value.ptr;
    return "";
}

PAGE_TEST(a_page_is_plain_and_accessible)
{
    const char *html =
        slack__page_html(arena, &(slack_html_page_t){"A <title>", "A sentence & more.",
                                                     "/start?a=1&b=\"", "Go <on>"});
    const char *const has[] = {"<!doctype html>",
                               "<html lang=\"en\">",
                               "charset=\"utf-8\"",
                               "<title>A &lt;title&gt;</title>",
                               "name=\"viewport\"",
                               "<h1>A &lt;title&gt;</h1>",
                               "<p>A sentence &amp; more.</p>",
                               "<a href=\"/start?a=1&amp;b=&quot;\">Go &lt;on&gt;</a>",
                               "<main>"};
    const char *const lacks[] = {
        "<script", "src=", "http:", "https:", "<form", " on", "@import", "url("};
    for (size_t i = 0; i < sizeof has / sizeof *has; i++)
        assert_non_null(strstr(html, has[i]));
    for (size_t i = 0; i < sizeof lacks / sizeof *lacks; i++)
        assert_null(strstr(html, lacks[i]));
    html = slack__page_html(arena, &(slack_html_page_t){"T", "S.", "", ""});
    assert_null(strstr(html, "<a "));
}

/* The style is the only one that the policy allows. */
PAGE_TEST(the_policy_allows_the_style_alone)
{
    const char *html = slack__page_html(arena, &(slack_html_page_t){"T", "S.", "", ""});
    const char *style = strstr(html, "<style>") + 7;
    unsigned char hash[32];
    char text[64], want[96];
    mbedtls_sha256((const unsigned char *)style, (size_t)(strstr(style, "</style>") - style), hash,
                   0);
    slack__base64_encode(SLACK_BASE64, hash, sizeof hash, text);
    snprintf(want, sizeof want, "style-src 'sha256-%s'", text);
    assert_non_null(strstr(slack__page_policy, want));
    assert_non_null(strstr(slack__page_policy, "default-src 'none'"));
    assert_non_null(strstr(slack__page_policy, "frame-ancestors 'none'"));
    assert_string_equal(header("X-Content-Type-Options"), "nosniff");
    assert_string_equal(header("Referrer-Policy"), "no-referrer");
    assert_string_equal(header("Cache-Control"), "no-store");
    assert_string_equal(header("X-Frame-Options"), "DENY");
}
