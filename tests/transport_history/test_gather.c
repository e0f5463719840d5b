/* SPDX-License-Identifier: MIT */
#include <slack/error.h>

#include "support/alloc_fail.h"
#include "support/test.h"
#include "transport_history/gather.h"

/* Adds messages, of which each is a digit, its timestamp, and has ten bytes. */
static int add(slack_gather_t *gather, const char *digits)
{
    int rc = 0;
    for (; *digits && rc == 0; digits++) {
        char ts[] = "0.000000", json[] = "{'n': 'x'}";
        *ts = json[7] = *digits;
        rc = slack__gather_add(gather, ts, json, 10);
    }
    return rc;
}

/* Takes all of them. */
static const char *take(slack_gather_t *gather)
{
    static char digits[64];
    size_t count = 0;
    for (const slack_missed_t *m; (m = slack__gather_first(gather)); slack__gather_shift(gather)) {
        assert_int_equal(m->json[7], *m->ts);
        assert_int_equal(strlen(m->json), m->len);
        digits[count++] = *m->ts;
    }
    digits[count] = '\0';
    assert_int_equal(gather->bytes, 0);
    return digits;
}

static struct row {
    const char *name, *added, *taken;
    size_t messages_max, bytes_max, left_out;
    const char *cut; /* "" or the digit of the oldest one that was cut off */
} cases[] = {
    {"any order", "52419", "12459", 9, 999, 0, ""},
    {"newest first", "987654", "456789", 9, 999, 0, ""},
    {"each once", "3313", "13", 9, 999, 0, ""},
    {"none", "", "", 9, 999, 0, ""},
    {"the oldest are left out", "42561", "456", 3, 999, 2, ""},
    {"also if they come last", "65421", "456", 3, 999, 2, ""},
    {"the newest are cut off", "12345", "123", 9, 30, 0, "4"},
    {"also if they come first", "54321", "123", 9, 30, 0, "4"},
    {"nothing behind the cut comes back", "12349", "123", 9, 30, 0, "4"},
    {"older ones move the cut", "45123", "123", 9, 30, 0, "4"},
    {"one stays, however large", "21", "1", 9, 5, 0, "2"},
};

TEST_EACH(missed_messages_are_in_order_and_bounded, cases)
{
    const struct row *row = *state;
    slack_gather_t gather;
    slack__gather_init(&gather, row->messages_max, row->bytes_max);
    for (int round = 0; round < 2; round++) { /* a reset forgets everything */
        assert_int_equal(add(&gather, row->added), 0);
        assert_int_equal(gather.left_out, row->left_out);
        assert_int_equal(*gather.cut, *row->cut);
        assert_string_equal(take(&gather), row->taken);
        slack__gather_reset(&gather);
    }
    slack__gather_done(&gather);
}

static int many(void *ctx)
{
    slack_gather_t gather;
    slack__gather_init(&gather, 100, 1000);
    int rc = 0;
    for (unsigned n = 200; n > 0 && rc == 0; n--) {
        char ts[SLACK_TS_SIZE];
        slack__ts_of_ms(n * 1000, ts);
        rc = slack__gather_add(&gather, ts, ctx, 1);
    }
    slack__gather_done(&gather);
    return rc;
}

TEST(a_gather_survives_any_failed_allocation)
{
    assert_true(alloc_fail_each(many, (void *)(uintptr_t) "x") > 100);
}
