/* SPDX-License-Identifier: MIT */
#include "testkit/json_subset.h"

#include <stdio.h>
#include <string.h>

static bool object_has(const slack_json_t *value, const slack_json_t *part, char *where,
                       size_t size)
{
    slack_json_iter_t it = {0};
    const size_t used = strlen(where);
    while (slack_json_next(part, &it)) {
        const slack_slice_t key = slack__json_key(&it);
        const slack_json_t *member = slack__json_member(value, key);
        snprintf(where + used, size - used, "/%.*s", (int)key.len, key.ptr);
        if (member == NULL || !slack__json_subset(member, it.value, where, size)) return false;
        where[used] = '\0';
    }
    return true;
}

static bool array_has(const slack_json_t *value, const slack_json_t *part, char *where, size_t size)
{
    slack_json_iter_t mine = {0}, theirs = {0};
    const size_t used = strlen(where);
    if (slack_json_count(value, "") != slack_json_count(part, "")) return false;
    while (slack_json_next(part, &theirs) && slack_json_next(value, &mine)) {
        snprintf(where + used, size - used, "/%zu", theirs.index - 1);
        if (!slack__json_subset(mine.value, theirs.value, where, size)) return false;
        where[used] = '\0';
    }
    return true;
}

bool slack__json_subset(const slack_json_t *value, const slack_json_t *part, char *where,
                        size_t size)
{
    const enum slack_json_type type = slack_json_type(part);
    if (slack_json_type(value) != type) return false;
    if (type == SLACK_JSON_OBJECT) return object_has(value, part, where, size);
    if (type == SLACK_JSON_ARRAY) return array_has(value, part, where, size);
    return slack__json_equal(value, part);
}
