/* SPDX-License-Identifier: MIT */
#include "cli/terminal.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ECMA-48 */
#define SELECT_COLOR "\033[%dm"
#define RESET_COLOR  "\033[0m"
#define HOME_CLEAR   "\033[H\033[2J"

static bool is_set(const char *variable)
{
    const char *value = getenv(variable);
    return value && *value;
}

bool cli_terminal(FILE *stream)
{
    return isatty(fileno(stream)) && is_set("TERM") && strcmp(getenv("TERM"), "dumb") != 0;
}

void cli_colored(FILE *stream, enum cli_color color, const char *text)
{
    const bool colored = color != CLI_PLAIN && !is_set("NO_COLOR") && cli_terminal(stream);
    if (colored) fprintf(stream, SELECT_COLOR, (int)color);
    fputs(text, stream);
    if (colored) fputs(RESET_COLOR, stream);
}

void cli_clear_screen(FILE *stream)
{
    if (cli_terminal(stream)) fputs(HOME_CLEAR, stream);
}
