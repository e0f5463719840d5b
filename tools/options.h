/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_OPTIONS_H
#define TOOLS_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Command lines: "--name VALUE", "--name=VALUE" and "--flag", before, between and behind the other
 * arguments; "--" ends them. Pure.
 */

typedef struct cli_option {
    const char *name;   /* "--port" */
    const char **value; /* where the value goes; or */
    bool *flag;         /* … what is set */
} cli_option_t;

/* Sort the arguments: options go to the table (NULL-named row at the end), all others to the front
 * of `argv`, in order. Returns how many these are, or -1 with a sentence in `problem` (256 bytes).
 */
int cli_options_read(int argc, const char **argv, const cli_option_t *options, char *problem);

/* A port: 0 to 65535. False with a sentence in `problem`. */
bool cli_options_port(const char *text, unsigned *ret, char *problem);

/* A whole number from 1 to max. False with a sentence in `problem`. */
bool cli_options_number(const char *name, const char *text, unsigned max, unsigned *ret,
                        char *problem);

#endif
