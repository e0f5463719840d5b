/* SPDX-License-Identifier: MIT */
/* JSON that is made outside of a delivery. A slack_json_pool_t is an arena. */
#include "util/json_make.h"

static slack_arena_t *arena_of(slack_json_pool_t *pool)
{
    return (slack_arena_t *)pool;
}

slack_json_pool_t *slack_json_pool_new(void)
{
    return (slack_json_pool_t *)slack__arena_new(0, 0);
}

void slack_json_pool_free(slack_json_pool_t *pool)
{
    if (pool) slack__arena_free(arena_of(pool));
}

const slack_json_t *(slack_pool_jsonf)(slack_json_pool_t *pool, const char *template_, ...)
{
    va_list ap;
    va_start(ap, template_);
    const slack_json_t *value =
        slack__make_jsonf(arena_of(pool), "slack_pool_jsonf", template_, ap);
    va_end(ap);
    return value;
}

const slack_json_t *slack_pool_file(slack_json_pool_t *pool, const char *path,
                                    const slack_json_t *args)
{
    return slack__make_file(arena_of(pool), "slack_pool_file", path, args);
}

const slack_json_t *slack_pool_parse(slack_json_pool_t *pool, const char *text, size_t len)
{
    return slack__make_parse(arena_of(pool), "slack_pool_parse", text, len);
}

const char *slack_pool_text(slack_json_pool_t *pool, const slack_json_t *value)
{
    return slack__make_text(arena_of(pool), value);
}

void slack_pool_add(slack_json_pool_t *pool, slack_json_list_t *list, const slack_json_t *value)
{
    slack__make_add(arena_of(pool), "slack_pool_add", list, value);
}

const slack_json_t *slack_pool_array(slack_json_pool_t *pool, const slack_json_t *const *items,
                                     size_t count)
{
    return slack__make_array(arena_of(pool), "slack_pool_array", items, count);
}
