/* SPDX-License-Identifier: MIT */
#include "fuzz.h"
#include "util/json.h"

/* Visits every value by the public readers. SLACK_JSON_DEPTH_MAX bounds the recursion. */
static size_t visit(const slack_json_t *value)
{
    size_t seen = 0, len;
    const char *s = slack_json_strn(value, "", &len);
    if (s && s[len] != '\0') __builtin_trap();
    slack_json_int(value, "");
    slack_json_num(value, "");
    slack_json_iter_t it = {0};
    while (slack_json_next(value, &it)) {
        if (it.key && !slack__json_member(value, slack__json_key(&it))) __builtin_trap();
        seen += 1 + visit(it.value);
    }
    if (it.index != slack_json_count(value, "")) __builtin_trap();
    return seen;
}

/* A parsed value can be walked, and its text parses to the same value. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    slack_arena_t *arena = slack__arena_new(0, 0);
    const slack_json_t *value = NULL, *again = NULL;
    size_t offset = 0, len = 0, len_again = 0;
    int rc = slack__json_parse(arena, (const char *)data, size, &value, &offset);
    if (rc == SLACK_EJSON && offset > size) __builtin_trap();
    if (rc == 0) {
        visit(value);
        const char *text = slack__json_text(arena, value, &len);
        if (text && slack__json_parse(arena, text, len, &again, NULL) == SLACK_EJSON)
            __builtin_trap();
        const char *text_again = again ? slack__json_text(arena, again, &len_again) : NULL;
        if (text_again && (len != len_again || memcmp(text, text_again, len) != 0))
            __builtin_trap();
    }
    slack__arena_free(arena);
    return 0;
}
