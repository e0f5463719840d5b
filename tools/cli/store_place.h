/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_STORE_PLACE_H
#define TOOLS_STORE_PLACE_H

#include "cli/command_line.h"

/* Which store a command opens: --store, else SLACK_STORE, else the one store in this folder. */

/* For the help of a command: the option, and a paragraph. */
#define STORE_PLACE_OPTION                                                                         \
    "  --store URL  the store, such as sqlite:bot.db or postgres://host/name\n"
#define STORE_PLACE_HELP                                                                           \
    "The store is --store, else SLACK_STORE, else SLACK_STORE in a .env file, else\n"              \
    "the one store in this folder. Other users of the machine can read a command\n"                \
    "line: put a password into SLACK_STORE, PGPASSWORD or ~/.pgpass. An app may run\n"             \
    "meanwhile.\n"

typedef struct store_place {
    char url[2048]; /* may hold a password */
    char from[48];  /* where the URL was set, for a sentence */
} store_place_t;

/* `given` is the value of --store, `option` that of SLACK_STORE; each may be NULL. Opening a store
 * would make it, so it has to exist. CLI_OK; else prints the problem of the subcommand. */
int store_place_find(store_place_t *ret, const char *subcommand, const char *given,
                     const char *option);

/* The one store in this folder. CLI_OK; else a sentence in `problem`. */
int store_place_here(store_place_t *ret, char problem[CLI_PROBLEM_SIZE]);

#endif
