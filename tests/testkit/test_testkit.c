/* SPDX-License-Identifier: MIT */
/* A kit from its start to its end, and without memory. */
#include "support/kit.h"
#include "support/test.h"

KIT_TEST(test_nothing)
{
    kit_fine();
    kit_fine(); /* a second time */
}

KIT_TEST(test_bad_use)
{
    assert_int_equal(slack_test_expect(kit, "", NULL), SLACK_EINVAL);
    assert_int_equal(slack_test_answer(kit, "{}"), SLACK_EINVAL);
    assert_int_equal(slack_test_body_text(kit, "{", 1), SLACK_EJSON);
    assert_int_equal(slack_test_body_text(kit, NULL, 0), SLACK_EINVAL);
    assert_int_equal(slack_test_advance_ms(kit, UINT64_MAX), SLACK_EINVAL);
    assert_int_equal(slack_test_start(kit), 0);
    assert_int_equal(slack_test_start(kit), SLACK_EALREADY);
    slack_test_free(NULL);
}

KIT_TEST(test_a_refused_token)
{
    const char *why;
    slack_test_expect(kit, "auth.test", NULL);
    slack_test_answer_error(kit, "invalid_auth");
    assert_int_equal(slack_test_message(kit, "hello"), SLACK_EAUTH);
    assert_int_equal(slack_test_finish(kit, &why), SLACK_EAUTH);
    assert_non_null(strstr(why, "invalid_auth"));
}

/* Uses every part once. Whatever fails, nothing leaks. */
static int run_everything(void)
{
    int rc = slack_test_new(&kit, NULL);
    if (rc != 0) return rc;
    rc = kit_add_listeners(slack_test_app(kit));
    slack_test_expect(kit, "chat.postMessage", "{text: 'Hey there <@U0TEST>!'}");
    slack_test_answer_limited(kit, 1);
    slack_test_expect(kit, "chat.postMessage", "{text: 'Hey there <@U0TEST>!'}");
    slack_test_message(kit, "hello");
    slack_test_advance_ms(kit, 2000);
    slack_test_view_submission(kit, "form", "{}");
    slack_test_expect_ack(kit, "{response_action: 'errors'}");
    slack_test_expect(kit, "response_url", NULL);
    slack_test_command(kit, "/later", "");
    int finished = slack_test_finish(kit, NULL);
    slack_test_free(kit);
    return rc ? rc : finished;
}

TEST(test_allocations)
{
    kit_survive(run_everything, 0);
}
