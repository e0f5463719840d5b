/* SPDX-License-Identifier: MIT */
#ifndef VERSION_VERSION_H
#define VERSION_VERSION_H

/* `slackapp version`. */
int version_command(int argc, const char **argv);

#endif
