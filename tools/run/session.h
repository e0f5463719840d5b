/* SPDX-License-Identifier: MIT */
#ifndef RUN_SESSION_H
#define RUN_SESSION_H

#include "run/bot.h"
#include "run/project.h"
#include "run/source_watch.h"
#include "sim/sim.h"

/*
 * A bot beside the simulator, built again and replaced after each change of its sources:
 *
 *   a change -> a build -> a new process -> the new one is ready -> the old one ends
 *
 * A build that fails, and a new process that ends before it is ready, leave the old one in place.
 */

typedef struct run_request {
    const char *const *argv;  /* of the bot */
    const char *transport;    /* as in SLACK_TRANSPORT */
    const char *request_path; /* of the request URL; NULL: the bot uses Socket Mode alone */
    run_project_t project;
    bool distributed; /* an app that others install: no token of a bot */
    const char *log;  /* the file with the output of the bot, which the page shows */
} run_request_t;

typedef struct run_session {
    const run_request_t *request;
    slack_arena_t *arena;
    sim_t *sim;
    slack_net_t *net;
    slack_curl_t *curl;
    run_source_watch_t watch;
    run_child_t build;
    slack_buf_t build_output;
    uint64_t build_ms; /* its start */
    bool building;
    bool changed; /* during the build */
    run_bot_options_t bot_options;
    unsigned request_port;
    run_bot_t *current; /* ready, or the newest one that may become ready; NULL: none */
    run_bot_t *next;    /* takes the place of `current` once it is ready */
    unsigned alive;     /* processes of the bot */
    FILE *log;
    size_t log_bytes;
    sim_verify_wait_t verify;
    void (*ended)(void *ended_data); /* set: all ends */
    void *ended_data;
} run_session_t;

/* The functions of a sim_companion_t, whose user data is a session. It has `request` set and else
 * is zero. */
int run_session_start(void *user_data, sim_t *sim);
void run_session_end(void *user_data, void (*ended)(void *ended_data), void *ended_data);

#endif
