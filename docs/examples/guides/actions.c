/* SPDX-License-Identifier: MIT */
/* The code of docs/guides/actions.md. */
#include "guide.h"

static int ask(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    return slack_say_jsonf(ctx,
                           "{"
                           "  text: 'May I?',"
                           "  blocks: [{"
                           "    type: 'actions',"
                           "    block_id: 'request',"
                           "    elements: [{"
                           "      type: 'button',"
                           "      action_id: 'approve',"
                           "      value: %s,"
                           "      text: {type: 'plain_text', text: 'Approve'},"
                           "    }],"
                           "  }],"
                           "}",
                           slack_ctx_user(ctx));
}

/* Returning 0 acknowledges the click. The response goes out after that. */
static int approve(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    const char *who = slack_json_str(slack_ctx_action(ctx), "/value");
    return slack_respond_jsonf(ctx, "{replace_original: true, text: '<@%s> may, says <@%s>'}", who,
                               slack_ctx_user(ctx));
}

static int picked(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    const slack_json_t *action = slack_ctx_action(ctx);
    return slack_say(ctx, "You chose %s", slack_json_str(action, "/selected_option/text/text"));
}

static int add_listeners(slack_app_t *app)
{
    const slack_listener_t on_approve = {
        .kind = SLACK_KIND_ACTION, .match = "approve", .block_id = "request", .fn = approve};
    int rc = slack_on_message(app, "may I", ask, NULL);
    if (rc == 0) rc = slack_listen(app, &on_approve);
    if (rc == 0) rc = slack_on_action(app, "pick", picked, NULL);
    return rc;
}

static void approves(slack_test_t *t)
{
    slack_test_expect(t, "response_url", "{replace_original: true, text: '<@U1> may, says <@U2>'}");
    slack_test_as(t, "U2", NULL);
    slack_test_block_action(
        t, "{type: 'button', action_id: 'approve', block_id: 'request', value: 'U1'}");
    slack_test_expect_ack(t, NULL);
}

static void reads_the_chosen_option(slack_test_t *t)
{
    slack_test_expect(t, "chat.postMessage", "{text: 'You chose Large'}");
    slack_test_block_action(t, "{type: 'static_select', action_id: 'pick', selected_option:"
                               " {text: {type: 'plain_text', text: 'Large'}, value: 'l'}}");
    slack_test_expect_ack(t, NULL);
}

static void ignores_buttons_of_other_blocks(slack_test_t *t)
{
    slack_test_block_action(t, "{type: 'button', action_id: 'approve', block_id: 'other'}");
    slack_test_expect_outcome(t, SLACK_TEST_REFUSED);
}

int main(void)
{
    const guide_test_t tests[] = {
        {"approves", approves},
        {"reads the chosen option", reads_the_chosen_option},
        {"ignores buttons of other blocks", ignores_buttons_of_other_blocks},
        {NULL, NULL}};
    return guide_run(add_listeners, tests);
}
