/* SPDX-License-Identifier: MIT */
#ifndef SLACK_UTIL_ALLOC_H
#define SLACK_UTIL_ALLOC_H

#include <slack/alloc.h>

/* The library's only way to the heap. Tests make the nth call fail, with slack_set_allocator(). */
void *slack__malloc(size_t size);
void *slack__calloc(size_t count, size_t size); /* NULL on overflow */
void *slack__realloc(void *ptr, size_t size);
void slack__free(void *ptr);
/* The number of allocations that have failed since the start of the process. Any thread. */
unsigned slack__alloc_failures(void);
char *slack__strdup(const char *s); /* NULL for NULL */
char *slack__strndup(const char *s, size_t len);

/* Overwrite the memory in a way that the compiler does not optimise away; then free it. NULL is
 * allowed. */
void slack__free_secret(char *secret);
void slack__wipe(void *ptr, size_t len);

#endif
