/* SPDX-License-Identifier: MIT */
#include "ops/counters.h"
#include "ops/loop_lag.h"
#include "support/test.h"

static slack_counters_t counters;

#define COUNTERS_TEST(function)                                                                    \
    TEST_AROUND(function, memset(&counters, 0, sizeof counters), (void)0)

COUNTERS_TEST(test_buckets)
{
    slack_histogram_t *h = &counters.ack;
    slack__histogram_add(h, 0);
    slack__histogram_add(h, 1000);
    slack__histogram_add(h, 1001);
    slack__histogram_add(h, 2000000);
    slack__histogram_add(h, UINT64_C(7200000001)); /* beyond the longest Retry-After, twice */
    assert_int_equal(h->buckets[0], 2);
    assert_int_equal(h->buckets[1], 1);
    assert_int_equal(h->buckets[SLACK_BUCKETS], 1);
    assert_int_equal(h->sum_us, UINT64_C(7202002002));
}

COUNTERS_TEST(test_bucket_texts)
{
    for (size_t i = 0; i < SLACK_BUCKETS; i++) {
        /* Rounded, since a processor may calculate with more digits than a double has. */
        assert_int_equal((uint64_t)(strtod(slack__buckets[i].text, NULL) * 1e6 + 0.5),
                         slack__buckets[i].us);
        if (i > 0) assert_true(slack__buckets[i - 1].us < slack__buckets[i].us);
    }
}

COUNTERS_TEST(test_methods_are_bounded)
{
    slack_call_counts_t *calls = &counters.calls;
    char name[100];
    for (unsigned i = 0; i < SLACK_METHODS_MAX + 10; i++) {
        snprintf(name, sizeof name, "m%u", i);
        slack__counters_call(&counters, name, i % 2 ? SLACK_EAPI : 0);
        slack__counters_call(&counters, name, 0);
    }
    assert_int_equal(calls->method_count, SLACK_METHODS_MAX);
    assert_int_equal(calls->methods[0].ok, 2);
    assert_int_equal(calls->methods[1].failed, 1);
    assert_int_equal(calls->others.ok + calls->others.failed, 20);
}

COUNTERS_TEST(test_odd_methods_are_others)
{
    char name[100];
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    slack__counters_call(&counters, name, 0);
    slack__counters_call(&counters, "other", SLACK_EAPI);
    assert_int_equal(counters.calls.method_count, 0);
    assert_int_equal(counters.calls.others.ok, 1);
    assert_int_equal(counters.calls.others.failed, 1);
}

/* ---- loop lag ---- */

/* Blocks the loop once, and keeps it alive for one more turn. */
static void block_loop(uv_timer_t *timer)
{
    static unsigned calls;
    const uint64_t end = uv_hrtime() + 600 * (uint64_t)1000000;
    if (++calls == 2) uv_close((uv_handle_t *)timer, NULL);
    while (calls == 1 && uv_hrtime() < end) {
    }
}

static void lag_closed(void *user_data)
{
    *(bool *)user_data = true;
}

COUNTERS_TEST(test_loop_lag)
{
    uv_loop_t loop;
    uv_timer_t blocker;
    slack_loop_lag_t lag;
    bool closed = false;
    assert_int_equal(uv_loop_init(&loop), 0);
    slack__loop_lag_start(&lag, &loop, &counters.loop_lag, NULL);
    uv_run(&loop, UV_RUN_DEFAULT); /* the timer of the lag does not keep the loop alive */
    uv_timer_init(&loop, &blocker);
    uv_timer_start(&blocker, block_loop, 0, 1);
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_true(counters.loop_lag.sum_us >= 90000);
    slack__loop_lag_close(&lag, lag_closed, &closed);
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_true(closed);
    assert_int_equal(uv_loop_close(&loop), 0);
}
