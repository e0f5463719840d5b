/* SPDX-License-Identifier: MIT */
/*
 * A command that opens a modal, and what becomes of its submission: an error below the input that
 * is wrong, or all of it closed and a thank-you in the user's direct messages.
 *
 *     /feedback      opens the form; a submission of less than 10 characters is refused
 *
 *     build/slackapp sim                                    in one shell; in another:
 *     eval "$(build/slackapp sim env)"
 *     SLACK_TRANSPORT=socket build/examples/modal           and in a third, after the same eval:
 *     build/slackapp sim send command /feedback
 *     build/slackapp sim send submit feedback text/input=short
 *     build/slackapp sim send submit feedback 'text/input=It just works'
 */
#include <slack/slack.h>

#include <stdio.h>

/* The trigger_id that opens a modal is good for three seconds, so it is opened at once. */
static int ask(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    return slack_view_open(
        ctx, slack_jsonf(ctx,
                         "{"
                         "  type: 'modal',"
                         "  callback_id: 'feedback',"
                         "  private_metadata: %s," /* comes back with the submission */
                         "  title: {type: 'plain_text', text: 'Feedback'},"
                         "  submit: {type: 'plain_text', text: 'Send'},"
                         "  close: {type: 'plain_text', text: 'Cancel'},"
                         "  notify_on_close: true,"
                         "  blocks: [{"
                         "    type: 'input',"
                         "    block_id: 'text',"
                         "    label: {type: 'plain_text', text: 'What do you think?'},"
                         "    element: {"
                         "      type: 'plain_text_input',"
                         "      action_id: 'input',"
                         "      multiline: true,"
                         "    },"
                         "  }],"
                         "}",
                         slack_ctx_channel(ctx)));
}

/* How many characters a UTF-8 text has. */
static size_t characters(const char *text)
{
    size_t count = 0;
    for (; *text; text++)
        count += ((unsigned char)*text & 0xC0) != 0x80;
    return count;
}

static int submitted(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    const slack_json_t *view = slack_json_get(slack_ctx_body(ctx), "/view");
    const char *text = slack_json_str(view, "/state/values/text/input/value");
    if (characters(text) < 10)
        return slack_ack_errors(ctx, slack_jsonf(ctx, "{text: 'At least 10 characters'}"));
    int rc = slack_ack_clear(ctx);
    if (rc != 0) return rc;
    /* A user's id as the channel is her direct messages with the bot. */
    return slack_say_json(
        ctx, slack_jsonf(ctx, "{channel: %s, text: 'Thank you for your feedback on <#%s>'}",
                         slack_ctx_user(ctx), slack_json_str(view, "/private_metadata")));
}

/* Told only where the view asks for it: notify_on_close. */
static int canceled(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    return slack_say_json(
        ctx, slack_jsonf(ctx, "{channel: %s, text: 'Another time, then'}", slack_ctx_user(ctx)));
}

int main(void)
{
    slack_app_t *app = NULL;
    int rc = slack_app_new(&app, NULL);
    if (rc == 0) rc = slack_on_command(app, "/feedback", ask, NULL);
    if (rc == 0) rc = slack_on_view_submission(app, "feedback", submitted, NULL);
    if (rc == 0) rc = slack_on_view_closed(app, "feedback", canceled, NULL);
    if (rc == 0) rc = slack_app_run(app);
    if (rc != 0) fprintf(stderr, "modal: %s: %s\n", slack_strerror(rc), slack_app_error(app));
    slack_app_free(app);
    return rc != 0;
}
