/* SPDX-License-Identifier: MIT */
#include "support/install_flow.h"

/* The hooks of the install flow, and the pages of the program. */

static slack_install_t *held;
static int refuse(slack_install_t *install, void *user_data)
{
    return slack_install_refuse(install, "Only <Acme> may.");
}
static int fail_hook(slack_install_t *install, void *user_data)
{
    return SLACK_EIO;
}
static int hold(slack_install_t *install, void *user_data)
{
    held = install;
    slack_install_hold(install);
    return 0;
}
static int hold_and_release(slack_install_t *install, void *user_data)
{
    slack_install_hold(install);
    slack_install_release(install, 0);
    return 0;
}

FLOW_TEST(a_refusal_gives_the_tokens_back)
{
    installer.hooks.before_installation = refuse;
    fake_slack_answer(f.slack, "oauth.v2.access", 200, ANSWER(BOT, PERSONS));
    installer_start();
    const attempt_t a = installer_begin(START);
    installer_check_page(installer_come_back(&a, "&code=c"), 403, "Only &lt;Acme&gt; may.");
    app_run_until_calls(&f, 3);
    for (size_t i = 1; i < 3; i++) {
        assert_string_equal(fake_slack_call(f.slack, i)->method, "auth.revoke");
        assert_string_equal(fake_slack_call(f.slack, i)->token, i == 1 ? BOT : PERSON);
    }
    assert_string_equal(installer_installed(), "");
}

static bool refusing;
static int refuse_later(slack_install_t *install, void *user_data)
{
    return refusing ? fail_hook(install, user_data) : 0;
}

FLOW_TEST(a_refused_reinstall_leaves_the_installation)
{
    installer.hooks.before_installation = refuse_later;
    installer_start();
    for (int i = 0; i < 2; i++) {
        refusing = i == 1;
        const attempt_t a = installer_begin(START);
        fake_slack_answer(f.slack, "oauth.v2.access", 200, ANSWER(BOT, ""));
        installer_check_page(installer_come_back(&a, "&code=c"), i ? 500 : 200,
                             i ? "The app has failed" : "installed");
    }
    app_spin(&f);
    assert_int_equal(fake_slack_count(f.slack), 2);
    assert_string_equal(installer_installed(), "install/1.2/-/T1 " BOT "  B0BOT ;");
    assert_true(world_logged(&f.world, "reason=SLACK_EIO"));
}

FLOW_TEST(a_refusal_before_slack)
{
    installer.hooks.before_redirect = refuse;
    installer_start();
    const http_reply_t *reply = installer_ask(START);
    installer_check_page(reply, 403, "Only &lt;Acme&gt; may.");
    assert_string_equal(installer_header(reply, "Location"), "");
}

static int change_all(slack_install_t *install, void *user_data)
{
    char large[5000];
    memset(large, 'a', sizeof large - 1);
    large[sizeof large - 1] = '\0';
    assert_int_equal(slack_install_set_metadata(install, NULL), SLACK_EINVAL);
    assert_int_equal(slack_install_set_metadata(install, "\xff"), SLACK_EINVAL);
    assert_int_equal(slack_install_set_metadata(install, large), SLACK_ETOOBIG);
    assert_int_equal(slack_install_set_scopes(install, large, NULL), SLACK_ETOOBIG);
    assert_int_equal(slack_install_set_team(install, "x"), SLACK_EINVAL);
    assert_int_equal(slack_install_set_team(install, "T7"), 0);
    return slack_install_set_scopes(install, "", "identify");
}

FLOW_TEST(a_hook_changes_what_is_asked_for)
{
    installer.hooks.before_redirect = change_all;
    fake_slack_answer(f.slack, "oauth.v2.user.access", 200, "{'ok':false,'error':'invalid_code'}");
    installer_start();
    const attempt_t a = installer_begin(START "?team=T1");
    assert_non_null(strstr(a.url, "/oauth/v2_user/authorize?client_id=1.2&user_scope=identify&"));
    assert_non_null(strstr(a.url, "&team=T7"));
    installer_check_page(installer_come_back(&a, "&code=c"), 400, "used before");
    app_call_args(&f, 0, "oauth.v2.user.access");
}

FLOW_TEST(hooks_wait)
{
    installer.hooks = (slack_install_hooks_t){.before_redirect = hold, .before_installation = hold};
    fake_slack_answer(f.slack, "oauth.v2.access", 200, ANSWER(BOT, ""));
    installer_start();
    held = NULL;
    const int first = installer_send(START, "");
    world_until(&f.world, held);
    assert_int_equal(slack_install_set_metadata(held, "late"), 0);
    slack_install_release(held, 0);
    const attempt_t a = installer_attempt(installer_wait(first));
    held = NULL;
    const int second = installer_send_back(&a, "&code=c");
    world_until(&f.world, held);
    app_pass_ms(&f, 29000);
    assert_false(http_peer_reply(installer.browser, second)->done);
    app_pass_ms(&f, 1001);
    installer_check_page(installer_wait(second), 504, "longer than expected");
    assert_string_equal(installer_installed(), "");
    slack_install_release(held, 0); /* too late for the page */
    app_spin(&f);
    world_until(&f.world, *installer_installed() != '\0');
    assert_non_null(strstr(installer.installed, BOT));
    assert_non_null(strstr(installer.installed, "late"));
}

FLOW_TEST(a_hold_may_end_in_the_hook)
{
    installer.hooks = (slack_install_hooks_t){.before_redirect = hold_and_release};
    installer_start();
    installer_begin(START);
    slack_install_release(NULL, 0);
    slack_install_hold(NULL);
    assert_int_equal(slack_install_refuse(NULL, "x"), SLACK_EINVAL);
    assert_int_equal(slack_app_set_install_hooks(f.app, &installer.hooks), SLACK_EALREADY);
    assert_int_equal(slack_app_set_install_hooks(f.app, NULL), SLACK_EINVAL);
}

/* The page does not wait for ever; what was begun goes on. */
FLOW_TEST(a_slow_answer)
{
    fake_slack_answer(f.slack, "oauth.v2.access", 0, "");
    installer_start();
    const attempt_t a = installer_begin(START);
    const int number = installer_send_back(&a, "&code=c");
    app_run_until_calls(&f, 1);
    app_pass_ms(&f, 50001);
    installer_check_page(installer_wait(number), 504, "longer than expected");
    assert_true(world_logged(&f.world, "error=slow"));
    slack_app_stop(f.app); /* the second stop, at the close, does not wait for the call */
}

/* The program may release what it holds after the stop. */
FLOW_TEST(a_stop_ends_a_hold)
{
    installer.hooks.before_redirect = hold;
    installer_start();
    held = NULL;
    const int number = installer_send(START, "");
    world_until(&f.world, held);
    slack_app_stop(f.app);
    slack_app_stop(f.app);
    installer_check_page(installer_wait(number), 503, "restarted");
    app_run_until_stopped(&f);
    slack_install_release(held, 0);
    f.started = false;
}

FLOW_TEST(a_stop_waits_for_an_installation)
{
    installer.hooks.before_installation = hold;
    fake_slack_answer(f.slack, "oauth.v2.access", 200, ANSWER(BOT, ""));
    installer_start();
    held = NULL;
    const attempt_t a = installer_begin(START);
    const int number = installer_send_back(&a, "&code=c");
    world_until(&f.world, held);
    slack_app_stop(f.app);
    app_spin(&f);
    slack_install_release(held, 0);
    installer_check_page(installer_wait(number), 200, "installed");
}

static enum slack_install_page shown;
static int own_page(slack_install_t *install, enum slack_install_page page, int status,
                    void *user_data)
{
    char text[512];
    shown = page;
    if (page == SLACK_INSTALL_PAGE_FAILED) return SLACK_ENOTFOUND;
    if (page == SLACK_INSTALL_PAGE_REFUSED) return 0; /* a fault: without a reply */
    const int len = snprintf(text, sizeof text, "own %s|%s|%s",
                             slack_install_escape(install, slack_install_sentence(install)),
                             slack_install_escape(install, slack_install_link(install)),
                             slack_install_escape(install, "<\"'>"));
    const int rc =
        slack_http_reply(slack_install_visit(install), status, "text/html", text, (size_t)len);
    return page == SLACK_INSTALL_PAGE_DECLINED ? SLACK_EIO : rc; /* a fault: after the reply */
}

FLOW_TEST(pages_of_the_program)
{
    installer.hooks = (slack_install_hooks_t){.before_redirect = refuse, .page = own_page};
    installer_start();
    const http_reply_t *reply = installer_ask("GET /slack/install?team=T1");
    assert_int_equal(reply->status, 200);
    assert_non_null(strstr(reply->body, "/slack/install/start?team=T1|&lt;&quot;&#39;&gt;"));
    assert_string_equal(installer_header(reply, "Content-Security-Policy"), "");
    assert_string_equal(installer_header(reply, "Cache-Control"), "no-store");
    assert_string_equal(installer_header(reply, "X-Frame-Options"), "DENY");
    assert_non_null(
        strstr(installer_ask("GET /slack/oauth_redirect?error=access_denied")->body, "own You"));
    assert_int_equal(shown, SLACK_INSTALL_PAGE_DECLINED);
    installer_check_page(installer_ask("GET /slack/oauth_redirect?code=c"), 400, "begun in Slack");
    assert_int_equal(shown, SLACK_INSTALL_PAGE_FAILED);
    installer_check_page(installer_ask(START), 403, "Only &lt;Acme&gt;");
    assert_int_equal(world_log_count(&f.world, "own page not shown"), 1);
    assert_int_equal(world_log_count(&f.world, "error=refused reason=\"Only <Acme>"), 1);
}
