/* Tests the listeners in memory: no network, no token, no sleep. */
#include "run_test.h"

static void greets(slack_test_t *t)
{
    slack_test_expect(t, "chat.postMessage", "{channel: 'C0TEST', text: 'Hey there <@U0TEST>!'}");
    slack_test_message(t, "oh hello");
    slack_test_message(t, "goodbye"); /* the app makes no call */
}

int main(void)
{
    return run_test("greets", greets);
}
