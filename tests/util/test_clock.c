/* SPDX-License-Identifier: MIT */
#include <time.h>

#include "support/test.h"
#include "util/clock.h"

static uint64_t fixed_mono(void *user_data)
{
    return *(uint64_t *)user_data;
}

static int64_t fixed_wall(void *user_data)
{
    return -5;
}

TEST(test_injected)
{
    uint64_t now = 1234567;
    const slack_clock_t clock = {fixed_mono, fixed_wall, &now};
    assert_int_equal(slack__mono_us(&clock), 1234567);
    assert_int_equal(slack__mono_ms(&clock), 1234);
    assert_int_equal(slack__wall_ms(&clock), -5);
}

TEST(test_system)
{
    uint64_t before = slack__mono_us(&slack__clock_system);
    for (int i = 0; i < 1000; i++) {
        uint64_t now = slack__mono_us(&slack__clock_system);
        assert_true(now >= before);
        before = now;
    }
    int64_t low = (int64_t)time(NULL) - 1; /* time() may be a tick behind */
    int64_t wall = slack__wall_ms(&slack__clock_system) / 1000;
    assert_true(wall >= low && wall <= (int64_t)time(NULL) + 1);
}
