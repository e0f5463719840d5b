/* SPDX-License-Identifier: MIT */
#include "context/ctx.h"

static struct value *find(const slack_ctx_t *ctx, const slack_key_t *key)
{
    struct value *v = ctx->values;
    while (v && v->key != key)
        v = v->next;
    return v;
}

static int add(slack_ctx_t *ctx, void *args)
{
    const struct value *given = args;
    if (find(ctx, given->key)) return SLACK_EALREADY;
    struct value *v = slack__arena_alloc(slack__ctx_arena(ctx), sizeof *v);
    if (v == NULL) return SLACK_ENOMEM;
    *v = *given;
    v->next = ctx->values;
    ctx->values = v;
    return 0;
}

int slack_ctx_set(slack_ctx_t *ctx, const slack_key_t *key, void *value)
{
    if (key == NULL || value == NULL) return SLACK_EINVAL;
    struct value given = {.key = key, .value = value};
    return slack__ctx_on_loop(ctx, add, &given);
}

static int get(slack_ctx_t *ctx, void *args)
{
    struct value *wanted = args;
    const struct value *v = find(ctx, wanted->key);
    if (v) wanted->value = v->value;
    return 0;
}

void *slack_ctx_get(slack_ctx_t *ctx, const slack_key_t *key)
{
    struct value wanted = {.key = key};
    slack__ctx_on_loop(ctx, get, &wanted);
    return wanted.value;
}

void slack__values_free(slack_ctx_t *ctx)
{
    struct value *v = ctx->values;
    ctx->values = NULL;
    for (; v; v = v->next)
        if (v->key->free) v->key->free(v->value);
}
