/* SPDX-License-Identifier: MIT */
#ifndef SLACK_STORE_KV_MEMORY_H
#define SLACK_STORE_KV_MEMORY_H

#include "store/store.h"

/* The key-value entries of the store in memory, within the maxima of kv.h. Of the entries that were
 * put, a further one replaces the one written longest ago. */
typedef struct slack_kv_memory slack_kv_memory_t;

slack_kv_memory_t *slack__kv_memory_new(void); /* NULL: out of memory */
void slack__kv_memory_free(slack_kv_memory_t *kv);

/* Apply one of the operations SLACK_STORE_KV_…. Returns its status. */
int slack__kv_memory_apply(slack_kv_memory_t *kv, slack_store_op_t *op, int64_t now_ms);

#endif
