/* SPDX-License-Identifier: MIT */
#ifndef SLACK_CONTEXT_STREAM_TEXT_H
#define SLACK_CONTEXT_STREAM_TEXT_H

#include <stdbool.h>

#include "util/buf.h"

/*
 * The text of a message that is streamed: how much of it is sent next, and where it goes on in
 * another message. Pure.
 *
 * Slack limits a message that is streamed to about 12,000 characters in all. Its documentation has
 * this limit for one call only; apps report it for the message, as msg_too_long
 * (https://github.com/CopilotKit/CopilotKit/issues/6064). The library counts UTF-16 units, of which
 * a text has at least as many as characters.
 */

#define SLACK_STREAM_MESSAGE_MAX  11500 /* of a message, without what closes a fence */
#define SLACK_STREAM_MESSAGE_GOOD 9000  /* from here on it ends at the next paragraph */
#define SLACK_STREAM_TEXT_MAX     ((size_t)128 << 10) /* in bytes: sent, and waiting */

typedef struct slack_stream_text {
    slack_buf_t buf; /* of this message: sent, and waiting */
    size_t sent;     /* in bytes */
    size_t reopened; /* bytes at the start that open a fence again: no text of the program */
} slack_stream_text_t;

/* The next part of the text: it ends at this offset of the buffer. */
typedef struct slack_stream_cut {
    size_t end;
    bool rolls; /* the message ends there, and what follows goes into another one */
} slack_stream_cut_t;

/* A fenced block of code that is open at some place. Both are "" if there is none. */
typedef struct slack_stream_fence {
    char open[64];  /* the line with which it begins again: "```python\n" */
    char close[64]; /* "\n```" */
} slack_stream_fence_t;

void slack__stream_text_init(slack_stream_text_t *text);
void slack__stream_text_done(slack_stream_text_t *text);

/* The start of the program's text that waits. */
static inline size_t slack__stream_text_start(const slack_stream_text_t *text)
{
    return text->sent > text->reopened ? text->sent : text->reopened;
}

static inline size_t slack__stream_text_waiting(const slack_stream_text_t *text)
{
    return text->buf.len - slack__stream_text_start(text);
}

/* How far the text can be sent. A part ends behind a blank, or with `all` at the end of the text;
 * never within a character. */
slack_stream_cut_t slack__stream_text_cut(const slack_stream_text_t *text, bool all);

/* The end of the text, without the first bytes of a character that is not complete. */
size_t slack__stream_text_whole(const slack_stream_text_t *text);

/* The fence that is open at that offset. */
slack_stream_fence_t slack__stream_text_fence(const slack_stream_text_t *text, size_t end);

/* The message ends at `end`: the rest is the text of another one, behind `open`. 0; SLACK_ENOMEM,
 * the text is then unchanged. */
int slack__stream_text_roll(slack_stream_text_t *text, size_t end, const char *open);

#endif
