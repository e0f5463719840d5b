/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "webapi/rate_limit.h"

TEST(test_keys)
{
    slack_rate_limit_t a, b;
    slack__rate_limit_init(&a, 1);
    slack__rate_limit_init(&b, 2);
    uint64_t key = slack__rate_limit_key(&a, "xoxb-1", "chat.update");
    assert_true(key == slack__rate_limit_key(&a, "xoxb-1", "chat.update"));
    assert_true(key != slack__rate_limit_key(&a, "xoxb-2", "chat.update"));
    assert_true(key != slack__rate_limit_key(&a, "xoxb-1", "chat.delete"));
    assert_true(key != slack__rate_limit_key(&b, "xoxb-1", "chat.update"));
    assert_true(slack__rate_limit_key(&a, "ab", "c") != slack__rate_limit_key(&a, "a", "bc"));
    assert_true(slack__rate_limit_key(&a, "", "c") != slack__rate_limit_key(&a, "c", ""));
}

TEST(test_a_pause)
{
    slack_rate_limit_t limit;
    slack__rate_limit_init(&limit, 0);
    assert_null(slack__rate_limit_find(&limit, 1, 1000));
    slack_lane_t *lane = slack__rate_limit_pause(&limit, 1, 1000, 31000);
    assert_ptr_equal(slack__rate_limit_find(&limit, 1, 30999), lane);
    assert_int_equal(slack__lane_open_ms(lane), 31000);
    assert_null(slack__rate_limit_find(&limit, 2, 1000)); /* other lanes are not limited */
    assert_null(slack__rate_limit_find(&limit, 1, 31000));
}

TEST(test_a_pause_only_grows)
{
    slack_rate_limit_t limit;
    slack__rate_limit_init(&limit, 0);
    slack_lane_t *lane = slack__rate_limit_pause(&limit, 1, 1000, 31000);
    assert_ptr_equal(slack__rate_limit_pause(&limit, 1, 2000, 12000), lane);
    assert_int_equal(slack__lane_open_ms(lane), 31000);
    slack__rate_limit_pause(&limit, 1, 3000, 41000);
    assert_int_equal(slack__lane_open_ms(lane), 41000);
}

/* After the pause the lane stays, one call wide, until its last call has been sent. */
TEST(test_one_at_a_time)
{
    slack_rate_limit_t limit;
    slack__rate_limit_init(&limit, 0);
    slack_lane_t *lane = slack__rate_limit_pause(&limit, 1, 0, 100);
    slack__lane_join(lane);
    slack__lane_join(lane);
    assert_ptr_equal(slack__rate_limit_find(&limit, 1, 5000), lane);
    lane->busy = true;
    assert_true(slack__lane_open_ms(lane) == UINT64_MAX);
    lane->busy = false;
    slack__lane_leave(lane);
    assert_int_equal(slack__lane_open_ms(lane), 100);
    assert_ptr_equal(slack__rate_limit_find(&limit, 1, 5000), lane);
    slack__lane_leave(lane);
    assert_null(slack__rate_limit_find(&limit, 1, 5000));
}

TEST(test_lanes_run_out_and_come_back)
{
    slack_rate_limit_t limit;
    slack__rate_limit_init(&limit, 0);
    for (uint64_t key = 1; key <= SLACK_RATE_LIMIT_LANES; key++)
        assert_non_null(slack__rate_limit_pause(&limit, key, 0, 100 * key));
    assert_null(slack__rate_limit_pause(&limit, 1000, 0, 100));
    slack_lane_t *second = slack__rate_limit_find(&limit, 2, 0);
    slack__lane_join(second);
    /* the first is open; so is the second, but it has a call */
    slack_lane_t *lane = slack__rate_limit_pause(&limit, 1000, 200, 900);
    assert_non_null(lane);
    assert_ptr_not_equal(lane, second);
    assert_null(slack__rate_limit_pause(&limit, 1001, 200, 900));
    assert_ptr_equal(slack__rate_limit_find(&limit, 2, 200), second);
    assert_int_equal(slack__lane_open_ms(lane), 900);
}
