/* SPDX-License-Identifier: MIT */
#include "support/json.h"

#include "support/heap.h"

slack_arena_t *arena;

int arena_open(void **state)
{
    arena = slack__arena_new(0, 0);
    return arena ? 0 : -1;
}

int arena_close(void **state)
{
    slack__arena_free(arena);
    arena = NULL;
    return heap_live() == 0 ? 0 : -1;
}

const slack_json_t *json_of(const char *text)
{
    return json_exact(quoted(slack__arena_strdup(arena, text)));
}

const slack_json_t *json_exact(const char *text)
{
    const slack_json_t *value = NULL;
    if (slack__json_parse(arena, text, strlen(text), &value, NULL) != 0) fail_msg("%s", text);
    return value;
}

const char *repeated(const char *unit, size_t count)
{
    const size_t len = strlen(unit);
    char *text = slack__arena_calloc(arena, count * len + 1);
    assert_non_null(text);
    for (size_t i = 0; i < count; i++)
        memcpy(text + i * len, unit, len);
    return text;
}
