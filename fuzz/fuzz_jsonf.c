/* SPDX-License-Identifier: MIT */
#include "fuzz.h"
#include "util/json.h"

#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-security"
#pragma GCC diagnostic ignored "-Wformat-extra-args"

#define ARGUMENTS 24

/*
 * The input is the template. Every conversion finds an argument that fits: doubles have registers
 * of their own in the calling conventions of the fuzzed platforms, and every other argument points
 * to a value that is a JSON string and, since its first bytes are its type and length, a C string,
 * too.
 */
static int build(slack_arena_t *arena, const slack_json_t **ret, slack_json_error_t *error,
                 const char *text)
{
    const slack_json_t *v = NULL;
    if (slack__json_parse(arena, "\"x\\u0000y\"", 10, &v, NULL) != 0) return SLACK_ENOMEM;
    const void *p = v;
    const double n = 0.5;
    return slack__jsonf(arena, ret, error, text, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p,
                        p, p, p, p, p, p, p, n, n, n, n, n, n, n, n);
}

static size_t conversions(const char *text)
{
    size_t count = 0;
    for (; (text = strchr(text, '%')) != NULL; text++)
        count += text[1] == '.' ? 2 : 1; /* %.*s takes two */
    return count;
}

/* A template results in a value that is JSON, or in an error at an offset inside the template. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    slack_arena_t *arena = slack__arena_new(0, 0);
    const char *text = slack__arena_strndup(arena, (const char *)data, size);
    const slack_json_t *value = NULL, *again = NULL;
    slack_json_error_t error = {0};
    size_t len;
    if (text && conversions(text) <= ARGUMENTS) {
        int rc = build(arena, &value, &error, text);
        if (error.code != rc || (rc == 0) != (value != NULL)) __builtin_trap();
        if (rc != 0 && (error.offset > strlen(text) || !error.what)) __builtin_trap();
        const char *json = value ? slack__json_text(arena, value, &len) : NULL;
        if (json && slack__json_parse(arena, json, len, &again, NULL) == SLACK_EJSON)
            __builtin_trap();
        /* Strict JSON without '%' is a valid template. */
        if (rc == SLACK_ETEMPLATE && !strchr(text, '%') &&
            slack__json_parse(arena, text, strlen(text), &again, NULL) == 0)
            __builtin_trap();
    }
    slack__arena_free(arena);
    return 0;
}
