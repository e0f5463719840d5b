/* SPDX-License-Identifier: MIT */
/*
 * An example under the test kit. Its main() is unchanged, but slack_app_new() returns the kit's
 * app, and slack_app_run() runs a script. EXAMPLE is the name of the example, EXAMPLE_FILE its
 * source.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <slack/slack.h>
#include <slack/test.h>

static slack_test_t *t;

static int kit_app_new(slack_app_t **ret_app, const slack_options_t *options)
{
    int rc = slack_test_new(&t, NULL);
    if (rc == 0) *ret_app = slack_test_app(t);
    return rc;
}

static int kit_app_run(slack_app_t *app);

static void kit_app_free(slack_app_t *app)
{
    slack_test_free(t); /* and its app */
}

int example_main(void);
#define main           example_main
#define slack_app_new  kit_app_new
#define slack_app_run  kit_app_run
#define slack_app_free kit_app_free
#include EXAMPLE_FILE
#undef main
#undef slack_app_new
#undef slack_app_run
#undef slack_app_free

/* ---- the scripts ---- */

static void modal_script(void)
{
    static const char values[] = "{text: {input: {type: 'plain_text_input', value: %s}}}";
    slack_test_expect(t, "views.open",
                      "{view: {type: 'modal', callback_id: 'feedback', private_metadata: 'C1',"
                      " notify_on_close: true}}");
    slack_test_as(t, "U1", "C1");
    slack_test_command(t, "/feedback", "");
    slack_test_expect_ack(t, NULL);
    slack_test_view_submission(t, "feedback", values, "too short");
    slack_test_expect_ack(t,
                          "{response_action: 'errors', errors: {text: 'At least 10 characters'}}");
    slack_test_expect(t, "chat.postMessage", "{channel: 'U1'}");
    slack_test_view_submission(t, "feedback", values, "Grüße aus Tromsø");
    slack_test_expect_ack(t, "{response_action: 'clear'}");
    slack_test_expect(t, "chat.postMessage", "{channel: 'U1', text: 'Another time, then'}");
    slack_test_view_closed(t, "feedback");
}

static void options_script(void)
{
    slack_test_command(t, "/city", "");
    slack_test_expect_ack(t, "{text: 'Which city?'}");
    slack_test_options(t, "city", "os");
    slack_test_expect_ack(t,
                          "{option_groups: [{label: {text: 'Norway'}, options: [{value: 'Oslo'}]},"
                          " {label: {text: 'Japan'}, options: [{value: 'Osaka'}]}]}");
    slack_test_options(t, "city", "x");
    slack_test_expect_ack(t, "{option_groups: []}");
    slack_test_expect(t, "response_url", "{replace_original: true, text: 'Off to Lima!'}");
    slack_test_block_action(
        t, "{type: 'external_select', action_id: 'city', selected_option: {value: %s}}", "Lima");
}

static void home_script(void)
{
    slack_test_expect(t, "views.publish", "{user_id: 'U1', view: {private_metadata: '0'}}");
    slack_test_event(t, "{type: 'app_home_opened', user: 'U1', tab: 'home'}");
    slack_test_event(t, "{type: 'app_home_opened', user: 'U1', tab: 'messages'}");
    slack_test_event(t, "{type: 'app_home_opened', user: 'U1', tab: 'home', view: {id: 'V1'}}");
    slack_test_expect(t, "views.update",
                      "{view_id: 'V1', hash: 'h1', view: {private_metadata: '8'}}");
    slack_test_body(t, "{type: 'block_actions', user: {id: 'U1'}, team: {id: 'T0TEST'}, actions:"
                       " [{type: 'button', action_id: 'more'}], view: {id: 'V1', hash: 'h1',"
                       " type: 'home', private_metadata: '7'}}");
    slack_test_expect_ack(t, NULL);
}

static void step_script(void)
{
    slack_test_expect(t, "functions.completeError", NULL);
    slack_test_function(t, "approval", "{approver: 'U2'}");
    slack_test_expect(t, "chat.postMessage", "{channel: 'U2', text: 'May there be cake?'}");
    slack_test_function(t, "approval", "{approver: 'U2', what: 'cake'}");
    slack_test_as(t, "U2", NULL);
    slack_test_in_function(t, "approval");
    slack_test_expect(t, "functions.completeSuccess", "{outputs: {approver: 'U2'}}");
    slack_test_expect(t, "response_url", "{replace_original: true, text: 'cake: yes'}");
    slack_test_action(t, "approve", NULL);
    slack_test_expect(t, "functions.completeError", "{error: '<@U2> said no'}");
    slack_test_expect(t, "response_url", "{text: 'cake: no'}");
    slack_test_action(t, "deny", NULL);
}

static void assistant_script(void)
{
    slack_test_expect(t, "chat.postMessage", "{text: 'Hello! I see that you look at <#C1>.'}");
    slack_test_expect(t, "assistant.threads.setSuggestedPrompts", "{title: 'Ask me'}");
    slack_test_assistant_started(t, "{channel_id: 'C1'}");
    slack_test_expect(t, "assistant.threads.setStatus", "{status: 'is thinking…'}");
    slack_test_expect(t, "assistant.threads.setTitle", "{title: 'why?'}");
    slack_test_expect(t, "chat.postMessage", "{text: 'In <#C1> they would say: WHY?'}");
    slack_test_assistant_message(t, "why?");
}

static void worker_script(void)
{
    slack_test_command(t, "/note", "");
    slack_test_expect_ack(t, "'usage: /note TEXT'");
    slack_test_expect(t, "response_url", "{text: 'There are no notes.'}");
    slack_test_command(t, "/notes", "");
    slack_test_expect_ack(t, NULL);
    slack_test_command(t, "/note", "buy milk");
    slack_test_expect_ack(t, "'Noted.'");
    slack_test_command(t, "/note", "it's 5 % off");
    slack_test_expect_ack(t, "'Noted.'");
    slack_test_expect(t, "chat.postMessage", "{text: '1. buy milk (<@U0TEST>)'}");
    slack_test_expect(t, "chat.postMessage", "{text: '2. it\\'s 5 %% off (<@U0TEST>)'}");
    slack_test_command(t, "/notes", "");
    slack_test_expect_ack(t, NULL);
}

static void middleware_script(void)
{
    slack_test_command(t, "/whoami", "");
    slack_test_expect_ack(t, "'<@U0TEST>, delivery 1'");
    slack_test_message(t, "deploy api");
    slack_test_as(t, NULL, "C0GENERAL1");
    slack_test_expect(t, "chat.postMessage", "{text: 'Deploying api…'}");
    slack_test_message(t, "deploy api");
    for (int i = 0; i < 3; i++) {
        slack_test_command(t, "/roll", "");
        slack_test_expect_outcome(t, SLACK_TEST_ACKED);
    }
    const char rolled = *slack_test_ack(t)->body;
    if (rolled < '1' || rolled > '6') slack_test_expect_ack(t, "'one of the six'");
    slack_test_advance_ms(t, 60 * 1000);
    slack_test_command(t, "/roll", "");
}

static void both_script(void)
{
    slack_test_command(t, "/where", "");
    slack_test_expect_ack(t, "'It came over memory.'");
    slack_test_expect(t, "chat.postMessage", "{text: 'Hey there <@U0TEST>!'}");
    slack_test_message(t, "hello");
}

static const struct {
    const char *name;
    void (*run)(void);
} scripts[] = {
    {"modal", modal_script}, {"options", options_script},       {"home", home_script},
    {"step", step_script},   {"assistant", assistant_script},   {"worker", worker_script},
    {"both", both_script},   {"middleware", middleware_script},
};

static int kit_app_run(slack_app_t *app)
{
    const char *why;
    for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++)
        if (strcmp(scripts[i].name, EXAMPLE) == 0) scripts[i].run();
    int rc = slack_test_finish(t, &why);
    printf("%s 1 - %s%s%s\n", rc == 0 ? "ok" : "not ok", EXAMPLE, *why ? ": " : "", why);
    return rc;
}

int main(void)
{
    char dir[] = "/tmp/slackapp-example-XXXXXX", notes[64];
    if (!mkdtemp(dir)) return 1;
    snprintf(notes, sizeof notes, "%s/notes.db", dir);
    setenv("NOTES_DB", notes, 1);
    puts("1..1");
    int rc = example_main();
    (void)unlink(notes);
    return rmdir(dir) == 0 ? rc : 1;
}
