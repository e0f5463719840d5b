/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_COMMAND_LINE_H
#define TOOLS_COMMAND_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include <slack/export.h>

#include "util/arena.h"
#include "util/str.h"

/* Command lines: "--name VALUE", "--name=VALUE" and "--flag", anywhere among the other arguments;
 * "--" ends the options. A single dash begins no option: "-1" is an argument. "-h" means "--help".
 */

/* Exit statuses. */
enum { CLI_OK = 0, CLI_FAILED = 1, CLI_USAGE = 2 };

/* Room for a sentence that says what is wrong. */
#define CLI_PROBLEM_SIZE 320

typedef struct cli_option {
    const char *name;   /* "--port" */
    const char **value; /* where its value goes; NULL for a flag */
    bool *flag;         /* for a flag: what it sets */
} cli_option_t;

/* Read the options of the table, which ends with a row whose name is NULL, and move all other
 * arguments to the front of `argv`, in order. Returns their number, or -1 with a sentence in
 * `problem`. */
int cli_options_read(int argc, const char **argv, const cli_option_t *options,
                     char problem[CLI_PROBLEM_SIZE]);

/* For a command that starts another program: the number of words in front of that program's name,
 * which are options of the command, with their values. "--" may stand between them. */
int cli_options_before(int argc, const char **argv, const cli_option_t *options);

/* For a command whose caller may pass options of others: remove those that the table does not have,
 * "--name" and "--name=VALUE". Returns the number of words that stay, in order. */
int cli_options_keep(int argc, const char **argv, const cli_option_t *options);

/* The row of a command in a table whose rows begin with its name; the last name is NULL. NULL with
 * a sentence in `problem`; `name` is NULL if there is none. */
const void *cli_command_find(const void *table, size_t row_bytes, const char *name,
                             char problem[CLI_PROBLEM_SIZE]);

/* A port, from 0 to 65535. False with a sentence in `problem`. */
bool cli_options_port(const char *text, unsigned *ret, char problem[CLI_PROBLEM_SIZE]);

/* A whole number from 1 to max. False with a sentence in `problem`. */
bool cli_options_number(const char *name, const char *text, unsigned max, unsigned *ret,
                        char problem[CLI_PROBLEM_SIZE]);

/* Print texts that others may have written. A terminal would obey their control characters, so
 * these are shown as in JSON: "\u001b". cli_printf() is printf(); a newline at the end of the
 * format is printed as it is. */
void cli_put(FILE *out, slack_slice_t text);
void cli_printf(const char *format, ...) SLACK_PRINTF(1, 2);

/* A word of a shell's command line, in quotes if it needs them, in the arena. NULL if memory is
 * out.
 */
const char *cli_shell_word(slack_arena_t *arena, const char *text);

/* A row of a help text: "  TERM  TEXT", with the text at that column and in lines of at most 80. A
 * longer term has a line of its own. */
void cli_help_item(const char *term, const char *text, int column);

/* "NAME       TEXT", and nothing for an empty text. */
void cli_field(const char *name, slack_slice_t text);

/* "12 s", "5 min", "3 h", "2 d" */
#define CLI_DURATION_SIZE 24
const char *cli_duration(int64_t ms, char text[CLI_DURATION_SIZE]);
/* "2026-11-30 09:30:00 UTC" */
#define CLI_DATE_SIZE 40
const char *cli_date(int64_t ms, char text[CLI_DATE_SIZE]);

/* From now on the first SIGINT or SIGTERM is only noted, unless it is ignored; the second one ends
 * the program. */
void cli_signals_catch(void);
bool cli_signals_caught(void);

/* Print the problem of that command, such as "run" or "inbox list"; "": slackapp itself. If
 * `status` is CLI_USAGE, also say how to get help. Returns `status`. */
int cli_fail(const char *subcommand, int status, const char *problem);

#endif
