/* SPDX-License-Identifier: MIT */
/* An app that calls all at once, and the simulator with Slack's rates. The clock is a test's. */
#include "app/inspect.h"
#include "support/sim_bot.h"
#include "support/store_file.h"
#include "support/test.h"

static sim_bot_t bot;
static unsigned ended, failed;

static void count_end(const slack_response_t *response, void *user_data)
{
    ended++;
    failed += slack_response_status(response) != 0;
}

static bool has_ended(const sim_bot_t *unused, unsigned n)
{
    return ended == n;
}

/* Without a pace, the same calls are refused. */
TEST(test_an_app_at_its_pace_is_not_refused)
{
    static const struct {
        const char *pace;
        enum sim_limits limits;
        bool refused;
    } cases[] = {
        {"off", SIM_LIMITS_TIERS, true},
        {"internal", SIM_LIMITS_TIERS, false},
        {"internal", SIM_LIMITS_DISTRIBUTED, true},
        {"distributed", SIM_LIMITS_DISTRIBUTED, false},
    };
    static const struct {
        const char *method;
        unsigned count;
    } calls[] = {{"users.list", 24}, {"chat.postMessage", 12}, {"conversations.history", 2}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        unsigned made = ended = failed = 0;
        setenv("SLACK_PACE", cases[i].pace, 1);
        sim_bot_open(&bot, "socket", 1, &(sim_options_t){.limits = cases[i].limits});
        for (size_t k = 0; k < sizeof calls / sizeof *calls; k++)
            for (unsigned n = 0; n < calls[k].count; n++, made++)
                assert_int_equal(slack_callf(slack_app_client(bot.app), calls[k].method, count_end,
                                             NULL, "{channel: 'C0GENERAL1', text: 'x'}"),
                                 0);
        (void)sim_bot_pass_until(&bot, has_ended, made, 300000);
        assert_int_equal(failed, 0);
        assert_int_equal(world_logged(&bot.peer.world, "rate limited"), cases[i].refused);
        sim_bot_close(&bot);
    }
    unsetenv("SLACK_PACE");
}

#define APPS 3
static slack_app_t *apps[APPS];

/* The clock waits for the store. */
static void pass_until(bool (*done)(const sim_bot_t *bot, unsigned n), unsigned n)
{
    for (unsigned i = 0; !done(&bot, n); i++) {
        if (i == 3000) fail_msg("in vain: %s", bot.peer.world.log);
        sim_bot_pass(&bot, 100);
        for (size_t k = 0; k < APPS; k++)
            while (slack__inspect_shares(apps[k]) > 0)
                sim_bot_turn(&bot);
    }
}

static bool have_met(const sim_bot_t *b, unsigned n)
{
    return world_log_count(&b->peer.world, " processes=3 all=3 ") >= n;
}

/* Three processes post to one channel. Each of them alone would send five messages at once, and one
 * a second. */
TEST(test_processes_with_one_store_share_the_rate_of_a_channel)
{
    for (unsigned share = 0; share < 2; share++) {
        const slack_options_t with = {.transport = "http",
                                      .store = share ? store_file_url() : NULL,
                                      .pace = SLACK_PACE_INTERNAL};
        store_file_clean();
        sim_bot_open_slack(&bot, &(sim_options_t){.limits = SIM_LIMITS_TIERS});
        ended = failed = 0;
        for (unsigned i = 0; i < APPS; i++) {
            sim_bot_start(&bot, &with, NULL);
            apps[i] = bot.app;
        }
        if (share) pass_until(have_met, APPS);
        for (unsigned n = 0; n < 6 * APPS; n++)
            assert_int_equal(slack_callf(slack_app_client(apps[n % APPS]), "chat.postMessage",
                                         count_end, NULL, "{channel: 'C0GENERAL1', text: 'x'}"),
                             0);
        pass_until(has_ended, 6 * APPS);
        assert_int_equal(world_logged(&bot.peer.world, "rate limited"), !share);
        for (unsigned i = APPS; i-- > 0;) {
            bot.app = apps[i];
            bot.stopped = false;
            if (i > 0) sim_bot_stop(&bot);
        }
        sim_bot_close(&bot);
    }
    store_file_clean();
}
