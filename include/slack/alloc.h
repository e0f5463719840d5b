/* SPDX-License-Identifier: MIT */
#ifndef SLACK_ALLOC_H
#define SLACK_ALLOC_H

#include <stddef.h>

#include "export.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * @file alloc.h  The memory allocator of the library.
 *
 * The library takes all of its memory from one allocator, by default that of the C library. This
 * does not change the allocators of libuv, libcurl, mbedTLS and SQLite. docs/examples/program.c is
 * an example.
 */

/** Replacements for malloc, realloc and free. Each does what the function of that name in the C
 * library does, and must be safe to call on any thread. */
typedef struct slack_allocator {
    /** Required. As malloc(3). */
    void *(*malloc)(size_t size, void *user_data);
    /** Required. As realloc(3). */
    void *(*realloc)(void *ptr, size_t size, void *user_data);
    /** Required. As free(3). */
    void (*free)(void *ptr, void *user_data);
    /** Optional, borrowed until the process ends. Passed to the three functions. */
    void *user_data;
} slack_allocator_t;

/**
 * Replace the allocator. Call this before any other function of the library, or after the program
 * has freed everything that the library gave it.
 *
 * @param allocator copied; NULL restores the C library's.
 * @return 0; SLACK_EINVAL if a function is missing.
 */
SLACK_API int slack_set_allocator(const slack_allocator_t *allocator);

#ifdef __cplusplus
}
#endif
#endif
