/* SPDX-License-Identifier: MIT */
#include "util/map.h"

#include <stdint.h>
#include <string.h>

#include <slack/error.h>

#include "util/alloc.h"
#include "util/random.h"

#define FIRST_SLOTS ((size_t)16) /* every size is a power of two */

/* A value and its copied key. In a map of values that hold their keys, the value is the item. */
typedef struct entry {
    void *value;
    size_t len;
    char key[];
} entry_t;

/* Open addressing with linear probing. The hash is beside the pointer, so that a probe reads an
 * item only if the whole hash is equal. */
typedef struct slot {
    uint64_t hash;
    void *item; /* an entry_t, or the value; NULL: free */
} slot_t;

struct slack_map {
    slot_t *slots;
    size_t mask; /* slots - 1; slots is NULL until the first put */
    size_t count;
    size_t max;
    slack_map_key_fn key_of; /* NULL: items are entries */
    uint64_t seed[2];
};

static void *value_of(const slack_map_t *map, void *item)
{
    return map->key_of ? item : ((entry_t *)item)->value;
}

static void free_item(const slack_map_t *map, void *item)
{
    if (!map->key_of) slack__free(item);
}

static uint64_t rotl(uint64_t x, int bits)
{
    return (x << bits) | (x >> (64 - bits));
}

static void sip_round(uint64_t v[4])
{
    v[0] += v[1];
    v[1] = rotl(v[1], 13) ^ v[0];
    v[0] = rotl(v[0], 32);
    v[2] += v[3];
    v[3] = rotl(v[3], 16) ^ v[2];
    v[0] += v[3];
    v[3] = rotl(v[3], 21) ^ v[0];
    v[2] += v[1];
    v[1] = rotl(v[1], 17) ^ v[2];
    v[2] = rotl(v[2], 32);
}

/* Words are read in the machine's byte order: a hash never leaves the process. */
static uint64_t read_word(const char *p, size_t len)
{
    uint64_t word = 0;
    if (len) memcpy(&word, p, len);
    return word;
}

/* SipHash-1-3 (Aumasson and Bernstein), the variant that hash tables use. */
static uint64_t hash_of(const slack_map_t *map, slack_slice_t key)
{
    uint64_t v[4] = {
        map->seed[0] ^ UINT64_C(0x736f6d6570736575),
        map->seed[1] ^ UINT64_C(0x646f72616e646f6d),
        map->seed[0] ^ UINT64_C(0x6c7967656e657261),
        map->seed[1] ^ UINT64_C(0x7465646279746573),
    };
    size_t whole = key.len & ~(size_t)7;
    for (size_t i = 0; i < whole; i += 8) {
        uint64_t word = read_word(key.ptr + i, 8);
        v[3] ^= word;
        sip_round(v);
        v[0] ^= word;
    }
    uint64_t last = read_word(key.ptr + whole, key.len - whole) | (uint64_t)key.len << 56;
    v[3] ^= last;
    sip_round(v);
    v[0] ^= last;
    v[2] ^= 0xff;
    sip_round(v);
    sip_round(v);
    sip_round(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

slack_map_t *slack__map_new(size_t max_entries)
{
    return slack__map_new_keyed(max_entries, NULL);
}

slack_map_t *slack__map_new_keyed(size_t max_entries, slack_map_key_fn fn)
{
    slack_map_t *map = slack__calloc(1, sizeof *map);
    if (!map) return NULL;
    map->max = max_entries;
    map->key_of = fn;
    map->seed[0] = slack__random_u64();
    map->seed[1] = slack__random_u64();
    return map;
}

void slack__map_free(slack_map_t *map, void (*free_value)(void *value))
{
    if (!map) return;
    for (size_t i = 0; map->slots && i <= map->mask; i++) {
        void *item = map->slots[i].item;
        if (!item) continue;
        void *value = value_of(map, item);
        free_item(map, item);
        if (free_value) free_value(value);
    }
    slack__free(map->slots);
    slack__free(map);
}

/* The slot of the key, or the free one for it. The table is never full, so the probe ends. */
static size_t find(const slack_map_t *map, slack_slice_t key, uint64_t hash)
{
    size_t i = (size_t)hash & map->mask;
    for (const void *item; (item = map->slots[i].item); i = (i + 1) & map->mask) {
        if (map->slots[i].hash != hash) continue;
        const entry_t *entry = item;
        if (slack__slice_eq(
                map->key_of ? map->key_of(item) : (slack_slice_t){entry->key, entry->len}, key))
            break;
    }
    return i;
}

void *slack__map_get(const slack_map_t *map, slack_slice_t key)
{
    if (!map->count) return NULL;
    void *item = map->slots[find(map, key, hash_of(map, key))].item;
    return item ? value_of(map, item) : NULL;
}

static int resize(slack_map_t *map, size_t slot_count)
{
    slot_t *old = map->slots;
    size_t old_count = old ? map->mask + 1 : 0;
    slot_t *slots = slack__calloc(slot_count, sizeof *slots);
    if (!slots) return SLACK_ENOMEM;
    size_t mask = slot_count - 1;
    for (size_t i = 0; i < old_count; i++) {
        if (!old[i].item) continue;
        size_t j = (size_t)old[i].hash & mask;
        while (slots[j].item)
            j = (j + 1) & mask;
        slots[j] = old[i];
    }
    slack__free(old);
    map->slots = slots;
    map->mask = mask;
    return 0;
}

int slack__map_put(slack_map_t *map, slack_slice_t key, void *value)
{
    uint64_t hash = hash_of(map, key);
    if (map->slots && map->slots[find(map, key, hash)].item) return SLACK_EALREADY;
    if (map->count >= map->max) return SLACK_EBUSY;

    void *item = value;
    if (!map->key_of) {
        entry_t *entry = item = slack__malloc(sizeof *entry + key.len);
        if (!entry) return SLACK_ENOMEM;
        entry->value = value;
        entry->len = key.len;
        if (key.len) memcpy(entry->key, key.ptr, key.len);
    }

    /* At most three quarters of the slots are in use. */
    size_t slots = map->slots ? map->mask + 1 : 0;
    if (map->count >= slots / 4 * 3) {
        int rc = resize(map, slots ? 2 * slots : FIRST_SLOTS);
        if (rc != 0) {
            free_item(map, item);
            return rc;
        }
    }
    map->slots[find(map, key, hash)] = (slot_t){hash, item};
    map->count++;
    return 0;
}

/* Close a gap: move an item into it that probing has pushed from its home past the gap. Without
 * tombstones, a map whose items change often stays as fast as a new one. */
static void close_gap(slack_map_t *map, size_t gap)
{
    size_t i = gap;
    for (;;) {
        i = (i + 1) & map->mask;
        if (!map->slots[i].item) break;
        size_t home = (size_t)map->slots[i].hash & map->mask;
        bool stays = ((i - home) & map->mask) < ((i - gap) & map->mask);
        if (stays) continue;
        map->slots[gap] = map->slots[i];
        gap = i;
    }
    map->slots[gap].item = NULL;
}

void *slack__map_take(slack_map_t *map, slack_slice_t key)
{
    if (!map->count) return NULL;
    size_t i = find(map, key, hash_of(map, key));
    void *item = map->slots[i].item;
    if (!item) return NULL;
    void *value = value_of(map, item);
    close_gap(map, i);
    free_item(map, item);
    map->count--;
    return value;
}

size_t slack__map_count(const slack_map_t *map)
{
    return map->count;
}
