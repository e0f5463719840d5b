/* SPDX-License-Identifier: MIT */
#include "store/kv_memory.h"

#include <string.h>

#include <slack/error.h>

#include "util/alloc.h"
#include "util/map.h"

typedef struct entry {
    slack_link_t link; /* the one written longest ago first */
    slack_row_t row;   /* its texts lie in `bytes` */
    char bytes[];
} entry_t;

struct slack_kv_memory {
    slack_map_t *map;
    slack_link_t by_age;
};

static slack_slice_t key_of(const void *value)
{
    return ((const entry_t *)value)->row.key;
}

slack_kv_memory_t *slack__kv_memory_new(void)
{
    slack_kv_memory_t *kv = slack__calloc(1, sizeof *kv);
    if (!kv) return NULL;
    slack__link_init(&kv->by_age);
    kv->map = slack__map_new_keyed(SLACK_STORE_KV_MAX, key_of);
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

static void forget(slack_kv_memory_t *kv, entry_t *entry)
{
    slack__map_take(kv->map, entry->row.key);
    slack__unlink(&entry->link);
    slack__free(entry);
}

static entry_t *find(slack_kv_memory_t *kv, slack_slice_t key, int64_t now_ms)
{
    entry_t *entry = slack__map_get(kv->map, key);
    if (!entry || entry->row.due_ms > now_ms) return entry;
    forget(kv, entry);
    return NULL;
}

static slack_slice_t copy(char **at, slack_slice_t from)
{
    slack_slice_t to = {*at, from.len};
    if (from.len > 0) memcpy(*at, from.ptr, from.len);
    *at += from.len;
    return to;
}

static entry_t *entry_new(const slack_row_t *row)
{
    entry_t *entry = slack__malloc(sizeof *entry + row->key.len + row->name.len + row->payload.len);
    if (!entry) return NULL;
    char *at = entry->bytes;
    entry->row = (slack_row_t){.due_ms = row->due_ms};
    entry->row.key = copy(&at, row->key);
    entry->row.name = copy(&at, row->name);
    entry->row.payload = copy(&at, row->payload);
    slack__link_init(&entry->link);
    return entry;
}

/* As SQLite compares blobs. */
static bool newer(slack_slice_t a, slack_slice_t b)
{
    size_t least = a.len < b.len ? a.len : b.len;
    int order = least > 0 ? memcmp(a.ptr, b.ptr, least) : 0;
    return order != 0 ? order > 0 : a.len > b.len;
}

int slack__kv_memory_put(slack_kv_memory_t *kv, const slack_row_t *row, int64_t now_ms)
{
    entry_t *old = find(kv, row->key, now_ms);
    if (old && newer(old->row.name, row->name)) return 0;
    entry_t *entry = entry_new(row);
    if (!entry) return SLACK_ENOMEM;
    if (!old && slack__map_count(kv->map) == SLACK_STORE_KV_MAX)
        old = SLACK_CONTAINER(kv->by_age.next, entry_t, link);
    if (old) forget(kv, old);
    int rc = slack__map_put(kv->map, entry->row.key, entry);
    if (rc != 0)
        slack__free(entry);
    else
        slack__list_push(&kv->by_age, &entry->link);
    return rc;
}

const slack_row_t *slack__kv_memory_get(slack_kv_memory_t *kv, slack_slice_t key, int64_t now_ms)
{
    const entry_t *entry = find(kv, key, now_ms);
    return entry ? &entry->row : NULL;
}
