/* SPDX-License-Identifier: MIT */
#include "support/file.h"
#include "support/test.h"

#include "util/error.h"

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

/* Every code has a row in docs/errors.md, in order, and the row has the code's rule for retries.
 * The errors of calls that no retry heals are those that the program has made itself. */
TEST(test_the_page_has_the_retry_rule_of_every_code)
{
    char *page = file_read_page("errors.md");
    const char *at = page;
    for (size_t i = 0; i < COUNT; i++) {
        char start[64], row[512] = "";
        snprintf(start, sizeof start, "\n| `%s` | ", all[i].name);
        if ((at = strstr(at, start)) == NULL)
            fail_msg("docs/errors.md has no %s here", all[i].name);
        sscanf(++at, "%511[^\n]", row);
        const bool heals = slack__error_heals(all[i].code);
        const char *rule = all[i].code == SLACK_EAPI ? "| depends |" : heals ? "| yes |" : "| no |";
        if (strstr(row, rule) == NULL) fail_msg("%s is not \"%s\"", row, rule);
    }
}

TEST(test_the_peer_heals_and_the_program_does_not)
{
    static const int peers[] = {SLACK_EPROTO, SLACK_EHTTP,     SLACK_ECONNECT,  SLACK_ECLOSED,
                                SLACK_ETLS,   SLACK_ENOMEM,    SLACK_EBUSY,     SLACK_ESTORE,
                                SLACK_EIO,    SLACK_ECANCELED, SLACK_ETIMEDOUT, -1};
    for (size_t i = 0; i < sizeof peers / sizeof *peers; i++)
        assert_true(slack__error_heals(peers[i]));
    static const int own[] = {SLACK_EJSON, SLACK_ETEMPLATE, SLACK_EINVAL, SLACK_EALREADY,
                              SLACK_ELATE, SLACK_EAUTH,     SLACK_ETOOBIG};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        assert_false(slack__error_heals(own[i]));
        assert_non_null(slack__error_cure(own[i]));
    }
}
