/* SPDX-License-Identifier: MIT */
#include "store/kv_memory.h"

#include <string.h>

#include <slack/error.h>

#include "store/kv.h"
#include "util/alloc.h"
#include "util/heap.h"
#include "util/map.h"
#include "util/queue.h"

/* The last operation that has written an entry decides on which shelf it lies. */
typedef struct shelf {
    slack_link_t by_age; /* the entry written longest ago first */
    size_t count, max;
} shelf_t;

enum { PUT, ADDED, SWAPPED, SHELVES };

typedef struct kept {
    slack_link_t link; /* in shelf->by_age */
    shelf_t *shelf;
    slack_heap_node_t expiry; /* in kv->expiring, unless it was put */
    slack_kv_entry_t entry;   /* its texts lie in `bytes` */
    size_t size;
    char bytes[];
} kept_t;

struct slack_kv_memory {
    slack_map_t *map;
    shelf_t shelves[SHELVES];
    slack_heap_t expiring; /* entries that are not dropped before they expire, by until_ms */
};

static slack_slice_t kept_key(const void *value)
{
    return ((const kept_t *)value)->entry.key;
}

slack_kv_memory_t *slack__kv_memory_new(void)
{
    static const size_t most[SHELVES] = {SLACK_STORE_KV_MAX, SLACK_STORE_KV_ADDED_MAX,
                                         SLACK_STORE_KV_SWAPPED_MAX};
    slack_kv_memory_t *kv = slack__calloc(1, sizeof *kv);
    if (!kv) return NULL;
    size_t max = 0;
    for (unsigned i = 0; i < SHELVES; i++) {
        slack__link_init(&kv->shelves[i].by_age);
        max += kv->shelves[i].max = most[i];
    }
    kv->map = slack__map_new_keyed(max, kept_key);
    if (kv->map) return kv;
    slack__free(kv);
    return NULL;
}

/* Values may hold tokens. */
static void kept_free(void *value)
{
    kept_t *kept = value;
    slack__wipe(kept->bytes, kept->size);
    slack__free(kept);
}

void slack__kv_memory_free(slack_kv_memory_t *kv)
{
    if (!kv) return;
    slack__map_free(kv->map, kept_free);
    slack__free(kv);
}

static void kept_drop(slack_kv_memory_t *kv, kept_t *kept)
{
    slack__map_take(kv->map, kept->entry.key);
    slack__unlink(&kept->link);
    if (slack__heap_has(&kept->expiry)) slack__heap_take(&kv->expiring, &kept->expiry);
    kept->shelf->count--;
    kept_free(kept);
}

/* An expired entry is dropped, so that a new one is not compared with its version. */
static kept_t *kept_find(slack_kv_memory_t *kv, slack_slice_t key, int64_t now_ms)
{
    kept_t *kept = slack__map_get(kv->map, key);
    if (!kept || kept->entry.until_ms > now_ms) return kept;
    kept_drop(kv, kept);
    return NULL;
}

static void drop_expired(slack_kv_memory_t *kv, int64_t now_ms)
{
    slack_heap_node_t *node;
    while ((node = kv->expiring.first)) {
        kept_t *kept = SLACK_CONTAINER(node, kept_t, expiry);
        if (kept->entry.until_ms > now_ms) return;
        kept_drop(kv, kept);
    }
}

static slack_slice_t copy(char **at, slack_slice_t from)
{
    slack_slice_t to = {*at, from.len};
    if (from.len > 0) memcpy(*at, from.ptr, from.len);
    *at += from.len;
    return to;
}

static kept_t *kept_new(const slack_kv_entry_t *entry)
{
    const size_t size = entry->key.len + entry->version.len + entry->value.len;
    kept_t *kept = slack__malloc(sizeof *kept + size);
    if (!kept) return NULL;
    char *at = kept->bytes;
    *kept = (kept_t){.size = size};
    kept->entry.key = copy(&at, entry->key);
    kept->entry.version = copy(&at, entry->version);
    kept->entry.value = copy(&at, entry->value);
    kept->entry.until_ms = entry->until_ms;
    slack__link_init(&kept->link);
    return kept;
}

/* Puts the entry on a shelf, in place of `old`, which may be NULL. If anything is dropped, the map
 * has its place, and the put does not fail. */
static int kept_replace(slack_kv_memory_t *kv, unsigned which, const slack_kv_entry_t *entry,
                        kept_t *old)
{
    shelf_t *shelf = &kv->shelves[which];
    const bool full = shelf->count == shelf->max && !(old && old->shelf == shelf);
    if (full && which != PUT) return SLACK_EBUSY;
    kept_t *kept = kept_new(entry);
    if (!kept) return SLACK_ENOMEM;
    if (old) kept_drop(kv, old);
    if (full) kept_drop(kv, SLACK_CONTAINER(shelf->by_age.next, kept_t, link));
    int rc = slack__map_put(kv->map, kept->entry.key, kept);
    if (rc != 0) {
        kept_free(kept);
        return rc;
    }
    kept->shelf = shelf;
    shelf->count++;
    slack__list_push(&shelf->by_age, &kept->link);
    if (which == PUT) return 0;
    const int64_t until_ms = entry->until_ms;
    slack__heap_put(&kv->expiring, &kept->expiry, until_ms > 0 ? (uint64_t)until_ms : 0);
    return 0;
}

/* --- operations ---------------------------------------------------------------------------- */

/* Adds an entry to a batch. False: memory is out. */
static bool batch_add(slack_store_batch_t *batch, const slack_kv_entry_t *entry)
{
    const slack_row_t row = slack__kv_to_row(entry);
    if (!slack__row_copy(batch->arena, &batch->rows[batch->count], &row)) return false;
    batch->count++;
    return true;
}

/* Puts an entry into its place among the `limit` smallest of those found so far. */
static size_t sort_in(const kept_t **found, size_t count, size_t limit, const kept_t *kept)
{
    size_t at = count;
    while (at > 0 && slack__slice_compare(kept->entry.key, found[at - 1]->entry.key) < 0)
        at--;
    if (at == limit) return count;
    if (count == limit) count--;
    memmove(&found[at + 1], &found[at], (count - at) * sizeof(*found));
    found[at] = kept;
    return count + 1;
}

static size_t find_page(const slack_kv_memory_t *kv, const slack_row_t *page, const kept_t **found,
                        size_t limit, int64_t now_ms)
{
    size_t count = 0;
    for (unsigned i = 0; i < SHELVES; i++) {
        const slack_link_t *list = &kv->shelves[i].by_age;
        for (slack_link_t *link = list->next; link != list; link = link->next) {
            const kept_t *kept = SLACK_CONTAINER(link, kept_t, link);
            if (kept->entry.until_ms > now_ms && slack__slice_begins(kept->entry.key, page->key) &&
                slack__slice_compare(kept->entry.key, page->order) > 0)
                count = sort_in(found, count, limit, kept);
        }
    }
    return count;
}

static int kv_list(const slack_kv_memory_t *kv, const slack_store_op_t *op, int64_t now_ms)
{
    slack_store_batch_t *batch = op->batch;
    int rc = slack__batch_begin(batch, batch->limit);
    const kept_t **found = NULL;
    if (rc == 0) found = slack__arena_alloc(batch->arena, batch->limit * sizeof(*found) + 1);
    if (!found) return slack__batch_end(batch, SLACK_ENOMEM);
    const size_t count = find_page(kv, &op->row, found, batch->limit, now_ms);
    for (size_t i = 0; i < count && !slack__batch_is_full(batch); i++)
        if (!batch_add(batch, &found[i]->entry)) {
            if (i == 0) rc = SLACK_ENOMEM;
            break; /* the next page takes the rest */
        }
    return slack__batch_end(batch, rc);
}

int slack__kv_memory_apply(slack_kv_memory_t *kv, slack_store_op_t *op, int64_t now_ms)
{
    const slack_kv_entry_t entry = slack__kv_from_row(&op->row);
    if (op->kind == SLACK_STORE_KV_LIST) return kv_list(kv, op, now_ms);
    drop_expired(kv, now_ms);
    kept_t *old = kept_find(kv, entry.key, now_ms);
    const bool expects = entry.expected.len > 0;
    const bool expected = old && slack__slice_eq(old->entry.version, entry.expected);
    switch (op->kind) {
    case SLACK_STORE_KV_PUT:
        if (old && slack__slice_compare(old->entry.version, entry.version) > 0) return 0;
        return kept_replace(kv, PUT, &entry, old);
    case SLACK_STORE_KV_ADD:
        op->duplicate = old != NULL;
        return old ? 0 : kept_replace(kv, ADDED, &entry, NULL);
    case SLACK_STORE_KV_SWAP:
        op->duplicate = expects ? !expected : old != NULL;
        return op->duplicate ? 0 : kept_replace(kv, SWAPPED, &entry, old);
    case SLACK_STORE_KV_DELETE:
        op->duplicate = expects && !expected;
        if (old && !op->duplicate) kept_drop(kv, old);
        return 0;
    default: break;
    }
    int rc = slack__batch_begin(op->batch, 1);
    if (rc == 0 && old && !batch_add(op->batch, &old->entry)) rc = SLACK_ENOMEM;
    return slack__batch_end(op->batch, rc);
}
