/* SPDX-License-Identifier: MIT */
#include "support/tls_memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#endif

static size_t left = SIZE_MAX; /* calls until the one that fails */
static bool failed;
static bool called; /* this calloc() is the one in use */

#ifndef SANITIZED
/* A volatile pointer: the compiler would turn malloc() and memset() into calloc(). */
static void *(*volatile take)(size_t size) = malloc;

void *calloc(size_t count, size_t size)
{
    called = true;
    if (left != SIZE_MAX && left-- == 0) {
        left = SIZE_MAX;
        failed = true;
        return NULL;
    }
    if (size && count > SIZE_MAX / size) return NULL;
    void *ptr = take(count * size);
    if (ptr) memset(ptr, 0, count * size);
    return ptr;
}
#endif

bool tls_memory_is_ours(void)
{
    return called;
}

void tls_memory_fail_at(size_t nth)
{
    failed = false;
    left = nth;
}

bool tls_memory_heal(void)
{
    left = SIZE_MAX;
    return failed;
}
