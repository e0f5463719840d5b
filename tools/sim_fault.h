/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_SIM_FAULT_H
#define TOOLS_SIM_FAULT_H

#include "sim_client.h"

/* `slackapp sim fault …`: inject, list and end faults. */
int sim_fault_command(sim_client_t *client, int argc, const char **argv);

/* The text of a list of faults: the list itself, or the content of FILE if it is "@FILE". NULL with
 * a sentence in `problem`. */
const char *sim_fault_text(slack_arena_t *arena, const char *list, char problem[CLI_PROBLEM_SIZE]);

#endif
