/* SPDX-License-Identifier: MIT */
#include <slack/error.h>

#include "support/alloc_fail.h"
#include "support/test.h"
#include "transport_socket/inflight.h"

TEST(test_handles_are_never_used_twice)
{
    slack_inflight_t table;
    slack__inflight_init(&table, 100);
    uint64_t first, second;
    slack_inflight_entry_t entry = {.envelope_id = SLACK_SLICE("e-1"), .slot = 3, .generation = 7};
    assert_int_equal(slack__inflight_add(&table, &entry, &first), 0);
    assert_int_not_equal(first, 0);
    assert_int_equal(slack__inflight_get(&table, first)->slot, 3);
    assert_int_equal(slack__inflight_get(&table, first)->generation, 7);
    slack__inflight_remove(&table, first);
    assert_null(slack__inflight_get(&table, first));
    slack__inflight_remove(&table, first);
    assert_int_equal(table.used, 0);

    assert_int_equal(slack__inflight_add(&table, &entry, &second), 0);
    assert_true(first != second);
    assert_null(slack__inflight_get(&table, first));
    assert_non_null(slack__inflight_get(&table, second));
    assert_null(slack__inflight_get(&table, 0));
    assert_null(slack__inflight_get(&table, UINT64_MAX));
    slack__inflight_done(&table);
}

TEST(test_grows_to_its_maximum)
{
    slack_inflight_t table;
    uint64_t handles[100], more;
    slack__inflight_init(&table, 100);
    for (unsigned i = 0; i < 100; i++) {
        const slack_inflight_entry_t entry = {.slot = i};
        assert_int_equal(slack__inflight_add(&table, &entry, &handles[i]), 0);
    }
    assert_int_equal(slack__inflight_add(&table, &(slack_inflight_entry_t){0}, &more), SLACK_EBUSY);
    for (unsigned i = 0; i < 100; i++)
        assert_int_equal(slack__inflight_get(&table, handles[i])->slot, i);
    slack__inflight_remove(&table, handles[50]);
    assert_int_equal(slack__inflight_add(&table, &(slack_inflight_entry_t){0}, &more), 0);
    assert_int_equal(table.used, 100);
    slack__inflight_done(&table);
}

TEST(test_find)
{
    slack_inflight_t table;
    uint64_t handle;
    slack__inflight_init(&table, 100);
    assert_null(slack__inflight_find(&table, SLACK_SLICE("e-1")));
    slack_inflight_entry_t entry = {.envelope_id = SLACK_SLICE("e-1"), .slot = 1};
    assert_int_equal(slack__inflight_add(&table, &entry, &handle), 0);
    assert_null(slack__inflight_find(&table, SLACK_SLICE("e-10")));
    assert_int_equal(slack__inflight_find(&table, SLACK_SLICE("e-1"))->slot, 1);
    slack__inflight_remove(&table, handle);
    assert_null(slack__inflight_find(&table, SLACK_SLICE("e-1")));
    slack__inflight_done(&table);
}

static int add_many(void *ctx)
{
    slack_inflight_t table;
    int rc = 0;
    slack__inflight_init(&table, 100);
    for (unsigned i = 0; rc == 0 && i < 100; i++) {
        uint64_t handle;
        rc = slack__inflight_add(&table, &(slack_inflight_entry_t){0}, &handle);
    }
    slack__inflight_done(&table);
    return rc;
}

TEST(test_no_memory)
{
    assert_true(alloc_fail_each(add_many, NULL) > 0);
}
