/* SPDX-License-Identifier: MIT */
#include "support/sim_bot.h"
#include "support/test.h"

/* Streams of an app, with the simulator as Slack and sockets between them. The clock is a test's.
 */

static sim_bot_t bot;
static sim_peer_answer_t mention, stop;
static slack_stream_t *stream; /* NULL: its handler has not run */
static slack_ctx_t *held;
static int ended; /* the status of its end; 1: it has not ended */

static int on_end(slack_stream_t *which, int status, void *user_data)
{
    ended = status;
    slack_ctx_release(held, 0);
    return 0;
}

static int begin(slack_ctx_t *ctx, void *user_data)
{
    stream = slack_stream(ctx, &(slack_stream_options_t){.fn = on_end});
    slack_ctx_hold(held = ctx);
    return 0;
}

static void add_listeners(slack_app_t *app)
{
    assert_int_equal(slack_on_event(app, "app_mention", begin, NULL), 0);
}

static bool has_begun(const sim_bot_t *unused, unsigned n)
{
    return stream != NULL;
}

static bool has_ended(const sim_bot_t *unused, unsigned n)
{
    return ended != 1;
}

static int setup(void **state)
{
    stream = NULL;
    ended = 1;
    sim_bot_open_with(&bot, *state, 1, &(sim_options_t){.limits = SIM_LIMITS_TIERS}, add_listeners);
    bot.quiet = true;
    return 0;
}

static int teardown(void **state)
{
    sim_bot_close(&bot);
    return 0;
}

#define STREAM_TEST(function) TEST_BOTH_WIRES(function, setup, teardown)

static void ask(void)
{
    sim_peer_send(&bot.peer, "{'kind':'mention','text':'event 1'}", &mention);
    sim_bot_until(&bot, has_begun, 0);
}

static void put(const char *text)
{
    assert_int_equal(slack_stream_append(stream, text), 0);
}

static void finish(void)
{
    assert_int_equal(slack_stream_stop(stream, NULL, NULL), 0);
    (void)sim_bot_pass_until(&bot, has_ended, 0, 60000);
}

/* The lines of the transcript that have this part. */
static unsigned lines_with(const char *part)
{
    unsigned count = 0;
    for (const char *at = sim_peer_transcript(&bot.peer); (at = strstr(at, part)); at++)
        count++;
    return count;
}

/* An answer that takes longer than Slack lets a message stream. */
STREAM_TEST(a_long_answer_goes_on_in_another_message)
{
    ask();
    for (unsigned minute = 0; minute < 6; minute++) {
        char text[32];
        snprintf(text, sizeof text, "minute %u\n\n", minute);
        put(text);
        sim_bot_pass(&bot, 61000);
    }
    finish();
    assert_int_equal(ended, 0);
    assert_int_equal(lines_with("bot: (streamed) minute 0  minute 1  minute 2  minute 3  \n"), 1);
    assert_int_equal(lines_with("bot: (streamed) minute 4  minute 5  \n"), 1);
    assert_int_equal(lines_with("closed by Slack"), 0);
}

/* 60,000 characters at once, while Slack limits the rates. */
STREAM_TEST(a_fast_producer_keeps_the_rates)
{
    ask();
    for (unsigned i = 0; i < 1200; i++) {
        while (slack_stream_append(stream, "fifty characters of a text in a word after a word ") !=
               0)
            sim_bot_pass(&bot, 1000);
    }
    finish();
    assert_int_equal(ended, 0);
    assert_int_equal(lines_with("(streamed)"), 6);
    assert_int_equal(lines_with("fifty"), 1200);
    assert_false(world_logged(&bot.peer.world, "rate limited"));
}

STREAM_TEST(a_message_is_edited_where_streams_are_refused)
{
    sim_bot_fault(&bot, "no-streams", 0, 0);
    ask();
    put("One ");
    sim_bot_pass(&bot, 1000);
    put("two ");
    sim_bot_pass(&bot, 2000);
    put("three");
    finish();
    assert_int_equal(ended, 0);
    assert_int_equal(lines_with("bot: One \n"), 1);
    assert_int_equal(lines_with("bot: (edited) One two three"), 1);
}

/* Slack appends a part, and its answer is lost. */
STREAM_TEST(an_answer_is_lost)
{
    ask();
    put("One ");
    sim_bot_pass(&bot, 1000);
    sim_bot_fault(&bot, "api-status chat.appendStream 502", 1, 0);
    put("two ");
    sim_bot_pass(&bot, 1000);
    put("three");
    finish();
    assert_int_equal(ended, 0);
    assert_int_equal(lines_with("bot: (streamed) One \n"), 1);
    assert_int_equal(lines_with("bot: (edited) One two three"), 1);
}

STREAM_TEST(a_person_stops_the_answer)
{
    ask();
    put("One ");
    sim_bot_pass(&bot, 1000);
    sim_peer_send(&bot.peer, "{'kind':'stop-stream','user':'ben'}", &stop);
    sim_bot_until(&bot, has_ended, 0);
    assert_int_equal(ended, SLACK_ESTOPPED);
    assert_int_equal(lines_with("bot: (streamed, stopped by a person) One \n"), 1);
    sim_bot_pass(&bot, 5000);
    assert_int_equal(bot.peer.sim->services->streams->count,
                     1); /* the app does not stop it again */
}

/* An app that stops in the middle. */
STREAM_TEST(no_message_is_left_streaming)
{
    ask();
    put("One ");
    sim_bot_pass(&bot, 1000);
    slack_app_stop(bot.app);
    (void)sim_bot_pass_until(&bot, has_ended, 0, 60000);
    assert_int_equal(ended, SLACK_ECANCELED);
    assert_int_equal(lines_with("bot: (streamed) One \n"), 1);
    assert_int_equal(bot.peer.sim->services->streams->count, 0);
}
