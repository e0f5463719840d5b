/* SPDX-License-Identifier: MIT */
#include "support/cluster_bots.h"

#include "store/kv.h"
#include "support/store_file.h"

#define STEP_MS 50

struct cluster_bot bots[BOTS_MOST];

static slack_allowance_use_t bot_allow(void *user_data, const slack_allowance_t *allowance)
{
    ((struct cluster_bot *)user_data)->allowance = *allowance;
    return (slack_allowance_use_t){.open = allowance->wanted, .serving = allowance->wanted};
}

static void bot_took_over(void *user_data)
{
    ((struct cluster_bot *)user_data)->takeovers++;
}

static void bot_describe(void *user_data, slack_process_t *own)
{
}

static void bot_looked(void *user_data)
{
}

void bot_join(struct cluster_bot *bot, enum slack_role role, unsigned budget)
{
    static const struct slack_slot_keeper_owner owner = {bot_allow, bot_took_over};
    char error[SLACK_ERROR_TEXT_MAX];
    slack_processes_t *processes = &bot->cluster.processes;
    *bot = (struct cluster_bot){.store = NULL};
    assert_int_equal(sw_open_at(&bot->store, store_file_path(), error), 0);
    slack__cluster_init(&bot->cluster);
    bot->cluster.looked = bot_looked;
    bot->cluster.budget = budget;
    bot->cluster.slots.owner = &owner;
    bot->cluster.slots.owner_data = bot;
    processes->net = sw.world.net;
    processes->store = bot->store;
    processes->app = SLACK_SLICE("A1");
    processes->describe = bot_describe;
    processes->own.role = role;
    processes->own.sockets.candidate = role != SLACK_ROLE_WORK;
    slack__cluster_start(&bot->cluster);
}

void bot_quit(struct cluster_bot *bot)
{
    if (bot->store == NULL) return;
    slack__cluster_stop(&bot->cluster);
    sw_close_one(bot->store);
    slack__cluster_done(&bot->cluster);
    bot->store = NULL;
}

int bots_set_up(void **state)
{
    sw_open();
    return 0;
}

int bots_tear_down(void **state)
{
    for (int i = 0; i < BOTS_MOST; i++)
        bot_quit(&bots[i]);
    return sw_tear_down(state);
}

unsigned bot_slots(const struct cluster_bot *bot)
{
    return bot->store ? slack__slots_count(&bot->cluster.slots.slots) : 0;
}

unsigned bots_step(const char *what)
{
    bool busy = false;
    for (int i = 0; i < BOTS_MOST; i++)
        busy = busy ||
               (bots[i].store && (bots[i].cluster.slots.busy || bots[i].cluster.processes.looking ||
                                  bots[i].cluster.permits.under_way > 0));
    if (busy)
        world_wait(&sw.world, uv_hrtime(), what);
    else
        world_pass_ms(&sw.world, STEP_MS);
    return !busy;
}

void bots_pass(uint64_t ms)
{
    for (uint64_t passed = 0; passed < ms; passed += STEP_MS * bots_step("time passes"))
        continue;
}

static void entry_write(enum slack_store_op_kind kind, const slack_kv_entry_t *entry)
{
    sw_task_t task;
    sw_prepare(&task, kind, "");
    task.op.row = slack__kv_to_row(entry);
    sw_run_prepared(sw.store, &task);
    assert_int_equal(task.op.status, 0);
}

void bots_put(const char *key, const char *version, const char *value)
{
    entry_write(SLACK_STORE_KV_PUT, &(slack_kv_entry_t){.key = slack__slice(key),
                                                        .version = slack__slice(version),
                                                        .value = slack__slice(value),
                                                        .until_ms = SLACK_KV_FOREVER});
}

void bots_delete(const char *key)
{
    entry_write(SLACK_STORE_KV_DELETE, &(slack_kv_entry_t){.key = slack__slice(key)});
}
