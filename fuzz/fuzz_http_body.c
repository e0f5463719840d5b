/* SPDX-License-Identifier: MIT */
#include "fuzz.h"
#include "protocol/http_body.h"

/* The first line is the content type, the rest the body. A parsed body is JSON that parses to the
 * same value. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    slack_slice_t rest = {(const char *)data, size}, content_type = {"", 0};
    slack__slice_split(&rest, '\n', &content_type);
    slack__http_body_is_ssl_check(content_type, rest);

    slack_arena_t *arena = slack__arena_new(0, 0);
    char *body = arena ? slack__arena_alloc(arena, rest.len + SLACK_JSON_PADDING) : NULL;
    if (body) {
        if (rest.len > 0) memcpy(body, rest.ptr, rest.len);
        memset(body + rest.len, 0, SLACK_JSON_PADDING);
        const slack_json_t *value = NULL, *again = NULL;
        size_t len;
        if (slack__http_body_read(arena, content_type, body, rest.len, &value) == 0) {
            if (slack_json_type(value) != SLACK_JSON_OBJECT) __builtin_trap();
            const char *text = slack__json_text(arena, value, &len);
            if (text && slack__json_parse(arena, text, len, &again, NULL) == SLACK_EJSON)
                __builtin_trap();
            if (again && !slack__json_equal(value, again)) __builtin_trap();
        }
    }
    slack__arena_free(arena);
    return 0;
}
