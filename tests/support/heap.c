/* SPDX-License-Identifier: MIT */
#include "support/heap.h"

#include <malloc.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <slack/alloc.h>

static atomic_size_t live, bytes, count;
static atomic_size_t fail_at = SIZE_MAX; /* the value of `count` at which one fails */
static atomic_bool fail_all, failed, paused;

static const char *_Atomic watched;
static atomic_size_t unwiped;

/* Counts the block if it still holds the secret. */
static void search(void *ptr)
{
    const char *secret = atomic_load(&watched);
    if (!secret || !ptr) return;
    const size_t len = strlen(secret), size = malloc_usable_size(ptr);
    for (size_t i = 0; i + len <= size; i++) {
        if (memcmp((char *)ptr + i, secret, len) != 0) continue;
        atomic_fetch_add(&unwiped, 1);
        return;
    }
}

/* While a secret is watched, blocks are zeroed, so that no old bytes are found in them, and a
 * realloc moves, so that the block it leaves is searched. */
static void *watched_realloc(void *ptr, size_t size)
{
    void *grown = calloc(1, size);
    if (!grown || !ptr) return grown;
    size_t old = malloc_usable_size(ptr);
    memcpy(grown, ptr, old < size ? old : size);
    search(ptr);
    free(ptr);
    return grown;
}

static bool refuse(void)
{
    if (atomic_load(&paused)) return false;
    size_t number = atomic_fetch_add(&count, 1);
    size_t at = atomic_load(&fail_at);
    if (number != at && !(atomic_load(&fail_all) && number > at)) return false;
    atomic_store(&failed, true);
    return true;
}

static void *heap_malloc(size_t size, void *user_data)
{
    void *ptr = refuse() ? NULL : atomic_load(&watched) ? calloc(1, size) : malloc(size);
    if (ptr) atomic_fetch_add(&live, 1);
    atomic_fetch_add(&bytes, malloc_usable_size(ptr));
    return ptr;
}

static void *heap_realloc(void *ptr, size_t size, void *user_data)
{
    void *grown = NULL;
    const size_t before = malloc_usable_size(ptr);
    if (!refuse()) grown = atomic_load(&watched) ? watched_realloc(ptr, size) : realloc(ptr, size);
    if (grown && !ptr) atomic_fetch_add(&live, 1);
    if (grown) atomic_fetch_add(&bytes, malloc_usable_size(grown) - before);
    return grown;
}

static void heap_free(void *ptr, void *user_data)
{
    if (ptr) atomic_fetch_sub(&live, 1);
    atomic_fetch_sub(&bytes, malloc_usable_size(ptr));
    search(ptr);
    free(ptr);
}

void heap_install(void)
{
    static const slack_allocator_t allocator = {heap_malloc, heap_realloc, heap_free, NULL};
    slack_set_allocator(&allocator);
}

size_t heap_live(void)
{
    return atomic_load(&live);
}

size_t heap_bytes(void)
{
    return atomic_load(&bytes);
}

size_t heap_count(void)
{
    return atomic_load(&count);
}

void heap_fail_at(size_t nth, bool all)
{
    atomic_store(&failed, false);
    atomic_store(&fail_all, all);
    atomic_store(&fail_at, atomic_load(&count) + nth);
}

bool heap_heal(void)
{
    atomic_store(&fail_all, false);
    atomic_store(&fail_at, SIZE_MAX);
    return atomic_load(&failed);
}

void heap_watch(const char *secret)
{
    atomic_store(&unwiped, 0);
    atomic_store(&watched, secret);
}

size_t heap_unwiped(void)
{
    return atomic_load(&unwiped);
}

void heap_pause(void)
{
    atomic_store(&paused, true);
}

void heap_resume(void)
{
    atomic_store(&paused, false);
}
