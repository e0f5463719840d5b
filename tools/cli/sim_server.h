/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_SIM_SERVER_H
#define TOOLS_SIM_SERVER_H

#include "sim/sim.h"

typedef struct sim_server_options {
    sim_options_t sim;
    const char *port_file; /* Optional. Gets the port once the simulator accepts connections. */
    bool quiet;            /* print no transcript */
    const struct sim_companion *companion; /* Optional. In place of the welcome. */
} sim_server_options_t;

/* A part of a program that lives beside the simulator, on its loop. */
typedef struct sim_companion {
    /* The simulator is open. 0, or an error, which has been printed: then the simulator closes. */
    int (*start)(void *user_data, sim_t *sim);
    /* A signal has come: end all, then call `ended`, after which the simulator closes. A further
     * signal calls this again, without effect on `ended`. */
    void (*end)(void *user_data, void (*ended)(void *ended_data), void *ended_data);
    void *user_data;
} sim_companion_t;

/* Run a simulator until SIGINT, SIGTERM or SIGHUP. Returns the exit status. */
int sim_server_run(const sim_server_options_t *options);

/* Print the variables of an app as a shell takes them: "export NAME=VALUE", or "unset NAME" for one
 * that is null; for a distributed app those with which others install it, and no bot's token. A
 * shell runs this text, and `env` may come from a stranger on the simulator's port: only the names
 * of these variables are printed, their values are quoted. False, and nothing is printed, if one is
 * missing or has control characters, or if memory is out. */
bool sim_server_print_env(const slack_json_t *env, bool distributed, slack_arena_t *arena);

#endif
