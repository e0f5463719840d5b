/* SPDX-License-Identifier: MIT */
#ifndef RUN_BOT_H
#define RUN_BOT_H

#include "cli/command_line.h"
#include "net/curl.h"
#include "run/child.h"

/*
 * A process of the bot beside the simulator. It gets the listening sockets of its request URL and
 * of its admin port from this program (LISTEN_FDS). So a new process takes the requests that wait
 * in the queue of the socket, while the old one ends, and none is refused.
 */

enum run_bot_phase {
    RUN_BOT_STARTING, /* not ready yet */
    RUN_BOT_READY,
    RUN_BOT_LEAVING /* it was asked to end */
};

typedef struct run_bot run_bot_t;

/* Shared by all processes of a bot; all is borrowed. */
typedef struct run_bot_options {
    slack_net_t *net;
    slack_curl_t *curl;
    const char *const *argv; /* of the program */
    const char *const *env;  /* without LISTEN_FDS and the like */
    int request_fd;          /* the socket of the request URL; 0: the bot uses Socket Mode alone */
    void (*line)(const char *line, size_t len, void *user_data);
    /* The bot is ready, or is not although it should be by now; then `problem` says why. */
    void (*ready)(run_bot_t *bot, const char *problem, void *user_data);
    /* It ended, as run_child_options_t says. The bot is freed after the return. */
    void (*ended)(run_bot_t *bot, bool succeeded, const char *text, void *user_data);
    void *user_data;
} run_bot_options_t;

struct run_bot {
    const run_bot_options_t *options;
    run_child_t child;
    enum run_bot_phase phase;
    int admin_fd;
    unsigned admin_port;
    slack_timer_t timer; /* the next look at /readyz; while leaving: the end of the patience */
    uint64_t since_ms;   /* the start */
    bool asking;         /* a look is under way */
    bool gone;           /* the process has ended */
    bool warned;
    char text[96]; /* how it ended */
    bool succeeded;
};

/* A listening socket on 127.0.0.1, whose port the kernel chooses. Negative: -errno. */
int run_listen(unsigned *ret_port);

/* Start a process. 0, or -1 with a sentence in `problem`. */
int run_bot_start(run_bot_t **ret, const run_bot_options_t *options,
                  char problem[CLI_PROBLEM_SIZE]);
/* Ask it to end: SIGTERM, and SIGKILL if it has not ended 40 s later. A second call sends SIGTERM
 * again, which ends a drain at once. */
void run_bot_stop(run_bot_t *bot);

#endif
