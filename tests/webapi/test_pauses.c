/* SPDX-License-Identifier: MIT */
/* Calls that wait, because Slack limits their rate. */
#include "support/webapi_fixture.h"

WEBAPI_TEST(test_retry_after, wf_answer_limited_once)
{
    wf_call("slow.method", 1);
    world_until(&wf.world, world_logged(&wf.world, "rate limited"));

    /* Another method, and the method with another token, are not delayed. */
    wf_call("fast.method", 2);
    slack_client_t other = {.webapi = wf.webapi, .token = "xoxb-other"};
    assert_int_equal(slack_callf(&other, "slow.method", wf_end, (void *)3, "{n: 3}"), 0);
    world_until(&wf.world, wf.ends.count >= 2);
    assert_int_equal(peer_requests(wf.peer), 3);

    wf_call("slow.method", 4); /* it waits behind the first */
    wf_pass_s(29);
    world_turn(&wf.world);
    assert_int_equal(peer_requests(wf.peer), 3);
    wf_pass_s(1);
    world_until(&wf.world, wf.ends.count >= 4);
    assert_int_equal(wf.ends.marks[2], 1);
    assert_int_equal(wf.ends.marks[3], 4);
    for (int i = 0; i < 4; i++)
        assert_int_equal(wf.ends.statuses[i], 0);
    assert_int_equal(peer_requests(wf.peer), 5);

    wf_call("slow.method", 5); /* the lane is gone: the call is sent at once */
    world_until(&wf.world, wf.ends.count >= 5);
}

/* A refusal concerns the workspace, whichever of its tokens the call had. */
WEBAPI_TEST(test_the_tokens_of_a_workspace, wf_answer_limited_once)
{
    wf_call("slow.method", 1);
    world_until(&wf.world, world_logged(&wf.world, "rate limited"));
    slack_client_t user = {.webapi = wf.webapi, .token = "xoxp-1", .workspace = WF_TOKEN};
    assert_int_equal(slack_callf(&user, "slow.method", wf_end, (void *)2, "{n: 2}"), 0);
    wf_pass_s(29);
    world_turn(&wf.world);
    assert_int_equal(peer_requests(wf.peer), 1);
    wf_fast_forward(2);
    assert_int_equal(wf.ends.marks[0], 1);
}

/* The clock stands still: the number of requests at 0 s, 1 s, ... */
static void expect_requests(unsigned second, unsigned requests)
{
    for (int i = 0; i < 20; i++)
        world_turn(&wf.world);
    if (peer_requests(wf.peer) != requests)
        fail_msg("second %u: %u requests, not %u", second, peer_requests(wf.peer), requests);
}

static const char *retry_after_line, *retry_after_body;
static int retry_after_status;

static void answer_later(peer_t *p, const peer_request_t *request, void *user_data)
{
    peer_answer(p, request->connection, retry_after_status, retry_after_line, retry_after_body);
}

/* A Retry-After that is not a time in the future is ignored: the pause starts at one second and
 * doubles. */
TEST(test_a_retry_after_that_names_no_time)
{
    static const char *const lines[] = {
        "Retry-After: 0\r\n",   "Retry-After:\r\n",      "Retry-After: NaN\r\n",
        "Retry-After: -30\r\n", "retry-after: soon\r\n", "",
    };
    static const unsigned requests[] = {1, 2, 2, 3, 3, 3, 3, 4, 4};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        retry_after_line = lines[i];
        retry_after_status = *lines[i] ? 200 : 429;
        retry_after_body = "{\"ok\":false,\"error\":\"rate_limited\"}";
        wf_open(100, 10000, answer_later);
        wf_call("chat.postMessage", 1);
        for (unsigned s = 0; s < sizeof requests / sizeof *requests; s++) {
            world_until(&wf.world, peer_requests(wf.peer) >= requests[s]);
            expect_requests(s, requests[s]);
            wf_pass_s(1);
        }
        wf_fast_forward(1);
        assert_int_equal(wf.ends.statuses[0], SLACK_EAPI);
        assert_int_equal(peer_requests(wf.peer), SLACK_CALL_TRIES);
        wf_close();
    }
}

/* The call is not lost in a pause of days or of an overflow. */
TEST(test_a_huge_retry_after)
{
    static const char *const lines[] = {
        "Retry-After: 86400\r\n",
        "Retry-After: 99999999999999999999\r\n",
        sizeof(long) > 4 ? "Retry-After: Fri, 31 Dec 2100 23:59:59 GMT\r\n"
                         : "Retry-After: Thu, 31 Dec 2037 23:59:59 GMT\r\n",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        retry_after_line = lines[i];
        retry_after_status = 429;
        retry_after_body = "";
        wf_open(100, 10000, answer_later);
        wf_call("chat.postMessage", 1);
        world_until(&wf.world, world_logged(&wf.world, "wait_s=3600"));
        wf_pass_s(3599);
        expect_requests(3599, 1);
        wf_pass_s(1);
        world_until(&wf.world, peer_requests(wf.peer) >= 2);
        wf_close();
    }
}

static void answer_always_limited(peer_t *p, const peer_request_t *request, void *user_data)
{
    peer_answer(p, request->connection, 429, "", "rate limited");
}

WEBAPI_TEST(test_limited_for_good, answer_always_limited)
{
    wf_call("chat.postMessage", 1);
    wf_call("chat.update", 2);
    wf_fast_forward(2);
    assert_int_equal(wf.ends.statuses[0], SLACK_EHTTP);
    assert_string_equal(wf.ends.error, "HTTP 429");
    assert_int_equal(wf.ends.retry_after_s, -1);
    assert_int_equal(peer_requests(wf.peer), 2 * SLACK_CALL_TRIES);
}

/* A transport has pauses of its own, so its call fails at once. */
WEBAPI_TEST(test_once, answer_always_limited)
{
    wf.client.once = true;
    wf_call("apps.connections.open", 1);
    world_until(&wf.world, wf.ends.count >= 1);
    assert_int_equal(wf.ends.statuses[0], SLACK_EHTTP);
    assert_int_equal(peer_requests(wf.peer), 1);
}

/* One message per second, the limit of a channel; everything more is refused. */
static unsigned order[64], order_count;

static void answer_one_per_second(peer_t *p, const peer_request_t *request, void *user_data)
{
    static uint64_t free_at_us;
    if (request->number == 1) {
        free_at_us = 0;
        order_count = 0;
    }
    if (wf.world.mono_us < free_at_us) {
        peer_answer(p, request->connection, 429, "Retry-After: 1\r\n", WF_LIMITED);
        return;
    }
    free_at_us = wf.world.mono_us + 1000000;
    order[order_count++ % 64] = (unsigned)strtoul(request->body + 2, NULL, 10); /* "n=5" */
    peer_answer(p, request->connection, 200, "", "{\"ok\":true}");
}

WEBAPI_TEST(test_a_burst_comes_through, answer_one_per_second)
{
    for (unsigned n = 0; n < 40; n++)
        wf_call("chat.postMessage", n);
    for (int i = 0; i < 20000 && wf.ends.count < 40; i++) {
        if (i % 20 == 0) wf_pass_s(1); /* so that responses arrive between two seconds */
        uv_run(&wf.world.loop, UV_RUN_NOWAIT);
    }
    assert_int_equal(wf.ends.count, 40);
    for (int i = 0; i < 40; i++)
        assert_int_equal(wf.ends.statuses[i], 0);
    for (unsigned i = 2; i < 40; i++) /* from now on in order */
        assert_true(order[i] > order[i - 1]);
}
