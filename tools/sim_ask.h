/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_SIM_ASK_H
#define TOOLS_SIM_ASK_H

#include "sim_client.h"

/* The commands of `slackapp sim` that ask a running simulator, or change it, by one request. */

int sim_missed_command(sim_client_t *client, int argc, const char **argv);
int sim_env_command(sim_client_t *client, int argc, const char **argv);
int sim_status_command(sim_client_t *client, int argc, const char **argv);
int sim_request_url_command(sim_client_t *client, int argc, const char **argv);
int sim_webhook_command(sim_client_t *client, int argc, const char **argv);
int sim_trigger_command(sim_client_t *client, int argc, const char **argv);
int sim_disconnect_command(sim_client_t *client, int argc, const char **argv);
int sim_pass_command(sim_client_t *client, int argc, const char **argv);

#endif
