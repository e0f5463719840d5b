/* SPDX-License-Identifier: MIT */
#include "context/ctx.h"
#include "util/json_make.h"

/* JSON that lives as long as its delivery. */

static slack_arena_t *arena_of(const slack_ctx_t *ctx)
{
    return ctx ? slack__ctx_arena(ctx) : NULL;
}

/* Returns the value, and leaves the sentence of a failed one. */
static const slack_json_t *made(slack_ctx_t *ctx, const slack_json_t *value)
{
    if (ctx && slack__json_to_be_logged(value))
        slack__failure_leave(ctx, slack_json_error(value), slack_json_reason(value));
    return value;
}

const slack_json_t *(slack_jsonf)(slack_ctx_t *ctx, const char *template_, ...)
{
    if (slack__ctx_act(ctx, __func__) != 0) ctx = NULL;
    va_list ap;
    va_start(ap, template_);
    const slack_json_t *value = slack__make_jsonf(arena_of(ctx), "slack_jsonf", template_, ap);
    va_end(ap);
    return made(ctx, value);
}

const slack_json_t *slack_json_file(slack_ctx_t *ctx, const char *path, const slack_json_t *args)
{
    if (slack__ctx_act(ctx, __func__) != 0) ctx = NULL;
    return made(ctx, slack__make_file(arena_of(ctx), "slack_json_file", path, args));
}

const slack_json_t *slack_json_parse(slack_ctx_t *ctx, const char *text, size_t len)
{
    if (slack__ctx_act(ctx, __func__) != 0) ctx = NULL;
    return made(ctx, slack__make_parse(arena_of(ctx), "slack_json_parse", text, len));
}

const char *slack_json_text(slack_ctx_t *ctx, const slack_json_t *value)
{
    if (slack__ctx_act(ctx, __func__) != 0) ctx = NULL;
    return slack__make_text(arena_of(ctx), value);
}

void slack_json_add(slack_ctx_t *ctx, slack_json_list_t *list, const slack_json_t *value)
{
    if (slack__ctx_act(ctx, __func__) != 0) ctx = NULL;
    slack__make_add(arena_of(ctx), "slack_json_add", list, value);
}

const slack_json_t *slack_json_array(slack_ctx_t *ctx, const slack_json_t *const *items,
                                     size_t count)
{
    if (slack__ctx_act(ctx, __func__) != 0) ctx = NULL;
    return made(ctx, slack__make_array(arena_of(ctx), "slack_json_array", items, count));
}

int slack__ctx_required(slack_ctx_t *ctx, const slack_json_t *value)
{
    if (value == NULL)
        return slack__ctx_fail(ctx, SLACK_EINVAL,
                               "the JSON value is NULL: make one with slack_jsonf()");
    const int rc = slack_json_error(value);
    return rc ? slack__ctx_fail(ctx, rc, "%s", slack_json_reason(value)) : 0;
}
