/* SPDX-License-Identifier: MIT */
#include "oauth/config.h"
#include "support/test.h"

#define BASICS .client_id = "1.2", .client_secret = "s", .scopes = "chat:write"

static struct config_row {
    const char *name;
    slack_options_t options;
    const char *error; /* the beginning of the sentence; NULL: the options are good */
} rows[] = {
    {"no_oauth", {0}, NULL},
    {"basics", {BASICS}, NULL},
    {"for_users_only",
     {.client_id = "1", .client_secret = "s", .user_scopes = "a:b, c.d-e_f"},
     NULL},
    {"local",
     {BASICS, .redirect_uri = "http://127.0.0.1:3000/back", .authorize_url = "http://[::1]/a"},
     NULL},
    {"behind_a_host", {BASICS, .redirect_uri = "https://bot.example.com"}, NULL},
    {"secret_without_id",
     {.client_secret = "s"},
     "SLACK_CLIENT_SECRET is set without SLACK_CLIENT_ID"},
    {"scopes_of_the_program", {.scopes = "a", .user_scopes = "b"}, NULL},
    {"redirect_without_id", {.redirect_uri = "https://a/b"}, "SLACK_REDIRECT_URI is set without"},
    {"id_without_secret", {.client_id = "1"}, "SLACK_CLIENT_ID is set without SLACK_CLIENT_SECRET"},
    {"id_with_a_slash", {.client_id = "1/2"}, "SLACK_CLIENT_ID=1/2: is not a client id"},
    {"an_app_id", {.client_id = "A0123BC"}, "SLACK_CLIENT_ID=A0123BC: is not a client id, such as"},
    {"a_token_for_the_secret",
     {.client_id = "1.2", .client_secret = "xoxb-1"},
     "SLACK_CLIENT_SECRET holds a token: set the client secret"},
    {"an_app_token_for_the_secret",
     {.client_id = "1.2", .client_secret = "xapp-1"},
     "SLACK_CLIENT_SECRET holds a token"},
    {"the_signing_secret_for_it",
     {BASICS, .signing_secret = "s"},
     "SLACK_CLIENT_SECRET holds the signing secret: set the client secret"},
    {"no_scopes",
     {.client_id = "1", .client_secret = "s"},
     "SLACK_CLIENT_ID is set without SLACK_SCOPES"},
    {"scopes_with_blanks",
     {.client_id = "1", .client_secret = "s", .scopes = "a b"},
     "SLACK_SCOPES=a b: must be scopes"},
    {"empty_scope", {BASICS, .user_scopes = "a,,b"}, "SLACK_USER_SCOPES=a,,b: must be scopes"},
    {"plain_redirect",
     {BASICS, .redirect_uri = "http://bot.example.com/x"},
     "SLACK_REDIRECT_URI=http"},
    {"redirect_with_a_fragment",
     {BASICS, .redirect_uri = "https://a/b#c"},
     "SLACK_REDIRECT_URI=https"},
    {"redirect_with_a_query",
     {BASICS, .redirect_uri = "https://a/b?c"},
     "SLACK_REDIRECT_URI=https"},
    {"redirect_with_an_escape",
     {BASICS, .redirect_uri = "https://a/%2e"},
     "SLACK_REDIRECT_URI=https"},
    {"redirect_that_climbs",
     {BASICS, .redirect_uri = "https://a/b/../c"},
     "SLACK_REDIRECT_URI=https"},
    {"redirect_without_a_scheme",
     {BASICS, .redirect_uri = "/slack/back"},
     "SLACK_REDIRECT_URI=/slack"},
    {"redirect_to_the_request_url",
     {BASICS, .redirect_uri = "https://a/slack/events"},
     "SLACK_REDIRECT_URI: the path /slack/events belongs to SLACK_HTTP_PATH: choose another path"},
    {"redirect_to_a_page",
     {BASICS, .redirect_uri = "https://a/metrics"},
     "SLACK_REDIRECT_URI: the path /metrics belongs to a page of every app"},
    {"redirect_to_the_start",
     {BASICS, .redirect_uri = "https://a/slack/install/start"},
     "SLACK_REDIRECT_URI: the path /slack/install/start belongs to SLACK_INSTALL_PATH"},
    {"request_url_in_another_spelling",
     {BASICS, .http_path = "/slack/%69nstall"},
     "SLACK_INSTALL_PATH: the path /slack/install belongs to SLACK_HTTP_PATH"},
    {"install_at_the_root", {BASICS, .install_path = "/"}, "SLACK_INSTALL_PATH=/: must begin"},
    {"install_without_a_slash", {BASICS, .install_path = "install"}, "SLACK_INSTALL_PATH=install"},
    {"authorize_in_clear",
     {BASICS, .authorize_url = "http://slack.com/x"},
     "SLACK_AUTHORIZE_URL=http"},
    {"authorize_with_a_query",
     {BASICS, .authorize_url = "https://slack.com/x?y"},
     "SLACK_AUTHORIZE_URL=https"},
};

TEST_EACH(options, rows)
{
    const struct config_row *row = *state;
    slack_options_t o = row->options;
    char error[SLACK_ERROR_TEXT_MAX] = "";
    if (!o.http_path) o.http_path = "/slack/events";
    if (!o.install_path) o.install_path = "/slack/install";
    assert_int_equal(slack__oauth_check(&o, error), row->error ? SLACK_ECONFIG : 0);
    if (!row->error || strncmp(error, row->error, strlen(row->error)) != 0)
        assert_string_equal(error, row->error ? row->error : "");
}

TEST(the_path_of_the_redirect)
{
    static const char *const cases[][2] = {
        {NULL, SLACK_REDIRECT_PATH_DEFAULT}, {"https://a", "/"}, {"https://a/b/c", "/b/c"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const slack_options_t o = {.redirect_uri = cases[i][0]};
        assert_string_equal(slack__oauth_redirect_path(&o), cases[i][1]);
    }
}
