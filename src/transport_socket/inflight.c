/* SPDX-License-Identifier: MIT */
#include "transport_socket/inflight.h"

#include <slack/error.h>

#include "util/alloc.h"

#define FIRST_SIZE 16u

void slack__inflight_init(slack_inflight_t *table, size_t max)
{
    *table = (slack_inflight_t){.max = max < UINT32_MAX ? (uint32_t)max : UINT32_MAX};
}

void slack__inflight_done(slack_inflight_t *table)
{
    slack__free(table->entries);
    *table = (slack_inflight_t){.max = table->max};
}

static int inflight_grow(slack_inflight_t *table)
{
    if (table->size >= table->max) return SLACK_EBUSY;
    uint32_t size = table->size ? table->size * 2 : FIRST_SIZE;
    if (size > table->max || size < table->size) size = table->max;
    slack_inflight_entry_t *entries = slack__realloc(table->entries, size * sizeof *entries);
    if (!entries) return SLACK_ENOMEM;
    for (uint32_t i = table->size; i < size; i++)
        entries[i] =
            (slack_inflight_entry_t){.next_free = i + 1 < size ? i + 2 : table->first_free};
    table->first_free = table->size + 1;
    table->entries = entries;
    table->size = size;
    return 0;
}

int slack__inflight_add(slack_inflight_t *table, const slack_inflight_entry_t *entry,
                        uint64_t *ret_handle)
{
    if (table->first_free == 0) {
        int rc = inflight_grow(table);
        if (rc) return rc;
    }
    uint32_t index = table->first_free - 1;
    slack_inflight_entry_t *e = &table->entries[index];
    uint32_t serial = e->serial + 1; /* odd: in use */
    table->first_free = e->next_free;
    *e = *entry;
    e->serial = serial;
    table->used++;
    *ret_handle = (uint64_t)serial << 32 | index;
    return 0;
}

const slack_inflight_entry_t *slack__inflight_get(const slack_inflight_t *table, uint64_t handle)
{
    uint32_t index = (uint32_t)handle, serial = (uint32_t)(handle >> 32);
    if (serial % 2 == 0 || index >= table->size) return NULL;
    return table->entries[index].serial == serial ? &table->entries[index] : NULL;
}

slack_inflight_entry_t *slack__inflight_find(slack_inflight_t *table, slack_slice_t envelope_id)
{
    if (table->used == 0) return NULL;
    for (uint32_t i = 0; i < table->size; i++) {
        slack_inflight_entry_t *e = &table->entries[i];
        if (e->serial % 2 == 1 && slack__slice_eq(e->envelope_id, envelope_id)) return e;
    }
    return NULL;
}

void slack__inflight_remove(slack_inflight_t *table, uint64_t handle)
{
    if (!slack__inflight_get(table, handle)) return;
    uint32_t index = (uint32_t)handle;
    slack_inflight_entry_t *e = &table->entries[index];
    *e = (slack_inflight_entry_t){.serial = e->serial + 1, .next_free = table->first_free};
    table->first_free = index + 1;
    table->used--;
}
