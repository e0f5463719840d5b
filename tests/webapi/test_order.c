/* SPDX-License-Identifier: MIT */
#include "support/json.h"
#include "webapi/order.h"

static slack_map_t *orders;

#define CALLS 6

static void join(slack_ordered_t *call, uint64_t number, const char *target)
{
    *call = (slack_ordered_t){.number = number};
    if (target) assert_int_equal(slack__order_set(call, arena, &orders, target), 0);
    assert_int_equal(slack__order_join(orders, call), 0);
}

/* Whatever the order in which calls join and end, the first is the one with the least number; of
 * equal ones, the one that joined first. */
ARENA_TEST(test_orders)
{
    static const unsigned numbers[] = {5, 7, 5, 3, 9, 6}, sorted[] = {3, 0, 2, 5, 1, 4};
    slack_ordered_t calls[CALLS], other, free_call;
    orders = slack__orders_new(8);
    for (unsigned leaver = 0; leaver < CALLS; leaver++) {
        join(&other, 1, "C2");
        join(&free_call, 1, NULL);
        for (unsigned i = 0; i < CALLS; i++)
            join(&calls[i], numbers[i], "C1");
        for (unsigned i = 0; i < CALLS; i++)
            assert_int_equal(calls[i].first, i == sorted[0]);
        slack_ordered_t *next = slack__order_leave(orders, &calls[leaver]); /* out of turn */
        assert_ptr_equal(next, leaver == sorted[0] ? &calls[sorted[1]] : NULL);
        for (unsigned i = 0; i < CALLS; i++) {
            if (sorted[i] == leaver) continue;
            assert_true(calls[sorted[i]].first);
            next = slack__order_leave(orders, &calls[sorted[i]]);
            const unsigned then = i + 1 < CALLS && sorted[i + 1] == leaver ? i + 2 : i + 1;
            assert_ptr_equal(next, then < CALLS ? &calls[sorted[then]] : NULL);
        }
        assert_true(other.first);
        assert_true(free_call.first);
        assert_null(slack__order_leave(orders, &other));
        assert_null(slack__order_leave(orders, &free_call));
        assert_int_equal(slack__map_count(orders), 0);
    }
    slack__map_free(orders, NULL);
}
