/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_SIM_BOT_H
#define SLACK_TESTS_SUPPORT_SIM_BOT_H

#include <slack/slack.h>

#include "support/sim_peer.h"

/*
 * A real app and a simulator on one loop, with real sockets between them. The clock stands still
 * until sim_bot_pass() moves it and every timer on the loop. The app answers every message and
 * every command, and counts them.
 */

#define SIM_BOT_RUNS 512

typedef struct sim_bot {
    sim_peer_t peer;
    slack_app_t *app;
    const char *transport;
    bool stopped;
    int status;                       /* the status with which it stopped */
    unsigned char runs[SIM_BOT_RUNS]; /* how often the handler of "event N" ran */
    unsigned ran;                     /* their sum */
    unsigned commands;
    bool has_threads; /* of the store or of workers: time passes slowly enough for them */
    bool quiet;       /* the app does not answer messages: its answers would be events, too */
    unsigned sent;    /* events so far */
    sim_peer_answer_t answers[SIM_BOT_RUNS];
    sim_peer_answer_t command;
} sim_bot_t;

/* Opens both and connects them. `transport` is "socket" or "http"; `options` are the simulator's,
 * or NULL. */
void sim_bot_open(sim_bot_t *bot, const char *transport, unsigned connections,
                  const sim_options_t *options);
/* The same; `prepare` is called before the app starts. */
void sim_bot_open_with(sim_bot_t *bot, const char *transport, unsigned connections,
                       const sim_options_t *options, void (*prepare)(slack_app_t *app));
/* Opens a simulator alone. Then apps start and stop, one after the other. Options that are missing
 * are filled in; a bot_token of "" means none. */
void sim_bot_open_slack(sim_bot_t *bot, const sim_options_t *options);
void sim_bot_start(sim_bot_t *bot, const slack_options_t *with, void (*prepare)(slack_app_t *app));
void sim_bot_stop(sim_bot_t *bot);
/* Stops the app unless it has stopped, closes both, and fails the test if a handle is left. */
void sim_bot_close(sim_bot_t *bot);

/* One turn of the loop, of a millisecond or two. */
void sim_bot_turn(sim_bot_t *bot);
/* Moves the clock, in steps with turns of the loop between them. */
void sim_bot_pass(sim_bot_t *bot, uint64_t ms);
/* Moves it in one step: what is due on the way comes late. */
void sim_bot_jump(sim_bot_t *bot, uint64_t ms);
/* Turns the loop until done(); the clock stands still. Fails the test after 20 s of real time. */
void sim_bot_until(sim_bot_t *bot, bool (*done)(const sim_bot_t *bot, unsigned n), unsigned n);
/* The same while the clock moves. Fails the test after max_ms by the clock. Returns the time it
 * took. */
uint64_t sim_bot_pass_until(sim_bot_t *bot, bool (*done)(const sim_bot_t *bot, unsigned n),
                            unsigned n, uint64_t max_ms);

/* Conditions to wait for. */
bool sim_bot_has_run(const sim_bot_t *bot, unsigned n);     /* event n ran */
bool sim_bot_has_sockets(const sim_bot_t *bot, unsigned n); /* the app has n connections */
bool sim_bot_has_taken(const sim_bot_t *bot, unsigned n);   /* n sockets got hello so far */
bool sim_bot_has_acted(const sim_bot_t *bot, unsigned n);   /* faults acted n times so far */
bool sim_bot_is_done(const sim_bot_t *bot, unsigned n);     /* all events were acked or failed */
bool sim_bot_is_idle(const sim_bot_t *bot, unsigned n);     /* n deliveries are under way */
bool sim_bot_has_stopped(const sim_bot_t *bot, unsigned n);

/* Injects a fault: "NAME ARG…", with a count and a time limit, 0 for none. Fails the test on an
 * error. */
void sim_bot_fault(sim_bot_t *bot, const char *words, unsigned count, unsigned for_ms);
void sim_bot_clear(sim_bot_t *bot);
/* A user posts "event N", with N counting from 0. Returns N without waiting. */
unsigned sim_bot_say(sim_bot_t *bot);
/* A user runs a command. The answer arrives in bot->command. */
void sim_bot_command(sim_bot_t *bot);
slack_transport_stats_t sim_bot_stats(const sim_bot_t *bot);

#endif
