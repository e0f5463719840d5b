/* SPDX-License-Identifier: MIT */
#ifndef SLACK_STORE_KV_MEMORY_H
#define SLACK_STORE_KV_MEMORY_H

#include "store/store.h"

/* The notes of the store in memory, at most SLACK_STORE_KV_MAX: past them the one that was
 * written longest ago is forgotten. Times are in milliseconds. */
typedef struct slack_kv_memory slack_kv_memory_t;

slack_kv_memory_t *slack__kv_memory_new(void); /* NULL: memory is out */
void slack__kv_memory_free(slack_kv_memory_t *kv);

/* SLACK_STORE_KV_PUT and SLACK_STORE_KV_GET. The note that was found is borrowed, NULL for none. */
int slack__kv_memory_put(slack_kv_memory_t *kv, const slack_row_t *row, int64_t now_ms);
const slack_row_t *slack__kv_memory_get(slack_kv_memory_t *kv, slack_slice_t key, int64_t now_ms);

#endif
