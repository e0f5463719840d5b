/* SPDX-License-Identifier: MIT */
/* The listeners of two examples, under the test kit. */
#include <slack/test.h>

/* The examples, with their main() renamed. */
int showcase_main(void);
int hello_main(void);
#define main  showcase_main
#define hello showcase_hello
#include "examples/showcase.c"
#include "support/test.h"
#undef main
#undef hello
#define main hello_main
#include "examples/hello.c"
#undef main

static slack_test_t *t;

static int open_showcase(void **state)
{
    assert_int_equal(slack_test_new(&t, NULL), 0);
    return add_listeners(slack_test_app(t));
}

/* Each test ends without a failure of the kit. */
static int close_kit(void **state)
{
    const char *why;
    int rc = slack_test_finish(t, &why);
    if (rc != 0) print_error("%s\n", why);
    slack_test_free(t);
    return rc;
}

#define SHOWCASE(function) TEST_CASE(function, open_showcase, close_kit, NULL)

SHOWCASE(test_hello)
{
    slack_test_expect(t, "chat.postMessage",
                      "{channel: 'C0TEST', text: 'Hey there <@U0TEST>!', blocks: [{type: 'section',"
                      " accessory: {type: 'button', action_id: 'hello_click'}}]}");
    slack_test_message(t, "oh hello");
    slack_test_message(t, "something else");
    slack_test_expect(t, "chat.postMessage", "{text: '<@U1> clicked the button', channel: 'C1'}");
    slack_test_as(t, "U1", "C1");
    slack_test_action(t, "hello_click", NULL);
    slack_test_expect_ack(t, NULL);
}

SHOWCASE(test_a_mention)
{
    slack_test_expect(t, "chat.postMessage", "{text: 'You said: well', thread_ts: '1.000002'}");
    slack_test_event(t, "{type: 'app_mention', user: 'U1', channel: 'C1', ts: '1.000002',"
                        " text: '<@U0BOT> well'}");
    slack_test_expect(t, "chat.postMessage", "{text: 'You said: well', thread_ts: '1.000001'}");
    slack_test_event(t, "{type: 'app_mention', user: 'U1', channel: 'C1', ts: '1.000002',"
                        " thread_ts: '1.000001', text: '<@U0BOT> well'}");
}

SHOWCASE(test_commands)
{
    slack_test_command(t, "/echo", "50% off");
    slack_test_expect_ack(t, "'50%% off'");
    slack_test_command(t, "/echo", "");
    slack_test_expect_ack(t, "'usage: /echo TEXT'");
    slack_test_expect(t, "response_url", "{text: 'later: x'}");
    slack_test_command(t, "/later", "x");
    slack_test_expect_ack(t, NULL);
}

SHOWCASE(test_the_form)
{
    slack_test_expect(t, "views.open", "{view: {type: 'modal', callback_id: 'form'}}");
    slack_test_shortcut(t, "open_form");
    slack_test_expect_ack(t, NULL);
    static const char values[] = "{name: {value: {type: 'plain_text_input', value: %s}}}";
    slack_test_view_submission(t, "form", values, "Jo");
    slack_test_expect_ack(t,
                          "{response_action: 'errors', errors: {name: 'At least 3 characters'}}");
    slack_test_expect(t, "chat.postMessage", "{channel: 'U0TEST', text: 'Thank you, Ada'}");
    slack_test_view_submission(t, "form", values, "Ada");
    slack_test_expect_ack(t, NULL);
}

SHOWCASE(test_options)
{
    slack_test_options(t, "fruit", "ap");
    slack_test_expect_ack(t, "{options: [{value: 'apple'}, {value: 'apricot'}]}");
    slack_test_options(t, "fruit", "x");
    slack_test_expect_ack(t, "{options: []}");
}

static int open_hello(void **state)
{
    assert_int_equal(slack_test_new(&t, NULL), 0);
    return slack_on_message(slack_test_app(t), "hello", hello, NULL);
}

TEST_CASE(test_the_smallest_bot, open_hello, close_kit, NULL)
{
    slack_test_expect(t, "chat.postMessage", "{channel: 'C0TEST', text: 'Hey there <@U0TEST>!'}");
    slack_test_message(t, "hello");
}
