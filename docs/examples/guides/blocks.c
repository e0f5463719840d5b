/* SPDX-License-Identifier: MIT */
/* The code of docs/guides/blocks.md. */
#include "guide.h"

static int deploy(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    const char *what = slack_json_str(slack_ctx_body(ctx), "/text");
    return slack_say_jsonf(ctx,
                           "{"
                           "  text: 'A deployment waits',"
                           "  blocks: ["
                           "    {type: 'section', text: {type: 'mrkdwn', text: 'Deploy *%s*?'}},"
                           "    {type: 'actions', elements: [{type: 'button', action_id: 'yes',"
                           "      text: {type: 'plain_text', text: 'Deploy %s'}}]}"
                           "  ]"
                           "}",
                           what, what);
}

static int report(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    return slack_say(ctx, "%s: %s has failed %s", slack_mention(ctx, "S0ONCALL"),
                     slack_link(ctx, "https://ci.example.com/job/7?log=1&full=1", "tests | R&D"),
                     slack_date(ctx, 1755000000, "{date_short} at {time}", "in August"));
}

static int add_listeners(slack_app_t *app)
{
    int rc = slack_on_command(app, "/deploy", deploy, NULL);
    if (rc == 0) rc = slack_on_message(app, "report", report, NULL);
    return rc;
}

static void asks_for_approval(slack_test_t *t)
{
    slack_test_expect(t, "chat.postMessage", "{text: 'A deployment waits'}");
    slack_test_command(t, "/deploy", "api");
}

static void finds_a_button_that_is_too_long(slack_test_t *t)
{
    slack_test_command(t, "/deploy",
                       "a release whose name has so many letters that no button takes it at all");
    slack_test_expect_status(t, SLACK_EINVAL);
    slack_test_expect_outcome(t, SLACK_TEST_REFUSED);
}

static void marks_up(slack_test_t *t)
{
    slack_test_expect(
        t, "chat.postMessage",
        "{text: '<!subteam^S0ONCALL>: "
        "<https://ci.example.com/job/7?log=1&amp;full=1|tests \xc2\xa6 R&amp;D> has failed "
        "<!date^1755000000^{date_short} at {time}|in August>'}");
    slack_test_message(t, "report");
}

int main(void)
{
    const guide_test_t tests[] = {
        {"asks for approval", asks_for_approval},
        {"finds a button that is too long", finds_a_button_that_is_too_long},
        {"marks up", marks_up},
        {NULL, NULL}};
    return guide_run(add_listeners, tests);
}
