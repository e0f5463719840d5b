/* SPDX-License-Identifier: MIT */
#include "outbox/course.h"
#include "support/test.h"

#include <slack/error.h>

static void test_effects(void **state)
{
    static const struct {
        int status;
        const char *word;
        bool unsent;
        enum slack_call_effect effect;
    } calls[] = {
        {0, "", false, SLACK_EFFECT_DONE},
        {SLACK_EAPI, "channel_not_found", false, SLACK_EFFECT_REFUSED},
        {SLACK_EAPI, "a_word_of_tomorrow", false, SLACK_EFFECT_REFUSED},
        {SLACK_EAPI, "internal_error", false, SLACK_EFFECT_UNCLEAR},
        {SLACK_EAPI, "fatal_error", false, SLACK_EFFECT_UNCLEAR},
        {SLACK_EAPI, "ratelimited", false, SLACK_EFFECT_NONE},
        {SLACK_EHTTP, "", false, SLACK_EFFECT_UNCLEAR},
        {SLACK_ETIMEDOUT, "", false, SLACK_EFFECT_UNCLEAR},
        {SLACK_ETIMEDOUT, "", true, SLACK_EFFECT_NONE},
        {SLACK_ECLOSED, "", false, SLACK_EFFECT_UNCLEAR},
        {SLACK_EPROTO, "", false, SLACK_EFFECT_UNCLEAR},
        {SLACK_ECANCELED, "", false, SLACK_EFFECT_UNCLEAR},
        {SLACK_ECONNECT, "", true, SLACK_EFFECT_NONE},
        {SLACK_EBUSY, NULL, true, SLACK_EFFECT_NONE},
        {SLACK_EINVAL, NULL, true, SLACK_EFFECT_REFUSED},
        {SLACK_EAUTH, NULL, true, SLACK_EFFECT_REFUSED},
    };
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        assert_int_equal(slack__call_effect(calls[i].status, calls[i].word, calls[i].unsent),
                         calls[i].effect);
}

static void test_courses(void **state)
{
    static const struct {
        unsigned attempt;
        const char *done;
        enum slack_course course;
    } rows[] = {
        {1, NULL, SLACK_COURSE_SEND}, /* as the store reads a row without a record */
        {1, "", SLACK_COURSE_SEND},
        {2, NULL, SLACK_COURSE_LOOK_LATER},
        {2, "", SLACK_COURSE_LOOK_LATER}, /* the process ended in the first one */
        {2, "=1 0\nn 1\n", SLACK_COURSE_SEND},
        {3, "=1 0\nn 1\n", SLACK_COURSE_LOOK_LATER},
        {2, "=1 0\nu 1\n", SLACK_COURSE_LOOK},
        {3, "=1 0\nu 1\n", SLACK_COURSE_LOOK_LATER},
        {1, "=0 0\nn 0\n", SLACK_COURSE_SEND}, /* a person retries a dead letter */
        {1, "=0 0\nu 0\n", SLACK_COURSE_LOOK},
        {2, "=0 0\nn 0\n", SLACK_COURSE_LOOK_LATER},
        {1, "rubbish", SLACK_COURSE_LOOK_LATER},
        {1, "=1 0\n\xff 0\n", SLACK_COURSE_LOOK_LATER},
        {2, "u", SLACK_COURSE_LOOK_LATER},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *done = rows[i].done;
        const slack_slice_t text = {done, done ? strlen(done) : 0};
        if (slack__course(rows[i].attempt, text) != rows[i].course)
            fail_msg("attempt %u after \"%s\"", rows[i].attempt, done ? done : "NULL");
    }
}

/* The next attempt reads the record as it was written. */
static void test_records(void **state)
{
    char record[SLACK_COURSE_MAX];
    const slack_tally_t most = {.failed = UINT32_MAX, .spared = UINT32_MAX};
    size_t len = slack__course_write(most, true, UINT32_MAX, record);
    assert_int_equal(len + 1, sizeof record - 1); /* each part counts its NUL */
    for (int unclear = 0; unclear < 2; unclear++) {
        slack_slice_t rest;
        len = slack__course_write((slack_tally_t){.failed = 2, .spared = 1}, unclear, 3, record);
        const slack_slice_t done = {record, len};
        assert_int_equal(slack__course(4, done), unclear ? SLACK_COURSE_LOOK : SLACK_COURSE_SEND);
        assert_int_equal(slack__tally_read(done, &rest).failed, 2);
        assert_int_equal(slack__attempts_crashed(5, done), 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_effects),
        cmocka_unit_test(test_courses),
        cmocka_unit_test(test_records),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
