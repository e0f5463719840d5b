/* SPDX-License-Identifier: MIT */
#include "support/install_flow.h"
#include "util/base64.h"

/* Sign in with Slack, which is a flow of its own. */

static char person[256];
static int signed_in(slack_http_visit_t *visit, const slack_person_t *who, void *user_data)
{
    snprintf(person, sizeof person, "%s %s %s %s %d", who->user_id, who->team_id, who->name,
             who->email, who->email_verified);
    if (user_data) return SLACK_EIO;
    slack_http_set_header(visit, "Set-Cookie", "session=1");
    return slack_http_redirect(visit, "/home");
}

/* An answer whose id_token has the nonce of an attempt, and these claims. */
static void answer_identity(const attempt_t *a, const char *claims)
{
    char body[1024], text[1400], answer[2000];
    const char *nonce = strstr(a->url, "&nonce=") + 7;
    snprintf(body, sizeof body, "{\"nonce\":\"%s\",\"aud\":\"" CLIENT "\",\"exp\":9999999999,%s}",
             nonce, claims);
    slack__base64_encode(SLACK_BASE64_URL, body, strlen(body), text);
    snprintf(answer, sizeof answer, "{'ok':true,'access_token':'x','id_token':'e30.%s.c2ln'}",
             text);
    heap_pause();
    fake_slack_answer(f.slack, "openid.connect.token", 200, answer);
    heap_resume();
}

static const http_reply_t *sign_in_back(const attempt_t *a, const char *path)
{
    char line[8192];
    snprintf(line, sizeof line, "GET %s?code=c&state=%s", path, a->state);
    return installer_wait(installer_send(line, a->cookie));
}

FLOW_TEST(sign_in)
{
    int faulty;
    assert_int_equal(slack_sign_in(f.app, "/login", signed_in, NULL), 0);
    assert_int_equal(slack_sign_in(f.app, "/faulty", signed_in, &faulty), 0);
    assert_int_equal(slack_sign_in(f.app, "/login", signed_in, NULL), SLACK_EALREADY);
    assert_int_equal(slack_sign_in(f.app, "/a%20b", signed_in, NULL), SLACK_EINVAL);
    assert_int_equal(slack_sign_in(f.app, "/x", NULL, NULL), SLACK_EINVAL);
    installer_start();
    const char *claims = "\"iss\":\"https://slack.com\",\"https://slack.com/user_id\":\"U1\","
                         "\"https://slack.com/team_id\":\"T1\",\"name\":\"Ada\",\"email\":"
                         "\"a@b.c\",\"email_verified\":true";
    attempt_t a = installer_begin("GET /login?team=T1");
    assert_non_null(strstr(a.url, "/openid/connect/authorize?client_id=1.2&response_type=code&"
                                  "scope=openid+profile+email&"));
    assert_non_null(strstr(a.url, "&redirect_uri=https%3A%2F%2Fapp.example%2Flogin%2Fredirect"));
    answer_identity(&a, claims);
    const http_reply_t *reply = sign_in_back(&a, "/login/redirect");
    assert_int_equal(reply->status, 303);
    assert_string_equal(installer_header(reply, "Location"), "/home");
    assert_non_null(strstr(reply->head, "session=1"));
    assert_non_null(strstr(reply->head, "=; Max-Age=0"));
    assert_string_equal(person, "U1 T1 Ada a@b.c 1");
    assert_int_equal(
        strcmp(slack_json_str(app_call_args(&f, 0, "openid.connect.token"), "/redirect_uri"),
               "https://app.example/login/redirect"),
        0);
    assert_string_equal(installer_installed(), "");
    installer_check_page(sign_in_back(&a, "/login/redirect"), 400, "Sign in</a>");

    /* A state is good for its own route. */
    *person = '\0';
    attempt_t install = installer_begin(START);
    a = installer_begin("GET /login");
    installer_check_page(sign_in_back(&install, "/login/redirect"), 400, "damaged");
    installer_check_page(sign_in_back(&a, "/faulty/redirect"), 400, "damaged");
    installer_check_page(installer_come_back(&a, "&code=c"), 400, "damaged");
    assert_int_equal(fake_slack_count(f.slack), 1);

    /* The token of another attempt, and a program that fails. */
    attempt_t other = installer_begin("GET /login");
    answer_identity(&other, claims);
    installer_check_page(sign_in_back(&a, "/login/redirect"), 502, "reliably who you are");
    assert_string_equal(person, "");
    a = installer_begin("GET /faulty");
    answer_identity(&a, claims);
    installer_check_page(sign_in_back(&a, "/faulty/redirect"), 500, "Sign in</a>");
}

TEST(sign_in_needs_a_redirect_uri)
{
    app_open(&f, &(slack_options_t){.client_id = CLIENT, .client_secret = SECRET, .scopes = "a"});
    assert_int_equal(slack_sign_in(f.app, "/login", signed_in, NULL), SLACK_ECONFIG);
    assert_non_null(strstr(slack_app_error(f.app), "SLACK_REDIRECT_URI"));
    app_close(&f);
}
