/* SPDX-License-Identifier: MIT */
#include "net/log_limit.h"
#include "support/test.h"

/* Ask for so many lines at once. Returns how many were allowed. */
static unsigned take(slack_log_limit_t *limit, uint64_t now_ms, unsigned count)
{
    unsigned taken = 0;
    for (unsigned i = 0; i < count; i++)
        taken += slack__log_limit_take(limit, now_ms);
    return taken;
}

TEST(so_many_in_each_span)
{
    slack_log_limit_t limit = {0};
    assert_int_equal(take(&limit, 5, 1), 1);
    assert_int_equal(take(&limit, 6, 1000), SLACK_LOG_LIMIT_LINES - 1);
    assert_int_equal(take(&limit, 4 + SLACK_LOG_LIMIT_SPAN_MS, 10), 0);
    assert_int_equal(slack__log_limit_left_out(&limit, 4 + SLACK_LOG_LIMIT_SPAN_MS, false), 0);
    assert_int_equal(slack__log_limit_left_out(&limit, 5 + SLACK_LOG_LIMIT_SPAN_MS, false),
                     1001 - SLACK_LOG_LIMIT_LINES + 10);
    assert_int_equal(slack__log_limit_left_out(&limit, 5 + SLACK_LOG_LIMIT_SPAN_MS, false), 0);
    assert_int_equal(take(&limit, 5 + SLACK_LOG_LIMIT_SPAN_MS, SLACK_LOG_LIMIT_LINES),
                     SLACK_LOG_LIMIT_LINES);
    assert_int_equal(take(&limit, 5 + SLACK_LOG_LIMIT_SPAN_MS, 3), 0);
    assert_int_equal(slack__log_limit_left_out(&limit, 5 + SLACK_LOG_LIMIT_SPAN_MS, true), 3);
}

TEST(the_few_are_all_told)
{
    slack_log_limit_t limit = {0};
    for (uint64_t now = 0; now < 100 * SLACK_LOG_LIMIT_SPAN_MS;
         now += SLACK_LOG_LIMIT_SPAN_MS / 10) {
        assert_int_equal(slack__log_limit_left_out(&limit, now, true), 0);
        assert_int_equal(take(&limit, now, 2), 2);
    }
}
