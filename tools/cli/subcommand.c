/* SPDX-License-Identifier: MIT */
#include "cli/subcommand.h"

#include <stdio.h>
#include <string.h>

/* Of the options of all commands, those of one. */
#define OPTIONS_MAX 8

static bool is_help(const char *word)
{
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

/* Only options: a person who wants help names no command. */
static int read_without_command(int argc, const char **argv, const void *table, size_t row_bytes,
                                const cli_option_t *all, char problem[CLI_PROBLEM_SIZE])
{
    for (; all->name; all++)
        for (int i = 0; i < argc; i++)
            if (is_help(argv[i]) && is_help(all->name)) {
                *all->flag = true;
                return 0;
            }
    cli_command_find(table, row_bytes, NULL, problem);
    return -1;
}

int cli_subcommand_read(int argc, const char **argv, const void *table, size_t row_bytes,
                        const cli_option_t *all, const cli_subcommand_t **ret,
                        char problem[CLI_PROBLEM_SIZE])
{
    cli_option_t own[OPTIONS_MAX + 1] = {{NULL, NULL, NULL}};
    size_t count = 0;
    const int at = cli_options_before(argc, argv, all);
    *ret = NULL;
    if (at == argc) return read_without_command(argc, argv, table, row_bytes, all, problem);
    const char *name = argv[at];
    *ret = cli_command_find(table, row_bytes, name, problem);
    if (!*ret) return -1;
    for (; all->name && count < OPTIONS_MAX; all++)
        if (slack__list_has((*ret)->options, all->name) || is_help(all->name)) own[count++] = *all;
    memmove(argv + 1, argv, (size_t)at * sizeof *argv);
    argv[0] = name;
    return cli_options_read(argc - 1, argv + 1, own, problem);
}

int cli_subcommand_fail(const char *command, const cli_subcommand_t *row, int status,
                        const char *problem)
{
    char name[64];
    snprintf(name, sizeof name, "%s%s%s", command, row ? " " : "", row ? row->name : "");
    return cli_fail(name, status, problem);
}
