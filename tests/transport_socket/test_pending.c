/* SPDX-License-Identifier: MIT */
#include <slack/error.h>

#include "support/alloc_fail.h"
#include "support/test.h"
#include "transport_socket/answered.h"
#include "transport_socket/pending.h"

static void test_handles_are_never_used_twice(void **state)
{
    slack_pending_table_t table;
    slack__pending_init(&table, 100);
    uint64_t first, second;
    slack_pending_t entry = {.envelope_id = SLACK_SLICE("e-1"), .slot = 3, .generation = 7};
    assert_int_equal(slack__pending_add(&table, &entry, &first), 0);
    assert_int_not_equal(first, 0);
    assert_int_equal(slack__pending_get(&table, first)->slot, 3);
    assert_int_equal(slack__pending_get(&table, first)->generation, 7);
    slack__pending_remove(&table, first);
    assert_null(slack__pending_get(&table, first));
    slack__pending_remove(&table, first);
    assert_int_equal(table.used, 0);

    assert_int_equal(slack__pending_add(&table, &entry, &second), 0);
    assert_true(first != second);
    assert_null(slack__pending_get(&table, first));
    assert_non_null(slack__pending_get(&table, second));
    assert_null(slack__pending_get(&table, 0));
    assert_null(slack__pending_get(&table, UINT64_MAX));
    slack__pending_done(&table);
}

static void test_grows_to_its_maximum(void **state)
{
    slack_pending_table_t table;
    uint64_t handles[100], more;
    slack__pending_init(&table, 100);
    for (unsigned i = 0; i < 100; i++) {
        const slack_pending_t entry = {.slot = i};
        assert_int_equal(slack__pending_add(&table, &entry, &handles[i]), 0);
    }
    assert_int_equal(slack__pending_add(&table, &(slack_pending_t){0}, &more), SLACK_EBUSY);
    for (unsigned i = 0; i < 100; i++)
        assert_int_equal(slack__pending_get(&table, handles[i])->slot, i);
    slack__pending_remove(&table, handles[50]);
    assert_int_equal(slack__pending_add(&table, &(slack_pending_t){0}, &more), 0);
    assert_int_equal(table.used, 100);
    slack__pending_done(&table);
}

static void test_find(void **state)
{
    slack_pending_table_t table;
    uint64_t handle;
    slack__pending_init(&table, 100);
    assert_null(slack__pending_find(&table, SLACK_SLICE("e-1")));
    slack_pending_t entry = {.envelope_id = SLACK_SLICE("e-1"), .slot = 1};
    assert_int_equal(slack__pending_add(&table, &entry, &handle), 0);
    assert_null(slack__pending_find(&table, SLACK_SLICE("e-10")));
    assert_int_equal(slack__pending_find(&table, SLACK_SLICE("e-1"))->slot, 1);
    slack__pending_remove(&table, handle);
    assert_null(slack__pending_find(&table, SLACK_SLICE("e-1")));
    slack__pending_done(&table);
}

static int add_many(void *ctx)
{
    slack_pending_table_t table;
    int rc = 0;
    slack__pending_init(&table, 100);
    for (unsigned i = 0; rc == 0 && i < 100; i++) {
        uint64_t handle;
        rc = slack__pending_add(&table, &(slack_pending_t){0}, &handle);
    }
    slack__pending_done(&table);
    return rc;
}

static void test_no_memory(void **state)
{
    assert_true(alloc_fail_each(add_many, NULL) > 0);
}

static void remember(slack_answered_t *answered, const char *id, const char *frame)
{
    slack__answered_add(answered, slack__slice(id), frame, strlen(frame));
}

static void test_answered(void **state)
{
    slack_answered_t answered = {0};
    remember(&answered, "e-1", "{\"envelope_id\":\"e-1\",\"payload\":{\"text\":\"x\"}}");
    remember(&answered, "e-10", "{\"envelope_id\":\"e-10\"}");
    assert_string_equal(slack__answered_find(&answered, SLACK_SLICE("e-1")),
                        "{\"envelope_id\":\"e-1\",\"payload\":{\"text\":\"x\"}}");
    assert_string_equal(slack__answered_find(&answered, SLACK_SLICE("e-10")),
                        "{\"envelope_id\":\"e-10\"}");
    assert_null(slack__answered_find(&answered, SLACK_SLICE("e-")));
    assert_null(slack__answered_find(&answered, SLACK_SLICE("e-100")));
    for (unsigned i = 0; i < SLACK_ANSWERED_MAX - 1; i++)
        remember(&answered, "e-2", "{\"envelope_id\":\"e-2\"}");
    assert_null(slack__answered_find(&answered, SLACK_SLICE("e-1"))); /* the oldest one went */
    assert_non_null(slack__answered_find(&answered, SLACK_SLICE("e-10")));
    slack__answered_done(&answered);
}

static void test_long_answers_lose_their_payload(void **state)
{
    static char frame[SLACK_ANSWERED_FRAME_MAX + 2];
    slack_answered_t answered = {0};
    memset(frame, 'x', sizeof frame - 1);
    remember(&answered, "e-1", frame);
    assert_string_equal(slack__answered_find(&answered, SLACK_SLICE("e-1")),
                        "{\"envelope_id\":\"e-1\"}");
    slack__answered_done(&answered);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_handles_are_never_used_twice),
        cmocka_unit_test(test_grows_to_its_maximum),
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_answered),
        cmocka_unit_test(test_long_answers_lose_their_payload),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
