/* SPDX-License-Identifier: MIT */
#include "cli/fill.h"

#include <string.h>

#include <slack/error.h>

#include "util/buf.h"

typedef struct filling {
    slack_buf_t *out;
    const cli_value_t *values;
    slack_slice_t sections[CLI_FILL_DEPTH]; /* the names of those that are open */
    size_t depth, hidden;                   /* hidden: the first closed section, from 1; 0: none */
    char *problem;
} filling_t;

static bool fill_fail(filling_t *f, const char *what, slack_slice_t mark)
{
    snprintf(f->problem, CLI_PROBLEM_SIZE, "%s: {{%.*s}}", what,
             (int)(mark.len < 40 ? mark.len : 40), mark.ptr);
    return false;
}

static const char *value_of(const filling_t *f, slack_slice_t name)
{
    for (const cli_value_t *value = f->values; value->name; value++)
        if (slack__slice_eq(slack__slice(value->name), name)) return value->value;
    return NULL;
}

static bool put(filling_t *f, slack_slice_t text)
{
    const int rc = f->hidden ? 0 : slack__buf_append_slice(f->out, text);
    if (rc != 0)
        snprintf(f->problem, CLI_PROBLEM_SIZE, "%s",
                 rc == SLACK_ETOOBIG ? "the text is too long" : "out of memory");
    return rc == 0;
}

static bool close_section(filling_t *f, slack_slice_t name)
{
    if (f->depth == 0 || !slack__slice_eq(f->sections[f->depth - 1], name))
        return fill_fail(f, "no such section is open here", name);
    if (f->hidden == f->depth) f->hidden = 0;
    f->depth--;
    return true;
}

static bool open_section(filling_t *f, slack_slice_t name, bool inverted)
{
    const char *value = value_of(f, name);
    if (!value) return fill_fail(f, "there is no value for the section", name);
    if (f->depth == CLI_FILL_DEPTH) return fill_fail(f, "too many sections in each other", name);
    const bool full = *value && strcmp(value, "0") != 0;
    f->sections[f->depth++] = name;
    if (!f->hidden && full == inverted) f->hidden = f->depth;
    return true;
}

/* `mark` is what stands between the braces. */
static bool take_mark(filling_t *f, slack_slice_t mark)
{
    const char kind = mark.len > 0 ? mark.ptr[0] : '\0';
    const slack_slice_t name = {mark.ptr + 1, mark.len - 1};
    if (kind == '/') return close_section(f, name);
    if (kind == '#' || kind == '^') return open_section(f, name, kind == '^');
    const char *value = value_of(f, mark);
    return value ? put(f, slack__slice(value)) : fill_fail(f, "there is no value for", mark);
}

/* The mark at the start of a text, and what is behind it. False: there is none. */
static bool cut_mark(slack_slice_t text, slack_slice_t *ret_mark, slack_slice_t *ret_rest)
{
    if (!slack__slice_begins(text, SLACK_SLICE("{{"))) return false;
    for (size_t i = 2; i + 1 < text.len; i++) {
        if (text.ptr[i] != '}' || text.ptr[i + 1] != '}') continue;
        *ret_mark = (slack_slice_t){text.ptr + 2, i - 2};
        *ret_rest = (slack_slice_t){text.ptr + i + 2, text.len - i - 2};
        return true;
    }
    return false;
}

static bool fill_line(filling_t *f, slack_slice_t line)
{
    slack_slice_t mark, rest;
    if (cut_mark(line, &mark, &rest) && rest.len == 0 && mark.len > 0 && strchr("#^/", mark.ptr[0]))
        return take_mark(f, mark);
    while (line.len > 0) {
        if (cut_mark(line, &mark, &rest)) {
            if (!take_mark(f, mark)) return false;
            line = rest;
            continue;
        }
        size_t len = 1;
        while (len < line.len && !(line.ptr[len] == '{' && line.ptr[len - 1] != '{'))
            len++;
        if (!put(f, (slack_slice_t){line.ptr, len})) return false;
        line = (slack_slice_t){line.ptr + len, line.len - len};
    }
    return put(f, SLACK_SLICE("\n"));
}

static bool fill_lines(filling_t *f, slack_slice_t text)
{
    slack_slice_t line;
    while (text.len > 0 && slack__slice_split(&text, '\n', &line))
        if (!fill_line(f, line)) return false;
    return f->depth == 0 || fill_fail(f, "the section has no end", f->sections[f->depth - 1]);
}

const char *cli_fill(slack_arena_t *arena, const char *text, const cli_value_t *values,
                     char problem[CLI_PROBLEM_SIZE])
{
    slack_buf_t out;
    filling_t f = {.out = &out, .values = values, .problem = problem};
    const char *filled = NULL;
    slack__buf_init(&out, CLI_FILL_MAX);
    if (fill_lines(&f, slack__slice(text))) {
        filled = slack__arena_strndup(arena, out.len ? slack__buf_ptr(&out) : "", out.len);
        if (!filled) snprintf(problem, CLI_PROBLEM_SIZE, "out of memory");
    }
    slack__buf_done(&out);
    return filled;
}
