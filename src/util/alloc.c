/* SPDX-License-Identifier: MIT */
#include "util/alloc.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <slack/error.h>

static void *libc_malloc(size_t size, void *user_data)
{
    (void)user_data;
    return malloc(size);
}

static void *libc_realloc(void *ptr, size_t size, void *user_data)
{
    (void)user_data;
    return realloc(ptr, size);
}

static void libc_free(void *ptr, void *user_data)
{
    (void)user_data;
    free(ptr);
}

static const slack_allocator_t libc_allocator = {libc_malloc, libc_realloc, libc_free, NULL};

/* Set before any thread of the library runs, so it needs no lock. */
static slack_allocator_t allocator = {libc_malloc, libc_realloc, libc_free, NULL};

int slack_set_allocator(const slack_allocator_t *replacement)
{
    if (!replacement) replacement = &libc_allocator;
    if (!replacement->malloc || !replacement->realloc || !replacement->free) return SLACK_EINVAL;
    allocator = *replacement;
    return 0;
}

static atomic_uint failures;

unsigned slack__alloc_failures(void)
{
    return atomic_load_explicit(&failures, memory_order_relaxed);
}

static void *checked(void *ptr)
{
    if (!ptr) atomic_fetch_add_explicit(&failures, 1, memory_order_relaxed);
    return ptr;
}

/* A size of 0 becomes 1, since some allocators return NULL for 0. */
void *slack__malloc(size_t size)
{
    return checked(allocator.malloc(size ? size : 1, allocator.user_data));
}

void *slack__calloc(size_t count, size_t size)
{
    if (size && count > SIZE_MAX / size) return NULL;
    void *ptr = slack__malloc(count * size);
    if (ptr) memset(ptr, 0, count * size);
    return ptr;
}

void *slack__realloc(void *ptr, size_t size)
{
    if (!ptr) return slack__malloc(size);
    return checked(allocator.realloc(ptr, size ? size : 1, allocator.user_data));
}

void slack__free(void *ptr)
{
    if (ptr) allocator.free(ptr, allocator.user_data);
}

char *slack__strdup(const char *s)
{
    return s ? slack__strndup(s, strlen(s)) : NULL;
}

char *slack__strndup(const char *s, size_t len)
{
    if (len == SIZE_MAX) return NULL;
    char *copy = slack__malloc(len + 1);
    if (!copy) return NULL;
    if (len) memcpy(copy, s, len);
    copy[len] = '\0';
    return copy;
}

void slack__wipe(void *ptr, size_t len)
{
    if (!ptr || !len) return;
    memset(ptr, 0, len);
    /* The compiler must assume that this reads the memory, so it cannot remove the memset. */
    __asm__ __volatile__("" : : "r"(ptr) : "memory");
}

void slack__free_secret(char *secret)
{
    if (secret) slack__wipe(secret, strlen(secret));
    slack__free(secret);
}
