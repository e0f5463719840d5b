/* SPDX-License-Identifier: MIT */
#ifndef SLACK_STORE_KV_MEMORY_H
#define SLACK_STORE_KV_MEMORY_H

#include "store/kv.h"

/* The key-value entries of the store in memory: at most SLACK_STORE_KV_MAX that were put, of which
 * a further one replaces the one written longest ago, and SLACK_STORE_KV_ADDED_MAX that were added.
 */
typedef struct slack_kv_memory slack_kv_memory_t;

slack_kv_memory_t *slack__kv_memory_new(void); /* NULL: out of memory */
void slack__kv_memory_free(slack_kv_memory_t *kv);

/* SLACK_STORE_KV_PUT. 0; SLACK_ENOMEM. */
int slack__kv_memory_put(slack_kv_memory_t *kv, const slack_kv_entry_t *entry, int64_t now_ms);
/* SLACK_STORE_KV_ADD. 0; SLACK_EALREADY: there is an entry with that key; SLACK_EBUSY at the
 * maximum; SLACK_ENOMEM. */
int slack__kv_memory_add(slack_kv_memory_t *kv, const slack_kv_entry_t *entry, int64_t now_ms);
/* SLACK_STORE_KV_GET. Borrowed until the next call; NULL: there is none. */
const slack_kv_entry_t *slack__kv_memory_get(slack_kv_memory_t *kv, slack_slice_t key,
                                             int64_t now_ms);

#endif
