/* Tests the listeners in memory: no network, no token, no sleep. */
#include "listeners.h"

#include <slack/test.h>
#include <stdio.h>

static void reports(slack_test_t *t)
{
    slack_test_expect(t, "chat.postMessage",
                      "{channel: 'C0TEST', text: 'Report on sales: 5 letters'}");
    slack_test_command(t, "/report", "sales");
    slack_test_expect_ack(t, "'The report is on its way.'");
    slack_test_expect_job(t, "report", 0);
}

static void wants_a_topic(slack_test_t *t)
{
    slack_test_command(t, "/report", "");
    slack_test_expect_ack(t, "'usage: /report TOPIC'");
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
    int failed = run("reports", reports);
    failed += run("wants a topic", wants_a_topic);
    return failed != 0;
}
