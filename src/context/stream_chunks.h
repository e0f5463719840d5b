/* SPDX-License-Identifier: MIT */
#ifndef SLACK_CONTEXT_STREAM_CHUNKS_H
#define SLACK_CONTEXT_STREAM_CHUNKS_H

#include "context/stream_text.h"
#include "util/arena.h"
#include "util/json.h"
#include "util/queue.h"

/*
 * The chunks of a message that is streamed: tasks, plans and blocks between its texts. A chunk that
 * waits is replaced by the next one of the same task, so a producer may report progress as often as
 * it likes. Those that Slack has are kept until the message ends, because a message that can only
 * be edited is sent whole each time. A task that is in progress when its message ends goes on in
 * the next one: the old message shows it as pending, which is no more than it knows, and the new
 * one shows it with its first part. Pure.
 */

#define SLACK_STREAM_CHUNKS_MAX 50 /* that wait, and that are kept */

typedef struct slack_stream_chunks {
    slack_link_t waiting, shown; /* the oldest first */
    slack_link_t carried;        /* tasks of the message before, for the first part of this one */
    size_t waiting_count, shown_count;
} slack_stream_chunks_t;

/* The part of a message that a call sends. */
typedef struct slack_stream_part {
    size_t end;        /* in the text */
    bool rolls;        /* the message ends there, and another one follows */
    const char *close; /* comes behind the text, to close a fence */
} slack_stream_part_t;

void slack__stream_chunks_init(slack_stream_chunks_t *chunks);
void slack__stream_chunks_done(slack_stream_chunks_t *chunks);

/* Adds a copy of a chunk, which comes at that offset of the text. 0; SLACK_EBUSY at the limit;
 * SLACK_ETOOBIG; SLACK_ENOMEM. */
int slack__stream_chunks_add(slack_stream_chunks_t *chunks, const slack_json_t *chunk, size_t at);

/* The offset of the last chunk that waits; `fallback` if none does. */
size_t slack__stream_chunks_last(const slack_stream_chunks_t *chunks, size_t fallback);
/* Whether a chunk waits at `end` or before it. */
bool slack__stream_chunks_wait(const slack_stream_chunks_t *chunks, size_t end);
/* Whether a part has chunks. */
bool slack__stream_chunks_in(const slack_stream_chunks_t *chunks, const slack_stream_part_t *part);

/* Slack has the chunks up to `end`. */
void slack__stream_chunks_sent(slack_stream_chunks_t *chunks, size_t end);
/* The message has ended at `end`. The rest of its text has the offset `start` in the next one. */
void slack__stream_chunks_roll(slack_stream_chunks_t *chunks, size_t end, size_t start);

/* The text from text->sent to the end of the part, with the chunks that wait there. Both functions
 * return NULL without memory. */
const slack_json_t *slack__stream_chunks_part(const slack_stream_chunks_t *chunks,
                                              slack_arena_t *arena, const slack_stream_text_t *text,
                                              const slack_stream_part_t *part);
/* The whole message up to the end of the part as blocks, with `more` (NULL: none) behind them. */
const slack_json_t *slack__stream_chunks_whole(const slack_stream_chunks_t *chunks,
                                               slack_arena_t *arena, const char *text,
                                               const slack_stream_part_t *part,
                                               const slack_json_t *more);

#endif
