/* SPDX-License-Identifier: MIT */
#include "fuzz.h"
#include "util/form.h"

/* A parsed form is JSON, and written as a form it parses to the same value. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    slack_arena_t *arena = slack__arena_new(0, 0);
    const slack_json_t *value = NULL, *again = NULL;
    slack_buf_t buf;
    size_t len;
    slack__buf_init(&buf, 16 * size + 16);
    if (slack__form_parse(arena, (const char *)data, size, &value) == 0) {
        const char *text = slack__json_text(arena, value, &len);
        if (text && slack__json_parse(arena, text, len, &again, NULL) == SLACK_EJSON)
            __builtin_trap();
        if (slack__form_write(&buf, value) != 0) __builtin_trap();
        if (buf.len && (slack__form_parse(arena, slack__buf_ptr(&buf), buf.len, &again) != 0 ||
                        !slack__json_equal(value, again)))
            __builtin_trap();
    }
    slack__buf_done(&buf);
    slack__arena_free(arena);
    return 0;
}
