/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_SIM_BOT_H
#define SLACK_TESTS_SUPPORT_SIM_BOT_H

#include <slack/slack.h>

#include "support/sim_peer.h"

/*
 * A real app and a simulator on one loop, over real sockets. The clock is the test's: it stands
 * still until sim_bot_pass(), which lets the time of everything on the loop go by together, timers
 * included. The app answers every message and every command, and counts what it ran.
 */

#define SIM_BOT_RUNS 512

typedef struct sim_bot {
    sim_peer_t peer;
    slack_app_t *app;
    const char *transport;
    bool stopped;
    int status;                       /* as what it stopped */
    unsigned char runs[SIM_BOT_RUNS]; /* how often the handler of "event N" ran */
    unsigned ran;                     /* all of them together */
    unsigned commands;
    bool quiet;    /* the app answers no messages: what it says is an event too */
    unsigned sent; /* events so far */
    sim_peer_answer_t answers[SIM_BOT_RUNS];
    sim_peer_answer_t command;
} sim_bot_t;

/* Both, connected to each other: `transport` is "socket" or "http". `options` of the simulator may
 * be NULL. */
void sim_bot_open(sim_bot_t *bot, const char *transport, unsigned connections,
                  const sim_options_t *options);
/* Stop the app if it did not stop by itself, close both, and fail the test if a handle is left. */
void sim_bot_close(sim_bot_t *bot);

/* One turn of the loop that lasts no longer than a millisecond or two. */
void sim_bot_turn(sim_bot_t *bot);
/* Let time go by, in steps with turns of the loop between them. */
void sim_bot_pass(sim_bot_t *bot, uint64_t ms);
/* Turn until done() says true, without time going by; fails the test after 20 s of the machine's
 * time. */
void sim_bot_until(sim_bot_t *bot, bool (*done)(const sim_bot_t *bot, unsigned n), unsigned n);
/* The same while time goes by; fails the test after max_ms of it. Returns how long it took. */
uint64_t sim_bot_pass_until(sim_bot_t *bot, bool (*done)(const sim_bot_t *bot, unsigned n),
                            unsigned n, uint64_t max_ms);

/* What may be waited for. */
bool sim_bot_has_run(const sim_bot_t *bot, unsigned n);     /* event n, at least once */
bool sim_bot_has_sockets(const sim_bot_t *bot, unsigned n); /* n of the app's connections are up */
bool sim_bot_has_taken(const sim_bot_t *bot, unsigned n);   /* so many sockets got hello, in all */
bool sim_bot_has_acted(const sim_bot_t *bot, unsigned n);   /* faults acted so often, in all */
bool sim_bot_is_done(const sim_bot_t *bot, unsigned n); /* all that was said has ended, some way */
bool sim_bot_is_idle(const sim_bot_t *bot, unsigned n); /* n deliveries are under way */
bool sim_bot_has_stopped(const sim_bot_t *bot, unsigned n);

/* Ask for a fault: "NAME ARG…", with a count and a time, 0 for none. Fails the test if refused. */
void sim_bot_fault(sim_bot_t *bot, const char *words, unsigned count, unsigned for_ms);
void sim_bot_clear(sim_bot_t *bot);
/* A person says "event N", N counting from 0; its number. Not waited for. */
unsigned sim_bot_say(sim_bot_t *bot);
/* A person runs a command; the answer is in bot->command. */
void sim_bot_command(sim_bot_t *bot);
slack_transport_stats_t sim_bot_stats(const sim_bot_t *bot);

#endif
