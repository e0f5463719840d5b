/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_SIM_RECORD_H
#define TOOLS_SIM_RECORD_H

#include "sim_client.h"

/* `slackapp sim transcript` and `slackapp sim messages`: what was said and done. */

int sim_transcript_command(sim_client_t *client, int argc, const char **argv);
int sim_messages_command(sim_client_t *client, int argc, const char **argv);

#endif
