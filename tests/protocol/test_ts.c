/* SPDX-License-Identifier: MIT */
#include "protocol/ts.h"
#include "support/test.h"

TEST(only_timestamps_of_messages_are_timestamps)
{
    static const char *const good[] = {"1512085950.000216", "0.000000", "999999999999.999999"};
    static const char *const bad[] = {
        "",
        "1512085950",
        "1512085950.",
        "1512085950.00021",
        "1512085950.0002167",
        ".000216",
        "x",
        "01.000000",
        "1.00000a",
        " 1.000000",
        "-1.000000",
        "1.000000 ",
        "1000000000000.000000",
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(slack__ts_ok(good[i]));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(slack__ts_ok(bad[i]));
}

TEST(timestamps_have_the_order_of_their_times)
{
    static const char *const rising[] = {
        "",          "0.000000",          "0.000001",          "9.999999",
        "10.000000", "1512085950.000216", "1512085950.000217", "10000000000.000000"};
    enum { COUNT = sizeof rising / sizeof *rising };
    for (size_t i = 0; i < COUNT; i++)
        for (size_t k = 0; k < COUNT; k++)
            assert_int_equal(slack__ts_after(rising[i], rising[k]), i > k);
}

TEST(a_time_has_the_first_timestamp_of_its_second)
{
    static const struct {
        int64_t ms;
        const char *ts;
    } cases[] = {{0, "0.000000"},
                 {1512085950999, "1512085950.000000"},
                 {-1, "0.000000"},
                 {INT64_MAX, "999999999999.000000"}};
    char ts[SLACK_TS_SIZE];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        slack__ts_of_ms(cases[i].ms, ts);
        assert_string_equal(ts, cases[i].ts);
        assert_true(slack__ts_ok(ts));
    }
}
