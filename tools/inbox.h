/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_INBOX_H
#define TOOLS_INBOX_H

/* `slackapp inbox …`: argv begins behind "inbox". Returns the exit status: 0, 1 when it could not
 * be done, 2 for a command line that makes no sense. */
int inbox_cli(int argc, const char **argv);

#endif
