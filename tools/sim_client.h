/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_SIM_CLIENT_H
#define TOOLS_SIM_CLIENT_H

#include "cli/command_line.h"
#include "sim/json_builder.h"

/* What the subcommands of `slackapp sim` that call a running simulator have in common. */
typedef struct sim_client {
    sim_json_builder_t json; /* of requests and answers */
    const char *port;        /* --port; NULL if it was not given */
    const char *workspace;   /* --workspace; NULL if it was not given */
    const char *command;     /* its name: "send" */
    bool help;               /* --help */
    char problem[CLI_PROBLEM_SIZE];
} sim_client_t;

/* Call the control API of the simulator at --port, else at SLACKAPP_SIM, else at the default port,
 * in the workspace of --workspace: GET when `body` is NULL, else POST. NULL after printing the
 * problem: there was no answer, or it was not ok. */
const slack_json_t *sim_client_call(sim_client_t *client, const char *path,
                                    const slack_json_t *body);

/* How a command line of one command looks. */
typedef struct sim_client_words {
    const char *usage;           /* the help text, with "usage: …" in a line */
    const cli_option_t *options; /* NULL for none; --port and --help are there anyway */
    int min, max;                /* arguments */
} sim_client_words_t;

/* Read such a command line. Returns the number of arguments. -1: the command is done, with the exit
 * status in *ret_status. */
int sim_client_arguments(sim_client_t *client, int argc, const char **argv,
                         const sim_client_words_t *words, int *ret_status);

/* Print the problem. Returns `status`. */
int sim_client_fail(const sim_client_t *client, int status, const char *problem);

/* Parts of the help of each command. */
#define SIM_CLIENT_WORKSPACE                                                                       \
    "  --workspace W      the id or the domain of the workspace (default: the first)\n"
#define SIM_CLIENT_PORT                                                                            \
    "  --port N           the simulator's port (default: that of SLACKAPP_SIM, else\n"             \
    "                     4390)\n"
#define SIM_CLIENT_EXIT_STATUS                                                                     \
    "Exit status:\n"                                                                               \
    "  0  the simulator has done it\n"                                                             \
    "  1  it has not, or no simulator runs\n"                                                      \
    "  2  the command's words are wrong\n"

#endif
