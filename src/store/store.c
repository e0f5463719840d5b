/* SPDX-License-Identifier: MIT */
#include "store/store.h"

#include <stdio.h>

#include <slack/options.h>

/* One row per backend. */
static const slack_store_ops_t *const backends[] = {
    &slack__store_sqlite,
    &slack__store_memory,
};

#define STORES "\"sqlite:PATH\" or \"memory:\""

/* Only the scheme is named: what follows it may hold a password. */
static int refuse(char *error, const slack_slice_t *scheme)
{
    if (!error) return SLACK_ECONFIG;
    if (scheme)
        snprintf(error, SLACK_ERROR_TEXT_MAX,
                 "SLACK_STORE: there is no store \"%.*s:\"; it is " STORES,
                 scheme->len < 32 ? (int)scheme->len : 32, scheme->ptr);
    else
        snprintf(error, SLACK_ERROR_TEXT_MAX, "SLACK_STORE names no kind of store; it is " STORES);
    return SLACK_ECONFIG;
}

int slack__store_open(slack_store_t **ret, slack_net_t *net, const char *url, char *error)
{
    slack_slice_t rest = slack__slice(url), scheme;
    slack__slice_split(&rest, ':', &scheme);
    for (size_t i = 0; rest.ptr && i < sizeof backends / sizeof *backends; i++)
        if (slack__slice_eq(scheme, slack__slice(backends[i]->scheme)))
            return backends[i]->open(ret, net, rest.ptr, error);
    return refuse(error, rest.ptr ? &scheme : NULL);
}

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
           copy_text(arena, &ret->tenant) && copy_text(arena, &ret->done) &&
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

void slack__batch_drop(slack_store_batch_t *batch)
{
    slack__arena_free(batch->arena);
    batch->arena = NULL;
    batch->rows = NULL;
    batch->count = 0;
}
