/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_CATCH_UP_H
#define TOOLS_CATCH_UP_H

/* `slackapp catch-up --dry-run`. Returns the exit status. */
int catch_up_command(int argc, const char **argv);

#endif
