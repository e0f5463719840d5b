/* SPDX-License-Identifier: MIT */
#include "context/stream_text.h"

#include <stdio.h>
#include <string.h>

#include <slack/error.h>

#include "util/str.h"

/* A longer word is sent in parts. */
#define WORD_MAX 256

void slack__stream_text_init(slack_stream_text_t *text)
{
    text->sent = text->reopened = 0;
    slack__buf_init(&text->buf, SLACK_STREAM_TEXT_MAX);
}

void slack__stream_text_done(slack_stream_text_t *text)
{
    slack__buf_done(&text->buf);
}

/* ---- characters ---- */

/* The offset at which `s` has so many units; `len` if it has fewer. */
static size_t offset_of_units(const char *s, size_t len, size_t count)
{
    size_t at = 0;
    for (size_t seen = 0, size; at < len; at += size) {
        size = slack__utf8_char(s + at, len - at);
        if (size == 0) size = 1; /* a byte that is not UTF-8 is sent as U+FFFD */
        seen += size == 4 ? 2 : 1;
        if (seen > count) break;
    }
    return at;
}

/* `len` without a character at the end whose last bytes are missing. */
static size_t whole_characters(const char *s, size_t len)
{
    for (size_t back = 1; back <= 3 && back <= len; back++) {
        const unsigned char byte = (unsigned char)s[len - back];
        if ((byte & 0xC0) == 0x80) continue;
        const bool leads = byte >= 0xC2 && byte <= 0xF4;
        const size_t size = !leads ? 1 : byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2;
        return size > back ? len - back : len;
    }
    return len;
}

/* ---- fences ---- */

/* The mark of a fence at the start of a line and its length, or 0. *ret_mark is where it begins. */
static size_t fence_mark(const char *line, size_t len, const char **ret_mark)
{
    size_t indent = 0, count = 0;
    while (indent < len && indent < 3 && line[indent] == ' ')
        indent++;
    *ret_mark = line + indent;
    if (indent == len || (line[indent] != '`' && line[indent] != '~')) return 0;
    while (indent + count < len && line[indent + count] == line[indent])
        count++;
    return count < 3 ? 0 : count;
}

/* Reads lines, and knows the fence that is open behind the last one. A line counts once it has its
 * newline. https://spec.commonmark.org/0.31.2/#fenced-code-blocks */
typedef struct fences {
    const char *s;
    size_t at;        /* the start of the line that is read next */
    const char *open; /* the fence's line, from its mark on; NULL: no fence is open */
    size_t count;     /* of its marks */
    size_t len;       /* of its line */
} fences_t;

static void fences_read(fences_t *fences, size_t end)
{
    const char *newline, *mark;
    while (fences->at < end &&
           (newline = memchr(fences->s + fences->at, '\n', end - fences->at)) != NULL) {
        const char *line = fences->s + fences->at;
        const size_t marks = fence_mark(line, (size_t)(newline - line), &mark);
        const char *info = mark + marks;
        const size_t info_len = (size_t)(newline - info);
        fences->at += (size_t)(newline - line) + 1;
        if (marks == 0) continue;
        if (fences->open == NULL) {
            if (*mark == '`' && memchr(info, '`', info_len)) continue;
            fences->open = mark;
            fences->count = marks;
            fences->len = marks + info_len;
        } else if (*mark == *fences->open && marks >= fences->count &&
                   strspn(info, " \t\r") == info_len) {
            fences->open = NULL;
        }
    }
}

slack_stream_fence_t slack__stream_text_fence(const slack_stream_text_t *text, size_t end)
{
    slack_stream_fence_t fence = {"", ""};
    fences_t fences = {.s = slack__buf_ptr(&text->buf)};
    fences_read(&fences, end);
    if (fences.open == NULL) return fence;
    size_t count = fences.count, len = fences.len;
    if (count > sizeof fence.close - 2) count = sizeof fence.close - 2;
    if (len > sizeof fence.open - 2) len = count; /* without its info */
    snprintf(fence.open, sizeof fence.open, "%.*s\n", (int)len, fences.open);
    const bool at_line = fences.s[end - 1] == '\n';
    if (!at_line) fence.close[0] = '\n';
    memset(fence.close + !at_line, *fences.open, count);
    return fence;
}

/* ---- where a part ends ---- */

static bool is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\t';
}

/* The end of the first paragraph in `from` … `end`, outside of fences; 0: none. */
static size_t paragraph_end(const char *s, size_t from, size_t end)
{
    fences_t fences = {.s = s};
    for (size_t at = from < 2 ? 2 : from; at <= end; at++) {
        if (s[at - 1] != '\n' || s[at - 2] != '\n') continue;
        fences_read(&fences, at);
        if (fences.open == NULL) return at;
    }
    return 0;
}

static size_t line_start(const char *s, size_t at)
{
    while (at > 0 && s[at - 1] != '\n')
        at--;
    return at;
}

static bool fence_is_open(const slack_stream_text_t *text, size_t at)
{
    return *slack__stream_text_fence(text, at).open != '\0';
}

/* The last place up to `end` where a message can end: behind a line, else behind a word, but
 * neither within nor behind the line that opens a fence; else behind all that is sent. `end`: there
 * is no such place. */
static size_t message_end(const slack_stream_text_t *text, size_t end)
{
    const char *s = slack__buf_ptr(&text->buf), *mark;
    const size_t from = slack__stream_text_start(text);
    size_t lines = line_start(s, end), words = end;
    bool opens = false;
    if (lines < from) lines = from;
    if (lines > text->reopened && s[lines - 1] == '\n') {
        const size_t last = line_start(s, lines - 1);
        opens = fence_is_open(text, lines) && !fence_is_open(text, last);
        if (!opens) return lines;
        if (last > text->reopened && last >= from) return last;
    }
    while (words > lines && !is_space(s[words - 1]))
        words--;
    if (words == lines) return opens || from == text->reopened ? end : from;
    const size_t line = line_start(s, words);
    return line > from && fence_mark(s + line, words - line, &mark) > 0 ? line : words;
}

size_t slack__stream_text_whole(const slack_stream_text_t *text)
{
    return whole_characters(slack__buf_ptr(&text->buf), text->buf.len);
}

/* The end of what can be shown now: behind the last blank that waits. */
static size_t part_end(const slack_stream_text_t *text, bool all)
{
    const char *s = slack__buf_ptr(&text->buf);
    const size_t start = slack__stream_text_start(text);
    size_t end = text->buf.len;
    while (end > start && !is_space(s[end - 1]))
        end--;
    if (all || (end == start && slack__stream_text_waiting(text) > WORD_MAX))
        end = slack__stream_text_whole(text);
    return end == start ? text->sent : end;
}

slack_stream_cut_t slack__stream_text_cut(const slack_stream_text_t *text, bool all)
{
    const char *s = slack__buf_ptr(&text->buf);
    if (slack__stream_text_waiting(text) == 0) return (slack_stream_cut_t){text->sent, false};
    const size_t end = part_end(text, all);
    size_t good = offset_of_units(s, end, SLACK_STREAM_MESSAGE_GOOD);
    if (good == end) return (slack_stream_cut_t){end, false};

    const size_t fits = offset_of_units(s, end, SLACK_STREAM_MESSAGE_MAX);
    if (good < text->sent) good = text->sent;
    const size_t paragraph = paragraph_end(s, good, fits);
    if (paragraph > 0 && paragraph < text->buf.len) return (slack_stream_cut_t){paragraph, true};
    if (fits == end) return (slack_stream_cut_t){end, false};

    return (slack_stream_cut_t){fits > text->sent ? message_end(text, fits) : text->sent, true};
}

int slack__stream_text_roll(slack_stream_text_t *text, size_t end, const char *open)
{
    slack_buf_t next;
    slack__buf_init(&next, SLACK_STREAM_TEXT_MAX);
    int rc = slack__buf_append_slice(&next, slack__slice(open));
    if (rc == 0 && end < text->buf.len)
        rc = slack__buf_append(&next, slack__buf_ptr(&text->buf) + end, text->buf.len - end);
    if (rc != 0) {
        slack__buf_done(&next);
        return SLACK_ENOMEM;
    }
    slack__buf_done(&text->buf);
    text->buf = next;
    text->sent = 0;
    text->reopened = strlen(open);
    return 0;
}
