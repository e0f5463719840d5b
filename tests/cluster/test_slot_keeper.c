/* SPDX-License-Identifier: MIT */
#include "cluster/cluster.h"
#include "store/kv.h"
#include "support/store_file.h"
#include "support/store_work.h"

/* Processes of an app on one SQLite file, each with a store of its own and a transport that does at
 * once what its allowance says. */

#define MOST 3
static struct bot {
    slack_store_t *store;
    slack_cluster_t cluster;
    slack_allowance_t allowance;
    unsigned takeovers;
} bots[MOST];

static slack_allowance_use_t bot_allow(void *user_data, const slack_allowance_t *allowance)
{
    ((struct bot *)user_data)->allowance = *allowance;
    return (slack_allowance_use_t){.open = allowance->wanted, .serving = allowance->wanted};
}

static void bot_took_over(void *user_data)
{
    ((struct bot *)user_data)->takeovers++;
}

static void describe(void *user_data, slack_process_t *own)
{
}

static void looked(void *user_data)
{
}

static void join(struct bot *bot, unsigned budget)
{
    static const struct slack_slot_keeper_owner owner = {bot_allow, bot_took_over};
    slack_processes_t *processes = &bot->cluster.processes;
    *bot = (struct bot){.store = NULL};
    char error[SLACK_ERROR_TEXT_MAX];
    assert_int_equal(sw_open_at(&bot->store, store_file_path(), error), 0);
    slack__cluster_init(&bot->cluster);
    bot->cluster.looked = looked;
    bot->cluster.budget = budget;
    bot->cluster.slots.owner = &owner;
    bot->cluster.slots.owner_data = bot;
    processes->net = sw.world.net;
    processes->store = bot->store;
    processes->app = SLACK_SLICE("A1");
    processes->describe = describe;
    processes->own.sockets.candidate = true;
    slack__cluster_start(&bot->cluster);
}

static void quit(struct bot *bot)
{
    if (bot->store == NULL) return;
    slack__cluster_stop(&bot->cluster);
    sw_close_one(bot->store);
    slack__cluster_done(&bot->cluster);
    bot->store = NULL;
}

static int all_quit(void **state)
{
    for (int i = 0; i < MOST; i++)
        quit(&bots[i]);
    return sw_tear_down(state);
}

#define BOTS_TEST(function) TEST_CASE(function, NULL, all_quit, NULL)

/* Runs the loop, and lets time pass while nothing is under way, until the condition is true. */
#define until(condition)                                                                           \
    for (unsigned passed = 0;;) {                                                                  \
        bool busy = false;                                                                         \
        if (condition) break;                                                                      \
        assert_in_range(passed, 0, 4000);                                                          \
        for (int b = 0; b < MOST; b++)                                                             \
            busy = busy || (bots[b].store &&                                                       \
                            (bots[b].cluster.slots.busy || bots[b].cluster.processes.looking));    \
        if (busy)                                                                                  \
            world_wait(&sw.world, uv_hrtime(), #condition);                                        \
        else {                                                                                     \
            world_pass_ms(&sw.world, 50);                                                          \
            passed++;                                                                              \
        }                                                                                          \
    }

static unsigned slots_of(int i)
{
    return bots[i].store ? slack__slots_count(&bots[i].cluster.slots.slots) : 0;
}

/* The budget of two is shared by the first two of three; the third one stands by. */
static void share(void)
{
    sw_open();
    join(&bots[0], 2);
    until(slots_of(0) == 2);
    join(&bots[1], 2);
    until(slots_of(0) == 1 && slots_of(1) == 1 && bots[0].allowance.limit == 1);
    join(&bots[2], 2);
    until(bots[2].allowance.standby);
}

BOTS_TEST(a_process_that_dies_has_a_successor)
{
    share();
    quit(&bots[0]);
    until(slots_of(2) == 1);
    assert_int_equal(bots[2].takeovers, 1);
    assert_int_equal(bots[1].takeovers, 0);
    assert_true(world_logged(&sw.world, "reason=takeover"));
}

BOTS_TEST(a_process_that_leaves_waits_for_its_successor)
{
    share();
    slack__cluster_leave(&bots[0].cluster);
    assert_true(slack__slot_keeper_leaving(&bots[0].cluster.slots));
    until(!slack__slot_keeper_leaving(&bots[0].cluster.slots));
    assert_int_equal(slots_of(2), 1);
    assert_int_equal(bots[0].allowance.wanted + bots[0].allowance.limit, 0);
    assert_int_equal(bots[2].takeovers, 0);
    assert_true(world_logged(&sw.world, "slot for a connection handed over"));
}

/* After one look that finds nobody else. */
BOTS_TEST(a_process_that_is_alone_does_not_wait)
{
    sw_open();
    join(&bots[0], 2);
    until(slots_of(0) == 2);
    assert_int_equal(bots[0].allowance.until_ms, bots[0].cluster.slots.began_ms + 45000);
    slack__cluster_leave(&bots[0].cluster);
    until(!slack__slot_keeper_leaving(&bots[0].cluster.slots));
    assert_int_equal(slots_of(0), 2);
}

BOTS_TEST(different_budgets_are_said_once)
{
    sw_open();
    join(&bots[0], 2);
    until(slots_of(0) == 2);
    join(&bots[1], 3);
    until(slots_of(1) == 1);
    for (int i = 0; i < 40; i++)
        until((world_pass_ms(&sw.world, 100), !bots[1].cluster.slots.busy));
    assert_true(world_logged(&sw.world, "own=3 other=2"));
    assert_in_range(world_log_count(&sw.world, "different budgets"), 1, 2);
}

/* An entry that no process of this kind has written. */
static void put(const char *key)
{
    sw_task_t task;
    sw_prepare(&task, SLACK_STORE_KV_PUT, key);
    task.op.row = slack__kv_to_row(&(slack_kv_entry_t){
        .key = slack__slice(key), .version = SLACK_SLICE("x ready"), .until_ms = SLACK_KV_FOREVER});
    sw_run_prepared(sw.store, &task);
    assert_int_equal(task.op.status, 0);
}

BOTS_TEST(entries_of_other_programs_are_no_slots)
{
    sw_open();
    put("socket/A1/2/1");
    put("socket/A1/x");
    put("socket/A1/99");
    put("socket/A1/");
    join(&bots[0], 10);
    until(slots_of(0) == 10);
}

/* The slots of apps "A1/…" lie between those of the app "A1", and more than a page of them does. */
BOTS_TEST(slots_are_found_among_many_entries)
{
    char key[64];
    sw_open();
    for (int i = 0; i < 250; i++) {
        snprintf(key, sizeof key, "socket/A1/%d-%d/%d", i % 2, i, i % 10);
        put(key);
    }
    join(&bots[0], 4);
    until(slots_of(0) == 4);
    join(&bots[1], 4);
    until(slots_of(0) == 2 && slots_of(1) == 2 && bots[0].allowance.limit == 2);
}

/* They have no holder that could take another slot over. */
BOTS_TEST(slots_that_are_not_understood_are_said_once)
{
    sw_open();
    put("socket/A1/0");
    put("socket/A1/1");
    join(&bots[0], 3);
    until(slots_of(0) == 1);
    slack__cluster_leave(&bots[0].cluster);
    until(!slack__slot_keeper_leaving(&bots[0].cluster.slots));
    assert_int_equal(slots_of(0), 1);
    assert_int_equal(world_log_count(&sw.world, "entry of a slot is not understood"), 1);
}
