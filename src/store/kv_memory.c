/* SPDX-License-Identifier: MIT */
#include "store/kv_memory.h"

#include <string.h>

#include <slack/error.h>

#include "util/alloc.h"
#include "util/map.h"
#include "util/queue.h"

typedef struct shelf {
    slack_link_t by_age; /* the entry written longest ago first */
    size_t count;
} shelf_t;

typedef struct kept {
    slack_link_t link; /* in shelf->by_age */
    shelf_t *shelf;
    slack_kv_entry_t entry; /* its texts lie in `bytes` */
    char bytes[];
} kept_t;

struct slack_kv_memory {
    slack_map_t *map;
    shelf_t put, added;
};

static slack_slice_t kept_key(const void *value)
{
    return ((const kept_t *)value)->entry.key;
}

slack_kv_memory_t *slack__kv_memory_new(void)
{
    slack_kv_memory_t *kv = slack__calloc(1, sizeof *kv);
    if (!kv) return NULL;
    slack__link_init(&kv->put.by_age);
    slack__link_init(&kv->added.by_age);
    kv->map = slack__map_new_keyed(SLACK_STORE_KV_MAX + SLACK_STORE_KV_ADDED_MAX, kept_key);
    if (kv->map) return kv;
    slack__free(kv);
    return NULL;
}

void slack__kv_memory_free(slack_kv_memory_t *kv)
{
    if (!kv) return;
    slack__map_free(kv->map, slack__free);
    slack__free(kv);
}

static void kept_drop(slack_kv_memory_t *kv, kept_t *kept)
{
    slack__map_take(kv->map, kept->entry.key);
    slack__unlink(&kept->link);
    kept->shelf->count--;
    slack__free(kept);
}

static kept_t *shelf_oldest(shelf_t *shelf)
{
    return SLACK_CONTAINER(shelf->by_age.next, kept_t, link);
}

/* An expired entry is dropped, so that a new one is not compared with its version. */
static kept_t *kept_find(slack_kv_memory_t *kv, slack_slice_t key, int64_t now_ms)
{
    kept_t *kept = slack__map_get(kv->map, key);
    if (!kept || kept->entry.until_ms > now_ms) return kept;
    kept_drop(kv, kept);
    return NULL;
}

static slack_slice_t copy(char **at, slack_slice_t from)
{
    slack_slice_t to = {*at, from.len};
    if (from.len > 0) memcpy(*at, from.ptr, from.len);
    *at += from.len;
    return to;
}

static kept_t *kv_kept_new(const slack_kv_entry_t *entry)
{
    kept_t *kept =
        slack__malloc(sizeof *kept + entry->key.len + entry->version.len + entry->value.len);
    if (!kept) return NULL;
    char *at = kept->bytes;
    kept->entry.key = copy(&at, entry->key);
    kept->entry.version = copy(&at, entry->version);
    kept->entry.value = copy(&at, entry->value);
    kept->entry.until_ms = entry->until_ms;
    slack__link_init(&kept->link);
    return kept;
}

/* Puts the entry on a shelf, in place of `old`, which may be NULL. */
static int kept_replace(slack_kv_memory_t *kv, shelf_t *shelf, const slack_kv_entry_t *entry,
                        kept_t *old)
{
    kept_t *kept = kv_kept_new(entry);
    if (!kept) return SLACK_ENOMEM;
    if (old) kept_drop(kv, old);
    int rc = slack__map_put(kv->map, kept->entry.key, kept);
    if (rc != 0) {
        slack__free(kept);
        return rc;
    }
    kept->shelf = shelf;
    shelf->count++;
    slack__list_push(&shelf->by_age, &kept->link);
    return 0;
}

int slack__kv_memory_put(slack_kv_memory_t *kv, const slack_kv_entry_t *entry, int64_t now_ms)
{
    kept_t *old = kept_find(kv, entry->key, now_ms);
    if (old) { /* compared as SQLite compares blobs */
        const slack_slice_t a = old->entry.version, b = entry->version;
        const size_t least = a.len < b.len ? a.len : b.len;
        const int order = least > 0 ? memcmp(a.ptr, b.ptr, least) : 0;
        if (order > 0 || (order == 0 && a.len > b.len)) return 0;
    }
    if (!old && kv->put.count == SLACK_STORE_KV_MAX) old = shelf_oldest(&kv->put);
    return kept_replace(kv, &kv->put, entry, old);
}

int slack__kv_memory_add(slack_kv_memory_t *kv, const slack_kv_entry_t *entry, int64_t now_ms)
{
    shelf_t *added = &kv->added;
    while (added->count > 0 && shelf_oldest(added)->entry.until_ms <= now_ms)
        kept_drop(kv, shelf_oldest(added));
    if (kept_find(kv, entry->key, now_ms)) return SLACK_EALREADY;
    if (added->count == SLACK_STORE_KV_ADDED_MAX) return SLACK_EBUSY;
    return kept_replace(kv, added, entry, NULL);
}

const slack_kv_entry_t *slack__kv_memory_get(slack_kv_memory_t *kv, slack_slice_t key,
                                             int64_t now_ms)
{
    const kept_t *kept = kept_find(kv, key, now_ms);
    return kept ? &kept->entry : NULL;
}
