/* SPDX-License-Identifier: MIT */
/*
 * One bot with a listener of most kinds. It answers the same over every transport:
 *
 *     message with "hello"   a greeting with a button; the bot answers the click
 *     mention of the bot     a reply in the thread
 *     /echo TEXT             the text, in the ack itself
 *     /later TEXT            an empty ack at once, then the text through the response_url
 *     shortcut open_form     a modal; the bot checks the submission and thanks the user
 *     options for "fruit"    a list that depends on the typed text
 *
 *     build/examples/showcase
 *
 * SIGINT or SIGTERM ends it when it has finished the deliveries under way.
 */
#include <slack/slack.h>

#include <stdio.h>
#include <string.h>

/* ---- middleware: around every delivery ---- */

static void tell_duration(slack_ctx_t *ctx, const slack_done_t *done, void *user_data)
{
    (void)user_data;
    fprintf(stderr, "showcase: %s over %s: %s after %.1f ms\n",
            slack_kind_name(slack_ctx_kind(ctx)), slack_ctx_transport(ctx),
            done->status ? slack_err_name(done->status) : "done",
            (double)done->duration_us / 1000.0);
}

static int time_it(slack_ctx_t *ctx, void *user_data)
{
    int rc = slack_ctx_on_done(ctx, tell_duration, user_data);
    return rc ? rc : slack_next(ctx);
}

/* ---- a message, and the button in the answer ---- */

static int hello(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    const char *user = slack_ctx_user(ctx);
    return slack_say_jsonf(ctx,
                           "{"
                           "  text: 'Hey there <@%s>!',"
                           "  blocks: [{"
                           "    type: 'section',"
                           "    text: {type: 'mrkdwn', text: 'Hey there <@%s>!'},"
                           "    accessory: {"
                           "      type: 'button',"
                           "      action_id: 'hello_click',"
                           "      text: {type: 'plain_text', text: 'Click me'},"
                           "    },"
                           "  }],"
                           "}",
                           user, user);
}

/* Returning 0 acknowledges a click. */
static int hello_click(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    return slack_say(ctx, "<@%s> clicked the button", slack_ctx_user(ctx));
}

/* ---- a mention, answered in its thread ---- */

/* Returns the text after the mention of the bot: TEXT of "<@U123> TEXT". */
static const char *behind_mention(const char *text)
{
    const char *end = strncmp(text, "<@", 2) == 0 ? strchr(text, '>') : NULL;
    if (end == NULL) return text;
    end++;
    return end + strspn(end, " ");
}

static int mentioned(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    const char *thread = slack_ctx_thread_ts(ctx);
    return slack_say_jsonf(ctx, "{text: 'You said: %s', thread_ts: %s}",
                           behind_mention(slack_json_str(slack_ctx_event(ctx), "/text")),
                           *thread ? thread : slack_ctx_ts(ctx));
}

/* ---- slash commands ---- */

static int echo(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    const char *text = slack_json_str(slack_ctx_body(ctx), "/text");
    return slack_ack_text(ctx, "%s", *text ? text : "usage: /echo TEXT");
}

static int later(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    int rc = slack_ack(ctx);
    if (rc != 0) return rc;
    return slack_respond(ctx, "later: %s", slack_json_str(slack_ctx_body(ctx), "/text"));
}

/* ---- a shortcut that opens a form, and the form ---- */

static int open_form(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    const slack_json_t *view =
        slack_jsonf(ctx, "{"
                         "  type: 'modal',"
                         "  callback_id: 'form',"
                         "  title: {type: 'plain_text', text: 'A form'},"
                         "  submit: {type: 'plain_text', text: 'Send'},"
                         "  blocks: [{"
                         "    type: 'input',"
                         "    block_id: 'name',"
                         "    label: {type: 'plain_text', text: 'Your name'},"
                         "    element: {type: 'plain_text_input', action_id: 'value'},"
                         "  }],"
                         "}");
    return slack_call(slack_ctx_client(ctx),
                      slack_views_open(.trigger_id = slack_ctx_trigger_id(ctx), .view = view), NULL,
                      NULL);
}

/* Returns the number of characters of a UTF-8 text. */
static size_t characters(const char *text)
{
    size_t count = 0;
    for (; *text; text++)
        count += ((unsigned char)*text & 0xC0) != 0x80;
    return count;
}

static int form_submitted(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    const char *name = slack_json_str(slack_ctx_body(ctx), "/view/state/values/name/value/value");
    if (characters(name) < 3)
        return slack_ack_jsonf(ctx, "{"
                                    "  response_action: 'errors',"
                                    "  errors: {name: 'At least 3 characters'},"
                                    "}");
    int rc = slack_ack(ctx);
    if (rc != 0) return rc;
    return slack_say_jsonf(ctx, "{channel: %s, text: 'Thank you, %s'}", slack_ctx_user(ctx), name);
}

/* ---- an external select asks for its options ---- */

static int fruit(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    static const char *const fruits[] = {"apple", "apricot", "banana", "cherry"};
    const slack_json_t *found[4];
    size_t count = 0;
    const char *typed = slack_json_str(slack_ctx_body(ctx), "/value");
    for (size_t i = 0; i < 4; i++)
        if (strncmp(fruits[i], typed, strlen(typed)) == 0)
            found[count++] = slack_jsonf(ctx, "{text: {type: 'plain_text', text: %s}, value: %s}",
                                         fruits[i], fruits[i]);
    return slack_ack_jsonf(ctx, "{options: %p}", slack_json_array(ctx, found, count));
}

static int add_listeners(slack_app_t *app)
{
    int rc = slack_use(app, time_it, NULL);
    if (rc == 0) rc = slack_on_message(app, "hello", hello, NULL);
    if (rc == 0) rc = slack_on_action(app, "hello_click", hello_click, NULL);
    if (rc == 0) rc = slack_on_event(app, "app_mention", mentioned, NULL);
    if (rc == 0) rc = slack_on_command(app, "/echo", echo, NULL);
    if (rc == 0) rc = slack_on_command(app, "/later", later, NULL);
    if (rc == 0) rc = slack_on_shortcut(app, "open_form", open_form, NULL);
    if (rc == 0) rc = slack_on_view_submission(app, "form", form_submitted, NULL);
    if (rc == 0) rc = slack_on_options(app, "fruit", fruit, NULL);
    return rc;
}

int main(void)
{
    slack_app_t *app = NULL;
    int rc = slack_app_new(&app, NULL);
    if (rc == 0) rc = slack_declare_calls(app, "chat.postMessage views.open");
    if (rc == 0) rc = add_listeners(app);
    if (rc == 0) rc = slack_app_run(app);
    if (rc != 0) fprintf(stderr, "showcase: %s: %s\n", slack_strerror(rc), slack_app_error(app));
    slack_app_free(app);
    return rc != 0;
}
