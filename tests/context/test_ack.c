/* SPDX-License-Identifier: MIT */
/* The acks that a handler may send. */

#include "support/app_fixture.h"
#include "support/app_handlers.h"
#include "support/json.h"
#include "support/test.h"

static app_fixture_t f;

static int ack_rc[4];

static int echo(slack_ctx_t *ctx, void *user_data)
{
    ack_rc[0] = slack_ack_text(ctx, "%s!", slack_json_str(slack_ctx_body(ctx), "/text"));
    ack_rc[1] = slack_ack(ctx);
    ack_rc[2] = slack_ack_jsonf(ctx, "{}");
    return 0;
}

APP_TEST(test_ack_with_a_text)
{
    slack_on_command(f.app, "/echo", echo, NULL);
    slack_use(f.app, app_watch, NULL);
    app_ready(&f);
    app_run_through(&f, APP_COMMAND("/echo", "50% off"), &f.ack);
    assert_string_equal(f.ack.body, "50% off!");
    assert_int_equal(ack_rc[0], 0);
    assert_int_equal(ack_rc[1], SLACK_EALREADY);
    assert_int_equal(ack_rc[2], SLACK_EALREADY);
    assert_string_equal(app_done_body, "50% off!");
    assert_int_equal(app_done.ack_status, 0);
    assert_int_equal(app_done.listeners, 1);
}

static int ack_all_ways(slack_ctx_t *ctx, void *user_data)
{
    ack_rc[0] = slack_ack_jsonf(ctx, "{response_action: 'clear'}");
    ack_rc[1] = slack_ack_text(ctx, "x");
    ack_rc[2] = slack_ack_jsonf(ctx, "{a: }");
    ack_rc[3] = slack_ack(ctx);
    return 0;
}

APP_TEST(test_what_a_kind_does_not_take)
{
    slack_on_action(f.app, "go", ack_all_ways, NULL);
    slack_on_event(f.app, NULL, ack_all_ways, NULL);
    slack_on_view_submission(f.app, "v", ack_all_ways, NULL);
    app_ready(&f);
    app_deliver(&f, APP_ACTION, &f.ack);
    static const int action[] = {SLACK_EACKBODY, SLACK_EACKBODY, SLACK_ETEMPLATE, 0};
    assert_memory_equal(ack_rc, action, sizeof action);
    assert_string_equal(f.ack.body, "");

    app_deliver(&f, APP_MESSAGE("Ev1", "x"), &f.ack);
    static const int event[] = {SLACK_ENOACK, SLACK_ENOACK, SLACK_ENOACK, SLACK_ENOACK};
    assert_memory_equal(ack_rc, event, sizeof event);

    app_deliver(&f, "{'type':'view_submission','view':{'callback_id':'v'}}", &f.ack);
    assert_int_equal(ack_rc[0], 0);
    assert_string_equal(f.ack.body, "{\"response_action\":\"clear\"}");
}

static int ack_badly(slack_ctx_t *ctx, void *user_data)
{
    static const char *const bodies[] = {
        "5", "[1]", "null", "{'text':null}", "{'text':''}", "{'x':1}",
    };
    arena_open(NULL);
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++)
        assert_int_equal(slack_ack_json(ctx, json_of(bodies[i])), SLACK_EACKBODY);
    assert_int_equal(slack_ack_text(ctx, "%s", ""), SLACK_EACKBODY);
    int rc = slack_ack_json(ctx, json_of(user_data));
    arena_close(NULL);
    return rc;
}

/* A body that Slack does not accept is not sent; {} is an empty ack for every kind. */
APP_TEST(a_body_that_slack_does_not_accept)
{
    slack_on_command(f.app, "/bad", ack_badly, "{\"text\":\"x\",\"response_type\":\"public\"}");
    slack_on_command(f.app, "/empty", ack_badly, "{}");
    slack_on_shortcut(f.app, "s", app_append, "s");
    app_ready(&f);
    app_deliver(&f, APP_COMMAND("/bad", ""), &f.ack);
    assert_int_equal(f.ack.outcome, SLACK_ACK_REFUSE);
    assert_true(world_logged(&f.world, "neither ephemeral nor in_channel"));
    app_deliver(&f, APP_COMMAND("/empty", ""), &f.ack);
    assert_int_equal(f.ack.outcome, SLACK_ACK_OK);
    assert_string_equal(f.ack.body, "");
}

APP_TEST(test_ack_too_big_leaves_room_for_another)
{
    slack_on_view_submission(f.app, "v", ack_all_ways, NULL);
    app_ready(&f);
    f.ack.answer = SLACK_ETOOBIG;
    app_inject(&f, "{'type':'view_submission','view':{'callback_id':'v'}}", &f.ack);
    app_run_until(&f, &f.ack.count);
    static const int expected[] = {SLACK_ETOOBIG, SLACK_EACKBODY, SLACK_ETEMPLATE, 0};
    assert_memory_equal(ack_rc, expected, sizeof expected);
    assert_int_equal(f.ack.count, 1);
}

static int ack_late(slack_ctx_t *ctx, void *user_data)
{
    assert_in_range(slack_ctx_ack_left_ms(ctx), 2000, 3000);
    app_skip_ms(&f, 3000);
    assert_int_equal(slack_ctx_ack_left_ms(ctx), 0);
    ack_rc[0] = slack_ack(ctx);
    return 0;
}

APP_TEST(test_a_late_ack_says_so)
{
    slack_on_command(f.app, "/late", ack_late, NULL);
    app_ready(&f);
    app_deliver(&f, APP_COMMAND("/late", ""), &f.ack);
    assert_int_equal(ack_rc[0], SLACK_ELATE);
    assert_int_equal(f.ack.count, 1);
    assert_true(world_logged(&f.world, "event=\"ack late\""));
}

static int return_it(slack_ctx_t *ctx, void *user_data)
{
    return *(int *)user_data;
}

APP_TEST(test_what_no_handler_acks)
{
    int ok = 0, bad = SLACK_EIO;
    slack_on_command(f.app, "/ok", return_it, &ok);
    slack_on_command(f.app, "/bad", return_it, &bad);
    app_ready(&f);
    app_ack_t ack[3] = {{0}};
    app_inject(&f, APP_COMMAND("/ok", ""), &ack[0]);
    app_inject(&f, APP_COMMAND("/bad", ""), &ack[1]);
    app_inject(&f, APP_COMMAND("/none", ""), &ack[2]);
    app_run_until(&f, &ack[2].count);
    assert_int_equal(ack[0].outcome, SLACK_ACK_OK);
    assert_int_equal(ack[1].outcome, SLACK_ACK_REFUSE);
    assert_int_equal(ack[2].outcome, SLACK_ACK_REFUSE);
    assert_true(world_logged(&f.world, "listener=command:/bad"));
    assert_true(world_logged(&f.world, "add='slack_on_command(app, \"/none\", handler, NULL);'"));
}
