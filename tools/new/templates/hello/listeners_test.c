/* Tests the listeners in memory: no network, no token, no sleep. */
#include "run_test.h"

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

int main(void)
{
    int failed = run_test("greets", greets);
    failed += run_test("greets by command", greets_by_command);
    return failed != 0;
}
