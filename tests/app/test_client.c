/* SPDX-License-Identifier: MIT */
/* Clients that belong to no delivery: other tokens, none, and calls that cannot be made. */

#include "support/app_fixture.h"
#include "support/desk.h"
#include "support/test.h"

static app_fixture_t f;
static unsigned answers;
static int status;

static void answered(const slack_response_t *response, void *user_data)
{
    answers++;
    status = slack_response_status(response);
}

/* Without a token of its own the app looks tokens up. */
static void open_app(bool own_token)
{
    const slack_authorizer_t how = desk_authorizer();
    app_open(&f, &(slack_options_t){.bot_token = own_token ? NULL : ""});
    if (!own_token) assert_int_equal(slack_app_authorize(f.app, &how), 0);
}

static int call(slack_client_t *client)
{
    return slack_callf(client, "api.test", answered, NULL, "{a: 'b'}");
}

/* Each client sends its own token. The app's own token may be missing. */
TEST(each_client_has_its_token)
{
    static const char *const tokens[] = {NULL, "xoxb-2", "xoxp-3"};
    for (unsigned own = 0; own < 2; own++) {
        slack_client_t *clients[3];
        answers = 0;
        open_app(own);
        for (size_t i = 0; i < 3; i++) /* two of them before the start */
            clients[i] = i < 2 ? slack_client_new(f.app, tokens[i]) : NULL;
        app_ready(&f);
        for (size_t i = 0; i < 3; i++) {
            if (clients[i] == NULL) clients[i] = slack_client_new(f.app, tokens[i]);
            assert_int_equal(call(clients[i]), 0);
            slack_client_free(clients[i]); /* its call goes on */
            app_call_args(&f, i, "api.test");
            assert_string_equal(fake_slack_call(f.slack, i)->token, tokens[i] ? tokens[i] : "");
        }
        while (answers < 3)
            app_turn(&f);
        app_close(&f);
    }
}

/* The secret in the arguments makes the token: no other token goes with it, and none is needed. */
TEST(an_exchange_for_a_token_has_none)
{
    static const char *const methods[] = {"oauth.access", "oauth.v2.access", "openid.connect.token",
                                          "tooling.tokens.rotate"};
    for (unsigned own = 0; own < 2; own++) {
        open_app(own);
        app_ready(&f);
        for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
            slack_client_t *client = slack_app_client(f.app);
            assert_int_equal(slack_callf(client, methods[i], NULL, NULL, "{refresh_token: 'r'}"),
                             0);
            app_call_args(&f, i, methods[i]);
            assert_string_equal(fake_slack_call(f.slack, i)->token, "");
        }
        app_close(&f);
    }
}

/* The program gets the code; the log names the method and the cause. */
APP_CLOSED(a_call_that_is_not_made_is_logged)
{
    static const struct {
        const char *token, *method;
        int status;
        const char *why;
    } cases[] = {
        {"xoxb-1\n", "api.test", SLACK_EAUTH, "the token is malformed"},
        {"xoxb-\xc2\xa0", "api.test", SLACK_EAUTH, "the token is malformed"},
        {"xoxb-1", "api/test", SLACK_EINVAL, "the name of the method is not valid: "},
        {"xoxb-1", "", SLACK_EINVAL, "the name of the method is not valid: "},
        {"", "users.list", SLACK_EAUTH, "pass one to slack_client_new() that is not empty"},
        {"", "api.test", SLACK_EAUTH, "pass one to slack_client_new() that is not empty"},
        {"", "new.method", SLACK_EAUTH, "pass one to slack_client_new() that is not empty"},
        {NULL, "users.list", SLACK_EAUTH, "the method needs a token: pass one to slack_client_new"},
        {NULL, "auth.test", SLACK_EAUTH, "the method needs a token: pass one to slack_client_new"},
    };
    open_app(false);
    assert_int_equal(call(slack_app_client(f.app)), SLACK_ECANCELED);
    assert_true(world_logged(&f.world, "reason=\"the app does not run: call"));
    app_ready(&f);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        slack_client_t *client = slack_client_new(f.app, cases[i].token);
        world_forget_log(&f.world);
        assert_int_equal(slack_callf(client, cases[i].method, NULL, NULL, "{}"), cases[i].status);
        assert_true(world_logged(&f.world, cases[i].why));
        assert_false(world_logged(&f.world, "xoxb"));
        slack_client_free(client);
    }
    assert_int_equal(call(slack_app_client(f.app)), SLACK_EAUTH);
    assert_true(world_logged(&f.world, "method=api.test error=SLACK_EAUTH reason=\"the "
                                       "client has no token: use slack_ctx_client()"));
    slack_client_t *nobody = slack_client_new(f.app, NULL);
    assert_int_equal(slack_call(nobody, slack_request("api.test", NULL), NULL, NULL), SLACK_EINVAL);
    slack_client_free(nobody);
    assert_int_equal(call(NULL), SLACK_EINVAL);
    assert_int_equal(fake_slack_count(f.slack), 0);
}

/* With a client without a token, on purpose or not. A method that is not known may need none. */
TEST(methods_that_need_no_token_are_called_without_one)
{
    static const struct {
        const char *token, *method;
    } cases[] = {{NULL, "api.test"},
                 {NULL, "blocks.validate"},
                 {NULL, "new.method"},
                 {NULL, "oauth.v2.access"},
                 {"", "openid.connect.token"}};
    open_app(true);
    app_ready(&f);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        slack_client_t *client = slack_client_new(f.app, cases[i].token);
        assert_int_equal(slack_callf(client, cases[i].method, NULL, NULL, "{}"), 0);
        slack_client_free(client);
        app_call_args(&f, i, cases[i].method);
        assert_string_equal(fake_slack_call(f.slack, i)->token, "");
    }
    app_close(&f);
}

/* A stop ends the calls that are under way, and the client outlives its app. */
TEST(a_client_outlives_the_app)
{
    app_open(&f, NULL);
    slack_client_t *client = slack_client_new(f.app, "xoxb-2");
    fake_slack_answer(f.slack, "api.test", 0, "");
    app_ready(&f);
    assert_int_equal(call(client), 0);
    app_run_until_calls(&f, 1);
    answers = 0;
    slack_app_stop(f.app);
    slack_app_stop(f.app);
    app_run_until_stopped(&f);
    assert_int_equal(answers, 1);
    assert_int_equal(status, SLACK_ECANCELED);
    assert_int_equal(call(client), SLACK_ECANCELED);
    app_close(&f);
    slack_client_free(client);
    slack_client_free(NULL);
}
