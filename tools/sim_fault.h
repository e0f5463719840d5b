/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_SIM_FAULT_H
#define TOOLS_SIM_FAULT_H

#include "sim_client.h"

/* `slackapp sim fault NAME …`: inject, list and end faults. */
int sim_fault_command(sim_client_t *client, int argc, const char **argv);

#endif
