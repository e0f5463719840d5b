/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_ALLOC_FAIL_H
#define SLACK_TESTS_SUPPORT_ALLOC_FAIL_H

#include <stdbool.h>
#include <stddef.h>

/* The code under test. Returns 0 or SLACK_ENOMEM, and leaves nothing allocated. */
typedef int (*alloc_fail_fn)(void *ctx);

/*
 * Runs `fn` with its first allocation failing, then with its second, and so on until no allocation
 * fails. Each n is run twice: only the nth fails, and all from the nth on. The case fails if `fn`
 * returns another error, leaks, or fails without a failed allocation. Returns the number of
 * allocations that `fn` makes. Only the library's own allocations fail (slack_set_allocator), not
 * those of libuv, curl and SQLite.
 */
size_t alloc_fail_each(alloc_fail_fn fn, void *ctx);

/*
 * The same for code whose result needs more checks: an attempt calls heap_fail_at(nth, all) before
 * the part that may fail, checks the outcome, and returns heap_heal()'s result.
 */
size_t alloc_fail_attempts(bool (*attempt)(size_t nth, bool all));

#endif
