/* SPDX-License-Identifier: MIT */
/* An app's own token is checked again when Slack refuses it. */

#include "app/inspect.h"
#include "support/desk.h"
#include "support/test.h"

static app_fixture_t f;

static unsigned checks(void)
{
    unsigned count = 0;
    for (size_t i = 0; i < slack__inspect_counters(f.app)->calls.method_count; i++)
        if (strcmp(slack__inspect_counters(f.app)->calls.methods[i].name, "auth.test") == 0)
            count = (unsigned)(slack__inspect_counters(f.app)->calls.methods[i].ok +
                               slack__inspect_counters(f.app)->calls.methods[i].failed);
    return count;
}

static void until_checked(unsigned count)
{
    world_until(&f.world, checks() >= count);
    app_spin(&f);
}

/* Delivers a message whose handler replies; Slack refuses the reply with `reason`. */
static void say_in_vain(const char *reason)
{
    static char answer[4][64];
    static unsigned next;
    char *text = answer[next++ % 4];
    const size_t calls = fake_slack_count(f.slack);
    snprintf(text, sizeof answer[0], "{'ok':false,'error':'%s'}", reason);
    fake_slack_answer(f.slack, "chat.postMessage", 200, text);
    desk_message(&f, "T1");
    app_run_until_calls(&f, calls + 1);
    app_run_until_idle(&f);
    app_spin(&f);
}

APP_TEST(checked_again_when_slack_refuses_it)
{
    static const char revoked[] = "{\"ok\":false,\"error\":\"token_revoked\"}";
    f.world.mono_us = 120000000; /* the machine may just have booted */
    desk_hear(&f, "hi");
    assert_int_equal(checks(), 1);
    say_in_vain("channel_not_found");
    assert_int_equal(checks(), 1); /* this error says nothing about the token */

    say_in_vain("invalid_auth"); /* auth.test accepts the token */
    until_checked(2);
    assert_null(slack__inspect_unready(f.app));

    fake_slack_answer(f.slack, "auth.test", 200, revoked);
    fake_slack_answer(f.slack, "auth.test", 200, revoked);
    say_in_vain("token_revoked");
    app_pass_ms(&f, 50000);
    assert_int_equal(checks(), 2); /* too soon after the last check */
    app_pass_ms(&f, 10000);
    until_checked(3);
    assert_string_equal(slack__inspect_unready(f.app), "Slack refuses the token\n");
    assert_int_equal(world_log_count(&f.world, "Slack refuses the token in SLACK_BOT_TOKEN\" "
                                               "token=\"a bot token (xoxb-)\" reason="),
                     1);
    say_in_vain("token_revoked");
    assert_int_equal(checks(), 3);

    app_pass_ms(&f, 50000);
    assert_int_equal(checks(), 3);
    app_pass_ms(&f, 10000); /* repeated without another failure */
    until_checked(4);
    assert_non_null(slack__inspect_unready(f.app));
    app_pass_ms(&f, 60000);
    until_checked(5);
    assert_null(slack__inspect_unready(f.app));
    assert_int_equal(world_log_count(&f.world, "Slack refuses the token in SLACK_BOT_TOKEN"), 1);
    assert_int_equal(world_log_count(&f.world, "Slack accepts the token in SLACK_BOT_TOKEN"), 1);
}
