/* SPDX-License-Identifier: MIT */
/* Tokens of many tenants: a delivery uses its tenant's token, and so do its jobs. */

#include "app/inspect.h"
#include "support/desk.h"
#include "support/test.h"

static app_fixture_t f;

/* ---- workspaces and organizations ---- */

DESK_TEST(the_bots_own_events, desk_setup)
{
    app_ack_t ack;
    desk_hear(&f, NULL);
    desk_event(&f, "T1", "message", "UT1", &ack); /* by the bot of T1 */
    app_spin(&f);
    assert_int_equal(desk.seen.count, 0);
    desk_event(&f, "T2", "message", "UT1", &ack);
    app_spin(&f);
    assert_int_equal(desk.seen.count, 1);
}

static int list_all(slack_ctx_t *ctx, void *user_data)
{
    return slack_call(slack_ctx_client(ctx),
                      slack_request("conversations.list", slack_jsonf(ctx, "{limit: 1}")), NULL,
                      NULL);
}

/* One installation of an organization serves all its workspaces. */
DESK_TEST(an_organizations_installation, desk_setup)
{
    char body[400];
    assert_int_equal(slack_on_command(f.app, "/x", list_all, NULL), 0);
    app_ready(&f);
    for (unsigned i = 1; i <= 2; i++) {
        app_ack_t ack = {0};
        snprintf(
            body, sizeof body,
            "{'command':'/x','team_id':'T%u','enterprise_id':'E1','is_enterprise_install':'true',"
            "'api_app_id':'A1'}",
            i);
        app_inject(&f, body, &ack);
        app_run_until_calls(&f, i);
        app_run_until_idle(&f);
        const fake_call_t *call = fake_slack_call(f.slack, i - 1);
        assert_string_equal(call->token, "xoxb-E1-0");
        assert_string_equal(slack_json_str(call->args, "/team_id"), i == 1 ? "T1" : "T2");
    }
    assert_int_equal(desk.asked, 1);
    assert_true(desk.org);
    assert_string_equal(desk.enterprise, "E1");
    assert_string_equal(desk.team, "");

    app_ack_t ack = {0}; /* the same workspace, with its own installation */
    app_inject(&f, "{'command':'/x','team_id':'T1','enterprise_id':'E1'}", &ack);
    app_run_until_calls(&f, 3);
    app_run_until_idle(&f);
    assert_int_equal(desk.asked, 2);
    assert_string_equal(fake_slack_call(f.slack, 2)->token, "xoxb-T1-0");
    assert_null(slack_json_get(fake_slack_call(f.slack, 2)->args, "/team_id"));
}

/* ---- users ---- */

static int say_as_user(slack_ctx_t *ctx, void *user_data)
{
    slack_client_repeat(slack_ctx_client(ctx), true);
    slack_client_t *user = slack_ctx_user_client(ctx);
    assert_non_null(user);
    assert_false(user->repeat);
    assert_ptr_equal(slack_ctx_user_client(ctx), user);
    assert_string_equal(user->workspace,
                        slack__client_token(slack_ctx_client(ctx))); /* they share its limits */
    int rc = slack_call(
        user, slack_request("chat.postMessage", slack_jsonf(ctx, "{channel: 'C1', text: 'me'}")),
        NULL, NULL);
    return rc ? rc : slack_say(ctx, "bot");
}

static int open_per_user(void **state)
{
    slack_authorizer_t how = desk_authorizer();
    how.per_user = true;
    desk_open(&f, NULL, &how);
    return 0;
}

DESK_TEST(each_user_by_itself, open_per_user)
{
    app_ack_t ack;
    assert_int_equal(slack_on_message(f.app, NULL, say_as_user, NULL), 0);
    app_ready(&f);
    for (unsigned i = 0; i < 2; i++) {
        desk_event(&f, "T1", "message", i ? "U2" : "U1", &ack);
        app_run_until_calls(&f, 2 * i + 2);
        app_run_until_idle(&f); /* the delivery waits for both calls */
        for (unsigned call = 0; call < 2; call++) {
            const fake_call_t *c = fake_slack_call(f.slack, 2 * i + call);
            const bool me = strcmp(slack_json_str(c->args, "/text"), "me") == 0;
            assert_string_equal(c->token, !me ? "xoxb-T1-0" : i ? "xoxp-U2-0" : "xoxp-U1-0");
        }
    }
    assert_int_equal(desk.asked, 2);
    desk_event(&f, "T1", "message", "U1", &ack);
    app_run_until_calls(&f, 6);
    app_run_until_idle(&f);
    assert_int_equal(desk.asked, 2);

    /* In a shared channel the user may belong to another workspace. */
    app_inject(
        &f,
        "{'type':'event_callback','api_app_id':'A1','event_id':'EvC','team_id':'T1',"
        "'is_ext_shared_channel':true,'event':{'type':'message','user':'U1','user_team':'T9',"
        "'team':'T9','channel':'C1','text':'x'}}",
        &ack);
    app_run_until_calls(&f, 8);
    app_run_until_idle(&f);
    assert_int_equal(desk.asked, 3);
    assert_string_equal(desk.actor_team, "T9");
}

static void call_at_the_end(slack_ctx_t *ctx, const slack_done_t *done, void *user_data)
{
    slack_client_t *user = slack_ctx_user_client(ctx);
    assert_non_null(user);
    assert_int_equal(slack_call(user,
                                slack_request("chat.postMessage",
                                              slack_jsonf(ctx, "{channel: 'C1', text: 'me'}")),
                                NULL, NULL),
                     SLACK_EALREADY);
    assert_int_equal(slack__inspect_calls(ctx), 0);
    ++*(unsigned *)user_data;
}

static int call_later(slack_ctx_t *ctx, void *user_data)
{
    if (*(unsigned *)user_data) assert_non_null(slack_ctx_user_client(ctx));
    return slack_ctx_on_done(ctx, call_at_the_end, user_data);
}

/* Whether the client was made before the end or is made now. */
DESK_TEST(no_user_calls_at_the_end, open_per_user)
{
    unsigned ends = 0;
    app_ack_t ack;
    assert_int_equal(slack_on_message(f.app, NULL, call_later, &ends), 0);
    app_ready(&f);
    for (unsigned i = 1; i <= 2; i++) {
        desk_event(&f, "T1", "message", "U1", &ack);
        app_run_until(&f, &ack.count);
        app_run_until_idle(&f);
        assert_int_equal(ends, i);
    }
    assert_int_equal(fake_slack_count(f.slack), 0);
}

/* ---- jobs and attempts ---- */

static int defer(slack_ctx_t *ctx, void *user_data)
{
    return slack_defer(ctx, "later", slack_jsonf(ctx, "{n: 1}"));
}

static int fail_once(slack_ctx_t *ctx, void *user_data)
{
    desk_see(ctx, NULL);
    assert_string_equal(slack_ctx_team(ctx), "T7");
    assert_string_equal(slack_ctx_enterprise(ctx), "E7");
    assert_string_equal(slack_ctx_app_id(ctx), "A7");
    if (desk.seen.count == 1) return SLACK_EIO;
    return slack_call(
        slack_ctx_client(ctx),
        slack_request("chat.postMessage", slack_jsonf(ctx, "{channel: 'C', text: 'x'}")), NULL,
        NULL);
}

/* Each attempt of a job is authorized like the delivery that deferred it. */
DESK_TEST(jobs_know_whose_they_are, desk_setup)
{
    app_ack_t ack = {0};
    memset(&desk.seen, 0, sizeof desk.seen);
    assert_int_equal(slack_on_command(f.app, "/x", defer, NULL), 0);
    assert_int_equal(slack_on_job(f.app, "later", fail_once, NULL), 0);
    app_ready(&f);
    app_inject(
        &f, "{'command':'/x','team_id':'T7','enterprise_id':'E7','api_app_id':'A7','user_id':'U7'}",
        &ack);
    app_run_until(&f, &ack.count);
    world_until(&f.world, desk.seen.count != 0);
    app_run_until_idle(&f);
    slack_app_forget(f.app, NULL);
    app_pass_ms(&f, 2000);
    app_run_until_calls(&f, 1);
    app_run_until_idle(&f);
    assert_int_equal(desk.seen.count, 2);
    assert_int_equal(desk.seen.attempt, 2);
    assert_int_equal(desk.asked, 2);
    assert_string_equal(desk.team, "T7");
    assert_string_equal(desk.enterprise, "E7");
    assert_string_equal(desk.app, "A7");
    assert_string_equal(fake_slack_call(f.slack, 0)->token, "xoxb-T7-0");
}
