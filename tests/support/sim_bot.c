/* SPDX-License-Identifier: MIT */
#include "support/sim_bot.h"
#include "support/test.h"

#include "app/inspect.h"

#define STEP_MS   200
#define LOG_SHOWN 8000  /* bytes, of a test that fails */
#define LIMIT_MS  20000 /* of real time */

/* ---- the app ---- */

static int on_message(slack_ctx_t *ctx, void *user_data)
{
    sim_bot_t *bot = user_data;
    const char *text = slack_json_str(slack_ctx_event(ctx), "/text");
    unsigned n = (unsigned)strtoul(text + strlen("event "), NULL, 10);
    if (n >= SIM_BOT_RUNS) return SLACK_EINVAL;
    bot->runs[n]++;
    bot->ran++;
    return bot->quiet ? 0 : slack_say(ctx, "ran %u", n);
}

static int on_command(slack_ctx_t *ctx, void *user_data)
{
    sim_bot_t *bot = user_data;
    bot->commands++;
    return slack_ack_text(ctx, "done");
}

static void on_stopped(slack_app_t *app, int status, void *user_data)
{
    sim_bot_t *bot = user_data;
    bot->stopped = true;
    bot->status = status;
}

/* ---- time ---- */

void sim_bot_turn(sim_bot_t *bot)
{
    world_wait_ms(&bot->peer.world);
}

static void step(sim_bot_t *bot, uint64_t ms)
{
    world_hurry_ms(&bot->peer.world, ms);
    if (!bot->has_threads) world_settle(&bot->peer.world);
    for (int i = 0; i < 2 && bot->has_threads; i++)
        sim_bot_turn(bot);
}

void sim_bot_jump(sim_bot_t *bot, uint64_t ms)
{
    step(bot, ms);
}

void sim_bot_pass(sim_bot_t *bot, uint64_t ms)
{
    for (uint64_t passed = 0; passed < ms; passed += STEP_MS)
        step(bot, ms - passed < STEP_MS ? ms - passed : STEP_MS);
}

static void give_up(const sim_bot_t *bot, const char *what)
{
    const size_t len = bot->peer.world.log_len;
    /* print_error() leaves out what is behind the first 1024 bytes. */
    fprintf(stderr, "%s\n", bot->peer.world.log + (len > LOG_SHOWN ? len - LOG_SHOWN : 0));
    fail_msg("%s", what);
}

void sim_bot_until(sim_bot_t *bot, bool (*done)(const sim_bot_t *bot, unsigned n), unsigned n)
{
    uint64_t end_ms = slack__mono_ms(&slack__clock_system) + LIMIT_MS;
    while (!done(bot, n)) {
        sim_bot_turn(bot);
        if (slack__mono_ms(&slack__clock_system) > end_ms) give_up(bot, "nothing came of it");
    }
}

uint64_t sim_bot_pass_until(sim_bot_t *bot, bool (*done)(const sim_bot_t *bot, unsigned n),
                            unsigned n, uint64_t max_ms)
{
    uint64_t passed = 0;
    for (; !done(bot, n); passed += STEP_MS) {
        if (passed > max_ms) give_up(bot, "it did not happen in time");
        step(bot, STEP_MS);
    }
    return passed;
}

/* ---- conditions ---- */

slack_transport_stats_t sim_bot_stats(const sim_bot_t *bot)
{
    slack_transport_stats_t stats = {0};
    assert_int_equal(slack_app_transport_stats(bot->app, bot->transport, &stats), 0);
    return stats;
}

bool sim_bot_has_run(const sim_bot_t *bot, unsigned n)
{
    return bot->runs[n] > 0;
}

bool sim_bot_has_sockets(const sim_bot_t *bot, unsigned n)
{
    slack_transport_stats_t stats = sim_bot_stats(bot);
    return stats.state == SLACK_TRANSPORT_READY && stats.connections == n;
}

bool sim_bot_has_taken(const sim_bot_t *bot, unsigned n)
{
    return bot->peer.sim->sockets.greeted >= n;
}

bool sim_bot_has_acted(const sim_bot_t *bot, unsigned n)
{
    return bot->peer.sim->faults.acted >= n;
}

bool sim_bot_is_idle(const sim_bot_t *bot, unsigned n)
{
    return bot->peer.sim->deliveries.count == n;
}

bool sim_bot_is_done(const sim_bot_t *bot, unsigned n)
{
    for (unsigned i = 0; i < bot->sent; i++)
        if (!bot->answers[i].done) return false;
    return sim_bot_is_idle(bot, 0);
}

bool sim_bot_has_stopped(const sim_bot_t *bot, unsigned n)
{
    return bot->stopped;
}

/* ---- acts ---- */

void sim_bot_fault(sim_bot_t *bot, const char *words, unsigned count, unsigned for_ms)
{
    char bounds[64] = "";
    size_t used = 0;
    if (count) used = (size_t)snprintf(bounds, sizeof bounds, " --count %u", count);
    if (for_ms) snprintf(bounds + used, sizeof bounds - used, " --for %u", for_ms);
    sim_peer_fault(&bot->peer, slack__arena_printf(bot->peer.arena, "%s%s", words, bounds));
}

void sim_bot_clear(sim_bot_t *bot)
{
    const slack_json_t *answer = sim_peer_control(&bot->peer, "/sim/fault/clear", "{}");
    assert_true(slack_json_bool(answer, "/ok"));
}

unsigned sim_bot_say(sim_bot_t *bot)
{
    assert_true(bot->sent < SIM_BOT_RUNS);
    const char *body = slack__arena_printf(
        bot->peer.arena, "{\"kind\":\"message\",\"text\":\"event %u\"}", bot->sent);
    sim_peer_send(&bot->peer, body, &bot->answers[bot->sent]);
    return bot->sent++;
}

void sim_bot_command(sim_bot_t *bot)
{
    sim_peer_send(&bot->peer, "{\"kind\":\"command\",\"command\":\"/x\"}", &bot->command);
}

/* ---- life ---- */

static void point_to_app(sim_bot_t *bot, const char *host)
{
    char body[96];
    snprintf(body, sizeof body, "{\"url\":\"http://%s:%u/slack/events\"}", host,
             sim_bot_stats(bot).port);
    assert_true(slack_json_bool(sim_peer_control(&bot->peer, "/sim/request-url", body), "/ok"));
}

static bool is_ready(const sim_bot_t *bot, unsigned n)
{
    return sim_bot_stats(bot).state == SLACK_TRANSPORT_READY;
}

void sim_bot_open(sim_bot_t *bot, const char *transport, unsigned connections,
                  const sim_options_t *options)
{
    sim_bot_open_with(bot, transport, connections, options, NULL);
}

void sim_bot_open_with(sim_bot_t *bot, const char *transport, unsigned connections,
                       const sim_options_t *options, void (*prepare)(slack_app_t *app))
{
    const slack_options_t with = {.transport = transport, .socket_connections = connections};
    sim_bot_open_slack(bot, options);
    sim_bot_start(bot, &with, prepare);
}

void sim_bot_open_slack(sim_bot_t *bot, const sim_options_t *options)
{
    memset(bot, 0, sizeof *bot);
    sim_peer_open(&bot->peer, options);
}

void sim_bot_start(sim_bot_t *bot, const slack_options_t *with, void (*prepare)(slack_app_t *app))
{
    slack_options_t o = *with;
    bot->transport = o.transport;
    bot->stopped = false;
    o.loop = &bot->peer.world.loop;
    if (!with->bot_token) o.bot_token = SIM_PEER_BOT_TOKEN;
    if (with->bot_token && *with->bot_token == '\0') o.bot_token = NULL;
    o.app_token = SIM_PEER_APP_TOKEN;
    o.signing_secret = SIM_PEER_SECRET;
    o.api_url = slack__arena_printf(bot->peer.arena, "%s/api/", bot->peer.sim->env.base_url);
    if (!o.http_host) o.http_host = "127.0.0.1";
    if (!o.http_port) o.http_port = "0";
    if (!o.store) o.store = "memory:";
    if (strcmp(o.store, "memory:") != 0) bot->has_threads = true;
    if (!o.log_level) o.log_level = SLACK_LOG_INFO;
    if (!o.log_fn) o.log_user_data = &bot->peer.world;
    if (!o.log_fn) o.log_fn = world_keep_line;
    if (slack_app_new(&bot->app, &o) != 0) give_up(bot, slack_app_error(bot->app));
    slack__inspect_set_clock(bot->app, &bot->peer.world.clock);
    assert_int_equal(slack_on_message(bot->app, "event", on_message, bot), 0);
    assert_int_equal(slack_on_command(bot->app, "/x", on_command, bot), 0);
    if (prepare) prepare(bot->app);
    if (slack_app_start(bot->app, on_stopped, bot) != 0) give_up(bot, slack_app_error(bot->app));
    if (strcmp(o.transport, "socket") == 0) {
        if (o.socket_connections > 0)
            (void)sim_bot_pass_until(bot, sim_bot_has_sockets, o.socket_connections, 60000);
    } else {
        sim_bot_until(bot, is_ready, 0);
        point_to_app(bot, o.http_host);
    }
}

void sim_bot_stop(sim_bot_t *bot)
{
    if (!bot->stopped) slack_app_stop(bot->app);
    (void)sim_bot_pass_until(bot, sim_bot_has_stopped, 0, 60000);
    slack_app_free(bot->app);
}

void sim_bot_close(sim_bot_t *bot)
{
    sim_bot_stop(bot);
    /* Requests for acts that were never acked are still open. */
    sim_peer_close(&bot->peer);
}
