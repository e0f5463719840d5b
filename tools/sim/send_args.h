/* SPDX-License-Identifier: MIT */
#ifndef SIM_SEND_ARGS_H
#define SIM_SEND_ARGS_H

#include "sim/json_builder.h"

/* `slackapp sim send KIND …`: what the command line asks for, as the control API takes it. Pure. */

typedef struct sim_send_kind {
    const char *name;
    const char *arguments; /* for the help */
    const char *help;
} sim_send_kind_t;

/* NULL-named row at the end. */
extern const sim_send_kind_t sim_send_kinds[];

/* Options of all kinds; NULL where they were not given. */
typedef struct sim_send_options {
    const char *user;
    const char *channel;
    const char *thread;
    const char *message;
    const char *value;
} sim_send_options_t;

/* `argv` begins with the kind and has no options in it. NULL with a sentence in `problem` (256
 * bytes), or when memory is out. */
const slack_json_t *sim_send_args(sim_json_builder_t *json, int argc, const char *const *argv,
                                  const sim_send_options_t *options, char *problem);

#endif
