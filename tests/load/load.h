/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_LOAD_H
#define SLACK_TESTS_LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <uv.h>

/*
 * Real bots under load: their processes, a Web API for them, and what both sides have to share. All
 * run on uv_default_loop(). An unexpected failure ends the program.
 */

#define LOAD_SECRET "load-secret"

void load_die(const char *what);

/* Opens a loop, a Web API, and a temporary folder for the bots. */
void load_open(void);
/* Removes the folder. */
void load_close(void);

/* The URL that apps.connections.open answers from now on. Borrowed. */
void load_set_socket_url(const char *url);
/* Makes a key by `openssl genpkey` with these arguments ("-algorithm RSA -pkeyopt rsa_keygen_bits:
 * 2048"), and a certificate of it for 127.0.0.1, signed by itself. They replace those before. */
void load_make_certificate(const char *arguments);
const char *load_certificate(void); /* the paths */
const char *load_key(void);

/* ---- bots ---- */

#define LOAD_LOG_MAX ((size_t)256 << 10)

typedef struct load_bot {
    /* Called when it accepts requests, or works, and when it has ended. */
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

/* Starts `program` with these variables, NULL at the end, and those of every bot that they do not
 * name. `fd`, unless it is -1, is passed as systemd passes a listening socket. */
void load_bot_start(load_bot_t *bot, const char *program, const char *const *variables, int fd);
void load_bot_stop(load_bot_t *bot);
/* Its peak of resident memory, in KiB. */
unsigned long load_bot_peak_kib(const load_bot_t *bot);

#endif
