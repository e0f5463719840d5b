/* Tests the listeners in memory: no network, no token, no sleep. */
#include "run_test.h"

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

int main(void)
{
    int failed = run_test("reports", reports);
    failed += run_test("wants a topic", wants_a_topic);
    return failed != 0;
}
