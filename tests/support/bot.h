/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_BOT_H
#define SLACK_TESTS_SUPPORT_BOT_H

#include <sys/types.h>

#include <slack/options.h>

/*
 * An HTTP bot in a process of its own, run by slack_app_run() as in a program: its signals, passed
 * sockets and certificates are real. A fake Web API runs in the same process. The test follows the
 * bot's log. Every wait is bounded, and fails the test if the bot ends.
 */
typedef struct bot {
    pid_t pid;
    int log_fd;
    char log[65536]; /* so far, NUL-terminated; the last line is "ended" with status and error */
    size_t len;
    size_t seen; /* where bot_until() continues to search */
    unsigned port, admin_port;
} bot_t;

/* Starts a bot; the options that all bots share are filled in. `prepare` may be NULL; it runs in
 * the new process before anything else. */
void bot_start(bot_t *bot, const slack_options_t *options, void (*prepare)(void *arg), void *arg);
/* Starts a bot and waits until it listens. */
void bot_open(bot_t *bot, const slack_options_t *options);
/* Waits until the log contains the text, after the place of the last match. */
void bot_until(bot_t *bot, const char *text);
void bot_until_listening(bot_t *bot);
void bot_signal(const bot_t *bot, int signum);
/* Waits for the bot's end. Returns its exit status, or 128 plus the signal. */
int bot_wait(bot_t *bot);
/* Stops the bot; fails the test unless its status is 0. */
void bot_close(bot_t *bot);

/* For a teardown: kills the bots that a failed test has left. */
int bot_kill_all(void **state);

#endif
