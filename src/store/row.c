/* SPDX-License-Identifier: MIT */
#include "store/row.h"

#include <slack/error.h>

static bool copy_text(slack_arena_t *arena, slack_slice_t *text)
{
    if (text->len == 0) {
        *text = (slack_slice_t){"", 0};
        return true;
    }
    text->ptr = slack__arena_strndup(arena, text->ptr, text->len);
    return text->ptr != NULL;
}

bool slack__row_copy(slack_arena_t *arena, slack_row_t *ret, const slack_row_t *row)
{
    *ret = *row;
    return copy_text(arena, &ret->key) && copy_text(arena, &ret->kind) &&
           copy_text(arena, &ret->name) && copy_text(arena, &ret->payload) &&
           copy_text(arena, &ret->transport) && copy_text(arena, &ret->retry_reason) &&
           copy_text(arena, &ret->tenant) && copy_text(arena, &ret->app) &&
           copy_text(arena, &ret->order) && copy_text(arena, &ret->done) &&
           copy_text(arena, &ret->error);
}

int slack__batch_begin(slack_store_batch_t *batch, unsigned limit)
{
    batch->count = 0;
    batch->rows = NULL;
    batch->arena = slack__arena_new(0, SLACK_STORE_BYTES_MAX);
    if (batch->arena)
        batch->rows = slack__arena_alloc(batch->arena, limit * sizeof *batch->rows + 1);
    return batch->rows ? 0 : SLACK_ENOMEM;
}

bool slack__batch_is_full(const slack_store_batch_t *batch)
{
    if (batch->count == batch->limit) return true;
    return batch->bytes > 0 && batch->count > 0 && slack__arena_size(batch->arena) >= batch->bytes;
}

void slack__batch_drop(slack_store_batch_t *batch)
{
    slack__arena_free(batch->arena);
    batch->arena = NULL;
    batch->rows = NULL;
    batch->count = 0;
}

int slack__batch_end(slack_store_batch_t *batch, int rc)
{
    if (rc != 0 || batch->count == 0) slack__batch_drop(batch);
    return rc;
}
