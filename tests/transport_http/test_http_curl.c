/* SPDX-License-Identifier: MIT */
#include "support/child.h"
#include "support/http_bench.h"
#include "support/test.h"

static http_bench_t b;

/* POST a body of the documented request by curl. Expect what curl prints: the body, the status. */
static void expect(const char *body, const char *printed)
{
    char url[64];
    child_t curl;
    snprintf(url, sizeof url, "http://127.0.0.1:%u/slack/events", http_bench_stats(&b).port);
    const char *const args[] = {
        "curl",        "-q",
        "--silent",    "--show-error",
        "--noproxy",   "*",
        "--max-time",  "10",
        "--write-out", "%{http_code}",
        "--header",    "X-Slack-Request-Timestamp: " SLACK_REQUEST_TIME,
        "--header",    "X-Slack-Signature: " SLACK_REQUEST_SIGNATURE,
        "--data-raw",  body,
        url,           NULL,
    };
    child_start(&curl, &b.mock.world, args, NULL);
    assert_true(curl.started);
    child_wait(&curl);
    assert_int_equal(curl.status, 0);
    assert_string_equal(curl.out, printed);
    child_done(&curl);
}

TEST(curl_sends_the_public_vector)
{
    http_bench_open(&b);
    b.mock.ack = (slack_ack_t){SLACK_ACK_OK, SLACK_ACK_BODY_TEXT, SLACK_SLICE("collected ")};
    http_bench_start(&b);
    expect(SLACK_REQUEST_BODY, "collected 200");
    assert_int_equal(b.mock.count, 1);
    assert_int_equal(b.mock.deliveries[0].kind, SLACK_KIND_COMMAND);
    assert_non_null(strstr(b.mock.deliveries[0].body, "\"command\":\"/webhook-collect\""));

    char changed[] = SLACK_REQUEST_BODY;
    changed[100] ^= 1;
    expect(changed, "401");
    assert_int_equal(b.mock.count, 1);
    http_bench_close(&b);
}
