/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_BOT_H
#define SLACK_TESTS_SUPPORT_BOT_H

#include <sys/types.h>

#include <slack/options.h>

/*
 * An HTTP bot in a process of its own, run by slack_app_run() as a program would do it: signals,
 * passed sockets and certificates are the kernel's and the real ones. Its Web API answers from
 * within. The test follows its log; every wait is bounded, and ends with the bot.
 */
typedef struct bot {
    pid_t pid;
    int log_fd;
    char log[65536]; /* so far, NUL-terminated; the last line is "ended" with status and error */
    size_t len;
    size_t seen; /* up to where bot_until() has looked */
    unsigned port, admin_port;
} bot_t;

/* Start it; `options` lack only what is the same for all. `prepare`, optional, is run in the new
 * process before anything else. */
void bot_start(bot_t *bot, const slack_options_t *options, void (*prepare)(void *arg), void *arg);
/* The same, and wait until it listens. */
void bot_open(bot_t *bot, const slack_options_t *options);
/* Read on in its log until this text; behind it, since the last time. */
void bot_until(bot_t *bot, const char *text);
void bot_until_listening(bot_t *bot);
void bot_signal(const bot_t *bot, int signum);
/* Wait for its end: its exit status, or 128 and the signal. */
int bot_wait(bot_t *bot);
/* Stop it in order; fails the test unless it ends with 0. */
void bot_close(bot_t *bot);

/* For a teardown: end the bots that a failed test has left. */
int bot_kill_all(void **state);

#endif
