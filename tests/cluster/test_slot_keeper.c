/* SPDX-License-Identifier: MIT */
#include "support/cluster_bots.h"

/* The budget of two is shared by the first two of three; the third one stands by. */
static void share(void)
{
    bot_join(&bots[0], SLACK_ROLE_ALL, 2);
    bots_until(bot_slots(&bots[0]) == 2);
    bot_join(&bots[1], SLACK_ROLE_ALL, 2);
    bots_until(bot_slots(&bots[0]) == 1 && bot_slots(&bots[1]) == 1 &&
               bots[0].allowance.limit == 1);
    bot_join(&bots[2], SLACK_ROLE_ALL, 2);
    bots_until(bots[2].allowance.standby);
}

BOTS_TEST(a_process_that_dies_has_a_successor)
{
    share();
    bot_quit(&bots[0]);
    bots_until(bot_slots(&bots[2]) == 1);
    assert_int_equal(bots[2].takeovers, 1);
    assert_int_equal(bots[1].takeovers, 0);
    assert_true(world_logged(&sw.world, "reason=takeover"));
}

BOTS_TEST(a_process_that_leaves_waits_for_its_successor)
{
    share();
    slack__cluster_leave(&bots[0].cluster);
    assert_true(slack__slot_keeper_leaving(&bots[0].cluster.slots));
    bots_until(!slack__slot_keeper_leaving(&bots[0].cluster.slots));
    assert_int_equal(bot_slots(&bots[2]), 1);
    assert_int_equal(bots[0].allowance.wanted + bots[0].allowance.limit, 0);
    assert_int_equal(bots[2].takeovers, 0);
    assert_true(world_logged(&sw.world, "slot for a connection handed over"));
}

/* The list of processes, as the last look found it, does not have the successor. */
BOTS_TEST(a_process_that_leaves_looks_for_its_successor)
{
    bot_join(&bots[0], SLACK_ROLE_ALL, 2);
    bots_until(bot_slots(&bots[0]) == 2);
    bot_join(&bots[1], SLACK_ROLE_ALL, 2);
    bots_until(slack__processes_is_known(&bots[1].cluster.processes));
    assert_false(
        slack__processes_has(&bots[0].cluster.processes, bots[1].cluster.processes.own.id));
    slack__cluster_leave(&bots[0].cluster);
    bots_until(!slack__slot_keeper_leaving(&bots[0].cluster.slots));
    assert_int_equal(bot_slots(&bots[0]), 0);
    assert_int_equal(bot_slots(&bots[1]), 2);
}

/* After one look that finds nobody else. */
BOTS_TEST(a_process_that_is_alone_does_not_wait)
{
    bot_join(&bots[0], SLACK_ROLE_ALL, 2);
    bots_until(bot_slots(&bots[0]) == 2);
    assert_int_equal(bots[0].allowance.until_ms, bots[0].cluster.slots.began_ms + 45000);
    slack__cluster_leave(&bots[0].cluster);
    bots_until(!slack__slot_keeper_leaving(&bots[0].cluster.slots));
    assert_int_equal(bot_slots(&bots[0]), 2);
}

BOTS_TEST(different_budgets_are_said_once)
{
    bot_join(&bots[0], SLACK_ROLE_ALL, 2);
    bots_until(bot_slots(&bots[0]) == 2);
    bot_join(&bots[1], SLACK_ROLE_ALL, 3);
    bots_until(bot_slots(&bots[1]) == 1);
    for (int i = 0; i < 40; i++)
        bots_until((world_pass_ms(&sw.world, 100), !bots[1].cluster.slots.busy));
    assert_true(world_logged(&sw.world, "own=3 other=2"));
    assert_in_range(world_log_count(&sw.world, "different budgets"), 1, 2);
}

BOTS_TEST(entries_of_other_programs_are_no_slots)
{
    bots_put("socket/A1/2/1", "x ready", "");
    bots_put("socket/A1/x", "x ready", "");
    bots_put("socket/A1/99", "x ready", "");
    bots_put("socket/A1/", "x ready", "");
    bot_join(&bots[0], SLACK_ROLE_ALL, 10);
    bots_until(bot_slots(&bots[0]) == 10);
}

/* The slots of apps "A1/…" lie between those of the app "A1", and more than a page of them does. */
BOTS_TEST(slots_are_found_among_many_entries)
{
    char key[64];
    for (int i = 0; i < 250; i++) {
        snprintf(key, sizeof key, "socket/A1/%d-%d/%d", i % 2, i, i % 10);
        bots_put(key, "x ready", "");
    }
    bot_join(&bots[0], SLACK_ROLE_ALL, 4);
    bots_until(bot_slots(&bots[0]) == 4);
    bot_join(&bots[1], SLACK_ROLE_ALL, 4);
    bots_until(bot_slots(&bots[0]) == 2 && bot_slots(&bots[1]) == 2 &&
               bots[0].allowance.limit == 2);
}

/* They have no holder that could take another slot over. */
BOTS_TEST(slots_that_are_not_understood_are_said_once)
{
    bots_put("socket/A1/0", "x ready", "");
    bots_put("socket/A1/1", "x ready", "");
    bot_join(&bots[0], SLACK_ROLE_ALL, 3);
    bots_until(bot_slots(&bots[0]) == 1);
    slack__cluster_leave(&bots[0].cluster);
    bots_until(!slack__slot_keeper_leaving(&bots[0].cluster.slots));
    assert_int_equal(bot_slots(&bots[0]), 1);
    assert_int_equal(world_log_count(&sw.world, "entry of a slot is not understood"), 1);
}

static unsigned listed(const char *text)
{
    return world_log_count(&sw.world, text);
}

/* Nothing ends an entry that no owner has: it does not keep its slot for ever. */
BOTS_TEST(entries_without_a_process_end_after_a_lease)
{
    static const struct {
        const char *key, *version;
    } entries[] = {
        {"socket/A1/0", "fedcba9876543210 ready"},
        {"socket/A1/1", "fedcba9876543210 opening"},
        {"socket/A1/spare", "0123456789abcdef handing-over 1"},
    };
    for (int i = 0; i < 3; i++)
        bots_put(entries[i].key, entries[i].version, "2");
    const uint64_t since_us = sw.world.mono_us;
    bot_join(&bots[0], SLACK_ROLE_ALL, 2);
    bot_join(&bots[1], SLACK_ROLE_ALL, 2);
    bots_pass(SLACK_STORE_LEASE_MS - 5000);
    assert_int_equal(bot_slots(&bots[0]) + bot_slots(&bots[1]), 0);
    bots_until(bot_slots(&bots[0]) == 1 && bot_slots(&bots[1]) == 1);
    assert_in_range(sw.world.mono_us - since_us, 0, UINT64_C(1000) * (SLACK_STORE_LEASE_MS + 5000));
    bots_until(bots[0].cluster.slots.slots.list[SLACK_SLOTS_SPARE].state == SLACK_SLOT_FREE);
    assert_int_equal(listed("entry of a slot deleted, its holder is no process"), 3);
    assert_int_equal(listed("slot=1 holder=fedcba9876543210"), 1);
}

/* A process of a release that writes another kind of entry may be the holder. */
BOTS_TEST(entries_stay_while_a_process_may_not_be_listed)
{
    bots_put("process/A1/fedcba9876543210", "1", "{'role':'boss'}");
    bots_put("socket/A1/0", "fedcba9876543210 ready", "2");
    bot_join(&bots[0], SLACK_ROLE_ALL, 2);
    bots_pass(SLACK_STORE_LEASE_MS + 10000);
    assert_int_equal(bot_slots(&bots[0]), 1);
    bots_delete("process/A1/fedcba9876543210");
    bots_pass(SLACK_STORE_LEASE_MS + 10000);
    assert_int_equal(bot_slots(&bots[0]), 2);
}

BOTS_TEST(holders_keep_their_slots_for_longer_than_a_lease)
{
    share();
    bots_pass(3 * SLACK_STORE_LEASE_MS);
    assert_int_equal(bot_slots(&bots[0]) + bot_slots(&bots[1]), 2);
    assert_int_equal(listed("level=warn"), 0);
}

/* As after the end of its lease: a slot is free, or another process has it. */
BOTS_TEST(lost_slots_are_said_once)
{
    bot_join(&bots[0], SLACK_ROLE_ALL, 3);
    bots_until(bot_slots(&bots[0]) == 3);
    bots_delete("socket/A1/0");
    bots_delete("socket/A1/2");
    bots_until(listed("event=\"slots for connections lost\"") == 1);
    bots_until(bot_slots(&bots[0]) == 3); /* it takes them back */
    bots_put("socket/A1/1", "fedcba9876543210 ready", "3");
    bots_until(bot_slots(&bots[0]) == 2);
    bots_pass(5000);
    assert_int_equal(listed("event=\"slots for connections lost\""), 2);
    assert_int_equal(listed("event=\"slots for connections lost\" lost=1"), 1);
}
