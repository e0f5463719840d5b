/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_INBOX_H
#define TOOLS_INBOX_H

/* `slackapp inbox …`. argv begins behind "inbox". Returns the exit status: 0; 1 for a failure; 2
 * for a wrong command line. */
int inbox_command(int argc, const char **argv);

#endif
