/* SPDX-License-Identifier: MIT */
#ifndef SLACK_ALLOC_H
#define SLACK_ALLOC_H

#include <stddef.h>

#include "export.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * @file alloc.h  The one allocator of the library.
 */

/** Replacements for malloc, realloc and free, with the C library's contracts. All three are
 * Required; they are called from every thread that the library runs on. */
typedef struct slack_allocator {
    void *(*malloc)(size_t size, void *user_data);             /* malloc(3) */
    void *(*realloc)(void *ptr, size_t size, void *user_data); /* realloc(3) */
    void (*free)(void *ptr, void *user_data);                  /* free(3) */
    void *user_data; /* Optional, borrowed for the life of the process. */
} slack_allocator_t;

/**
 * Replace the allocator.
 *
 * @param allocator copied; NULL brings the C library's back. To be called before any other function
 *        of the library, or when all that it allocated has been freed.
 * @return 0; SLACK_EINVAL if a member is missing.
 */
SLACK_API int slack_set_allocator(const slack_allocator_t *allocator);

#ifdef __cplusplus
}
#endif
#endif
