/* SPDX-License-Identifier: MIT */
#include "dispatch/progress.h"

#include <stdio.h>
#include <string.h>

#include <slack/error.h>

/* The longest "-CODE REASON ". */
#define FAILURE_MAX (sizeof "-2147483648  " + SLACK_REASON_MAX)
/* "#2" marks the second listener of a name. */
#define NUMBER_MAX sizeof "#4294967295"
/* Stands before a character that would end a name. */
#define ESCAPE '\x1f'

/* ---- reading ---- */

static bool read_verdict(slack_slice_t line, slack_verdict_t *ret)
{
    if (line.len == 0 || *line.ptr == '=') return false;
    *ret = (slack_verdict_t){.name = {line.ptr + 1, line.len - 1}};
    if (*line.ptr != '-') return true;
    slack_slice_t code;
    slack__slice_split(&ret->name, ' ', &code);
    slack__slice_split(&ret->name, ' ', &ret->reason);
    ret->status = -(int)slack__slice_number(code);
    return ret->status != 0;
}

bool slack__progress_next(slack_slice_t *record, slack_verdict_t *ret)
{
    slack_slice_t line;
    while (record->len > 0) {
        slack__slice_split(record, '\n', &line);
        if (read_verdict(line, ret)) return true;
    }
    return false;
}

/* ---- names ---- */

static const char *name_of(const slack_hits_t *hits, size_t hit)
{
    return hits->items[hit].rule->listener.name;
}

/* Writes at most twice the bytes of the name, and NUMBER_MAX. */
static size_t write_name(const slack_hits_t *hits, size_t hit, char *to)
{
    const char *name = name_of(hits, hit);
    unsigned nth = 1;
    for (size_t i = 0; i < hit; i++)
        nth += strcmp(name_of(hits, i), name) == 0;
    char *at = to;
    for (const char *from = name; *from; from++) {
        if (*from == '\n' || *from == ESCAPE) *at++ = ESCAPE;
        *at++ = *from == '\n' ? 'n' : *from;
    }
    /* A name that ends like such a mark always gets one, or it could be read as another's. */
    const char *mark = strrchr(name, '#');
    const bool numbered = mark && mark[1] && mark[1 + strspn(mark + 1, "0123456789")] == '\0';
    if (nth > 1 || numbered) at += snprintf(at, NUMBER_MAX, "#%u", nth);
    return (size_t)(at - to);
}

/* ---- the record of this attempt ---- */

int slack__progress_prepare(slack_progress_t *progress, const slack_hits_t *hits,
                            slack_arena_t *arena)
{
    size_t size = progress->record.len + 2;
    for (size_t i = 0; i < hits->count; i++)
        size += FAILURE_MAX + 2 * strlen(name_of(hits, i)) + NUMBER_MAX + 1;
    char *room = slack__arena_alloc(arena, size);
    if (room == NULL) return SLACK_ENOMEM;
    size_t len = progress->record.len;
    if (len > 0) memcpy(room, progress->record.ptr, len);
    if (len > 0 && room[len - 1] != '\n') room[len++] = '\n'; /* its file was changed */
    progress->record = (slack_slice_t){room, len};
    progress->room = room;
    return 0;
}

bool slack__progress_has(const slack_progress_t *progress, const slack_hits_t *hits, size_t hit)
{
    slack_slice_t record = progress->record;
    if (record.len == 0) return false;
    char *scratch = progress->room + record.len; /* a line fits: see slack__progress_prepare() */
    const slack_slice_t name = {scratch, write_name(hits, hit, scratch)};
    slack_verdict_t verdict;
    while (slack__progress_next(&record, &verdict))
        if (slack__slice_eq(verdict.name, name)) return true;
    return false;
}

void slack__progress_add(slack_progress_t *progress, const slack_hits_t *hits, size_t hit,
                         int status, const char *reason)
{
    char *line = progress->room + progress->record.len, *at = line;
    /* A space would end the reason's field of the line. */
    const size_t len = reason ? strcspn(reason, " \n") : 0;
    const bool is_word = len > 0 && len <= SLACK_REASON_MAX && reason[len] == '\0';
    if (status == 0)
        *at++ = '+';
    else
        at += snprintf(at, FAILURE_MAX, "%d %s ", status, is_word ? reason : "");
    at += write_name(hits, hit, at);
    *at++ = '\n';
    progress->record.len += (size_t)(at - line);
}
