/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_HEAP_H
#define SLACK_TESTS_SUPPORT_HEAP_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The library's allocator under the eyes of a test: counts what is taken, knows what was not given
 * back, and makes a chosen allocation fail. One heap per process; any thread may allocate.
 */

/* Replaces the library's allocator. To be called before any other function of the library. */
void heap_install(void);

/* Blocks that were taken and not given back. */
size_t heap_live(void);

/* Their bytes, as the C library counts them. */
size_t heap_bytes(void);

/* How many allocations there were so far (a realloc is one). */
size_t heap_count(void);

/* The nth allocation from now fails (0: the very next one), and with `all` every one after it,
 * until heap_heal(). */
void heap_fail_at(size_t nth, bool all);

/* No allocation fails any more. True when one did since heap_fail_at(). */
bool heap_heal(void);

/* From now on, every block that is given back is searched for `secret` (borrowed; NULL ends it). */
void heap_watch(const char *secret);

/* How many blocks came back with the secret still in them since heap_watch(). */
size_t heap_unwiped(void);

/* What is allocated in between is not counted and does not fail: the test's own doings. Not nested.
 */
void heap_pause(void);
void heap_resume(void);

#endif
