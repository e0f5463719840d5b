/* SPDX-License-Identifier: MIT */
/* The code of docs/guides/functions.md. */
#include "guide.h"

static int ask(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    const slack_json_t *inputs = slack_ctx_inputs(ctx);
    const char *approver = slack_json_str(inputs, "/approver");
    if (*approver == '\0') return slack_fail(ctx, "There is nobody to ask");
    return slack_say_jsonf(ctx,
                           "{"
                           "  channel: %s,"
                           "  text: 'May there be %s?',"
                           "  blocks: [{"
                           "    type: 'actions',"
                           "    elements: [{"
                           "      type: 'button',"
                           "      action_id: 'yes',"
                           "      text: {type: 'plain_text', text: 'Yes'},"
                           "    }],"
                           "  }],"
                           "}",
                           approver, slack_json_str(inputs, "/what"));
}

/* The click is another delivery, but belongs to the same step. */
static int yes(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    return slack_completef(ctx, "{approver: %s}", slack_ctx_user(ctx));
}

static int add_listeners(slack_app_t *app)
{
    int rc = slack_on_function(app, "approval", ask, NULL);
    if (rc == 0) rc = slack_on_action(app, "yes", yes, NULL);
    return rc;
}

static void is_completed_by_a_click(slack_test_t *t)
{
    slack_test_expect(t, "chat.postMessage", "{channel: 'U7', text: 'May there be cake?'}");
    slack_test_function(t, "approval", "{approver: 'U7', what: 'cake'}");
    slack_test_expect(t, "functions.completeSuccess",
                      "{function_execution_id: 'Fx0TEST', outputs: {approver: 'U7'}}");
    slack_test_in_function(t, "approval");
    slack_test_as(t, "U7", NULL);
    slack_test_action(t, "yes", NULL);
}

static void fails_without_an_approver(slack_test_t *t)
{
    slack_test_expect(t, "functions.completeError", "{error: 'There is nobody to ask'}");
    slack_test_function(t, "approval", "{what: 'cake'}");
}

int main(void)
{
    const guide_test_t tests[] = {{"is completed by a click", is_completed_by_a_click},
                                  {"fails without an approver", fails_without_an_approver},
                                  {NULL, NULL}};
    return guide_run(add_listeners, tests);
}
