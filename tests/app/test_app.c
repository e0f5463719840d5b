/* SPDX-License-Identifier: MIT */
/* The main job of an app, and the order in which a delivery's listeners run. */

#include "support/app_fixture.h"
#include "support/app_handlers.h"
#include "support/test.h"

static app_fixture_t f;

/* ---- the main job ---- */

APP_TEST(test_hello)
{
    slack_on_message(f.app, "hello", app_say_hello, NULL);
    app_ready(&f);
    app_inject(&f, APP_MESSAGE("Ev1", "oh hello"), &f.ack);
    app_run_until_calls(&f, 1);
    const fake_call_t *call = fake_slack_call(f.slack, 0);
    assert_string_equal(call->method, "chat.postMessage");
    assert_string_equal(call->token, "xoxb-test");
    assert_string_equal(slack_json_str(call->args, "/channel"), "C1");
    assert_string_equal(slack_json_str(call->args, "/text"), "Hey there <@U1>!");
    assert_int_equal(f.ack.count, 1);
    assert_int_equal(f.ack.outcome, SLACK_ACK_OK);
}

APP_TEST(test_a_redelivery_is_acked_and_not_run)
{
    unsigned runs = 0;
    slack_on_message(f.app, NULL, app_count_run, &runs);
    app_ready(&f);
    app_ack_t ack[4] = {{0}};
    app_inject(&f, APP_MESSAGE("Ev1", "x"), &ack[0]);
    app_inject(&f, APP_MESSAGE("Ev1", "x"), &ack[1]); /* while the first is being stored */
    app_run_until(&f, &ack[1].count);
    app_inject(&f, APP_MESSAGE("Ev1", "x"), &ack[2]); /* after the first is done */
    app_inject(&f, APP_MESSAGE("Ev2", "x"), &ack[3]);
    app_run_until(&f, &ack[3].count);
    app_spin(&f);
    assert_int_equal(runs, 2);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(ack[i].count, 1);
        assert_int_equal(ack[i].outcome, SLACK_ACK_OK);
    }
}

APP_TEST(test_own_events_are_left_out)
{
    unsigned runs = 0;
    slack_on_event(f.app, NULL, app_count_run, &runs);
    app_ready(&f);
    static const char *const own[] = {
        "{'event_id':'a','event':{'type':'message','user':'U0BOT','text':'x'}}",
        "{'event_id':'b','event':{'type':'message','bot_id':'B0BOT','text':'x'}}",
        "{'event_id':'c','event':{'type':'reaction_added','user':'U0BOT'}}",
    };
    app_ack_t ack[5] = {{0}};
    for (int i = 0; i < 3; i++)
        app_inject(&f, own[i], &ack[i]);
    app_inject(&f, "{'event_id':'d','event':{'type':'member_joined_channel','user':'U0BOT'}}",
               &ack[3]);
    app_inject(&f, "{'event_id':'e','event':{'type':'message','bot_id':'B1'}}", &ack[4]);
    app_run_until(&f, &ack[4].count);
    app_spin(&f);
    assert_int_equal(runs, 2);
    for (int i = 0; i < 5; i++)
        assert_int_equal(ack[i].count, 1);
}

APP_TEST(test_unknown_and_rate_limited_are_acked)
{
    unsigned runs = 0;
    slack_listen(f.app, &(slack_listener_t){.kind = SLACK_KIND_APP_RATE_LIMITED,
                                            .fn = app_count_run,
                                            .user_data = &runs});
    app_ready(&f);
    app_ack_t ack[2] = {{0}};
    app_inject(&f, "{'type':'workflow_step_edit'}", &ack[0]);
    app_inject(&f, "{'type':'app_rate_limited','minute_rate_limited':1}", &ack[1]);
    app_run_until(&f, &ack[1].count);
    app_spin(&f);
    assert_int_equal(ack[0].outcome, SLACK_ACK_OK);
    assert_int_equal(ack[1].outcome, SLACK_ACK_OK);
    assert_int_equal(runs, 1);
    assert_true(world_logged(&f.world, "type=workflow_step_edit"));
}

/* ---- order, holds, calls ---- */

APP_TEST(test_one_listener_after_the_other)
{
    slack_use(f.app, app_watch, NULL);
    slack_on_event(f.app, NULL, app_append_and_fail, "a");
    slack_on_event(f.app, NULL, app_hold, "b");
    slack_on_message(f.app, NULL, app_append, "c");
    app_ready(&f);
    app_deliver(&f, APP_MESSAGE("Ev1", "x"), &f.ack);
    assert_string_equal(app_order, "ab"); /* the third listener waits for the second */
    slack_ctx_release(app_held, SLACK_ETIMEDOUT);
    assert_string_equal(app_order, "ab"); /* slack_ctx_release() runs no handler itself */
    app_run_until_done(&f);
    assert_string_equal(app_order, "abc");
    assert_int_equal(app_done.status, SLACK_EIO); /* the first error */
    assert_int_equal(app_done.listeners, 3);
}

APP_TEST(test_an_ack_does_not_wait_for_calls)
{
    slack_on_action(f.app, "go", app_say_hello, NULL);
    slack_use(f.app, app_watch, NULL);
    fake_slack_answer(f.slack, "chat.postMessage", 200, "{'ok':false,'error':'channel_not_found'}");
    app_ready(&f);
    app_inject(&f,
               "{'type':'block_actions','user':{'id':'U1'},'channel':{'id':'C9'},"
               "'message':{'thread_ts':'5.5'},'actions':[{'action_id':'go'}]}",
               &f.ack);
    app_run_until(&f, &f.ack.count);
    assert_int_equal(fake_slack_count(f.slack), 0);
    assert_int_equal(f.ack.outcome, SLACK_ACK_OK);
    app_run_until_done(&f);
    assert_int_equal(app_done.status, SLACK_EAPI); /* the failed call failed the delivery */
    assert_string_equal(slack_json_str(fake_slack_call(f.slack, 0)->args, "/thread_ts"), "5.5");
    assert_true(world_logged(&f.world, "reason=\"channel_not_found: "));
}

APP_TEST(test_a_held_delivery_is_acked_by_its_handler)
{
    slack_on_command(f.app, "/slow", app_hold_then_ack, NULL);
    app_ready(&f);
    app_inject(&f, APP_COMMAND("/slow", ""), &f.ack);
    app_spin(&f);
    assert_int_equal(f.ack.count, 0);
    assert_int_equal(slack_ack_text(app_held, "done"), 0);
    assert_string_equal(f.ack.body, "done");
    slack_ctx_release(app_held, 0);
    app_spin(&f);
    assert_int_equal(f.ack.count, 1);
}

APP_TEST(test_every_action_runs_its_listener)
{
    slack_on_action(f.app, "a", app_append, "a");
    slack_on_action(f.app, "b", app_hold, "b");
    app_ready(&f);
    app_inject(&f,
               "{'type':'block_actions','actions':[{'action_id':'b'},{'action_id':'a'},"
               "{'action_id':'c'}]}",
               &f.ack);
    app_spin(&f);
    assert_string_equal(app_order, "b");
    assert_string_equal(slack_json_str(slack_ctx_action(app_held), "/action_id"), "b");
    slack_ctx_release(app_held, 0);
    app_run_until(&f, &f.ack.count);
    app_spin(&f);
    assert_string_equal(app_order, "ba");
}

static int respond(slack_ctx_t *ctx, void *user_data)
{
    int rc = slack_ack(ctx);
    return rc ? rc : slack_respond(ctx, "later: %s", slack_json_str(slack_ctx_body(ctx), "/text"));
}

APP_TEST(test_respond)
{
    slack_on_command(f.app, "/later", respond, NULL);
    slack_use(f.app, app_watch, NULL);
    app_ready(&f);
    char body[512];
    snprintf(body, sizeof body, "{'command':'/later','text':'t','response_url':'%s'}",
             fake_slack_hook_url(f.slack, "1"));
    app_inject(&f, body, &f.ack);
    app_run_until_calls(&f, 1);
    assert_string_equal(fake_slack_call(f.slack, 0)->method, "hook/1");
    assert_string_equal(fake_slack_call(f.slack, 0)->token, "");
    assert_string_equal(slack_json_str(fake_slack_call(f.slack, 0)->args, "/text"), "later: t");
    app_run_until_done(&f);
    assert_int_equal(app_done.status, 0);

    /* The host of a response_url must be Slack's; a missing URL is refused as well. */
    app_run_through(&f, "{'command':'/later','response_url':'https://example.com/x'}", &f.ack);
    assert_int_equal(app_done.status, SLACK_EINVAL);
    app_run_through(&f, APP_COMMAND("/later", ""), &f.ack);
    assert_int_equal(app_done.status, SLACK_EINVAL);
    assert_int_equal(fake_slack_count(f.slack), 1);
}

static int bad_template(slack_ctx_t *ctx, void *user_data)
{
    return slack_say_jsonf(ctx, "{text: }");
}

APP_TEST(test_a_malformed_template_is_an_error_with_its_offset)
{
    slack_on_message(f.app, NULL, bad_template, NULL);
    slack_use(f.app, app_watch, NULL);
    app_ready(&f);
    app_run_through(&f, APP_MESSAGE("Ev1", "x"), &f.ack);
    assert_int_equal(app_done.status, SLACK_ETEMPLATE);
    app_run_until_idle(&f);
    assert_int_equal(fake_slack_count(f.slack), 0);
    assert_true(world_logged(&f.world, "a value is missing, at offset 7"));
}
