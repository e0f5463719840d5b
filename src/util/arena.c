/* SPDX-License-Identifier: MIT */
#include "util/arena.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "util/alloc.h"
#include "util/queue.h"

#define DEFAULT_FIRST_BYTES ((size_t)8 << 10)
#define ALIGNMENT           _Alignof(max_align_t)

/* One piece of heap: this header, then its data. Heads the list while allocations come from it. */
typedef struct block {
    struct block *next;
    size_t size; /* of data */
    size_t used;
    bool own; /* holds a single allocation */
    _Alignas(max_align_t) char data[];
} block_t;

struct slack_arena {
    block_t *head;
    char *newest; /* the last allocation in `head`, the only one that can be resized in place */
    size_t size;  /* bytes taken from the heap */
    size_t max;
    atomic_size_t *total; /* counts `size`; NULL: none does */
    bool full;            /* an allocation has failed because of `max` */
};

static block_t *block_new(size_t data_size, bool own)
{
    block_t *block = slack__malloc(sizeof *block + data_size);
    if (!block) return NULL;
    block->next = NULL;
    block->size = data_size;
    block->used = own ? data_size : 0;
    block->own = own;
    return block;
}

/* ---- blocks of freed arenas, in a program that checks lifetimes ---- */

#define KEPT_BYTES_MAX ((size_t)8 << 20)

/* One period of the text, by the address. A value of JSON is aligned to it. */
static const char over[16] = "(delivery over)";
static _Atomic(slack_over_fn) keeps;                     /* NULL: freed blocks are not kept */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* for what follows */
static block_t *kept_first, *kept_last;
static size_t kept_bytes;

/* Frees the oldest kept blocks until those that are left take at most `bytes`. */
static void kept_shrink(size_t bytes)
{
    while (kept_bytes > bytes) {
        block_t *block = kept_first;
        kept_first = block->next;
        kept_bytes -= block->size;
        slack__free(block);
    }
    if (kept_first == NULL) kept_last = NULL;
}

static void block_keep(block_t *block)
{
    for (size_t i = 0; i < block->used; i++)
        block->data[i] = over[((uintptr_t)block->data + i) % sizeof over];
    if (block->used > 0) block->data[block->used - 1] = '\0';
    block->next = NULL;
    pthread_mutex_lock(&lock);
    *(kept_last ? &kept_last->next : &kept_first) = block;
    kept_last = block;
    kept_bytes += block->size;
    kept_shrink(KEPT_BYTES_MAX);
    pthread_mutex_unlock(&lock);
}

void slack__arenas_keep(slack_over_fn report)
{
    pthread_mutex_lock(&lock);
    atomic_store(&keeps, report);
    if (report == NULL) kept_shrink(0);
    pthread_mutex_unlock(&lock);
}

bool slack__arena_is_over(const void *pointer)
{
    return atomic_load_explicit(&keeps, memory_order_relaxed) && pointer &&
           strncmp(pointer, over, sizeof over) == 0;
}

bool slack__arena_is_used_over(const void *pointer, const char *what)
{
    if (!slack__arena_is_over(pointer)) return false;
    const slack_over_fn report = atomic_load(&keeps);
    if (report) report(what);
    return true;
}

static void block_free(block_t *block)
{
    slack__wipe(block->data, block->used);
    if (atomic_load_explicit(&keeps, memory_order_relaxed))
        block_keep(block);
    else
        slack__free(block);
}

slack_arena_t *slack__arena_new(size_t first_bytes, size_t max_bytes)
{
    const size_t least = sizeof(block_t) + sizeof(slack_arena_t);
    if (!max_bytes) max_bytes = SLACK_ARENA_MAX;
    if (!first_bytes) first_bytes = DEFAULT_FIRST_BYTES;
    if (first_bytes > max_bytes) first_bytes = max_bytes;
    if (first_bytes < least) first_bytes = least;

    block_t *block = block_new(first_bytes - sizeof *block, false);
    if (!block) return NULL;
    slack_arena_t *arena = (void *)block->data;
    block->used = sizeof *arena;
    *arena = (slack_arena_t){.head = block, .size = first_bytes, .max = max_bytes};
    return arena;
}

static void arena_grow(slack_arena_t *arena, size_t bytes)
{
    arena->size += bytes;
    if (arena->total) atomic_fetch_add_explicit(arena->total, bytes, memory_order_relaxed);
}

static void arena_shrink(slack_arena_t *arena, size_t bytes)
{
    arena->size -= bytes;
    if (arena->total) atomic_fetch_sub_explicit(arena->total, bytes, memory_order_relaxed);
}

void slack__arena_free(slack_arena_t *arena)
{
    if (!arena) return;
    arena_shrink(arena, arena->size);
    for (block_t *block = arena->head, *next; block; block = next) {
        next = block->next;
        block_free(block);
    }
}

void slack__arena_allow(slack_arena_t *arena, size_t more_bytes)
{
    arena->max += more_bytes;
}

void slack__arena_reset(slack_arena_t *arena)
{
    block_t *first = SLACK_CONTAINER(arena, block_t, data);
    for (block_t *block = arena->head, *next; block; block = next) {
        next = block->next;
        if (block == first) continue;
        arena_shrink(arena, sizeof *block + block->size);
        block_free(block);
    }
    slack__wipe(first->data + sizeof *arena, first->used - sizeof *arena);
    first->next = NULL;
    first->used = sizeof *arena;
    arena->head = first;
    arena->newest = NULL;
    arena->full = false;
}

/* Allocate in a new block what does not fit into the head. The block becomes the head, twice as
 * large. But a large allocation gets a block of its own, so that the room in the head stays in use.
 */
static void *take_from_new_block(slack_arena_t *arena, size_t size)
{
    size_t left = arena->max > arena->size ? arena->max - arena->size : 0;
    if (left < sizeof(block_t) || size > left - sizeof(block_t)) {
        arena->full = true;
        return NULL;
    }
    left -= sizeof(block_t);

    size_t doubled = 2 * (sizeof(block_t) + arena->head->size) - sizeof(block_t);
    if (doubled > left) doubled = left;
    bool own = size > doubled / 2;
    block_t *block = block_new(own ? size : doubled, own);
    if (!block) return NULL;
    arena_grow(arena, sizeof *block + block->size);
    if (own) {
        block->next = arena->head->next;
        arena->head->next = block;
    } else {
        block->next = arena->head;
        arena->head = block;
        arena->newest = block->data;
        block->used = size;
    }
    return block->data;
}

static void *arena_take(slack_arena_t *arena, size_t size, size_t align)
{
    block_t *head = arena->head;
    size_t start = (head->used + align - 1) & ~(align - 1);
    if (start > head->size || size > head->size - start) return take_from_new_block(arena, size);
    head->used = start + size;
    arena->newest = head->data + start;
    return arena->newest;
}

void *slack__arena_alloc(slack_arena_t *arena, size_t size)
{
    return arena_take(arena, size, ALIGNMENT);
}

void *slack__arena_calloc(slack_arena_t *arena, size_t size)
{
    void *ptr = slack__arena_alloc(arena, size);
    if (ptr) memset(ptr, 0, size);
    return ptr;
}

char *slack__arena_strdup(slack_arena_t *arena, const char *s)
{
    return s ? slack__arena_strndup(arena, s, strlen(s)) : NULL;
}

char *slack__arena_join(slack_arena_t *arena, const char *head, const char *tail)
{
    const size_t head_len = strlen(head), size = strlen(tail) + 1;
    char *text = slack__arena_alloc(arena, head_len + size);
    if (text == NULL) return NULL;
    memcpy(text, head, head_len);
    memcpy(text + head_len, tail, size);
    return text;
}

char *slack__arena_strndup(slack_arena_t *arena, const char *s, size_t len)
{
    if (len == SIZE_MAX) return NULL;
    char *copy = arena_take(arena, len + 1, 1);
    if (!copy) return NULL;
    if (len) memcpy(copy, s, len);
    copy[len] = '\0';
    return copy;
}

char *slack__arena_printf(slack_arena_t *arena, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    char *text = slack__arena_vprintf(arena, format, ap);
    va_end(ap);
    return text;
}

char *slack__arena_vprintf(slack_arena_t *arena, const char *format, va_list ap)
{
    if (format == NULL) format = "";
    va_list measured;
    va_copy(measured, ap);
    int len = vsnprintf(NULL, 0, format, measured);
    va_end(measured);
    if (len < 0) return NULL;
    char *text = arena_take(arena, (size_t)len + 1, 1);
    if (text) vsnprintf(text, (size_t)len + 1, format, ap);
    return text;
}

/* Replace the newest block of a single allocation by a larger one. Otherwise the arena would keep
 * every size that a growing allocation went through. */
static void *grow_own_block(slack_arena_t *arena, size_t new_size)
{
    block_t *old = arena->head->next;
    if (new_size - old->size > arena->max - arena->size) {
        arena->full = true;
        return NULL;
    }
    block_t *block = block_new(new_size, true);
    if (!block) return NULL;
    memcpy(block->data, old->data, old->size);
    block->next = old->next;
    arena->head->next = block;
    arena_grow(arena, new_size - old->size);
    block_free(old);
    return block->data;
}

void *slack__arena_realloc(slack_arena_t *arena, void *ptr, size_t old_size, size_t new_size)
{
    if (!ptr) return slack__arena_alloc(arena, new_size);
    block_t *head = arena->head, *next = head->next;
    if (ptr == arena->newest) {
        size_t start = (size_t)(arena->newest - head->data);
        if (new_size <= head->size - start) {
            /* Freeing the arena wipes only its used bytes, so bytes that are given back are wiped
             * here. */
            if (new_size < old_size) slack__wipe((char *)ptr + new_size, old_size - new_size);
            head->used = start + new_size;
            return ptr;
        }
    }
    if (new_size <= old_size) return ptr;
    if (next && next->own && ptr == next->data) return grow_own_block(arena, new_size);
    void *copy = slack__arena_alloc(arena, new_size);
    if (copy) memcpy(copy, ptr, old_size);
    return copy;
}

void slack__arena_count_in(slack_arena_t *arena, atomic_size_t *total)
{
    const size_t size = arena->size;
    arena_shrink(arena, size);
    arena->total = total;
    arena_grow(arena, size);
}

void slack__arena_count_with(slack_arena_t *arena, const slack_arena_t *other)
{
    slack__arena_count_in(arena, other->total);
}

size_t slack__arena_size(const slack_arena_t *arena)
{
    return arena->size;
}

bool slack__arena_is_full(const slack_arena_t *arena)
{
    return arena->full;
}
