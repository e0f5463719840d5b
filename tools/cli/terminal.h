/* SPDX-License-Identifier: MIT */
#ifndef CLI_TERMINAL_H
#define CLI_TERMINAL_H

#include <stdbool.h>
#include <stdio.h>

/* Escape sequences go to a terminal only: a pipe and a file get plain text. */

/* Whether the stream is a terminal that obeys them: TERM is neither unset nor "dumb". */
bool cli_terminal(FILE *stream);

/* Print a text in a color, if the stream is such a terminal and the user wants colors: NO_COLOR is
 * unset or empty (https://no-color.org). The text must have no control characters. */
enum cli_color { CLI_PLAIN = 0, CLI_RED = 31, CLI_GREEN = 32, CLI_YELLOW = 33 };
void cli_colored(FILE *stream, enum cli_color color, const char *text);

/* Clear the screen of such a terminal; nothing on any other stream. */
void cli_clear_screen(FILE *stream);

#endif
