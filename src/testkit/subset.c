/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "testkit/testkit.h"

/* Add a step to the path at which two values differ. */
static void step(char *where, size_t size, const char *key, int key_len, size_t index)
{
    size_t used = strlen(where);
    if (key)
        snprintf(where + used, size - used, "/%.*s", key_len, key);
    else
        snprintf(where + used, size - used, "/%zu", index);
}

static bool object_has(const slack_json_t *value, const slack_json_t *part, char *where,
                       size_t size)
{
    slack_json_iter_t it = {0};
    size_t used = strlen(where);
    while (slack_json_next(part, &it)) {
        slack_slice_t key = slack__json_key(&it);
        step(where, size, key.ptr, (int)key.len, 0);
        const slack_json_t *member = slack__json_member(value, key);
        if (member == NULL || !slack__kit_has(member, it.value, where, size)) return false;
        where[used] = '\0';
    }
    return true;
}

static bool array_has(const slack_json_t *value, const slack_json_t *part, char *where, size_t size)
{
    slack_json_iter_t mine = {0}, theirs = {0};
    size_t used = strlen(where);
    if (slack_json_count(value, "") != slack_json_count(part, "")) return false;
    while (slack_json_next(part, &theirs) && slack_json_next(value, &mine)) {
        step(where, size, NULL, 0, theirs.index - 1);
        if (!slack__kit_has(mine.value, theirs.value, where, size)) return false;
        where[used] = '\0';
    }
    return true;
}

bool slack__kit_has(const slack_json_t *value, const slack_json_t *part, char *where, size_t size)
{
    enum slack_json_type type = slack_json_type(part);
    if (slack_json_type(value) != type) return false;
    if (type == SLACK_JSON_OBJECT) return object_has(value, part, where, size);
    if (type == SLACK_JSON_ARRAY) return array_has(value, part, where, size);
    return slack__json_equal(value, part);
}
