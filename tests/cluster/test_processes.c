/* SPDX-License-Identifier: MIT */
#include <slack/error.h>

#include "support/cluster_bots.h"
#include "support/heap.h"

static int all_join(void **state)
{
    sw_open();
    for (int i = 0; i < BOTS_MOST; i++)
        bot_join(&bots[i], (enum slack_role)(SLACK_ROLE_ALL + i), 0);
    return 0;
}

#define ALL_TEST(function) TEST_CASE(function, all_join, bots_tear_down, NULL)

/* Lets time pass until each process that is there counts so many. */
static void until_all_count(size_t count)
{
    for (int i = 0; i < BOTS_MOST; i++)
        bots_until(!bots[i].store || bots[i].cluster.counts.processes == count);
}

ALL_TEST(test_processes_see_each_other)
{
    until_all_count(3);
    for (int i = 0; i < BOTS_MOST; i++) {
        const slack_cluster_t *cluster = &bots[i].cluster;
        for (int role = SLACK_ROLE_ALL; role <= SLACK_ROLE_WORK; role++)
            assert_int_equal(cluster->counts.by_role[role], 1);
        assert_int_equal(cluster->counts.socket_candidates, 2);
        assert_string_equal(cluster->processes.list[0].id, cluster->processes.own.id);
    }
}

/* A number that another one follows within 2 s is not. */
ALL_TEST(test_a_number_that_stays_is_logged)
{
    until_all_count(3);
    bots_pass(5000); /* a process that is alone looks every 2 s */
    assert_int_equal(world_log_count(&sw.world, "the number of processes has changed"), 3);
    assert_int_equal(world_log_count(&sw.world, "processes=3 all=1 receive=1 work=1"), 3);
    for (int times = 0; times < 3; times++) { /* it comes and goes */
        bot_quit(&bots[1]);
        until_all_count(2);
        bot_join(&bots[1], SLACK_ROLE_RECEIVE, 0);
        until_all_count(3);
    }
    bot_quit(&bots[2]);
    bot_quit(&bots[1]);
    until_all_count(1);
    bots_pass(5000);
    assert_int_equal(world_log_count(&sw.world, "processes=2 "), 0);
    assert_int_equal(world_log_count(&sw.world, "processes=1 all=1 receive=0 work=0"), 1);
}

ALL_TEST(test_a_process_that_leaves_says_so)
{
    until_all_count(3);
    slack__cluster_leave(&bots[0].cluster);
    bots_until(bots[1].cluster.counts.socket_candidates == 1);
    assert_int_equal(bots[1].cluster.counts.processes, 3);
}

/* It begins to leave while the store writes that it runs. */
ALL_TEST(test_a_process_that_leaves_at_its_start)
{
    slack_processes_t *p = &bots[0].cluster.processes;
    world_until(&sw.world, p->looking && p->op.kind == SLACK_STORE_KV_SWAP);
    slack__cluster_leave(&bots[0].cluster);
    const uint64_t since_us = sw.world.mono_us;
    until_all_count(3);
    bots_until(bots[1].cluster.counts.socket_candidates == 1);
    /* Long before the entry is written in any case. */
    assert_in_range(sw.world.mono_us - since_us, 0, SLACK_PROCESSES_WRITE_MS * 1000 / 2);
}

ALL_TEST(test_entries_of_other_programs_are_ignored)
{
    static const char process[] = "{\"role\":\"all\",\"host\":\"a\",\"version\":\"1\"}";
    bots_put("process/A1/0123456789abcdef", "1", "{\"role\":\"boss\"}");
    bots_put("process/A1/nobody", "1", process);
    bots_put("process/A1/", "1", "");
    bots_put("process/A1/2/0123456789abcdef", "1", process); /* of an app "A1/2" */
    until_all_count(3);
    for (int i = 0; i < BOTS_MOST; i++)
        bots_until(bots[i].cluster.processes.invalid == 3);
    assert_int_equal(world_log_count(&sw.world, "entry of a process ignored"), BOTS_MOST);
}

ALL_TEST(test_an_entry_that_was_deleted_is_written_again)
{
    until_all_count(3);
    for (int i = 0; i < BOTS_MOST; i++) {
        char key[64];
        snprintf(key, sizeof key, "process/A1/%s", bots[i].cluster.processes.own.id);
        bots_delete(key);
    }
    until_all_count(1);
    until_all_count(3);
}

/* More than a page of them. */
ALL_TEST(test_many_processes)
{
    for (int i = 0; i < 250; i++) {
        char key[64];
        snprintf(key, sizeof key, "process/A1/%016x", i);
        bots_put(key, "1", "{\"role\":\"work\",\"host\":\"a\",\"version\":\"1\"}");
    }
    until_all_count(253);
}

ALL_TEST(test_without_memory_a_later_look_counts)
{
    until_all_count(3);
    for (size_t nth = 1; nth < 40; nth++) {
        heap_fail_at(nth, nth % 2 == 0);
        world_pass_ms(&sw.world, SLACK_PROCESSES_LOOK_MS);
        for (int i = 0; i < BOTS_MOST; i++)
            world_until(&sw.world, !bots[i].cluster.processes.looking);
        heap_heal();
        assert_true(bots[0].cluster.counts.processes > 0);
    }
    until_all_count(3);
}

TEST(test_a_store_in_memory_has_no_cluster)
{
    struct cluster_bot bot = {.store = NULL};
    assert_true(world_open(&sw.world));
    assert_int_equal(slack__store_open(&bot.store, sw.world.net, "memory:", NULL), 0);
    slack__cluster_init(&bot.cluster);
    bot.cluster.processes.store = bot.store;
    slack__cluster_start(&bot.cluster);
    slack__cluster_changed(&bot.cluster);
    assert_int_equal(bot.cluster.counts.processes, 1);
    assert_int_equal(bot.cluster.counts.by_role[SLACK_ROLE_ALL], 1);
    bot_quit(&bot);
    world_close(&sw.world);
}
