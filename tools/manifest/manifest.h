/* SPDX-License-Identifier: MIT */
#ifndef MANIFEST_MANIFEST_H
#define MANIFEST_MANIFEST_H

/* `slackapp manifest …`. argv begins behind "manifest". Returns the exit status: 0; 1 for a
 * failure; 2 for a wrong command line. */
int manifest_command(int argc, const char **argv);

#endif
