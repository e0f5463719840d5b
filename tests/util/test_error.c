/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <slack/error.h>

static const struct {
    int code;
    const char *name;
} all[] = {
#define ROW(name, number, text) {name, #name},
    SLACK_ERROR_MAP(ROW)
#undef ROW
};

#define COUNT (sizeof all / sizeof all[0])

TEST(test_names)
{
    for (size_t i = 0; i < COUNT; i++) {
        assert_string_equal(slack_err_name(all[i].code), all[i].name);
        assert_true(strlen(slack_strerror(all[i].code)) > 3);
    }
    assert_string_equal(slack_strerror(SLACK_ENOMEM), "out of memory");
}

TEST(test_numbers_are_distinct_and_in_range)
{
    for (size_t i = 0; i < COUNT; i++) {
        assert_true(all[i].code <= -20001 && all[i].code > -21000);
        for (size_t j = 0; j < i; j++) {
            assert_int_not_equal(all[i].code, all[j].code);
            assert_string_not_equal(slack_strerror(all[i].code), slack_strerror(all[j].code));
        }
    }
}

TEST(test_others)
{
    assert_string_equal(slack_strerror(0), "success");
    assert_string_equal(slack_err_name(0), "OK");
    const int strangers[] = {1, -1, -20000, -30000, INT32_MIN, INT32_MAX};
    for (size_t i = 0; i < sizeof strangers / sizeof strangers[0]; i++) {
        assert_string_equal(slack_strerror(strangers[i]), "unknown error");
        assert_string_equal(slack_err_name(strangers[i]), "SLACK_UNKNOWN");
    }
}
