/* SPDX-License-Identifier: MIT */
#include "core/ctx.h"

static struct value *find(const slack_ctx_t *ctx, const slack_key_t *key)
{
    struct value *v = ctx->values;
    while (v && v->key != key)
        v = v->next;
    return v;
}

int slack_ctx_set(slack_ctx_t *ctx, const slack_key_t *key, void *value)
{
    if (key == NULL || value == NULL) return SLACK_EINVAL;
    if (find(ctx, key)) return SLACK_EALREADY;
    struct value *v = slack__arena_alloc(slack__ctx_arena(ctx), sizeof *v);
    if (v == NULL) return SLACK_ENOMEM;
    *v = (struct value){ctx->values, key, value};
    ctx->values = v;
    return 0;
}

void *slack_ctx_get(const slack_ctx_t *ctx, const slack_key_t *key)
{
    const struct value *v = find(ctx, key);
    return v ? v->value : NULL;
}

void slack__values_free(slack_ctx_t *ctx)
{
    struct value *v = ctx->values;
    ctx->values = NULL;
    for (; v; v = v->next)
        if (v->key->free) v->key->free(v->value);
}
