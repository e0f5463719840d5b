/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_HEAP_H
#define SLACK_TESTS_SUPPORT_HEAP_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The library's allocator in tests: it counts allocations, knows the blocks that were not freed,
 * and makes a chosen allocation fail. There is one heap per process; any thread may allocate.
 */

/* Replaces the library's allocator. Must be the first call of the library. */
void heap_install(void);

/* The blocks that are allocated now. */
size_t heap_live(void);

/* Their bytes, as malloc_usable_size() counts them. */
size_t heap_bytes(void);

/* The number of allocations so far (a realloc is one). */
size_t heap_count(void);

/* Makes the nth allocation from now fail (0: the next one), and with `all` every one after it,
 * until heap_heal(). */
void heap_fail_at(size_t nth, bool all);

/* Ends heap_fail_at(). Returns true if an allocation has failed since. */
bool heap_heal(void);

/* From now on every freed block is searched for `secret`, which is borrowed. NULL ends it. */
void heap_watch(const char *secret);

/* The number of freed blocks since heap_watch() that still held the secret. */
size_t heap_unwiped(void);

/* Between these calls allocations are not counted and do not fail, for the test's own use. Not
 * nested. */
void heap_pause(void);
void heap_resume(void);

#endif
