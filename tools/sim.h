/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_SIM_H
#define TOOLS_SIM_H

/* `slackapp sim …`. argv begins behind "sim". Returns the exit status: 0; 1 for a failure; 2 for a
 * wrong command line. */
int sim_command(int argc, const char **argv);

#endif
