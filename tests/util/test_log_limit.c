/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "support/world.h"

static slack_log_limits_t limits;
static slack_log_limit_t left;

static unsigned take(const char *event, uint64_t now_ms, unsigned count)
{
    unsigned taken = 0;
    while (count-- > 0)
        taken += slack__log_limit_take(&limits, SLACK_LOG_WARN, event, now_ms);
    return taken;
}

/* The number of left out lines of the one event that has some; 0: no event has. */
static uint64_t left_out(uint64_t now_ms, bool all)
{
    left = (slack_log_limit_t){0};
    slack__log_limit_left_out(&limits, now_ms, all, &left);
    return left.left_out;
}

TEST(lines_of_a_span)
{
    const uint64_t over = 5 + SLACK_LOG_LIMIT_SPAN_MS;
    limits = SLACK_LOG_LIMITS_INIT;
    assert_int_equal(take("a", 5, 1), 1);
    assert_int_equal(take("a", 6, 1000), SLACK_LOG_LIMIT_LINES - 1);
    assert_int_equal(take("a", over - 1, 10), 0);
    assert_int_equal(take("b", over - 1, 10), 10); /* each event has a limit of its own */
    assert_int_equal(left_out(over - 1, false), 0);
    assert_int_equal(left_out(over, false), 1001 - SLACK_LOG_LIMIT_LINES + 10);
    assert_string_equal(left.event, "a");
    assert_int_equal(left_out(over, false), 0);
    assert_int_equal(take("a", over, SLACK_LOG_LIMIT_LINES), SLACK_LOG_LIMIT_LINES);
    assert_int_equal(take("a", over, 3), 0);
    assert_int_equal(left_out(over, true), 3);
}

TEST(slow_lines_are_all_logged)
{
    limits = SLACK_LOG_LIMITS_INIT;
    for (uint64_t now = 0; now < 100 * SLACK_LOG_LIMIT_SPAN_MS;
         now += SLACK_LOG_LIMIT_SPAN_MS / 10) {
        assert_int_equal(left_out(now, true), 0);
        assert_int_equal(take("a", now, 2), 2);
    }
}

/* Events without a place of their own share the last one, and are limited together. */
TEST(events_are_limited_in_number)
{
    static char names[2 * SLACK_LOG_LIMIT_EVENTS][8];
    unsigned taken = 0;
    limits = SLACK_LOG_LIMITS_INIT;
    for (unsigned i = 0; i < 2 * SLACK_LOG_LIMIT_EVENTS; i++) {
        snprintf(names[i], sizeof names[i], "%u", i);
        taken += take(names[i], 0, 1);
    }
    assert_int_equal(taken, SLACK_LOG_LIMIT_EVENTS - 1 + SLACK_LOG_LIMIT_LINES);
}

/* Every event above debug is limited, in the log itself. So a call of the log needs no limit. */
TEST(every_event_is_limited)
{
    static const char *const events[] = {"delivery rejected", "call not made", "rate limited"};
    static world_t world;
    world_open_loop(&world);
    const slack_logger_t *log = &world.logger;
    for (unsigned i = 0; i < 3 * 1000; i++) {
        SLACK_LOG(log, INFO, events[i % 3], NULL);
        SLACK_LOG(log, DEBUG, "call", NULL);
        if (i % 100 == 99) world.log_len = 0;
        if (i == 98) assert_int_equal(world_log_count(&world, "level=info"), 3 * 20);
        if (i == 98) assert_int_equal(world_log_count(&world, "event=call"), 99);
    }
    world.mono_us += SLACK_LOG_LIMIT_SPAN_MS * 1000;
    SLACK_LOG(log, ERROR, "store failed", NULL);
    for (unsigned i = 0; i < 3; i++)
        assert_true(world_logged(&world, events[i]));
    assert_int_equal(world_log_count(&world, "level=info event=\"lines left out\""), 3);
    assert_int_equal(world_log_count(&world, "count=980 "), 3);
    world_close(&world);
}
