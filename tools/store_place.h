/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_STORE_PLACE_H
#define TOOLS_STORE_PLACE_H

/* Which store a command opens: --store, else SLACK_STORE, else the one store in this folder. */

#define STORE_PLACE_SIZE 300

typedef struct store_place {
    char url[STORE_PLACE_SIZE];
    char from[STORE_PLACE_SIZE]; /* where the URL was set, for a sentence */
} store_place_t;

/* `given` is the value of --store, `option` that of SLACK_STORE; each may be NULL. Opening a store
 * would create its file, so the store has to exist. CLI_OK; else prints the problem of the
 * subcommand. */
int store_place_find(store_place_t *ret, const char *subcommand, const char *given,
                     const char *option);

#endif
