/* SPDX-License-Identifier: MIT */
#include "context/values.h"

#include "context/ctx.h"

/* Values that middleware attaches to a delivery. There are few, so a list is enough. Workers use
 * them through the loop, so that only the loop touches the list. */

struct slack_value {
    struct slack_value *next;
    const slack_key_t *key;
    void *value;
};

static struct slack_value *value_find(const slack_ctx_t *ctx, const slack_key_t *key)
{
    struct slack_value *v = ctx->values;
    while (v && v->key != key)
        v = v->next;
    return v;
}

static int value_add(slack_ctx_t *ctx, void *args)
{
    const struct slack_value *given = args;
    if (value_find(ctx, given->key)) return SLACK_EALREADY;
    struct slack_value *v = slack__arena_alloc(slack__ctx_arena(ctx), sizeof *v);
    if (v == NULL) return SLACK_ENOMEM;
    *v = *given;
    v->next = ctx->values;
    ctx->values = v;
    return 0;
}

int slack_ctx_set(slack_ctx_t *ctx, const slack_key_t *key, void *value)
{
    SLACK_CTX_REQUIRE(ctx);
    struct slack_value given = {.key = key, .value = value};
    const int rc = key && value ? slack__ctx_on_loop(ctx, value_add, &given) : SLACK_EINVAL;
    if (rc == SLACK_EINVAL)
        return slack__ctx_fail(ctx, rc, "slack_ctx_set: the key or the value is NULL: pass both");
    if (rc == SLACK_EALREADY)
        return slack__ctx_fail(
            ctx, rc, "slack_ctx_set: the key \"%s\" has a value: use another key", key->name);
    return rc;
}

static int value_get(slack_ctx_t *ctx, void *args)
{
    struct slack_value *wanted = args;
    const struct slack_value *v = value_find(ctx, wanted->key);
    if (v) wanted->value = v->value;
    return 0;
}

void *slack_ctx_get(slack_ctx_t *ctx, const slack_key_t *key)
{
    SLACK_CTX_ACT_OR(ctx, NULL);
    struct slack_value wanted = {.key = key};
    slack__ctx_on_loop(ctx, value_get, &wanted);
    return wanted.value;
}

void slack__values_free(slack_ctx_t *ctx)
{
    struct slack_value *v = ctx->values;
    ctx->values = NULL;
    for (; v; v = v->next)
        if (v->key->free) v->key->free(v->value);
}
