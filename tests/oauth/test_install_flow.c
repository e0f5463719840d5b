/* SPDX-License-Identifier: MIT */
#include "support/install_flow.h"

/* The install flow of an app, between a browser and a Web API that the test scripts. */

/* ---- before Slack ---- */

static struct page_case {
    const char *name, *line;
    int status;
    const char *has, *lacks;
} page_cases[] = {
    {"the_page", "GET /slack/install", 200,
     "<a href=\"https://app.example/slack/install/start\">Add to Slack</a>", "evil"},
    {"with_a_workspace", "GET /slack/install?team=T012", 200, "/slack/install/start?team=T012", ""},
    {"with_a_plan", "GET /slack/install?plan=pro&team=T1", 200, "start?plan=pro&amp;team=T1\"", ""},
    {"with_markup", "GET /slack/install?a=%22%3E%3Cscript%3E", 200, "%3E%3Cscript%3E\">", "<scr"},
    {"with_raw_markup", "GET /slack/install?a='><script>", 200, "a=&#39;&gt;&lt;script&gt;\"",
     "<scr"},
    {"head", "HEAD /slack/install", 405, "", "Add"},
    {"post", "POST /slack/install", 405, "", "Add"},
    {"head_of_the_start", "HEAD /slack/install/start", 405, "", ""},
    {"post_of_the_start", "POST /slack/install/start", 405, "", ""},
    {"head_of_the_way_back", "HEAD /slack/oauth_redirect?code=c&state=s", 405, "", ""},
    {"delete_of_the_way_back", "DELETE /slack/oauth_redirect?code=c&state=s", 405, "", ""},
    {"path_trick", "GET /slack/oauth_redirect/../oauth_redirect?code=c", 404, "", "code"},
    {"path_below", "GET /slack/oauth_redirect/x?code=c", 404, "", "code"},
    {"path_with_an_escape", "GET /slack/oauth_redirect%2f?code=c", 404, "", "code"},
};

FLOW_EACH(pages_before_slack, page_cases)
{
    const struct page_case *c = *state;
    installer_open((slack_options_t){0});
    installer_start();
    const http_reply_t *reply = installer_ask(c->line);
    assert_int_equal(reply->status, c->status);
    assert_non_null(strstr(reply->body, c->has));
    assert_true(*c->lacks == '\0' || !strstr(reply->body, c->lacks));
    assert_string_equal(installer_header(reply, "Set-Cookie"), "");
    assert_int_equal(fake_slack_count(f.slack), 0);
}

static struct start_case {
    const char *name;
    slack_options_t options;
    const char *line, *has, *lacks; /* of the URL */
} start_cases[] = {
    {"a_bot",
     {.scopes = "chat:write, commands"},
     START,
     "scope=chat%3Awrite%2Ccommands&state=",
     "user_scope"},
    {"a_bot_and_a_person",
     {.scopes = "a", .user_scopes = "b"},
     START,
     "/oauth/v2/authorize?client_id=1.2&scope=a&user_scope=b",
     "team"},
    {"a_person",
     {.user_scopes = "b"},
     START,
     "/oauth/v2_user/authorize?client_id=1.2&user_scope=b",
     "?scope"},
    {"a_workspace", {0}, START "?team=T9", "&team=T9", "evil"},
    {"a_workspace_that_is_none", {0}, START "?team=T9%0d%0aSet-Cookie:x", "&redirect_uri=", "team"},
    {"another_redirect_uri",
     {0},
     START "?redirect_uri=https://evil.example/&scope=admin",
     "&redirect_uri=https%3A%2F%2Fapp.example%2Fslack%2Foauth_redirect",
     "evil"},
    {"another_path", {.install_path = "/add"}, "GET /add/start", "&redirect_uri=", "add"},
    {"pkce", {.pkce = 1}, START, "&code_challenge_method=S256", "verifier"},
};

FLOW_EACH(the_way_to_slack, start_cases)
{
    const struct start_case *c = *state;
    installer_open(c->options);
    installer_start();
    const attempt_t a = installer_begin(c->line);
    assert_non_null(strstr(a.url, c->has));
    assert_null(strstr(a.url, c->lacks));
    assert_memory_equal(a.cookie, "__Host-slack-oauth-", 19);
    assert_int_equal(fake_slack_count(f.slack), 0);
}

/* The pages of the operator have a port of their own; those of people stay. */
FLOW_CLOSED(people_come_to_the_public_port)
{
    installer_open((slack_options_t){.http_admin_port = "0"});
    assert_int_equal(slack_sign_in(f.app, "/login", NULL, NULL), SLACK_EINVAL);
    installer_start();
    assert_int_equal(installer_ask("GET /healthz")->status, 404);
    assert_int_equal(installer_ask("GET /slack/install")->status, 200);
    assert_int_equal(installer_ask("POST /slack/install")->status, 405);
    installer_begin(START);
    installer_check_page(installer_ask("GET /slack/oauth_redirect"), 400, "begun in Slack");
}

/* ---- the way through ---- */

static char greeted[128];
static int greet(slack_ctx_t *ctx, void *user_data)
{
    const slack_installation_t *about = slack_ctx_installation(ctx);
    assert_non_null(about);
    snprintf(greeted, sizeof greeted, "%s %s %s %s %s %s %s", about->app_id, about->team_id,
             about->user_id, about->bot_scopes, about->user_scopes, about->webhook_channel_id,
             about->metadata);
    return 0;
}

static int set_metadata(slack_install_t *install, void *user_data)
{
    assert_null(slack_install_installation(install));
    return slack_install_set_metadata(install,
                                      slack_http_query_field(slack_install_visit(install), "plan"));
}

static int see_tokens(slack_install_t *install, void *user_data)
{
    assert_string_equal(slack_install_metadata(install), "pro <&\xc3\xa4>");
    assert_string_equal(slack_install_installation(install)->team_name, "Acme <b>");
    assert_int_equal(slack_install_set_metadata(install, "x"), SLACK_EINVAL);
    assert_int_equal(slack_install_set_scopes(install, "x", NULL), SLACK_EINVAL);
    assert_int_equal(slack_install_set_team(install, "T1"), SLACK_EINVAL);
    return 0;
}

FLOW_TEST(an_installation)
{
    installer.hooks =
        (slack_install_hooks_t){.before_redirect = set_metadata, .before_installation = see_tokens};
    *greeted = '\0';
    assert_int_equal(slack_on_installed(f.app, greet, NULL), 0);
    fake_slack_answer(
        f.slack, "oauth.v2.access", 200,
        ANSWER(BOT, PERSONS "},'incoming_webhook':{'url':'" WEBHOOK "','channel_id':'C1'"));
    installer_start();
    heap_watch(BOT);
    const attempt_t a = installer_begin(START "?plan=pro+%3c%26%c3%a4%3e");
    const http_reply_t *reply = installer_come_back(&a, "&code=c.1");
    installer_check_page(reply, 200, "installed in Acme &lt;b&gt;.");
    assert_non_null(strstr(reply->body, "https://slack.com/app_redirect?app=A1&amp;team=T1"));
    assert_non_null(strstr(installer_header(reply, "Set-Cookie"), "=; Max-Age=0"));
    assert_int_equal(fake_slack_count(f.slack), 1);
    assert_string_equal(fake_slack_call(f.slack, 0)->token,
                        "Basic MS4yOjAxMjM0NTY3ODlhYmNkZWYwMTIzNDU2Nzg5YWJjZGVm");
    const slack_json_t *args = app_call_args(&f, 0, "oauth.v2.access");
    assert_string_equal(slack_json_str(args, "/code"), "c.1");
    assert_string_equal(slack_json_str(args, "/redirect_uri"), INSTALLER_REDIRECT);
    assert_string_equal(slack_json_str(args, "/grant_type"), "authorization_code");
    assert_null(slack_json_get(args, "/client_secret"));
    assert_null(slack_json_get(args, "/code_verifier"));
    assert_string_equal(installer_installed(), "install/1.2/-/T1 " BOT "  B0BOT pro <&\xc3\xa4>;"
                                               "install/1.2/-/T1/U1 " PERSON "   pro <&\xc3\xa4>;");
    app_pass_and_claim(&f, 3000);
    assert_string_equal(greeted, "A1 T1 U1 chat:write search:read C1 pro <&\xc3\xa4>");
    assert_int_equal(heap_unwiped(), 0);
    heap_watch(NULL);
    const char *const secrets[] = {
        "c.1", a.state, strchr(a.cookie, '=') + 1, SECRET, BOT, PERSON, WEBHOOK, "MS4yOjAx"};
    for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++)
        assert_false(world_logged(&f.world, secrets[i]));
}

FLOW_CLOSED(a_person_alone)
{
    installer_open((slack_options_t){.user_scopes = "search:read", .pkce = 1});
    fake_slack_answer(f.slack, "oauth.v2.user.access", 200,
                      "{'ok':true,'app_id':'A1','team':{'id':'T1'},'authed_user':{'id':'U1'" PERSONS
                      "}}");
    installer_start();
    const attempt_t a = installer_begin(START);
    installer_check_page(installer_come_back(&a, "&code=c"), 200, "installed in your workspace");
    const char *verifier =
        slack_json_str(app_call_args(&f, 0, "oauth.v2.user.access"), "/code_verifier");
    assert_int_equal(strlen(verifier), 43);
    assert_non_null(strstr(installer_installed(), "install/1.2/-/T1/U1 " PERSON));
    assert_null(strstr(installer.installed, "install/1.2/-/T1 "));
}

static struct link_case {
    const char *name, *app, *url, *link;
} link_cases[] = {
    {"an_organization", "A1", "https://acme.enterprise.slack.com/",
     "https://acme.enterprise.slack.com/manage/organization/apps/profile/A1/workspaces/add"},
    {"an_organization_without_a_page", "A1", "", "https://slack.com/app_redirect?app=A1&amp;team="},
    {"a_link_that_is_a_program", "A1", "javascript:alert(1)//", "app_redirect?app=A1&amp;team="},
    {"a_link_that_can_be_read", "A1", "http://acme.slack.com/", "app_redirect?app=A1&amp;team="},
    {"a_link_that_is_relative", "A1", "//evil.example/", "app_redirect?app=A1&amp;team="},
    {"a_link_of_two_lines", "A1", "https://acme.slack.com/\\nx", "app_redirect?app=A1&amp;team="},
    {"an_app_with_a_workspace", "A1&team=T9", "", "app_redirect?app=&amp;team="},
};

/* The page links to Slack. */
FLOW_EACH(links_of_an_organization, link_cases)
{
    const struct link_case *c = *state;
    char answer[600];
    installer_open((slack_options_t){0});
    snprintf(answer, sizeof answer,
             "{'ok':true,'app_id':'%s','access_token':'" BOT "','token_type':'bot',"
             "'scope':'chat:write','bot_user_id':'U0BOT','team':null,'enterprise':{'id':"
             "'E1','name':'Acme'},'is_enterprise_install':true,'authed_user':{'id':'U1'}}",
             c->app);
    fake_slack_answer(f.slack, "oauth.v2.access", 200, answer);
    snprintf(answer, sizeof answer, "{'ok':true,'url':'%s','bot_id':'B1'}", c->url);
    for (int i = 0; i < 2; i++)
        fake_slack_answer(f.slack, "auth.test", 200, answer);
    installer_start();
    const attempt_t a = installer_begin(START);
    const http_reply_t *reply = installer_come_back(&a, "&code=c");
    installer_check_page(reply, 200, "installed in Acme.");
    assert_non_null(strstr(reply->body, c->link));
    assert_string_equal(installer_installed(), "install/1.2/E1/- " BOT "  B1 ;");
}

FLOW_TEST(two_tabs)
{
    installer_start();
    const attempt_t first = installer_begin(START), second = installer_begin(START);
    char both[500];
    snprintf(both, sizeof both, "%s; %s", first.cookie, second.cookie);
    for (int i = 0; i < 2; i++) {
        attempt_t a = i ? first : second;
        snprintf(a.cookie, sizeof a.cookie, "%.190s", both + (i ? strlen(first.cookie) + 2 : 0));
        fake_slack_answer(f.slack, "oauth.v2.access", 200, ANSWER(BOT, ""));
    }
    char line[8192];
    snprintf(line, sizeof line, "GET /slack/oauth_redirect?code=c2&state=%s", second.state);
    installer_check_page(installer_wait(installer_send(line, both)), 200, "installed");
    snprintf(line, sizeof line, "GET /slack/oauth_redirect?code=c1&state=%s", first.state);
    installer_check_page(installer_wait(installer_send(line, both)), 200, "installed");
}

/* ---- hostile requests ---- */

enum cookie { OWN, NONE, OTHER, EMPTY };

static struct hostile_case {
    const char *name, *query; /* $: the state of an attempt */
    enum cookie cookie;
    int status;
    const char *has;
} hostile_cases[] = {
    {"nothing", "", OWN, 400, "begun in Slack"},
    {"missing_state", "code=c", OWN, 400, "begun in Slack"},
    {"missing_code", "state=$", OWN, 400, "has no code"},
    {"forged_state", "code=c&state=v1.00000000.AAAA", OWN, 400, "damaged"},
    {"changed_state", "code=c&state=$A", OWN, 400, "damaged"},
    {"cut_state", "code=c&state=x$", OWN, 400, "damaged"},
    {"login_csrf", "code=c&state=$", NONE, 400, "did not begin"},
    {"foreign_browser", "code=c&state=$", OTHER, 400, "did not begin"},
    {"empty_cookie", "code=c&state=$", EMPTY, 400, "did not begin"},
    {"state_twice", "code=c&state=$&state=$", OWN, 400, "twice"},
    {"code_twice", "code=c&state=$&code=d", OWN, 400, "twice"},
    {"line_break_in_the_code", "code=c%0d%0aX-Evil:1&state=$", OWN, 400, "malformed"},
    {"line_break_in_the_error", "error=c%0d%0aX-Evil:1&state=$", OWN, 400, "malformed"},
    {"nul_in_the_state", "code=c&state=%00$", OWN, 400, "malformed"},
    {"markup_in_the_code", "code=<script>alert(1)</script>", OWN, 400, "begun in Slack"},
    {"markup_in_the_state", "code=c&state=<script>alert(1)</script>", OWN, 400, "damaged"},
    {"markup_in_the_error", "error=<script>alert(1)</script>&state=$", OWN, 400, "has refused"},
    {"markup_elsewhere", "<script>=<script>&code=c", OWN, 400, "begun in Slack"},
    {"open_redirect", "redirect_uri=https://evil.example&url=//evil.example&state=$", OWN, 400,
     "has no code"},
    {"declined", "error=access_denied&state=$", OWN, 200, "You have declined"},
    {"declined_elsewhere", "error=access_denied&state=$", NONE, 200, "You have declined"},
    {"an_error_and_a_code", "error=access_denied&code=c&state=$", OWN, 200, "You have declined"},
    {"an_unknown_error", "error=new_error&state=$", OWN, 400, "Tell the people"},
    {"an_error_of_slack", "error=bad_client_secret&state=$", OWN, 400, "credentials"},
    {"an_error_elsewhere", "error=invalid_client_id", NONE, 400, "does not know the app"},
    {"an_error_of_the_app", "error=not_stored&state=$", OWN, 400, "has refused"},
    {"an_error_of_the_flow", "error=slow", NONE, 400, "has refused"},
    {"an_error_of_the_clock", "error=state_early&state=$", OTHER, 400, "has refused"},
};

/* None of them stores anything, calls Slack, or shows anything of the request. */
FLOW_EACH(hostile_requests, hostile_cases)
{
    const struct hostile_case *c = *state;
    installer_open((slack_options_t){0});
    installer_start();
    const attempt_t a = installer_begin(START), other = installer_begin(START);
    char line[8192] = "GET /slack/oauth_redirect?", cookie[300] = "";
    for (const char *at = c->query; *at; at++)
        snprintf(line + strlen(line), sizeof line - strlen(line), *at == '$' ? "%s" : "%.1s",
                 *at == '$' ? a.state : at);
    const int name_len = (int)strcspn(a.cookie, "=");
    if (c->cookie == OWN) snprintf(cookie, sizeof cookie, "%s", a.cookie);
    if (c->cookie == OTHER)
        snprintf(cookie, sizeof cookie, "%.*s%s", name_len, a.cookie, strchr(other.cookie, '='));
    if (c->cookie == EMPTY) snprintf(cookie, sizeof cookie, "%.*s=", name_len, a.cookie);
    const http_reply_t *reply = installer_wait(installer_send(line, cookie));
    installer_check_page(reply, c->status, c->has);
    assert_null(strstr(reply->body, "script"));
    assert_null(strstr(reply->body, "evil"));
    assert_null(strstr(reply->body, "v1."));
    assert_null(strstr(reply->head, "vil"));
    assert_string_equal(installer_header(reply, "Location"), "");
    assert_non_null(strstr(reply->body, "https://app.example/slack/install/start"));
    assert_int_equal(fake_slack_count(f.slack), 0);
    assert_int_equal(world_log_count(&f.world, "installation failed"), 0); /* no alarm */
    assert_string_equal(installer_installed(), "");
}

FLOW_TEST(a_state_is_used_once)
{
    fake_slack_answer(f.slack, "oauth.v2.access", 200, ANSWER(BOT, ""));
    installer_start();
    const attempt_t a = installer_begin(START);
    const int both[] = {installer_send_back(&a, "&code=c"), installer_send_back(&a, "&code=c")};
    installer_check_page(installer_wait(both[0]), 200, "installed");
    installer_check_page(installer_wait(both[1]), 400, "used before");
    installer_check_page(installer_come_back(&a, "&code=d"), 400, "used before");
    assert_int_equal(fake_slack_count(f.slack), 1);
}

FLOW_TEST(a_state_expires)
{
    installer_start();
    const attempt_t a = installer_begin(START);
    app_pass_ms(&f, 600001);
    installer_check_page(installer_come_back(&a, "&code=c"), 400, "ten minutes");
    const attempt_t b = installer_begin(START);
    f.world.wall_skew_ms -= 61000;
    installer_check_page(installer_come_back(&b, "&code=c"), 500, "clocks");
    assert_true(world_logged(&f.world, "hint=\"set the clocks"));
    assert_int_equal(fake_slack_count(f.slack), 0);
}

static struct answer_case {
    const char *name;
    int http;
    const char *answer;
    int status;
    const char *has;
} answer_cases[] = {
    {"used_code", 200, "{'ok':false,'error':'invalid_code'}", 400, "code was used before"},
    {"bad_secret", 200, "{'ok':false,'error':'bad_client_secret'}", 500, "credentials"},
    {"unknown_error", 200, "{'ok':false,'error':'<b>new'}", 502, "has refused"},
    {"word_of_the_flow", 200, "{'ok':false,'error':'state_used'}", 502, "has refused"},
    {"no_json", 200, "<html>", 502, "did not answer"},
    {"http_500", 500, "", 502, "did not answer"},
    {"too_many", 429, "{'ok':false,'error':'ratelimited'}", 503, "too much to do"},
    {"no_token", 200, "{'ok':true,'app_id':'A1','team':{'id':'T1'}}", 502, "had no token"},
    {"no_workspace", 200, "{'ok':true,'access_token':'xoxb-1','token_type':'bot'}", 502,
     "no token"},
    {"another_app", 200,
     "{'ok':true,'app_id':'A2','access_token':'xoxb-1','token_type':'bot',"
     "'team':{'id':'T1'},'authed_user':{'id':'U1'}}",
     500, "another app"},
};

FLOW_EACH(answers_of_slack, answer_cases)
{
    const struct answer_case *c = *state;
    installer_open((slack_options_t){.app_id = "A1"});
    fake_slack_answer(f.slack, "oauth.v2.access", c->http, c->answer);
    installer_start();
    const attempt_t a = installer_begin(START);
    installer_check_page(installer_come_back(&a, "&code=c"), c->status, c->has);
    app_spin(&f);
    assert_int_equal(fake_slack_count(f.slack), 1); /* one try */
    assert_string_equal(installer_installed(), "");
}

/* The code would be dead, and the person gone. */
FLOW_TEST(a_limited_app_does_not_wait_for_its_turn)
{
    installer_start();
    attempt_t a = installer_begin(START);
    fake_slack_answer(f.slack, "oauth.v2.access", 429, "{'ok':false,'error':'ratelimited'}");
    fake_slack_retry_after(f.slack, "3600");
    installer_check_page(installer_come_back(&a, "&code=c"), 503, "too much to do");
    a = installer_begin(START);
    const int number = installer_send_back(&a, "&code=c");
    for (int second = 0; second < 45 && !http_peer_reply(installer.browser, number)->done; second++)
        app_pass_ms(&f, 1000); /* from when the call waits, 20 s */
    installer_check_page(installer_wait(number), 502, "did not answer");
    assert_true(world_logged(&f.world, "Slack limits its rate: try again later"));
    assert_int_equal(fake_slack_count(f.slack), 1);
}

/* ---- many ---- */

FLOW_TEST(starts_cost_no_memory)
{
    size_t live = 0, bytes = 0;
    installer_start();
    for (int i = 0; i < 300; i++) {
        installer_begin(START);
        app_spin(&f);
        if (i == 100) live = heap_live(), bytes = heap_bytes();
    }
    assert_int_equal(heap_live(), live);
    assert_in_range(heap_bytes(), 0, bytes + 4096);
    assert_int_equal(fake_slack_count(f.slack), 0);
}

FLOW_TEST(too_many_attempts_wait)
{
    installer_start();
    const attempt_t spare = installer_begin(START);
    for (int i = 0; i < 20; i++) {
        const attempt_t a = installer_begin(START);
        fake_slack_answer(f.slack, "oauth.v2.access", 200, "{'ok':false,'error':'invalid_code'}");
        installer_check_page(installer_come_back(&a, "&code=c"), 400, "used before");
    }
    const http_reply_t *reply = installer_come_back(&spare, "&code=c");
    installer_check_page(reply, 429, "load this page again");
    assert_true(http_reply_has(reply, "Retry-After", "60"));
    assert_string_equal(installer_header(reply, "Set-Cookie"), ""); /* it can be done again */
    assert_int_equal(fake_slack_count(f.slack), 20);
    app_pass_ms(&f, 61000);
    fake_slack_answer(f.slack, "oauth.v2.access", 200, ANSWER(BOT, ""));
    installer_check_page(installer_come_back(&spare, "&code=c"), 200, "installed");
}

/* ---- the tokens are not what they should be ---- */

#define DEAD  "{'ok':false,'error':'invalid_auth'}"
#define ALIVE "{'ok':true,'bot_id':'B1','url':'https://acme.slack.com/'}"

FLOW_TEST(a_refused_token_is_not_kept)
{
    *greeted = '\0';
    slack_on_installed(f.app, greet, NULL);
    const char *const tests[] = {ALIVE, DEAD, ALIVE, DEAD}; /* the first is the app's own */
    const char *const tokens[] = {"", ANSWER("xoxb-1", ""), ANSWER("xoxb-2", ""),
                                  ANSWER("xoxb-3", "")};
    const char *const have[] = {"", "", "install/1.2/-/T1 xoxb-2  B1 ;",
                                "install/1.2/-/T1 xoxb-2  B1 ;"};
    for (int i = 0; i < 4; i++)
        fake_slack_answer(f.slack, "auth.test", 200, tests[i]);
    installer_start();
    for (int i = 1; i < 4; i++) {
        const attempt_t a = installer_begin(START);
        fake_slack_answer(f.slack, "oauth.v2.access", 200, tokens[i]);
        installer_check_page(installer_come_back(&a, "&code=c"), i == 2 ? 200 : 502,
                             i == 2 ? "installed" : "accept");
        assert_string_equal(installer_installed(), have[i]);
        app_pass_and_claim(&f, 3000);
        assert_int_equal(*greeted != '\0', i >= 2);
    }
}

FLOW_TEST(an_auth_test_without_an_answer_is_no_failure)
{
    fake_slack_answer(f.slack, "auth.test", 200, ALIVE);
    fake_slack_answer(f.slack, "auth.test", 500, "");
    fake_slack_answer(f.slack, "oauth.v2.access", 200, ANSWER(BOT, ""));
    installer_start();
    const attempt_t a = installer_begin(START);
    installer_check_page(installer_come_back(&a, "&code=c"), 200, "installed");
    assert_string_equal(installer_installed(), "install/1.2/-/T1 " BOT "   ;");
}

/* ---- memory runs out ---- */

/* The browser gets a page, or a closed connection; a later attempt succeeds. */
FLOW_TEST(memory_runs_out)
{
    assert_int_equal(slack_on_installed(f.app, greet, NULL), 0);
    installer_start();
    bool failed = true;
    for (size_t nth = 0; failed; nth++) {
        const attempt_t a = installer_begin(START);
        heap_pause();
        fake_slack_answer(f.slack, "oauth.v2.access", 200, ANSWER(BOT, PERSONS));
        heap_resume();
        heap_fail_at(nth, false);
        const int starts = installer_send(START, ""), back = installer_send_back(&a, "&code=c");
        const http_reply_t *replies[] = {http_peer_reply(installer.browser, starts),
                                         http_peer_reply(installer.browser, back)};
        world_until(&f.world, (replies[0]->done || replies[0]->closed) &&
                                  (replies[1]->done || replies[1]->closed));
        failed = heap_heal();
        app_settle(&f);
        app_pass_ms(&f, 61000);
        assert_true(failed || replies[1]->status == 200);
    }
    assert_string_not_equal(installer_installed(), "");
}
