/* SPDX-License-Identifier: MIT */
#include <slack/error.h>

#include "cluster/cluster.h"
#include "store/kv.h"
#include "support/heap.h"
#include "support/store_file.h"
#include "support/store_work.h"

/* Processes of an app on one SQLite file; each has a store of its own. */

#define MOST 3
static struct bot {
    slack_store_t *store;
    slack_cluster_t cluster;
} bots[MOST];

static void describe(void *user_data, slack_process_t *own)
{
}

static void looked(void *user_data)
{
}

static void join(struct bot *bot, enum slack_role role)
{
    char error[SLACK_ERROR_TEXT_MAX];
    slack_processes_t *processes = &bot->cluster.processes;
    assert_int_equal(sw_open_at(&bot->store, store_file_path(), error), 0);
    bot->cluster = (slack_cluster_t){.counts = {0}};
    slack__cluster_init(&bot->cluster);
    processes->net = sw.world.net;
    processes->store = bot->store;
    processes->app = SLACK_SLICE("A1");
    processes->describe = describe;
    bot->cluster.looked = looked;
    processes->own.role = role;
    processes->own.sockets.candidate = role != SLACK_ROLE_WORK;
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

static int all_join(void **state)
{
    sw_open();
    for (int i = 0; i < MOST; i++)
        join(&bots[i], (enum slack_role)(SLACK_ROLE_ALL + i));
    return 0;
}

static int all_quit(void **state)
{
    for (int i = 0; i < MOST; i++)
        quit(&bots[i]);
    return sw_tear_down(state);
}

#define ALL_TEST(function) TEST_CASE(function, all_join, all_quit, NULL)

/* Waits for the looks under way; lets time pass if there are none. True: time has passed. */
static bool go_on(uint64_t since, const char *what)
{
    bool looking = false;
    for (int i = 0; i < MOST; i++)
        looking = looking || (bots[i].store && bots[i].cluster.processes.looking);
    if (looking)
        world_wait(&sw.world, since, what);
    else
        world_pass_ms(&sw.world, SLACK_PROCESSES_LOOK_MS);
    return !looking;
}

/* Lets time pass until each process that is there counts so many. */
static void until_all_count(size_t count)
{
    for (int i = 0; i < MOST; i++) {
        const uint64_t since = uv_hrtime();
        for (int passed = 0; bots[i].store && bots[i].cluster.counts.processes != count;) {
            passed += go_on(since, "all are counted");
            assert_in_range(passed, 0, 1000);
        }
    }
}

static void put(const char *key, const char *value)
{
    sw_task_t task;
    sw_prepare(&task, SLACK_STORE_KV_PUT, key);
    const slack_kv_entry_t entry = {.key = slack__slice(key),
                                    .value = slack__slice(value),
                                    .version = SLACK_SLICE("1"),
                                    .until_ms = SLACK_KV_FOREVER};
    task.op.row = slack__kv_to_row(&entry);
    sw_run_prepared(sw.store, &task);
    assert_int_equal(task.op.status, 0);
}

ALL_TEST(test_processes_see_each_other)
{
    until_all_count(3);
    for (int i = 0; i < MOST; i++) {
        const slack_cluster_t *cluster = &bots[i].cluster;
        for (int role = SLACK_ROLE_ALL; role <= SLACK_ROLE_WORK; role++)
            assert_int_equal(cluster->counts.by_role[role], 1);
        assert_int_equal(cluster->counts.socket_candidates, 2);
        assert_string_equal(cluster->processes.list[0].id, cluster->processes.own.id);
    }
    assert_true(world_logged(&sw.world, "processes=3 all=1 receive=1 work=1"));
    world_forget_log(&sw.world);
    quit(&bots[1]);
    until_all_count(2);
    assert_true(world_logged(&sw.world, "processes=2 all=1 receive=0 work=1"));
}

ALL_TEST(test_a_process_that_leaves_says_so)
{
    until_all_count(3);
    slack__cluster_leave(&bots[0].cluster);
    for (int passed = 0; bots[1].cluster.counts.socket_candidates == 2;) {
        passed += go_on(uv_hrtime(), "the process leaves");
        assert_in_range(passed, 0, 100);
    }
    assert_int_equal(bots[1].cluster.counts.processes, 3);
}

/* It begins to leave while the store writes that it runs. */
ALL_TEST(test_a_process_that_leaves_at_its_start)
{
    slack_processes_t *p = &bots[0].cluster.processes;
    world_until(&sw.world, p->looking && p->op.kind == SLACK_STORE_KV_SWAP);
    slack__cluster_leave(&bots[0].cluster);
    until_all_count(3);
    const uint64_t since = uv_hrtime();
    for (int passed = 0; bots[1].cluster.counts.socket_candidates == 2;) {
        passed += go_on(since, "the process leaves");
        assert_in_range(passed, 0, 20); /* long before the entry is written in any case */
    }
}

ALL_TEST(test_entries_of_other_programs_are_ignored)
{
    put("process/A1/0123456789abcdef", "{\"role\":\"boss\"}");
    put("process/A1/nobody", "{\"role\":\"all\",\"host\":\"a\",\"version\":\"1\"}");
    put("process/A1/", "");
    /* Of an app "A1/2". */
    put("process/A1/2/0123456789abcdef", "{\"role\":\"all\",\"host\":\"a\",\"version\":\"1\"}");
    until_all_count(3);
    for (int i = 0; i < MOST; i++) {
        const slack_processes_t *p = &bots[i].cluster.processes;
        world_until(&sw.world, p->invalid == 3 || (world_pass_ms(&sw.world, 500), false));
    }
    assert_int_equal(world_log_count(&sw.world, "entry of a process ignored"), MOST);
}

ALL_TEST(test_an_entry_that_was_deleted_is_written_again)
{
    until_all_count(3);
    for (int i = 0; i < MOST; i++) {
        char key[64];
        sw_task_t task;
        snprintf(key, sizeof key, "process/A1/%s", bots[i].cluster.processes.own.id);
        sw_prepare(&task, SLACK_STORE_KV_DELETE, key);
        task.op.row.key = slack__slice(key);
        sw_run_prepared(sw.store, &task);
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
        put(key, "{\"role\":\"work\",\"host\":\"a\",\"version\":\"1\"}");
    }
    until_all_count(253);
}

ALL_TEST(test_without_memory_a_later_look_counts)
{
    until_all_count(3);
    for (size_t nth = 1; nth < 40; nth++) {
        heap_fail_at(nth, nth % 2 == 0);
        world_pass_ms(&sw.world, SLACK_PROCESSES_LOOK_MS);
        for (int i = 0; i < MOST; i++)
            world_until(&sw.world, !bots[i].cluster.processes.looking);
        heap_heal();
        assert_true(bots[0].cluster.counts.processes > 0);
    }
    until_all_count(3);
}

TEST(test_a_store_in_memory_has_no_cluster)
{
    struct bot bot = {.cluster = {.counts = {0}}};
    assert_true(world_open(&sw.world));
    assert_int_equal(slack__store_open(&bot.store, sw.world.net, "memory:", NULL), 0);
    slack__cluster_init(&bot.cluster);
    bot.cluster.processes.store = bot.store;
    slack__cluster_start(&bot.cluster);
    slack__cluster_changed(&bot.cluster);
    assert_int_equal(bot.cluster.counts.processes, 1);
    assert_int_equal(bot.cluster.counts.by_role[SLACK_ROLE_ALL], 1);
    quit(&bot);
    world_close(&sw.world);
}
