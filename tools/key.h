/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_KEY_H
#define TOOLS_KEY_H

/* `slackapp key …`. argv begins behind "key". Returns the exit status: 0; 1 for a failure; 2 for a
 * wrong command line. */
int key_command(int argc, const char **argv);

#endif
