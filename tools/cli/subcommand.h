/* SPDX-License-Identifier: MIT */
#ifndef CLI_SUBCOMMAND_H
#define CLI_SUBCOMMAND_H

#include "cli/command_line.h"

/* A row of the commands that one command has, such as `slackapp inbox list`. A table of rows that
 * begin with it ends with a row whose name is NULL. */
typedef struct cli_subcommand {
    const char *name;
    const char *options; /* those that it takes, separated by commas, without --help */
    const char *usage;   /* its help text */
} cli_subcommand_t;

/* Read the command line of a command that has commands. `all` has the options of all of them, and
 * --help; options may stand before the command's name. Moves the name to argv[0] and its arguments
 * behind it. Returns the number of arguments, or -1 with a sentence in `problem`. *ret is the row;
 * NULL if there is none, and then 0 is returned if help is wanted. */
int cli_subcommand_read(int argc, const char **argv, const void *table, size_t row_bytes,
                        const cli_option_t *all, const cli_subcommand_t **ret,
                        char problem[CLI_PROBLEM_SIZE]);

/* cli_fail() of one of a command's commands; `row` is NULL if none was named. */
int cli_subcommand_fail(const char *command, const cli_subcommand_t *row, int status,
                        const char *problem);

#endif
