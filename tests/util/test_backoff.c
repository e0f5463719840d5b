/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "util/backoff.h"

TEST(test_ceiling_doubles_up_to_the_cap)
{
    slack_backoff_t backoff = {.base_ms = 100, .cap_ms = 1000};
    const uint64_t ceilings[] = {100, 200, 400, 800, 1000, 1000, 1000};
    for (size_t i = 0; i < sizeof ceilings / sizeof ceilings[0]; i++) {
        /* Every value of [0, ceiling] comes out, and no other. */
        slack_backoff_t copy = backoff;
        assert_int_equal(slack__backoff_next_ms(&copy, 0, ceilings[i]), ceilings[i]);
        copy = backoff;
        assert_int_equal(slack__backoff_next_ms(&copy, 0, 0), 0);
        copy = backoff;
        assert_int_equal(slack__backoff_next_ms(&copy, 0, ceilings[i] + 1), 0);
        assert_true(slack__backoff_next_ms(&backoff, 0, UINT64_MAX) <= ceilings[i]);
        assert_int_equal(backoff.attempt, i + 1);
    }
    slack__backoff_reset(&backoff);
    assert_int_equal(slack__backoff_next_ms(&backoff, 0, 100), 100);
}

TEST(test_floor)
{
    slack_backoff_t backoff = {.base_ms = 100, .cap_ms = 1000};
    assert_int_equal(slack__backoff_next_ms(&backoff, 30000, 50), 30000); /* not capped */
    assert_int_equal(slack__backoff_next_ms(&backoff, 10, 150), 150);
    assert_int_equal(backoff.attempt, 2);
}

TEST(test_extremes)
{
    slack_backoff_t backoff = {.base_ms = 1000, .cap_ms = 60000};
    for (int i = 0; i < 1000; i++)
        assert_true(slack__backoff_next_ms(&backoff, 0, UINT64_MAX - (uint64_t)i) <= 60000);
    backoff.attempt = UINT32_MAX;
    assert_true(slack__backoff_next_ms(&backoff, 0, 59999) == 59999);
    assert_true(backoff.attempt == UINT32_MAX); /* the count does not wrap */

    slack_backoff_t huge = {.base_ms = UINT64_MAX, .cap_ms = UINT64_MAX, .attempt = 3};
    assert_true(slack__backoff_next_ms(&huge, 0, 12345) == 12345);
    slack_backoff_t zero = {0};
    assert_int_equal(slack__backoff_next_ms(&zero, 0, 12345), 0);
    slack_backoff_t capped = {.base_ms = 500, .cap_ms = 100}; /* the cap limits the base */
    assert_int_equal(slack__backoff_next_ms(&capped, 0, 100), 100);
    assert_int_equal(slack__backoff_next_ms(&capped, 0, 101), 0);
}

/* Every bit is set in some values and clear in others. */
TEST(test_random)
{
    uint64_t ones = 0, zeros = 0;
    for (int i = 0; i < 200; i++) {
        uint64_t n = slack__random_u64();
        ones |= n;
        zeros |= ~n;
    }
    assert_true(ones == UINT64_MAX && zeros == UINT64_MAX);
}
