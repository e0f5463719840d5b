/* Tests the listeners in memory: no network, no token, no sleep. */
#include "listeners.h"

#include <slack/test.h>
#include <stdio.h>

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
    int failed = run("begins a thread", begins_a_thread);
    failed += run("streams an answer", streams_an_answer);
    return failed != 0;
}
