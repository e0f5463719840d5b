/* SPDX-License-Identifier: MIT */
#ifndef NEW_NEW_H
#define NEW_NEW_H

/* `slackapp new`: argv begins behind the name. Returns the exit status. */
int new_command(int argc, const char **argv);

#endif
