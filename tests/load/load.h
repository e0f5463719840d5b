/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_LOAD_H
#define SLACK_TESTS_LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <uv.h>

/*
 * Real bots under load: their processes, a Web API for them, and a well-behaved client. The client
 * sends signed events at an even rate, half of them over kept connections and half over new ones,
 * and counts their outcomes. All run on uv_default_loop(). An unexpected failure ends the program.
 */

void load_die(const char *what);

/* Opens a loop, a Web API, and a temporary folder for the bots. */
void load_open(void);
/* Removes the folder. */
void load_close(void);

/* ---- bots ---- */

#define LOAD_LOG_MAX ((size_t)256 << 10)

typedef struct load_bot {
    /* Called when it accepts requests, and when it has ended. */
    void (*ready)(struct load_bot *bot);
    void (*ended)(struct load_bot *bot, int64_t status, int signal);
    unsigned port; /* from its log */
    bool alive;
    char log[LOAD_LOG_MAX + 1]; /* its first lines */
    size_t log_len;
    /* Private. */
    uv_process_t process;
    uv_pipe_t err;
    bool told;
    unsigned handles;
    int64_t status;
    int signal;
} load_bot_t;

/* Starts `program` with these variables, NULL at the end, and those that every bot needs. `fd`,
 * unless it is -1, is passed as systemd passes a listening socket. */
void load_bot_start(load_bot_t *bot, const char *program, const char *const *variables, int fd);
void load_bot_stop(load_bot_t *bot);
/* Its peak of resident memory, in KiB. */
unsigned long load_bot_peak_kib(const load_bot_t *bot);

/* ---- the client ---- */

typedef struct load_result {
    unsigned sent;
    unsigned good; /* 200 */
    unsigned lost; /* reset on a new connection: it was in the kernel's queue when the bot closed
                      its socket */
    unsigned refused, reset, closed, late, other;
    unsigned kept; /* sent over a connection that had a request before */
    unsigned told; /* answered with Connection: close */
    unsigned *us;  /* from sending to answer, of each good one */
} load_result_t;

/* Sends so many requests a second to 127.0.0.1, until load_client_stop(). */
void load_client_start(unsigned port, unsigned per_second);
/* Sends no more; calls `fn` when each request has been answered or has failed. */
void load_client_stop(void (*fn)(void));
const load_result_t *load_client_result(void);
/* Prints two lines that begin with '#'. Sorts result->us. */
void load_client_print(void);

#endif
