/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_INSTALLS_H
#define TOOLS_INSTALLS_H

/* `slackapp installs …`. argv begins behind "installs". Returns the exit status: 0; 1 for a
 * failure; 2 for a wrong command line. */
int installs_command(int argc, const char **argv);

#endif
