/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_SIM_SEND_H
#define TOOLS_SIM_SEND_H

#include "sim_client.h"

/* `slackapp sim send KIND …`: do what a person does. */
int sim_send_command(sim_client_t *client, int argc, const char **argv);

/* `slackapp sim resend [NUMBER] [--retry]`: send a delivery again. */
int sim_resend_command(sim_client_t *client, int argc, const char **argv);

/* The options of all kinds; NULL if not given. */
typedef struct sim_send_options {
    const char *user;
    const char *channel;
    const char *thread;
    const char *message;
    const char *value;
    bool missed;
} sim_send_options_t;

/* The body of POST /sim/send for a command line. `argv` begins with the kind and has no options.
 * NULL with a sentence in `problem`, or without memory. */
const slack_json_t *sim_send_args(sim_json_builder_t *json, int argc, const char *const *argv,
                                  const sim_send_options_t *options,
                                  char problem[CLI_PROBLEM_SIZE]);

#endif
