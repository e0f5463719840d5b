/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_SIM_INSTALL_H
#define TOOLS_SIM_INSTALL_H

#include "sim_client.h"

/* `slackapp sim install`: what a person does in a browser to install the app. */
int sim_install_command(sim_client_t *client, int argc, const char **argv);
/* `slackapp sim uninstall`, `slackapp sim access` and `slackapp sim rotate`. */
int sim_uninstall_command(sim_client_t *client, int argc, const char **argv);
int sim_access_command(sim_client_t *client, int argc, const char **argv);
int sim_rotate_command(sim_client_t *client, int argc, const char **argv);

#endif
