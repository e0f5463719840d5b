/* SPDX-License-Identifier: MIT */
/*
 * The tokens of ten workspaces expire at the same time, while people write. The bots, in processes
 * of their own, share a store: each token is refreshed once, and each message is answered. A bot
 * that is killed during its refreshes goes on after its restart, within the grace in which Slack
 * takes a refresh token again.
 */
#include <signal.h>
#include <unistd.h>

#include "support/child.h"
#include "support/installs.h"
#include "support/sim_peer.h"
#include "support/store_file.h"

#define TEAMS    10
#define EACH     50 /* messages in a workspace */
#define LIFE_S   60
#define AHEAD_MS 21000 /* a restarted bot: the lease of the one before has ended */
#define LIMIT_MS 60000
#define CLIENT   "1.2"
#define BOTS     3

static sim_peer_t peer;
static child_t bots[BOTS];
static sim_peer_answer_t answers[TEAMS * EACH];

/* ---- the bots ---- */

#define text(...) sim_peer_text(&peer, __VA_ARGS__)

/* Starts a bot, and waits until it is connected. */
static void start_bot(child_t *bot, const char *point, unsigned ahead_ms)
{
    const uint64_t before = peer.sim->sockets.greeted;
    const char *const args[] = {
        "env",
        text("SLACK_CRASH_POINT=%s", point),
        text("AHEAD_MS=%u", ahead_ms),
        text("SLACK_API_URL=%s/api/", peer.sim->env.base_url),
        text("SLACK_STORE=%s", store_file_url()),
        "SLACK_STORE_KEY=" INSTALLS_KEY,
        "SLACK_CLIENT_ID=" CLIENT,
        text("SLACK_CLIENT_SECRET=%s", peer.sim->env.client_secret),
        "SLACK_SCOPES=channels:history,chat:write",
        "SLACK_APP_TOKEN=" SIM_PEER_APP_TOKEN,
        "SLACK_TRANSPORT=socket",
        "SLACK_SOCKET_CONNECTIONS=3",
        "SLACK_LOG_LEVEL=error",
        text("%s/tests/crash_tenants", getenv("SLACKAPP_BUILD_DIR")),
        NULL,
    };
    child_start(bot, &peer.world, args, NULL);
    world_until(&peer.world, peer.sim->sockets.greeted > before || bot->exited);
    assert_false(bot->exited);
}

static void stop_bot(child_t *bot)
{
    if (!bot->started) return;
    child_kill(bot);
    child_wait(bot);
    assert_int_equal(bot->status, 0);
    child_done(bot);
}

/* The bot kills itself, and its successor works at a later time: at Slack the grace of a refresh
 * token has not ended. */
static void restart_bot(child_t *bot)
{
    world_until(&peer.world, bot->exited);
    assert_int_equal(bot->status, 128 + SIGKILL);
    child_wait(bot);
    child_done(bot);
    sim_peer_pass_ms(&peer, AHEAD_MS);
    start_bot(bot, "", AHEAD_MS);
}

/* ---- the workspaces ---- */

static const sim_services_t *team_at(size_t i)
{
    return peer.sim->teams.list[i];
}

/* The app is installed, with a token that has a refresh token. */
static void install(size_t i, int64_t expires_ms)
{
    const sim_token_pair_t pair = sim_peer_install(&peer, i, "channels:history,chat:write");
    slack_install_record_t record =
        installs_record("", team_at(i)->team->id, "", pair.access->text);
    record.about.bot_user_id = team_at(i)->team->bot->id;
    record.about.bot_id = team_at(i)->team->bot_id;
    record.token.refresh = pair.refresh->text;
    record.token.expires_ms = expires_ms;
    assert_int_equal(installs_put(&record, ""), 0);
}

static void with_store(void (*fn)(void))
{
    slack_store_t *store;
    bool closed = false;
    char error[SLACK_ERROR_TEXT_MAX];
    assert_int_equal(slack__store_open(&store, peer.world.net, store_file_url(), error), 0);
    installs_in(&peer.world, store, INSTALLS_KEY);
    fn();
    store->ops->close(store, world_set_flag, &closed);
    world_until(&peer.world, closed);
    installs_use_keys(NULL);
}

static void install_all(void)
{
    const int64_t now_ms = slack__wall_ms(&slack__clock_system);
    for (size_t i = 0; i < TEAMS; i++)
        install(i, now_ms - 1);
}

/* All tokens have expired. New ones live long. */
static int setup(void **state)
{
    const sim_options_t options = {.workspaces = TEAMS,
                                   .not_installed = true,
                                   .people = SIM_USERS_FIRST,
                                   .client_id = CLIENT,
                                   .token_life_s = LIFE_S,
                                   .time_scale = 60};
    arena_open(state);
    store_file_clean();
    memset(bots, 0, sizeof bots);
    sim_peer_open(&peer, &options);
    world_run_clock(&peer.world);
    with_store(install_all);
    sim_peer_pass_ms(&peer, LIFE_S * 1000);
    peer.sim->oauth.tokens.life_ms = (uint64_t)12 * 3600 * 1000;
    return 0;
}

static int teardown(void **state)
{
    for (size_t i = 0; i < BOTS; i++)
        stop_bot(&bots[i]);
    sim_peer_close(&peer);
    store_file_clean();
    return arena_close(state);
}

/* ---- the people ---- */

static void write_messages(unsigned each)
{
    for (unsigned n = 0; n < TEAMS * each; n++)
        sim_peer_send(&peer,
                      text("{'kind':'message','text':'event %u','workspace':'%s'}", n,
                           team_at(n % TEAMS)->team->id),
                      &answers[n]);
}

static bool all_have(unsigned count)
{
    for (size_t i = 0; i < TEAMS; i++)
        if (team_at(i)->workspace->messages.count < count) return false;
    return true;
}

static void wait_for_answers(unsigned each)
{
    const uint64_t since = uv_hrtime();
    while (!all_have(2 * each) && (uv_hrtime() - since) / 1000000 < LIMIT_MS)
        world_wait(&peer.world, uv_hrtime(), "each message is answered");
    for (size_t i = 0; i < TEAMS; i++)
        assert_int_equal(team_at(i)->workspace->messages.count, 2 * each);
    for (unsigned n = 0; n < TEAMS * each; n++)
        (void)sim_peer_sent(&peer, &answers[n]);
}

/* ---- refreshes ---- */

static struct refresh_case {
    const char *name, *point; /* the bot dies there; "": all bots live */
    const char *faults;
    unsigned least, most; /* new pairs of tokens */
} refresh_cases[] = {
    {"three_processes_refresh_each_token_once", "", "", TEAMS, TEAMS},
    {"calls_are_lost", "", "50% api-lost oauth.v2.access", TEAMS, TEAMS},
    {"answers_are_lost", "", "50% api-cut oauth.v2.access", TEAMS + 1, 6 * TEAMS},
    {"killed_with_a_lease", "refresh-asked", "", TEAMS, TEAMS},
    {"killed_with_an_answer", "refresh-answered", "", TEAMS + 1, 2 * TEAMS},
    {"killed_with_a_pair", "refresh-stored", "", TEAMS, 2 * TEAMS - 1},
};

TEST_EACH_CASE(expired_tokens, refresh_cases, NULL, teardown)
{
    const struct refresh_case *c = *state;
    const bool dies = *c->point != '\0';
    const unsigned each = dies ? 1 : EACH;
    setup(state);
    const uint64_t before = peer.sim->oauth.tokens.last_number;
    if (*c->faults) sim_peer_fault(&peer, c->faults);
    start_bot(&bots[0], c->point, 0);
    for (size_t i = 1; !dies && i < BOTS; i++)
        start_bot(&bots[i], "", 0);
    write_messages(each);
    if (dies) restart_bot(&bots[0]);
    wait_for_answers(each);
    const uint64_t pairs = (peer.sim->oauth.tokens.last_number - before) / 2;
    print_message("# %u messages, %u pairs\n", TEAMS * each, (unsigned)pairs);
    assert_in_range(pairs, c->least, c->most);
    assert_int_equal(peer.sim->oauth.tokens.refused, 0);
    assert_int_equal(peer.sim->faults.acted > 0, *c->faults != '\0');
}
