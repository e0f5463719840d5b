/* SPDX-License-Identifier: MIT */
#include "support/sim_bot.h"
#include "support/test.h"

/*
 * Every fault of the simulator against a real app. Each test asserts what the simulator did, and
 * that the app recovers without losing an event or running one twice.
 */

#define SECOND ((uint64_t)1000)
#define MINUTE (60 * SECOND)

static sim_bot_t bot;

/* ---- assertions ---- */

static void assert_each_ran_once(void)
{
    for (unsigned n = 0; n < bot.sent; n++)
        if (bot.runs[n] != 1)
            fail_msg("event %u ran %u times; the log:\n%s", n, bot.runs[n], bot.peer.world.log);
    assert_int_equal(bot.ran, bot.sent);
}

static bool answered(const sim_bot_t *b, unsigned n)
{
    return b->answers[n].done;
}

static bool command_answered(const sim_bot_t *b, unsigned n)
{
    return b->command.done;
}

static bool acked(unsigned n)
{
    return slack_json_bool(bot.answers[n].body, "/acked");
}

/* The app runs an event and a command while the clock stands still. */
static void assert_well(void)
{
    unsigned n = sim_bot_say(&bot), commands = bot.commands;
    sim_bot_until(&bot, answered, n);
    assert_true(acked(n));
    sim_bot_command(&bot);
    sim_bot_until(&bot, command_answered, 0);
    assert_true(slack_json_bool(bot.command.body, "/acked"));
    assert_int_equal(bot.commands, commands + 1);
    sim_bot_until(&bot, sim_bot_is_done, 0);
    assert_each_ran_once();
}

static void close_well(void)
{
    assert_well();
    sim_bot_close(&bot);
}

/* Cases with an app on one connection or on two, which works at the end. */
#define ONE_SOCKET_TEST(function)                                                                  \
    TEST_AROUND(function, sim_bot_open(&bot, "socket", 1, NULL), close_well())
#define TWO_SOCKETS_TEST(function)                                                                 \
    TEST_AROUND(function, sim_bot_open(&bot, "socket", 2, NULL), close_well())

/* Slack redelivers events until the app has run all of them. */
static void let_all_arrive(uint64_t max_ms)
{
    (void)sim_bot_pass_until(&bot, sim_bot_is_done, 0, max_ms);
    assert_each_ran_once();
}

/* ---- faults that act at once ---- */

static void say_some(unsigned count)
{
    while (count-- > 0)
        (void)sim_bot_say(&bot);
}

/* Events before, during and after a refresh: each ack is in time, so there is no redelivery. */
TWO_SOCKETS_TEST(refresh)
{
    say_some(10);
    sim_bot_fault(&bot, "refresh", 0, 0);
    say_some(10);
    uint64_t opened_ms = sim_bot_pass_until(&bot, sim_bot_has_taken, 4, 10 * SECOND);
    say_some(10);
    for (unsigned n = 0; n < bot.sent; n++) {
        sim_bot_until(&bot, answered, n);
        assert_true(acked(n));
    }
    assert_true(opened_ms < 5 * SECOND);
    sim_bot_pass(&bot, 12 * SECOND);
    assert_int_equal(bot.peer.sim->sockets.count, 2);
    assert_int_equal(sim_bot_stats(&bot).reconnects, 2);
}

/* A fault for both connections, and how many new ones it makes the app open. */
static void expect_recovery(const char *fault, unsigned opened, uint64_t max_ms)
{
    sim_bot_open(&bot, "socket", 2, NULL);
    say_some(4);
    sim_bot_fault(&bot, fault, 0, 0);
    say_some(4);
    (void)sim_bot_pass_until(&bot, sim_bot_has_taken, 2 + opened, max_ms);
    (void)sim_bot_pass_until(&bot, sim_bot_has_sockets, 2, max_ms);
    let_all_arrive(10 * MINUTE);
    assert_int_equal(bot.peer.sim->faults.acted, 2);
    assert_int_equal(bot.peer.sim->sockets.greeted, 2 + opened);
    close_well();
}

TEST(warning_drop)
{
    expect_recovery("warning-drop", 2, 30 * SECOND);
}

TEST(warning_drop_some_seconds_later)
{
    expect_recovery("warning-drop 3000", 2, 30 * SECOND);
}

TEST(drop)
{
    expect_recovery("drop", 2, 30 * SECOND);
}

TEST(bad_frame)
{
    expect_recovery("bad-frame", 2, 30 * SECOND);
}

TEST(garbage)
{
    expect_recovery("garbage", 0, 1 * SECOND);
}

/* The app is back after minutes, and then handles everything. */
ONE_SOCKET_TEST(link_disabled)
{
    sim_bot_fault(&bot, "link-disabled", 0, 0);
    sim_bot_pass(&bot, 12 * SECOND);
    assert_int_equal(bot.peer.sim->sockets.greeted, 1);
    assert_int_equal(bot.peer.sim->sockets.count, 0);
    (void)sim_bot_pass_until(&bot, sim_bot_has_sockets, 1, 10 * MINUTE);
}

/* Slack keeps sending into it; the app gives it up after 30 s of silence. */
ONE_SOCKET_TEST(half_open)
{
    sim_bot_fault(&bot, "half-open", 0, 0);
    say_some(1);
    uint64_t gone_ms = sim_bot_pass_until(&bot, sim_bot_has_taken, 2, MINUTE);
    assert_in_range(gone_ms, 25 * SECOND, 40 * SECOND);
    assert_false(acked(0));
    assert_int_equal(bot.peer.sim->sockets.count, 2); /* Slack has not noticed */
    let_all_arrive(10 * MINUTE);
    sim_bot_clear(&bot);
    sim_bot_pass(&bot,
                 10 * SECOND); /* the event of the bot's own message may have been sent there */
    assert_int_equal(bot.peer.sim->sockets.count, 1);
}

TWO_SOCKETS_TEST(half_open_beside_a_good_one)
{
    sim_bot_fault(&bot, "half-open 90000", 1, 0);
    say_some(6);
    (void)sim_bot_pass_until(&bot, sim_bot_has_taken, 3, MINUTE);
    let_all_arrive(10 * MINUTE);
    sim_bot_pass(&bot, 2 * MINUTE);
    assert_int_equal(bot.peer.sim->sockets.count, 2);
}

/* ---- faults on the way to a connection ---- */

typedef struct way {
    const char *name; /* and fault */
    unsigned count;   /* how often the fault acts */
    uint64_t max_ms;  /* until the app is connected again */
} way_t;

static way_t ways[] = {
    {"open-status 429 3", 1, MINUTE},
    {"open-status 429 3", 3, 2 * MINUTE},
    {"open-status 500", 2, 2 * MINUTE},
    {"open-status 503", 1, MINUTE},
    {"open-status 408", 1, MINUTE},
    {"open-status 302", 1, MINUTE},
    {"open-error internal_error", 2, 2 * MINUTE},
    {"open-error ratelimited", 1, 2 * MINUTE},
    {"api-status apps.connections.open 502 2", 1, MINUTE},
    {"api-error apps.connections.open fatal_error", 1, MINUTE},
    {"upgrade-status 408", 1, MINUTE},
    {"upgrade-status 503", 2, 2 * MINUTE},
    {"upgrade-status 200", 1, MINUTE},
    {"upgrade-status 302", 1, MINUTE},
    {"upgrade-accept", 1, MINUTE},
    {"upgrade-extension", 1, MINUTE},
    {"upgrade-silence", 1, 2 * MINUTE},
    {"slow-hello", 1, MINUTE},
    {"slow-hello 9000", 1, MINUTE},
    {"too-many", 3, 30 * MINUTE},
    {"disconnect-first", 1, MINUTE},
    {"disconnect-first warning", 1, MINUTE},
    {"disconnect-first link_disabled", 1, 10 * MINUTE},
};

/* The connection drops, and the app meets the fault on its way back. */
TEST_EACH(expect_a_way_back, ways)
{
    const way_t *way = *state;
    sim_bot_open(&bot, "socket", 1, NULL);
    sim_bot_fault(&bot, way->name, way->count, 0);
    say_some(1);
    sim_bot_fault(&bot, "drop", 0, 0);
    say_some(1);
    (void)sim_bot_pass_until(&bot, sim_bot_has_acted, 1 + way->count, way->max_ms);
    (void)sim_bot_pass_until(&bot, sim_bot_has_sockets, 1, way->max_ms);
    let_all_arrive(10 * MINUTE);
    assert_int_equal(bot.peer.sim->faults.acted, 1 + way->count);
    assert_int_equal(bot.peer.sim->sockets.greeted, 2);
    assert_int_equal(bot.peer.sim->faults.count, 0);
    close_well();
}
/* Retry-After is a floor. */
ONE_SOCKET_TEST(open_status_429_is_heeded)
{
    sim_bot_fault(&bot, "open-status 429 50", 0, 0);
    sim_bot_fault(&bot, "drop", 0, 0);
    (void)sim_bot_pass_until(&bot, sim_bot_has_acted, 2, MINUTE);
    assert_true(sim_bot_pass_until(&bot, sim_bot_has_taken, 2, 3 * MINUTE) >= 50 * SECOND);
}

/* Faults for one point act one after the other. */
ONE_SOCKET_TEST(open_fails_in_different_ways)
{
    sim_bot_fault(&bot, "open-status 500", 0, 0);
    sim_bot_fault(&bot, "open-error internal_error", 0, 0);
    sim_bot_fault(&bot, "upgrade-status 503", 0, 0);
    sim_bot_fault(&bot, "disconnect-first", 0, 0);
    sim_bot_fault(&bot, "drop", 0, 0);
    (void)sim_bot_pass_until(&bot, sim_bot_has_acted, 5, 5 * MINUTE);
    (void)sim_bot_pass_until(&bot, sim_bot_has_sockets, 1, 5 * MINUTE);
}

TEST(open_error_that_cannot_heal)
{
    sim_bot_open(&bot, "socket", 1, NULL);
    sim_bot_fault(&bot, "open-error invalid_auth", 0, 0);
    sim_bot_fault(&bot, "drop", 0, 0);
    (void)sim_bot_pass_until(&bot, sim_bot_has_stopped, 0, MINUTE);
    assert_int_equal(bot.status, SLACK_EAUTH);
    assert_non_null(strstr(slack_app_error(bot.app), "invalid_auth"));
    sim_bot_close(&bot);
}

/* No connection opens while the fault lasts. */
ONE_SOCKET_TEST(a_fault_for_a_minute)
{
    sim_bot_fault(&bot, "open-status 503", 0, (unsigned)MINUTE);
    sim_bot_fault(&bot, "drop", 0, 0);
    sim_bot_pass(&bot, 59 * SECOND);
    assert_int_equal(bot.peer.sim->sockets.greeted, 1);
    (void)sim_bot_pass_until(&bot, sim_bot_has_sockets, 1, 3 * MINUTE);
    assert_int_equal(bot.peer.sim->faults.count, 0);
}

/* ---- faults of pings ---- */

/* Two minutes pass; the app has to keep its connection, or to replace it. */
static void expect_pings(const char *first, const char *second, bool stays)
{
    sim_bot_open(&bot, "socket", 1, NULL);
    sim_bot_fault(&bot, first, 0, 0);
    if (second) sim_bot_fault(&bot, second, 0, 0);
    sim_bot_pass(&bot, 2 * MINUTE);
    assert_true(bot.peer.sim->faults.acted > 2);
    if (stays)
        assert_int_equal(bot.peer.sim->sockets.greeted, 1);
    else
        assert_in_range(bot.peer.sim->sockets.greeted, 2, 5);
    sim_bot_clear(&bot);
    (void)sim_bot_pass_until(&bot, sim_bot_has_sockets, 1, MINUTE);
    let_all_arrive(10 * MINUTE);
    close_well();
}

TEST(no_ping)
{
    expect_pings("no-ping", NULL, true);
}

TEST(no_pong)
{
    expect_pings("no-pong", NULL, true);
}

TEST(neither_ping_nor_pong)
{
    expect_pings("no-ping", "no-pong", false);
}

TEST(late_pong_by_6_s)
{
    expect_pings("late-pong", "no-ping", true);
}

TEST(late_pong_by_40_s)
{
    expect_pings("late-pong 40000", "no-ping", false);
}

/* ---- faults of envelopes ---- */

TWO_SOCKETS_TEST(duplicate)
{
    bot.quiet = true;
    sim_bot_fault(&bot, "duplicate", 5, 0);
    say_some(5);
    sim_bot_until(&bot, sim_bot_is_done, 0);
    assert_int_equal(bot.peer.sim->faults.acted, 5);
}

ONE_SOCKET_TEST(fragments)
{
    bot.quiet = true;
    sim_bot_fault(&bot, "fragments 1", 2, 0);
    sim_bot_fault(&bot, "fragments 200", 2, 0);
    say_some(4);
    for (unsigned n = 0; n < 4; n++)
        sim_bot_until(&bot, answered, n);
    assert_int_equal(bot.peer.sim->faults.acted, 4);
    assert_int_equal(bot.peer.sim->sockets.greeted, 1);
    assert_true(acked(0) && acked(1) && acked(2) && acked(3));
}

/* The envelope is too long for the app: it replaces the connection, and Slack redelivers the event.
 */
ONE_SOCKET_TEST(oversize)
{
    sim_bot_fault(&bot, "oversize", 0, 0);
    say_some(1);
    (void)sim_bot_pass_until(&bot, sim_bot_has_taken, 2, MINUTE);
    let_all_arrive(10 * MINUTE);
    assert_false(acked(0));
}

ONE_SOCKET_TEST(large_but_not_too_large)
{
    sim_bot_fault(&bot, "oversize 4096", 0, 0);
    say_some(1);
    sim_bot_until(&bot, answered, 0);
    assert_true(acked(0));
    assert_int_equal(bot.peer.sim->sockets.greeted, 1);
}

ONE_SOCKET_TEST(lost_envelope)
{
    sim_bot_fault(&bot, "lost-envelope", 2, 0);
    say_some(1);
    sim_bot_pass(&bot, 2 * 3 * SECOND + SECOND);
    assert_int_equal(bot.ran, 0);
    assert_false(acked(0));
    let_all_arrive(2 * MINUTE);
}

/* The app gets an event, and Slack redelivers it; Slack never redelivers a command. */
TEST_BOTH_WIRES(lost_ack, NULL, NULL)
{
    const char *transport = *state;
    sim_bot_open(&bot, transport, 1, NULL);
    bot.quiet = true;
    sim_bot_fault(&bot, "lost-ack", 0, 0);
    say_some(1);
    sim_bot_until(&bot, sim_bot_has_run, 0);
    (void)sim_bot_pass_until(&bot, sim_bot_is_done, 0, 10 * SECOND);
    assert_false(acked(0));
    assert_int_equal(bot.peer.sim->faults.acted, 1);
    assert_each_ran_once();

    sim_bot_fault(&bot, "lost-ack", 0, 0);
    sim_bot_command(&bot);
    (void)sim_bot_pass_until(&bot, command_answered, 0, 10 * SECOND);
    assert_false(slack_json_bool(bot.command.body, "/acked"));
    assert_string_equal(slack_json_str(bot.command.body, "/line"),
                        "#general  ann runs /x -> operation_timeout");
    sim_bot_pass(&bot, 6 * MINUTE);
    assert_int_equal(bot.commands, 1);
    close_well();
}

/* A ghost gets every second envelope: events are redelivered, commands are lost. */
ONE_SOCKET_TEST(ghosts)
{
    sim_bot_fault(&bot, "ghosts", 0, 0);
    sim_bot_fault(&bot, "drop", 0, 0);
    (void)sim_bot_pass_until(&bot, sim_bot_has_taken, 2, MINUTE);
    (void)sim_bot_pass_until(&bot, sim_bot_has_sockets, 1, MINUTE);
    assert_non_null(strstr(bot.peer.world.log, "num_connections=2 own=1"));
    bot.peer.sim->sockets.picks = 0; /* the ghost is next */
    sim_bot_command(&bot);
    (void)sim_bot_pass_until(&bot, command_answered, 0, 10 * SECOND);
    assert_false(slack_json_bool(bot.command.body, "/acked"));
    assert_int_equal(bot.commands, 0);
    for (unsigned i = 0; i < 6; i++) {
        say_some(1);
        let_all_arrive(MINUTE);
    }
    assert_true(bot.peer.sim->faults.acted > 6);
    sim_bot_clear(&bot);
}

/* ---- HTTP ---- */

TEST(redirect)
{
    sim_bot_open(&bot, "http", 0, NULL);
    sim_bot_fault(&bot, "redirect", 0, 0);
    say_some(1);
    sim_bot_until(&bot, answered, 0);
    assert_true(acked(0));
    sim_bot_until(&bot, sim_bot_is_done, 0); /* the app's answer is an event, too */
    sim_bot_fault(&bot, "redirect 2", 0, 0);
    say_some(1);
    sim_bot_until(&bot, answered, 1);
    assert_true(acked(1));
    sim_bot_until(&bot, sim_bot_is_done, 0);
    sim_bot_fault(&bot, "redirect 3", 0, 0);
    say_some(1);
    sim_bot_until(&bot, answered, 2);
    assert_false(acked(2));
    assert_string_equal(slack_json_str(bot.answers[2].body, "/error"), "too_many_redirects 302");
    sim_bot_until(&bot, sim_bot_is_done, 0); /* the first redelivery comes at once */
    assert_int_equal(bot.peer.sim->faults.acted, 3);
    close_well();
}

/* At once, after a minute, after five minutes: sixty times as fast. */
TEST(retries_compressed_in_time)
{
    static const sim_options_t options = {.time_scale = 60};
    sim_bot_open(&bot, "http", 0, &options);
    bot.quiet = true;
    sim_bot_fault(&bot, "lost-ack", 3, 0);
    say_some(1);
    sim_bot_until(&bot, sim_bot_has_acted, 2);
    uint64_t minute_ms = sim_bot_pass_until(&bot, sim_bot_has_acted, 3, 10 * SECOND);
    assert_in_range(minute_ms, 800, 1600);
    uint64_t five_ms = sim_bot_pass_until(&bot, sim_bot_is_done, 0, 20 * SECOND);
    assert_in_range(five_ms, 4600, 6000);
    assert_each_ran_once();
    close_well();
}

/* When more than 95 % of an hour's events fail, Slack sends none until the URL is set again. */
TEST(too_many_failures_switch_events_off)
{
    static const sim_options_t options = {.time_scale = 60, .disable_after = 20};
    char url[64];
    sim_bot_open(&bot, "http", 0, &options);
    sim_bot_fault(&bot, "lost-ack", 1000, 0);
    say_some(10);
    let_all_arrive(MINUTE);
    const slack_json_t *status = sim_peer_control(&bot.peer, "/sim/status", NULL);
    assert_true(slack_json_bool(status, "/events_off"));
    assert_non_null(strstr(bot.peer.world.log, "event subscriptions switched off"));
    sim_bot_clear(&bot);

    /* Commands are still delivered. */
    sim_bot_command(&bot);
    sim_bot_until(&bot, command_answered, 0);
    assert_true(slack_json_bool(bot.command.body, "/acked"));
    unsigned n = sim_bot_say(&bot);
    sim_bot_until(&bot, answered, n);
    assert_false(acked(n));
    assert_int_equal(bot.runs[n], 0);
    assert_non_null(strstr(slack_json_str(bot.answers[n].body, "/error"), "switched off"));
    bot.sent--; /* Slack drops it; the next event takes its number */

    snprintf(url, sizeof url, "{\"url\":\"http://127.0.0.1:%u/slack/events\"}",
             sim_bot_stats(&bot).port);
    assert_true(slack_json_bool(sim_peer_control(&bot.peer, "/sim/request-url", url), "/ok"));
    close_well();
}
