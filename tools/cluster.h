/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_CLUSTER_H
#define TOOLS_CLUSTER_H

/* `slackapp cluster …`. argv begins behind "cluster". Returns the exit status: 0; 1 if there is
 * something to look at; 2 for a wrong command line, or if it cannot look. */
int cluster_command(int argc, const char **argv);

#endif
