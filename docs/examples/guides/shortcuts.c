/* SPDX-License-Identifier: MIT */
/* The code of docs/guides/shortcuts.md. */
#include "guide.h"

static int open_task(slack_ctx_t *ctx, const slack_json_t *input)
{
    return slack_view_openf(ctx,
                            "{"
                            "  type: 'modal',"
                            "  callback_id: 'task',"
                            "  title: {type: 'plain_text', text: 'A task'},"
                            "  submit: {type: 'plain_text', text: 'Add'},"
                            "  blocks: [{"
                            "    type: 'input',"
                            "    block_id: 'what',"
                            "    label: {type: 'plain_text', text: 'What is to do?'},"
                            "    element: %p,"
                            "  }],"
                            "}",
                            input);
}

/* A global shortcut: the payload names no channel. */
static int new_task(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    return open_task(ctx, slack_jsonf(ctx, "{type: 'plain_text_input', action_id: 'text'}"));
}

/* A message shortcut: the payload contains the whole message. */
static int task_of_message(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    const char *text = slack_json_str(slack_ctx_body(ctx), "/message/text");
    return open_task(
        ctx,
        slack_jsonf(ctx, "{type: 'plain_text_input', action_id: 'text', initial_value: %s}", text));
}

static int add_listeners(slack_app_t *app)
{
    const slack_listener_t on_message = {.kind = SLACK_KIND_SHORTCUT,
                                         .match = "task_of_message",
                                         .type = "message_action",
                                         .fn = task_of_message};
    int rc = slack_on_shortcut(app, "new_task", new_task, NULL);
    if (rc == 0) rc = slack_listen(app, &on_message);
    return rc;
}

static void opens_an_empty_form(slack_test_t *t)
{
    slack_test_expect(t, "views.open", "{view: {callback_id: 'task'}}");
    slack_test_shortcut(t, "new_task");
    slack_test_expect_ack(t, NULL);
}

static void takes_the_text_of_a_message(slack_test_t *t)
{
    slack_test_expect(t, "views.open",
                      "{view: {blocks: [{element: {initial_value: 'Buy milk'}}]}}");
    slack_test_message_shortcut(t, "task_of_message", "Buy milk");
    slack_test_expect_ack(t, NULL);
}

int main(void)
{
    const guide_test_t tests[] = {{"opens an empty form", opens_an_empty_form},
                                  {"takes the text of a message", takes_the_text_of_a_message},
                                  {NULL, NULL}};
    return guide_run(add_listeners, tests);
}
