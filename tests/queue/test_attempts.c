/* SPDX-License-Identifier: MIT */
#include "queue/attempts.h"
#include "support/test.h"

static void test_tallies(void **state)
{
    static const struct {
        const char *done;
        unsigned attempt, failed, spared, crashed;
        const char *rest;
    } rows[] = {
        {"", 1, 0, 0, 0, ""},
        {"", 3, 0, 0, 2, ""},
        {"+a\n", 1, 0, 0, 0, "+a\n"},
        {"=2 1\n+a\n", 4, 2, 1, 0, "+a\n"},
        {"=2 1\n+a\n", 9, 2, 1, 5, "+a\n"},
        {"=2 1\n", 1, 2, 1, 0, ""}, /* a person has retried it */
        {"=", 1, 0, 0, 0, ""},
        {"=x y", 1, 0, 0, 0, ""},
        {"=99999999999 1", 1, 999999, 1, 0, ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        slack_slice_t rest;
        const slack_slice_t done = slack__slice(rows[i].done);
        const slack_tally_t tally = slack__tally_read(done, &rest);
        assert_int_equal(tally.failed, rows[i].failed);
        assert_int_equal(tally.spared, rows[i].spared);
        assert_true(slack__slice_eq(rest, slack__slice(rows[i].rest)));
        assert_int_equal(slack__attempts_crashed(rows[i].attempt, done), rows[i].crashed);
    }
}

/* Each wait is between half and all of a second that doubles, up to five minutes; up to 16 s if the
 * attempts do not count. */
static void test_waits(void **state)
{
    for (int counts = 0; counts < 2; counts++) {
        slack_tally_t tally = {0};
        uint64_t wait_ms, most = 1000;
        const uint64_t cap = counts ? 300000 : 16000;
        for (unsigned i = 1; i < 40; i++, most = most * 2 < cap ? most * 2 : cap) {
            assert_true(slack__attempts_next(&tally, counts, 40, &wait_ms));
            assert_in_range(wait_ms, most / 2, most);
        }
        assert_int_equal(slack__attempts_next(&tally, counts, 40, &wait_ms), !counts);
        assert_int_equal(counts ? tally.failed : tally.spared, 40);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tallies),
        cmocka_unit_test(test_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
