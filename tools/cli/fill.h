/* SPDX-License-Identifier: MIT */
#ifndef CLI_FILL_H
#define CLI_FILL_H

#include "cli/command_line.h"
#include "util/arena.h"

/*
 * Texts with blanks to fill in. Pure. The marks are a part of Mustache
 * (https://mustache.github.io/mustache.5.html):
 *
 *   {{name}}                  the value, as it is
 *   {{#name}} … {{/name}}     only if the value is neither empty nor "0"
 *   {{^name}} … {{/name}}     only if it is
 *
 * Sections may lie in each other. A line that holds only the mark of a section is left out.
 */

/* A file that is in the program: tools/embed_texts.py makes tables of them, which end with a row
 * without a name. */
typedef struct cli_text {
    const char *name, *text;
} cli_text_t;

/* A value; the last row has no name. */
typedef struct cli_value {
    const char *name, *value;
} cli_value_t;

#define CLI_FILL_DEPTH 8
#define CLI_FILL_MAX   ((size_t)1 << 20) /* bytes of a text */

/* The text with its blanks filled, in the arena. NULL with a sentence in `problem`, which names the
 * mark: a name without a value, a section without an end, more than CLI_FILL_DEPTH sections in each
 * other; or if memory is out or the text is longer than CLI_FILL_MAX. */
const char *cli_fill(slack_arena_t *arena, const char *text, const cli_value_t *values,
                     char problem[CLI_PROBLEM_SIZE]);

#endif
