/* SPDX-License-Identifier: MIT */
/* What the kit says about acks, statuses and misuse, with the line of the test and the cure. */
#include "support/app_handlers.h"
#include "support/kit.h"
#include "support/test.h"

FINE_TEST(test_an_ack_too_big)
{
    slack_test_command(kit, "/big", "");
    slack_test_expect_ack(kit, "'SLACK_ETOOBIG'");
}

KIT_TEST(test_a_wrong_ack_has_the_line_of_its_expectation)
{
    slack_test_command(kit, "/echo", "x");
    int line = __LINE__ + 1;
    assert_int_equal(slack_test_expect_ack(kit, "'y'"), SLACK_EMISMATCH);
    KIT_COMPLAINS_AT(line, "command /echo: acknowledged with x, not with \"y\"");
}

KIT_TEST(test_a_hold)
{
    slack_test_command(kit, "/hold", "");
    assert_int_equal(slack_test_ack(kit)->outcome, SLACK_TEST_NOT_ACKED);
    kit_complains("command /hold: not acknowledged");
}

KIT_TEST(test_a_late_ack)
{
    slack_default_ack(slack_test_app(kit), SLACK_KIND_COMMAND, NULL); /* no default ack */
    slack_test_command(kit, "/hold", "");
    slack_test_advance_ms(kit, 3001);
    assert_int_equal(slack_ack(app_held), SLACK_ELATE);
    slack_ctx_release(app_held, 0);
    slack_test_advance_ms(kit, 0);
    assert_int_equal(slack_test_ack(kit)->after_ms, 3001);
    kit_complains("command /hold: acknowledged after 3001 ms");
}

KIT_TEST(test_a_failed_handler_has_the_line_of_its_delivery)
{
    int line = __LINE__ + 1;
    slack_test_command(kit, "/fail", "");
    slack_test_expect_outcome(kit, SLACK_TEST_REFUSED);
    slack_test_command(kit, "/echo", "x");
    KIT_COMPLAINS_AT(line,
                     "command /fail: failed with SLACK_EIO (the handler returned SLACK_EIO, ");
}

/* ---- no handler, and misuse ---- */

KIT_TEST(test_what_no_listener_took_names_the_listeners_there_are)
{
    int line = __LINE__ + 1;
    slack_test_command(kit, "/ecko", "x");
    KIT_COMPLAINS_AT(line, "command /ecko: refused, no listener took it; the app listens to "
                           "command:/echo, command:/later, ");
}

KIT_TEST(test_an_unmatched_click_names_the_listeners_of_its_kind)
{
    slack_test_action(kit, "gone", "x");
    assert_int_equal(slack_test_expect_ack(kit, NULL), SLACK_EMISMATCH);
    kit_complains("action gone: refused, no listener took it; the app listens to action:go, not "
                  "acknowledged");
}

KIT_TEST(test_an_unmatched_dialog_finds_no_listener_of_its_kind)
{
    slack_test_dialog(kit, "d", "{}");
    kit_complains("no listener took it; the app listens to nothing of this kind");
}

FINE_TEST(test_no_handler_is_expected)
{
    slack_test_message(kit, "nobody");
    assert_int_equal(slack_test_status(kit, &(int){0}), SLACK_ENOTFOUND);
    slack_test_expect_status(kit, SLACK_ENOTFOUND);
    slack_test_event(kit, "{type: 'reaction_added', user: 'U0BOT'}");
    slack_test_expect_status(kit, SLACK_ENOTFOUND);
    slack_test_command(kit, "/none", "");
    slack_test_expect_outcome(kit, SLACK_TEST_REFUSED);
    slack_test_expect_status(kit, SLACK_ENOTFOUND);
}

static void send_to_nobody(void)
{
    slack_test_message(kit, "nobody");
}

static void send_own_event(void)
{
    slack_test_event(kit, "{type: 'reaction_added', user: 'U0BOT'}");
}

static void click_nothing(void)
{
    slack_test_action(kit, "gone", "x");
    slack_test_expect_outcome(kit, SLACK_TEST_REFUSED);
}

static void release_twice(void)
{
    slack_test_command(kit, "/hold", "");
    slack_ctx_release(app_held, 0);
    slack_ctx_release(app_held, 0);
    slack_test_advance_ms(kit, 0);
}

static void release_after_the_end(void)
{
    slack_test_command(kit, "/hold", "");
    for (int i = 0; i < 2; i++) {
        slack_ctx_release(app_held, 0);
        slack_test_advance_ms(kit, 0);
    }
}

static int ack_twice(slack_ctx_t *ctx, void *user_data)
{
    slack_ack_text(ctx, "one");
    slack_ack_text(ctx, "two");
    return 0;
}

static void ack_again(void)
{
    slack_on_command(slack_test_app(kit), "/ack", ack_twice, NULL);
    slack_test_command(kit, "/ack", "");
}

static void stop_before_the_release(void)
{
    slack_test_command(kit, "/hold", "");
    slack_app_stop(slack_test_app(kit));
    slack_test_advance_ms(kit, 10000);
}

TEST(test_no_handler_and_misuse_fail_with_the_cure)
{
    static const struct {
        void (*act)(void);
        const char *said;
    } cases[] = {
        {send_to_nobody, "event message: no listener took it; the app listens to message:hello, "},
        {send_own_event, "event reaction_added: reached no handler: it is a duplicate, the bot's "},
        {click_nothing,
         "action gone: no listener took it; the app listens to action:go; the test "},
        {release_twice, "slack_ctx_release() without a hold, in the listener command:/hold: "
                        "release once for each slack_ctx_hold()"},
        {release_after_the_end, "slack_ctx_release() used the ctx, in the listener "
                                "command:/hold: the delivery has ended: release once for each "},
        {ack_again, "second ack not sent, in the listener command:/ack: ack once, then use "},
        {stop_before_the_release,
         "failed with SLACK_ECANCELED (the app has stopped after SLACK_DRAIN_MS, and a hold is "
         "open (1): end each slack_ctx_hold() with a slack_ctx_release()"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        kit_open(NULL);
        cases[i].act();
        slack_test_expect_status(kit, 0);
        kit_complains(cases[i].said);
        kit_close(NULL);
    }
}
