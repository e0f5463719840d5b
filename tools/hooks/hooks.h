/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_HOOKS_H
#define TOOLS_HOOKS_H

/* `slackapp hooks …`. argv begins behind "hooks". Returns the exit status: 0; 1 for a failure; 2
 * for a wrong command line. The hooks start and deploy return only if they fail: the program that
 * they run takes the place of this one. */
int hooks_command(int argc, const char **argv);

#endif
