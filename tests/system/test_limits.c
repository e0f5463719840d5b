/* SPDX-License-Identifier: MIT */
/* An app that calls all at once, and the simulator with Slack's rates. The clock is a test's. */
#include "support/sim_bot.h"
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
