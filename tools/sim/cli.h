/* SPDX-License-Identifier: MIT */
#ifndef SIM_CLI_H
#define SIM_CLI_H

/* `slackapp sim …`: argv begins behind "sim". Returns the exit status: 0, 1 when it could not be
 * done, 2 for a command line that makes no sense. */
int sim_cli(int argc, const char **argv);

#endif
