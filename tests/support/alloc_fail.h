/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_ALLOC_FAIL_H
#define SLACK_TESTS_SUPPORT_ALLOC_FAIL_H

#include <stdbool.h>
#include <stddef.h>

/* A piece of the library at work. Returns 0 or SLACK_ENOMEM, and has given back what it took either
 * way. */
typedef int (*alloc_fail_fn)(void *ctx);

/*
 * Run `fn` with its first allocation failing, then with its second, and so on until it runs through
 * with none failing; each n is run twice, once with only the nth failing, once with all from the
 * nth on. The running test fails when fn returns another error, leaks, or does not succeed once
 * nothing fails. Returns how many allocations fn makes, so that a test can assert that too.
 *
 *     static int build(void *ctx) { … return rc; }
 *     alloc_fail_each(build, &fixture);
 *
 * Only the library's own allocations are seen (slack_set_allocator), not those of libuv, curl and
 * SQLite.
 */
size_t alloc_fail_each(alloc_fail_fn fn, void *ctx);

/*
 * The same for what ends in other ways, or is disturbed in a part of it only: an attempt calls
 * heap_fail_at(nth, all) where memory may begin to fail, judges what came of it, and returns what
 * heap_heal() does. The heap has been installed before.
 */
size_t alloc_fail_attempts(bool (*attempt)(size_t nth, bool all));

#endif
