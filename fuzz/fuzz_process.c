/* SPDX-License-Identifier: MIT */
#include "cluster/process.h"
#include "fuzz.h"

/* The value of an entry that any program may have written: what is read is fit to be shown, and is
 * read again as it is written. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    slack_arena_t *arena = slack__arena_new(0, 0);
    must(arena);
    const slack_slice_t id = SLACK_SLICE("0123456789abcdef");
    slack_process_t p, again;
    if (slack__process_read(arena, id, (slack_slice_t){(const char *)data, size}, &p)) {
        must(p.role >= SLACK_ROLE_ALL && p.role <= SLACK_ROLE_WORK);
        must(slack__is_visible(slack__slice(p.host)) && slack__is_visible(slack__slice(p.version)));
        must(p.pid >= 0 && p.running >= 0 && p.sockets.slots >= 0 && p.sockets.ready >= 0);
        const char *text = slack__process_write(arena, &p);
        must(text && slack__process_read(arena, id, slack__slice(text), &again));
        must(strcmp(slack__process_write(arena, &again), text) == 0);
    }
    slack__arena_free(arena);
    return 0;
}
