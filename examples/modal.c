/* SPDX-License-Identifier: MIT */
/*
 * A command that opens a modal. The bot answers a submission with an error below the wrong input,
 * or closes the modal and thanks the user in a direct message.
 *
 *     /feedback      opens the form; a text of less than 10 characters is an error
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

/* The trigger_id is valid for three seconds, so open the modal at once. */
static int ask(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    return slack_view_openf(ctx,
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
                            slack_ctx_channel(ctx));
}

/* Returns the number of characters of a UTF-8 text. */
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
    if (characters(text) < 10) return slack_ack_errorsf(ctx, "{text: 'At least 10 characters'}");
    int rc = slack_ack_clear(ctx);
    if (rc != 0) return rc;
    /* As a channel, a user's id stands for the direct messages of the bot with that user. */
    return slack_say_jsonf(ctx, "{channel: %s, text: 'Thank you for your feedback on <#%s>'}",
                           slack_ctx_user(ctx), slack_json_str(view, "/private_metadata"));
}

/* Slack sends this only for a view with notify_on_close. */
static int canceled(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    return slack_say_jsonf(ctx, "{channel: %s, text: 'Another time, then'}", slack_ctx_user(ctx));
}

int main(void)
{
    slack_app_t *app = NULL;
    int rc = slack_app_new(&app, NULL);
    if (rc == 0) rc = slack_declare_calls(app, "chat.postMessage views.open");
    if (rc == 0) rc = slack_on_command(app, "/feedback", ask, NULL);
    if (rc == 0) rc = slack_on_view_submission(app, "feedback", submitted, NULL);
    if (rc == 0) rc = slack_on_view_closed(app, "feedback", canceled, NULL);
    if (rc == 0) rc = slack_app_run(app);
    if (rc != 0) fprintf(stderr, "modal: %s: %s\n", slack_strerror(rc), slack_app_error(app));
    slack_app_free(app);
    return rc != 0;
}
