/* SPDX-License-Identifier: MIT */
#include "support/alloc_fail.h"
#include "support/test.h"

#include <slack/error.h>

#include "support/heap.h"

/* Code that allocates more often never ends. */
#define COUNT_MAX 100000

/* Runs fn with its nth allocation failing, counted from 0. Returns false if it makes fewer. */
static bool run(alloc_fail_fn fn, void *ctx, size_t nth, bool all)
{
    size_t live = heap_live();
    heap_fail_at(nth, all);
    int rc = fn(ctx);
    bool failed = heap_heal();
    if (heap_live() != live)
        fail_msg("allocation %zu failing: %zu blocks before, %zu after", nth, live, heap_live());
    if (rc != 0 && !(failed && rc == SLACK_ENOMEM))
        fail_msg("allocation %zu failing: returned %s", nth, slack_err_name(rc));
    return failed;
}

size_t alloc_fail_each(alloc_fail_fn fn, void *ctx)
{
    heap_install();
    for (size_t nth = 0; nth < COUNT_MAX; nth++) {
        if (!run(fn, ctx, nth, false)) return nth;
        run(fn, ctx, nth, true);
    }
    fail_msg("no end after %d allocations", COUNT_MAX);
    return 0;
}

size_t alloc_fail_attempts(bool (*attempt)(size_t nth, bool all))
{
    for (size_t nth = 0; nth < COUNT_MAX; nth++) {
        if (!attempt(nth, false)) return nth;
        attempt(nth, true);
    }
    fail_msg("no end after %d allocations", COUNT_MAX);
    return 0;
}
