/* SPDX-License-Identifier: MIT */
#ifndef SIM_SERVE_H
#define SIM_SERVE_H

#include "sim/sim.h"

typedef struct sim_serve_options {
    sim_options_t sim;
    const char *port_file; /* Optional. Gets the port, once connections are taken. */
    bool quiet;            /* print no transcript */
} sim_serve_options_t;

/* Run a simulator until SIGINT or SIGTERM. Returns the exit status of the process. */
int sim_serve(const sim_serve_options_t *options);

/* Print the variables that a bot needs, as a shell takes them: "export NAME=VALUE". `env` is an
 * object of strings. */
void sim_print_env(const slack_json_t *env);

#endif
