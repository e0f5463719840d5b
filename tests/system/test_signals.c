/* SPDX-License-Identifier: MIT */
#include <signal.h>

#include "support/bot.h"
#include "support/raw.h"
#include "support/test.h"

#define BOT_TEST(function) TEST_CASE(function, NULL, bot_kill_all, NULL)

/* A bot in a process of its own, and the signals that end it. */

static const slack_options_t patient = {
    .signing_secret = "s",
    .http_admin_port = "0",
    .drain_delay_ms = 600000,
    .drain_ms = 600000,
};

/* Checks the status of /readyz. */
static void check_readiness(world_t *world, const bot_t *bot, const char *status)
{
    raw_t raw;
    raw_connect(&raw, world, bot->admin_port);
    raw_say(&raw, "GET /readyz HTTP/1.0\r\n\r\n");
    raw_until_eof(&raw);
    assert_memory_equal(raw.in, status, strlen(status));
    raw_close(&raw);
}

/* After the first signal the bot would wait for ten minutes; a second one, of either kind, ends it
 * at once with status 0. */
BOT_TEST(second_signal_ends_at_once)
{
    static const int signals[][2] = {
        {SIGTERM, SIGTERM}, {SIGINT, SIGINT}, {SIGTERM, SIGINT}, {SIGINT, SIGTERM}};
    world_t world;
    assert_true(world_open(&world));
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        bot_t bot;
        bot_open(&bot, &patient);
        check_readiness(&world, &bot, "HTTP/1.1 200 ");
        bot_signal(&bot, signals[i][0]);
        bot_until(&bot, "not ready any more");
        check_readiness(&world, &bot, "HTTP/1.1 503 ");
        bot_signal(&bot, signals[i][1]);
        assert_int_equal(bot_wait(&bot), 0);
    }
    world_close(&world);
}

/* The drain waits for a request that never ends; the second signal ends it. */
BOT_TEST(second_signal_ends_a_drain)
{
    world_t world;
    bot_t bot;
    raw_t raw;
    slack_options_t options = patient;
    options.drain_delay_ms = 1;
    assert_true(world_open(&world));
    bot_open(&bot, &options);
    raw_connect(&raw, &world, bot.port);
    raw_say(&raw, "POST /slack/events HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
                  "Content-Length: 9\r\n\r\n");
    raw_until(&raw, "100 Continue"); /* the bot has the request's head */
    bot_signal(&bot, SIGTERM);
    bot_until(&bot, "event=stopping");
    check_readiness(&world, &bot, "HTTP/1.1 503 ");
    bot_signal(&bot, SIGTERM);
    assert_int_equal(bot_wait(&bot), 0);
    raw_until_eof(&raw);
    raw_close(&raw);
    world_close(&world);
}

/* One signal is enough if no delivery is under way. */
BOT_TEST(one_signal_ends_in_order)
{
    static const int signals[] = {SIGTERM, SIGINT};
    slack_options_t options = patient;
    options.drain_delay_ms = 0;
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        bot_t bot;
        bot_open(&bot, &options);
        bot_signal(&bot, signals[i]);
        assert_int_equal(bot_wait(&bot), 0);
    }
}
