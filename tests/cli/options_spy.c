/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "cli/command_line.h"

/* The program slackapp whose options are seen: the linker puts this function in front of
 * cli_options_read(), and it prints the table that a command reads its words with to standard
 * error: "--name" for a flag, "--name VALUE" for an option with a value. */

int __real_cli_options_read(int argc, const char **argv, const cli_option_t *options,
                            char problem[CLI_PROBLEM_SIZE]);
int __wrap_cli_options_read(int argc, const char **argv, const cli_option_t *options,
                            char problem[CLI_PROBLEM_SIZE]);

int __wrap_cli_options_read(int argc, const char **argv, const cli_option_t *options,
                            char problem[CLI_PROBLEM_SIZE])
{
    for (const cli_option_t *option = options; option->name; option++)
        if (strcmp(option->name, "--help") != 0)
            fprintf(stderr, "%s%s\n", option->name, option->value ? " VALUE" : "");
    return __real_cli_options_read(argc, argv, options, problem);
}
