/* SPDX-License-Identifier: MIT */
#include "support/heap.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>

#include <slack/alloc.h>

static atomic_size_t live, count;
static atomic_size_t fail_at = SIZE_MAX; /* the value of `count` that fails */
static atomic_bool fail_all, failed;

static bool refuse(void)
{
    size_t number = atomic_fetch_add(&count, 1);
    size_t at = atomic_load(&fail_at);
    if (number != at && !(atomic_load(&fail_all) && number > at)) return false;
    atomic_store(&failed, true);
    return true;
}

static void *heap_malloc(size_t size, void *user_data)
{
    (void)user_data;
    void *ptr = refuse() ? NULL : malloc(size);
    if (ptr) atomic_fetch_add(&live, 1);
    return ptr;
}

static void *heap_realloc(void *ptr, size_t size, void *user_data)
{
    (void)user_data;
    void *grown = refuse() ? NULL : realloc(ptr, size);
    if (grown && !ptr) atomic_fetch_add(&live, 1);
    return grown;
}

static void heap_free(void *ptr, void *user_data)
{
    (void)user_data;
    if (ptr) atomic_fetch_sub(&live, 1);
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
