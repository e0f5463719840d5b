/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_RUN_H
#define TOOLS_RUN_H

/* `slackapp run …`. argv begins behind "run". Returns the exit status: 0; 1 for a failure; 2 for a
 * wrong command line. */
int run_command(int argc, const char **argv);

#endif
