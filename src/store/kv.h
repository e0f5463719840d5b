/* SPDX-License-Identifier: MIT */
#ifndef SLACK_STORE_KV_H
#define SLACK_STORE_KV_H

#include "store/row.h"

/*
 * Key-value entries: small values that a store keeps by their keys, beside the rows.
 * The operations SLACK_STORE_KV_… carry an entry in their row; these functions translate.
 */
typedef struct slack_kv_entry {
    slack_slice_t key; /* not empty; these keys are separate from the keys of rows */
    slack_slice_t version;
    slack_slice_t value;
    int64_t until_ms; /* wall clock: when the entry expires; or SLACK_KV_FOREVER */
    /* KV_SWAP, KV_DELETE: the version of the entry that is there. Empty: KV_SWAP expects no entry,
     * KV_DELETE an entry of any version. So an entry without a version cannot be swapped. */
    slack_slice_t expected;
    /* Out: another program or a fault of the disk has changed the value, and it is left out. The
     * entry is there: it has been stored, and has not expired. The version may be damaged too. */
    bool damaged;
} slack_kv_entry_t;

/* The until_ms of an entry that never expires. */
#define SLACK_KV_FOREVER INT64_MAX

static inline slack_row_t slack__kv_to_row(const slack_kv_entry_t *entry)
{
    return (slack_row_t){.key = entry->key,
                         .name = entry->version,
                         .payload = entry->value,
                         .due_ms = entry->until_ms,
                         .order = entry->expected,
                         .damaged = entry->damaged};
}

static inline slack_kv_entry_t slack__kv_from_row(const slack_row_t *row)
{
    return (slack_kv_entry_t){.key = row->key,
                              .version = row->name,
                              .value = row->payload,
                              .until_ms = row->due_ms,
                              .expected = row->order,
                              .damaged = row->damaged};
}

/* The row of a KV_LIST: the keys that begin with `prefix` and are greater than `after`, which is
 * empty at first, and then the last key of the page before. */
static inline slack_row_t slack__kv_page(slack_slice_t prefix, slack_slice_t after)
{
    return (slack_row_t){.key = prefix, .order = after};
}

/* The most entries that a store keeps in memory of those that were put, of those that were added,
 * and of those that were swapped in. The inbox adds one for each command and each interaction of
 * the last ten minutes: the maximum suffices for 80 of them a second, and takes some 10 MiB. */
#define SLACK_STORE_KV_MAX         10000
#define SLACK_STORE_KV_ADDED_MAX   50000
#define SLACK_STORE_KV_SWAPPED_MAX 10000

#endif
