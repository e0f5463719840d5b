/* SPDX-License-Identifier: MIT */
#ifndef SLACK_UTIL_ARENA_H
#define SLACK_UTIL_ARENA_H

#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "slack/export.h"
#include "util/str.h"

/*
 * Each delivery and each call has an arena, in which everything that belongs to it is allocated and
 * freed together. The arena lies in its own first block, so an empty one costs one allocation.
 * Blocks double in size; a large allocation gets a block of its own. Used memory is wiped when the
 * arena is freed, since bodies hold tokens and response URLs.
 */
typedef struct slack_arena slack_arena_t;

/* An arena whose first block takes `first_bytes` (0: a default that suits one event), and which
 * takes at most `max_bytes` in all (0: SLACK_ARENA_MAX). NULL: memory is out. */
slack_arena_t *slack__arena_new(size_t first_bytes, size_t max_bytes);
void slack__arena_free(slack_arena_t *arena);

/* Raises the maximum. */
void slack__arena_allow(slack_arena_t *arena, size_t more_bytes);
/* Frees all allocations, and keeps the first block. */
void slack__arena_reset(slack_arena_t *arena);

/* Aligned for any type. NULL: memory is out, or the maximum is reached; the arena stays usable. */
void *slack__arena_alloc(slack_arena_t *arena, size_t size);
void *slack__arena_calloc(slack_arena_t *arena, size_t size);
char *slack__arena_strdup(slack_arena_t *arena, const char *s); /* NULL for NULL */
/* `head` and `tail` in one string, without the cost of a format. */
char *slack__arena_join(slack_arena_t *arena, const char *head, const char *tail);
char *slack__arena_strndup(slack_arena_t *arena, const char *s, size_t len);
char *slack__arena_printf(slack_arena_t *arena, const char *format, ...) SLACK_PRINTF(2, 3);
/* A NULL format makes an empty text. */
char *slack__arena_vprintf(slack_arena_t *arena, const char *format, va_list ap) SLACK_PRINTF(2, 0);

/* Resize an allocation: in place if it is the newest one and there is room, otherwise by a copy. */
void *slack__arena_realloc(slack_arena_t *arena, void *ptr, size_t old_size, size_t new_size);

/* Counts the bytes that the arena takes from the heap in *total, until the arena is freed. Arenas
 * of several threads may share a total. */
void slack__arena_count_in(slack_arena_t *arena, atomic_size_t *total);
/* Counts them where those of `other` are counted, if they are. */
void slack__arena_count_with(slack_arena_t *arena, const slack_arena_t *other);

/* Bytes taken from the heap. */
size_t slack__arena_size(const slack_arena_t *arena);
/* Whether an allocation has failed because of the maximum. */
bool slack__arena_is_full(const slack_arena_t *arena);

/*
 * The texts and values of a delivery or a response end with its arena. In a program that
 * checks lifetimes (lifetime.h), the memory of freed arenas stays readable for a while. It is
 * filled with the text "(delivery over)". No other text, JSON value or struct begins like that.
 */
typedef void (*slack_over_fn)(const char *what);
void slack__arenas_keep(slack_over_fn report); /* NULL: frees what is kept */
/* Whether a pointer leads to such memory. The memory behind the pointer has to be readable up to a
 * NUL. */
bool slack__arena_is_over(const void *pointer);
/* The same, and reports the use: "a JSON value", "a response". */
bool slack__arena_is_used_over(const void *pointer, const char *what);

#define SLACK_ARENA_MAX ((size_t)16 << 20)

#endif
