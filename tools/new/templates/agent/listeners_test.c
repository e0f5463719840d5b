/* Tests the listeners in memory: no network, no token, no sleep. */
#include "run_test.h"

static void begins_a_thread(slack_test_t *t)
{
    slack_test_expect(t, "chat.postMessage", "{text: 'Hello! What would you like to know?'}");
    slack_test_expect(t, "assistant.threads.setSuggestedPrompts", "{title: 'For example'}");
    slack_test_assistant_started(t, "{}");
}

static void streams_an_answer(slack_test_t *t)
{
    slack_test_expect(t, "assistant.threads.setStatus", "{status: 'is thinking…'}");
    slack_test_expect(t, "chat.startStream", NULL);
    slack_test_expect(t, "chat.stopStream", NULL);
    slack_test_assistant_message(t, "why me?");
}

int main(void)
{
    int failed = run_test("begins a thread", begins_a_thread);
    failed += run_test("streams an answer", streams_an_answer);
    return failed != 0;
}
