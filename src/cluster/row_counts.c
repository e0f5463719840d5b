/* SPDX-License-Identifier: MIT */
#include "cluster/row_counts.h"

static void look_ended(slack_store_op_t *op)
{
    slack_row_counts_t *counts = SLACK_CONTAINER(op, slack_row_counts_t, op);
    counts->looking = false;
    if (op->status != 0) return;
    counts->known = counts->batch;
    counts->looked = true;
}

void slack__row_counts_look(slack_row_counts_t *counts, slack_net_t *net, slack_store_t *store,
                            slack_slice_t app)
{
    const uint64_t now = slack__mono_ms(net->clock);
    if (counts->looking || (counts->looked && now - counts->began_ms < SLACK_ROW_COUNTS_MS)) return;
    counts->looking = true;
    counts->began_ms = now;
    counts->batch = (slack_store_batch_t){.limit = SLACK_ROW_COUNTS_MAX};
    counts->op = (slack_store_op_t){.kind = SLACK_STORE_STATS,
                                    .row.app = app.ptr ? app : SLACK_SLICE(""),
                                    .batch = &counts->batch,
                                    .done = look_ended};
    slack__link_init(&counts->op.link);
    store->ops->submit(store, &counts->op);
}

int64_t slack__row_counts_lag_ms(const slack_row_counts_t *counts, int64_t now_ms)
{
    return counts->looked && counts->known.next_ms < now_ms ? now_ms - counts->known.next_ms : 0;
}
