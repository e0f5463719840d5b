/* SPDX-License-Identifier: MIT */
#ifndef ADVISE_ADVISE_H
#define ADVISE_ADVISE_H

/* `slackapp advise …`. argv begins behind "advise". Returns the exit status: 0; 1 for a failure, or
 * if neither mode works for the case; 2 for a wrong command line or a wrong answer. */
int advise_command(int argc, const char **argv);

#endif
