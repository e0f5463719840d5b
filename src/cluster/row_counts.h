/* SPDX-License-Identifier: MIT */
#ifndef SLACK_CLUSTER_ROW_COUNTS_H
#define SLACK_CLUSTER_ROW_COUNTS_H

#include "store/store.h"

/*
 * The rows of the store by their states, for /metrics. Nobody waits for a look: whoever asks gets
 * what the last one has found. A look comes at most every SLACK_ROW_COUNTS_MS, and only if somebody
 * asks.
 */
typedef struct slack_row_counts {
    slack_store_batch_t known; /* as of the last look; no rows before the first one */
    slack_store_op_t op;
    slack_store_batch_t batch;
    uint64_t began_ms; /* the last look */
    bool looking, looked;
} slack_row_counts_t;

#define SLACK_ROW_COUNTS_MS 10000
/* Up to so many rows of a state are counted exactly. */
#define SLACK_ROW_COUNTS_MAX 10000

/* Begin a look, unless one is under way or was a short time ago. `counts` outlives the store. */
void slack__row_counts_look(slack_row_counts_t *counts, slack_net_t *net, slack_store_t *store,
                            slack_slice_t app);
/* For how long the app's oldest row that is due has been due. */
int64_t slack__row_counts_lag_ms(const slack_row_counts_t *counts, int64_t now_ms);

#endif
