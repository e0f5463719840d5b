/* Tests the listeners in memory: no network, no token, no sleep. */
#include "listeners.h"

#include <slack/test.h>
#include <stdio.h>

static void greets(slack_test_t *t)
{
    slack_test_expect(t, "chat.postMessage", "{channel: 'C0TEST', text: 'Hey there <@U0TEST>!'}");
    slack_test_message(t, "oh hello");
    slack_test_message(t, "goodbye"); /* the bot makes no call */
}

static void greets_by_command(slack_test_t *t)
{
    slack_test_command(t, "/greet", "Ada");
    slack_test_expect_ack(t, "{response_type: 'in_channel', text: 'Greetings, *Ada*!'}");
    slack_test_command(t, "/greet", "");
    slack_test_expect_ack(t, "'usage: /greet NAME'");
}

/* Runs one test on an app of its own. Returns 1 if it failed, else 0. */
static int run(const char *name, void (*test)(slack_test_t *t))
{
    slack_test_t *t = NULL;
    const char *why = "";
    int rc = slack_test_new(&t, NULL);
    if (rc == 0) rc = add_listeners(slack_test_app(t));
    if (rc == 0) {
        test(t);
        rc = slack_test_finish(t, &why);
    }
    printf("%s %s%s%s\n", rc == 0 ? "ok" : "not ok", name, *why ? ": " : "", why);
    slack_test_free(t);
    return rc != 0;
}

int main(void)
{
    int failed = run("greets", greets);
    failed += run("greets by command", greets_by_command);
    return failed != 0;
}
