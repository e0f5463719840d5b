/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_SIM_CLIENT_H
#define TOOLS_SIM_CLIENT_H

#include "cli/command_line.h"
#include "sim/json_builder.h"

/* What the subcommands of `slackapp sim` that call a running simulator have in common. */
typedef struct sim_client {
    sim_json_builder_t json;   /* of requests and answers */
    const char *port;          /* --port; NULL if it was not given */
    const char *workspace;     /* --workspace; NULL if it was not given */
    bool help;                 /* --help */
    void (*print_usage)(void); /* is called then */
    char problem[CLI_PROBLEM_SIZE];
} sim_client_t;

/* Call the control API of the simulator at --port, else at SLACKAPP_SIM, else at the default port,
 * in the workspace of --workspace: GET when `body` is NULL, else POST. NULL after printing the
 * problem: there was no answer, or it was not ok. */
const slack_json_t *sim_client_call(sim_client_t *client, const char *path,
                                    const slack_json_t *body);

/* Read a command line that has these options, --port and --help, and at most `max` arguments.
 * Returns their number. -1: the command is done, with the exit status in *ret_status. */
int sim_client_arguments(sim_client_t *client, int argc, const char **argv,
                         const cli_option_t *options, int max, int *ret_status);

/* Print the problem. Returns `status`. */
int sim_client_fail(int status, const char *problem);

/* How many columns of a terminal a text takes. */
int sim_client_columns(const char *text);

#endif
