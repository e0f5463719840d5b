/* SPDX-License-Identifier: MIT */
#include "cli/command_line.h"

#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>

#include "cli/near.h"
#include "util/buf.h"
#include "util/redact.h"

/* The width of help texts. */
#define HELP_COLUMNS 80
/* More than any answer of a simulator. */
#define PRINT_MAX ((size_t)256 << 20)

/* The row for an argument, with the text behind its '=' or NULL in *ret_value. */
static const cli_option_t *option_find(const cli_option_t *options, const char *argument,
                                       const char **ret_value)
{
    size_t len = strcspn(argument, "=");
    *ret_value = argument[len] ? argument + len + 1 : NULL;
    for (; options->name; options++)
        if (strlen(options->name) == len && strncmp(options->name, argument, len) == 0)
            return options;
    return NULL;
}

/* The end of a sentence about an unknown word: ": do you mean NAME?", or "" if no name is near. */
static const char *meant(const cli_near_t *near, char text[CLI_NEAR_NAME_MAX + 32])
{
    if (near->name)
        snprintf(text, CLI_NEAR_NAME_MAX + 32, ": do you mean %s?", near->name);
    else
        *text = '\0';
    return text;
}

static void unknown_option(const char *argument, const cli_option_t *options,
                           char problem[CLI_PROBLEM_SIZE])
{
    char word[CLI_NEAR_NAME_MAX + 1], cure[CLI_NEAR_NAME_MAX + 32];
    snprintf(word, sizeof word, "%.*s", (int)strcspn(argument, "="), argument);
    cli_near_t near = {.word = word};
    for (; options->name; options++)
        cli_near_offer(&near, options->name);
    snprintf(problem, CLI_PROBLEM_SIZE, "%.100s is not an option here%s", argument,
             meant(&near, cure));
}

int cli_options_read(int argc, const char **argv, const cli_option_t *options,
                     char problem[CLI_PROBLEM_SIZE])
{
    int rest = 0;
    bool ended = false;
    for (int i = 0; i < argc; i++) {
        const char *argument = argv[i], *value = NULL, *wrong = NULL;
        if (!ended && strcmp(argument, "-h") == 0) argument = "--help";
        if (ended || strncmp(argument, "--", 2) != 0) {
            argv[rest++] = argument;
            continue;
        }
        if (strcmp(argument, "--") == 0) {
            ended = true;
            continue;
        }
        const cli_option_t *option = option_find(options, argument, &value);
        if (!option) {
            unknown_option(argument, options, problem);
            return -1;
        }
        if (option->flag) {
            *option->flag = true;
            if (value) wrong = "takes no value";
        } else {
            if (!value && i + 1 < argc) value = argv[++i];
            if (!value) wrong = "needs a value";
            *option->value = value;
        }
        if (!wrong) continue;
        snprintf(problem, CLI_PROBLEM_SIZE, "%.100s %s", argument, wrong);
        return -1;
    }
    return rest;
}

int cli_options_before(int argc, const char **argv, const cli_option_t *options)
{
    int i = 0;
    while (i < argc && ((strncmp(argv[i], "--", 2) == 0 && strcmp(argv[i], "--") != 0) ||
                        strcmp(argv[i], "-h") == 0)) {
        const char *value;
        const cli_option_t *option = option_find(options, argv[i++], &value);
        if (option && option->value && !value) i++;
    }
    return i < argc ? i : argc;
}

int cli_options_keep(int argc, const char **argv, const cli_option_t *options)
{
    int kept = 0;
    for (int i = 0; i < argc; i++) {
        const char *value;
        const cli_option_t *option = option_find(options, argv[i], &value);
        if (strncmp(argv[i], "--", 2) == 0 && !option) continue;
        argv[kept++] = argv[i];
        if (option && option->value && !value && i + 1 < argc) argv[kept++] = argv[++i];
    }
    return kept;
}

const void *cli_command_find(const void *table, size_t row_bytes, const char *name,
                             char problem[CLI_PROBLEM_SIZE])
{
    for (const char *row = table; name && *(const char *const *)(const void *)row; row += row_bytes)
        if (strcmp(name, *(const char *const *)(const void *)row) == 0) return row;
    if (!name) {
        snprintf(problem, CLI_PROBLEM_SIZE, "a command is missing");
        return NULL;
    }
    char cure[CLI_NEAR_NAME_MAX + 32];
    cli_near_t near = {.word = name};
    for (const char *row = table; *(const char *const *)(const void *)row; row += row_bytes)
        cli_near_offer(&near, *(const char *const *)(const void *)row);
    snprintf(problem, CLI_PROBLEM_SIZE, "there is no command \"%.100s\"%s", name,
             meant(&near, cure));
    return NULL;
}

bool cli_options_port(const char *text, unsigned *ret, char problem[CLI_PROBLEM_SIZE])
{
    uint64_t port = 0;
    if (slack__parse_u64(slack__slice(text), 65535, &port)) {
        *ret = (unsigned)port;
        return true;
    }
    snprintf(problem, CLI_PROBLEM_SIZE, "--port takes a number from 0 to 65535, not \"%.100s\"",
             text);
    return false;
}

bool cli_options_number(const char *name, const char *text, unsigned max, unsigned *ret,
                        char problem[CLI_PROBLEM_SIZE])
{
    uint64_t number = 0;
    if (slack__parse_u64(slack__slice(text), max, &number) && number > 0) {
        *ret = (unsigned)number;
        return true;
    }
    snprintf(problem, CLI_PROBLEM_SIZE, "%s takes a number from 1 to %u, not \"%.100s\"", name, max,
             text);
    return false;
}

void cli_put(FILE *out, slack_slice_t text)
{
    for (size_t i = 0, taken; i < text.len; i += taken) {
        const char *at = text.ptr + i;
        taken = slack__control_len(at, text.len - i);
        char escape[SLACK_CONTROL_ESCAPE_SIZE] = {*at, '\0'};
        if (taken > 0) slack__control_escape(at, taken, escape);
        fputs(*at == '\n' ? "\\n" : escape, out);
        if (taken == 0) taken = 1;
    }
}

void cli_printf(const char *format, ...)
{
    slack_buf_t buf;
    va_list ap;
    slack__buf_init(&buf, PRINT_MAX);
    va_start(ap, format);
    const int rc = slack__buf_vprintf(&buf, format, ap);
    va_end(ap);
    const bool line = rc == 0 && buf.len > 0 && format[strlen(format) - 1] == '\n';
    cli_put(stdout, rc == 0 ? (slack_slice_t){slack__buf_ptr(&buf), buf.len - line}
                            : SLACK_SLICE("(a text for which memory is out)"));
    if (line) putchar('\n');
    slack__buf_done(&buf);
}

const char *cli_shell_word(slack_arena_t *arena, const char *text)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_-./:@%+=,";
    if (*text && text[strspn(text, plain)] == '\0') return text;
    const size_t len = strlen(text);
    char *word = slack__arena_alloc(arena, 4 * len + 3), *at = word;
    if (!word) return NULL;
    *at++ = '\'';
    for (; *text; text++) {
        if (*text == '\'') {
            memcpy(at, "'\\''", 4);
            at += 4;
        } else {
            *at++ = *text;
        }
    }
    memcpy(at, "'", 2);
    return word;
}

const char *cli_duration(int64_t ms, char text[CLI_DURATION_SIZE])
{
    int64_t s = ms / 1000;
    if (s < 0) s = 0;
    if (s < 120)
        snprintf(text, CLI_DURATION_SIZE, "%" PRId64 " s", s);
    else if (s < 120 * 60)
        snprintf(text, CLI_DURATION_SIZE, "%" PRId64 " min", s / 60);
    else if (s < 48 * 3600)
        snprintf(text, CLI_DURATION_SIZE, "%" PRId64 " h", s / 3600);
    else
        snprintf(text, CLI_DURATION_SIZE, "%" PRId64 " d", s / 86400);
    return text;
}

const char *cli_date(int64_t ms, char text[CLI_DATE_SIZE])
{
    const time_t s = (time_t)(ms / 1000);
    struct tm tm;
    if (!gmtime_r(&s, &tm) || strftime(text, CLI_DATE_SIZE, "%Y-%m-%d %H:%M:%S UTC", &tm) == 0)
        *text = '\0';
    return text;
}

/* How many columns of a terminal a text takes. */
static int columns_of(const char *text, size_t len)
{
    int count = 0;
    for (size_t i = 0; i < len; i++)
        count += (text[i] & 0xC0) != 0x80; /* a continuation byte takes no column */
    return count;
}

void cli_help_item(const char *term, const char *text, int column)
{
    int at = 2 + columns_of(term, strlen(term));
    bool first = true;
    printf("  %s", term);
    while (*text) {
        const size_t len = strcspn(text, " ");
        const int width = columns_of(text, len);
        if (first ? at + 2 > column : at + 1 + width > HELP_COLUMNS) {
            putchar('\n');
            at = 0;
            first = true;
        }
        const int blanks = first ? column - at : 1;
        printf("%*s%.*s", blanks, "", (int)len, text);
        at += blanks + width;
        first = false;
        text += len + strspn(text + len, " ");
    }
    putchar('\n');
}

void cli_field(const char *name, slack_slice_t text)
{
    if (text.len == 0) return;
    printf("%-10s ", name);
    cli_put(stdout, text);
    putchar('\n');
}

int cli_fail(const char *subcommand, int status, const char *problem)
{
    char text[2 * CLI_PROBLEM_SIZE]; /* a problem repeats what a person typed */
    snprintf(text, sizeof text, "%s", problem);
    const char *blank = *subcommand ? " " : "";
    fprintf(stderr, "slackapp%s%s: ", blank, subcommand);
    cli_put(stderr, (slack_slice_t){text, slack__redact(text, strlen(text))});
    putc('\n', stderr);
    if (status == CLI_USAGE) fprintf(stderr, "See slackapp%s%s --help\n", blank, subcommand);
    return status;
}

static volatile sig_atomic_t signaled;

static void note_signal(int number)
{
    (void)number;
    signaled = 1;
}

void cli_signals_catch(void)
{
    static const int numbers[] = {SIGINT, SIGTERM};
    const struct sigaction action = {.sa_handler = note_signal, .sa_flags = (int)SA_RESETHAND};
    signaled = 0;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        struct sigaction before;
        if (sigaction(numbers[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
            sigaction(numbers[i], &action, NULL);
    }
}

bool cli_signals_caught(void)
{
    return signaled != 0;
}
