/* SPDX-License-Identifier: MIT */
#include "inbox/handler_key.h"

#include "inbox/entry.h"

/* The row of the delivery names it: the store never has the same id and time again while it knows
 * the key. */
const char *slack__handler_key(slack_ctx_t *ctx, slack_arena_t *arena)
{
    slack_entry_t *entry = slack__entry_of_ctx(ctx);
    const slack_slice_t app = entry->inbox->queue->app;
    const slack_row_t *row = &entry->item.op.row;
    if (!entry->stored) return "";
    /* The row has a number among those that the listener which runs has stored. Callbacks and hooks
     * belong to the listener that ran last. */
    if (entry->puts_of != ctx->hit) entry->puts = 0;
    entry->puts_of = ctx->hit;
    const char *listener = ctx->hit ? ctx->hit->rule->listener.name : "";
    unsigned nth_of_name = 0; /* among the listeners of its name that the delivery reaches */
    const slack_run_t *run = &entry->run;
    for (size_t i = 0; i < run->next_hit && i < run->hits.count; i++)
        nth_of_name += strcmp(run->hits.items[i].rule->listener.name, listener) == 0;
    return slack__arena_printf(arena, "handler:%.*s:%lld:%lld:%s:%u:%u", (int)app.len, app.ptr,
                               (long long)row->id, (long long)row->received_ms, listener,
                               nth_of_name, ++entry->puts);
}
