/* SPDX-License-Identifier: MIT */
#ifndef SLACK_UTIL_ARENA_H
#define SLACK_UTIL_ARENA_H

#include <stdarg.h>
#include <stddef.h>

#include "slack/export.h"
#include "util/str.h"

/*
 * One arena per delivery and per call: everything that belongs to it is allocated here and freed at
 * once. The arena itself lives in its first block, so an empty one costs one allocation. Blocks
 * double; a request larger than a block gets one of its own. What was used is wiped when the arena
 * is freed: bodies hold tokens and response URLs.
 */
typedef struct slack_arena slack_arena_t;

/* An arena whose first block holds `first_bytes` (0: a default fit for one event) and that never
 * takes more than `max_bytes` in all (0: SLACK_ARENA_MAX). NULL when memory is out. */
slack_arena_t *slack__arena_new(size_t first_bytes, size_t max_bytes);
void slack__arena_free(slack_arena_t *arena);

/* Aligned for any type. NULL when memory is out or the maximum is reached; the arena stays good. */
void *slack__arena_alloc(slack_arena_t *arena, size_t size);
void *slack__arena_calloc(slack_arena_t *arena, size_t size);
char *slack__arena_strdup(slack_arena_t *arena, const char *s); /* NULL for NULL */
char *slack__arena_strndup(slack_arena_t *arena, const char *s, size_t len);
char *slack__arena_printf(slack_arena_t *arena, const char *format, ...) SLACK_PRINTF(2, 3);
char *slack__arena_vprintf(slack_arena_t *arena, const char *format, va_list ap) SLACK_PRINTF(2, 0);

/* Grow the newest allocation in place where that is possible, else copy. */
void *slack__arena_realloc(slack_arena_t *arena, void *ptr, size_t old_size, size_t new_size);

/* Bytes held from the heap. */
size_t slack__arena_size(const slack_arena_t *arena);

#define SLACK_ARENA_MAX ((size_t)16 << 20)

#endif
