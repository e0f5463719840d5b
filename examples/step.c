/* SPDX-License-Identifier: MIT */
/*
 * A workflow step that asks a user; the workflow continues with the answer. The step ends when the
 * user clicks a button, minutes or days after the delivery that began it. The click contains the
 * data of the step, so the bot stores nothing.
 *
 *     step "approval": inputs `approver` (a user) and `what` (a text); output `approver`
 *
 *     build/slackapp sim                                    in one shell; in another:
 *     eval "$(build/slackapp sim env)"
 *     SLACK_TRANSPORT=socket build/examples/step            and in a third, after the same eval:
 *     build/slackapp sim send step approval approver=@ben what='a day off'
 *     build/slackapp sim send --user ben click approve
 *
 * The app's manifest declares the step: https://docs.slack.dev/workflows/workflow-steps
 */
#include <slack/slack.h>

#include <stdio.h>

/* Calls made here use the token of the workflow, which has access to its channels. */
static int approval(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    const slack_json_t *inputs = slack_ctx_inputs(ctx);
    const char *approver = slack_json_str(inputs, "/approver");
    const char *what = slack_json_str(inputs, "/what");
    if (*approver == '\0' || *what == '\0')
        return slack_fail(ctx, "The step needs somebody to ask, and something to ask for");
    return slack_say_jsonf(ctx,
                           "{"
                           "  channel: %s,"
                           "  text: 'May there be %s?',"
                           "  blocks: [{"
                           "    type: 'section',"
                           "    text: {type: 'mrkdwn', text: 'May there be %s?'},"
                           "  }, {"
                           "    type: 'actions',"
                           "    elements: [{"
                           "      type: 'button', action_id: 'approve', style: 'primary',"
                           "      text: {type: 'plain_text', text: 'Yes'},"
                           "    }, {"
                           "      type: 'button', action_id: 'deny', style: 'danger',"
                           "      text: {type: 'plain_text', text: 'No'},"
                           "    }],"
                           "  }],"
                           "}",
                           approver, what, what);
}

/* Remove the buttons, so that nobody answers again. */
static int replace_question(slack_ctx_t *ctx, const char *answer)
{
    const char *what = slack_json_str(slack_ctx_inputs(ctx), "/what");
    return slack_respond_jsonf(ctx, "{replace_original: true, text: '%s: %s'}", what, answer);
}

static int approve(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    int rc = slack_completef(ctx, "{approver: %s}", slack_ctx_user(ctx));
    return rc ? rc : replace_question(ctx, "yes");
}

static int deny(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    int rc = slack_fail(ctx, "<@%s> said no", slack_ctx_user(ctx));
    return rc ? rc : replace_question(ctx, "no");
}

int main(void)
{
    slack_app_t *app = NULL;
    int rc = slack_app_new(&app, NULL);
    if (rc == 0)
        rc = slack_declare_calls(app, "chat.postMessage functions.completeSuccess "
                                      "functions.completeError");
    if (rc == 0) rc = slack_on_function(app, "approval", approval, NULL);
    if (rc == 0) rc = slack_on_action(app, "approve", approve, NULL);
    if (rc == 0) rc = slack_on_action(app, "deny", deny, NULL);
    if (rc == 0) rc = slack_app_run(app);
    if (rc != 0) fprintf(stderr, "step: %s: %s\n", slack_strerror(rc), slack_app_error(app));
    slack_app_free(app);
    return rc != 0;
}
