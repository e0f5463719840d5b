/* SPDX-License-Identifier: MIT */
#ifndef SLACK_STORE_KV_H
#define SLACK_STORE_KV_H

#include "store/row.h"

/*
 * Key-value entries: small values that a store keeps by their keys, beside the rows.
 * The operations SLACK_STORE_KV_… carry an entry in their row; these two functions translate.
 */
typedef struct slack_kv_entry {
    slack_slice_t key; /* not empty; these keys are separate from the keys of rows */
    slack_slice_t version;
    slack_slice_t value;
    int64_t until_ms; /* wall clock: when the entry expires */
} slack_kv_entry_t;

static inline slack_row_t slack__kv_to_row(const slack_kv_entry_t *entry)
{
    return (slack_row_t){.key = entry->key,
                         .name = entry->version,
                         .payload = entry->value,
                         .due_ms = entry->until_ms};
}

static inline slack_kv_entry_t slack__kv_from_row(const slack_row_t *row)
{
    return (slack_kv_entry_t){
        .key = row->key, .version = row->name, .value = row->payload, .until_ms = row->due_ms};
}

/* The most entries that a store keeps in memory of those that were put, and of those that were
 * added. The inbox adds one for each command and each interaction of the last ten minutes: the
 * maximum suffices for 80 of them a second, and takes some 10 MiB. */
#define SLACK_STORE_KV_MAX       10000
#define SLACK_STORE_KV_ADDED_MAX 50000

#endif
