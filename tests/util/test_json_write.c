/* SPDX-License-Identifier: MIT */
#include "support/alloc_fail.h"
#include "support/json.h"

/* Compact text is written as it was read. */
static const char *const same[] = {
    "null",
    "true",
    "false",
    "0",
    "-1",
    "18446744073709551615",
    "-9223372036854775808",
    "0.1",
    "1e300",
    "-2.5e-8",
    "\"\"",
    "\"\\\"\\\\\\b\\f\\n\\r\\t\\u0000\\u001F\x7F/'\"",
    "\"é€😀\"",
    "[]",
    "{}",
    "[[],{},[[]],1]",
    "{\"a\":{},\"b\":[{\"c\":[]}],\"a\":\"again\",\"k\\u0000\":null}",
    "[{\"a\":1,\"b\":[2,3]},[4,{\"c\":{\"d\":5}}]]",
};

ARENA_TEST(test_round_trip)
{
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
        size_t len;
        const char *text = slack__json_text(arena, json_exact(same[i]), &len);
        assert_string_equal(text, same[i]);
        assert_int_equal(len, strlen(same[i]));
    }
    assert_string_equal(slack__json_text(arena, NULL, NULL), "null");
    assert_string_equal(slack__json_text(arena, json_of(" [ 1 , { \"a\" : 1.0 } ] "), NULL),
                        "[1,{\"a\":1.0}]");
}

/* A value inside a document is written without its neighbours. */
ARENA_TEST(test_part)
{
    const slack_json_t *v = json_of("[1,{\"a\":[2,3]},4]");
    assert_string_equal(slack__json_text(arena, slack_json_get(v, "/1"), NULL), "{\"a\":[2,3]}");
    assert_string_equal(slack__json_text(arena, slack_json_get(v, "/1/a"), NULL), "[2,3]");
    assert_string_equal(slack__json_text(arena, slack_json_get(v, "/1/a/1"), NULL), "3");
}

/* With every maximum that is too small: the error, and the buffer as it was before. */
ARENA_TEST(test_every_maximum)
{
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
        const slack_json_t *v = json_exact(same[i]);
        size_t len = strlen(same[i]);
        for (size_t max = 3; max <= len + 3; max++) {
            slack_buf_t buf;
            slack__buf_init(&buf, max);
            assert_int_equal(slack__buf_append(&buf, "old", 3), 0);
            int rc = slack__json_write(&buf, v);
            assert_int_equal(rc, max < len + 3 ? SLACK_ETOOBIG : 0);
            assert_int_equal(buf.len, rc == 0 ? len + 3 : 3);
            assert_memory_equal(slack__buf_ptr(&buf), "old", 3);
            slack__buf_done(&buf);
        }
    }
}

ARENA_TEST(test_deepest)
{
    char text[2 * SLACK_JSON_DEPTH_MAX + 1];
    memset(text, '[', SLACK_JSON_DEPTH_MAX);
    memset(text + SLACK_JSON_DEPTH_MAX, ']', SLACK_JSON_DEPTH_MAX);
    text[2 * SLACK_JSON_DEPTH_MAX] = '\0';
    assert_string_equal(slack__json_text(arena, json_of(text), NULL), text);
}

ARENA_TEST(test_strings_are_repaired)
{
    static const struct {
        const char *s;
        size_t len;
        const char *want;
    } cases[] = {
        {NULL, 0, "\"\""},
        {"a\xFFz", 3, "\"a\xEF\xBF\xBDz\""},
        {"\xE2\x82", 2, "\"\xEF\xBF\xBD\xEF\xBF\xBD\""},
        {"\xE2\x82\xAC", 3, "\"\xE2\x82\xAC\""},
        {"\xED\xA0\x80", 3, "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""},
        {"a\0b", 3, "\"a\\u0000b\""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        slack_buf_t buf;
        slack__buf_init(&buf, 100);
        assert_int_equal(slack__json_write_string(&buf, cases[i].s, cases[i].len), 0);
        assert_string_equal(slack__buf_ptr(&buf), cases[i].want);
        slack__buf_done(&buf);
    }
    /* Every single byte as a string is written as valid JSON. */
    for (int byte = 0; byte < 256; byte++) {
        slack_buf_t buf;
        char c = (char)byte;
        const slack_json_t *v;
        slack__buf_init(&buf, 100);
        assert_int_equal(slack__json_write_string(&buf, &c, 1), 0);
        assert_int_equal(slack__json_parse(arena, slack__buf_ptr(&buf), buf.len, &v, NULL), 0);
        size_t len;
        const char *s = slack__json_string(v, &len);
        if (byte < 0x80) assert_int_equal(s[0], byte);
        assert_int_equal(len, byte < 0x80 ? 1 : 3);
        slack__buf_done(&buf);
    }
}

ARENA_TEST(test_object_of_strings)
{
    const slack_slice_t pairs[] = {
        SLACK_SLICE("a"), SLACK_SLICE("1"), SLACK_SLICE("b/"), {"x\0y", 3}};
    const slack_json_t *v;
    assert_int_equal(slack__json_object(arena, pairs, 2, &v), 0);
    assert_string_equal(slack__json_text(arena, v, NULL), "{\"a\":\"1\",\"b/\":\"x\\u0000y\"}");
    assert_string_equal(slack_json_str(v, "/a"), "1");
    assert_int_equal(slack__json_object(arena, NULL, 0, &v), 0);
    assert_string_equal(slack__json_text(arena, v, NULL), "{}");
    assert_int_equal(slack__json_object(arena, NULL, SIZE_MAX / 2, &v), SLACK_ENOMEM);
}

ARENA_TEST(test_array)
{
    const slack_json_t *items[] = {json_of("1"), NULL, json_of("{\"a\":[]}")}, *v;
    assert_int_equal(slack__json_array(arena, items, 3, &v), 0);
    assert_string_equal(slack__json_text(arena, v, NULL), "[1,null,{\"a\":[]}]");
    assert_int_equal(slack__json_array(arena, items, 0, &v), 0);
    assert_string_equal(slack__json_text(arena, v, NULL), "[]");
}

ARENA_TEST(test_with_defaults)
{
    static const struct {
        const char *object, *defaults, *want;
    } cases[] = {
        {"{\"a\":1}", "{\"a\":2,\"b\":3}", "{\"a\":1,\"b\":3}"},
        {"{}", "{\"b\":[3]}", "{\"b\":[3]}"},
        {"{\"a\":null}", "{\"a\":2}", "{\"a\":null}"},
        {"{\"a\":{\"x\":[]}}", "{}", "{\"a\":{\"x\":[]}}"},
        {"{\"k\":1}", "{\"k\\u0000\":2}", "{\"k\":1,\"k\\u0000\":2}"},
        {NULL, "{\"a\":1,\"b\":2}", "{\"a\":1,\"b\":2}"},
        {"{\"a\":1}", NULL, "{\"a\":1}"},
        {NULL, NULL, "{}"},
    };
    const slack_json_t *v;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const slack_json_t *object = cases[i].object ? json_of(cases[i].object) : NULL;
        const slack_json_t *defaults = cases[i].defaults ? json_of(cases[i].defaults) : NULL;
        assert_int_equal(slack__json_with_defaults(arena, object, defaults, &v), 0);
        assert_string_equal(slack__json_text(arena, v, NULL), cases[i].want);
    }
    assert_int_equal(slack__json_with_defaults(arena, json_of("[]"), NULL, &v), SLACK_EINVAL);
    assert_int_equal(slack__json_with_defaults(arena, NULL, json_of("1"), &v), SLACK_EINVAL);
}

/* The copy does not depend on the original. */
ARENA_TEST(test_with_defaults_copies)
{
    slack_arena_t *source = slack__arena_new(0, 0);
    const slack_json_t *object, *v;
    assert_int_equal(slack__json_parse(source, "{\"a\":\"text\"}", 12, &object, NULL), 0);
    assert_int_equal(slack__json_with_defaults(arena, object, NULL, &v), 0);
    slack__arena_free(source);
    assert_string_equal(slack_json_str(v, "/a"), "text");
}

static int write_all(void *ctx)
{
    slack_arena_t *own = slack__arena_new(4096, 0);
    if (!own) return SLACK_ENOMEM;
    const slack_json_t *v = NULL, *merged;
    const char text[] = "{\"a\":[1,2.5,\"x\"]}";
    int rc = slack__json_parse(own, text, sizeof text - 1, &v, NULL);
    if (rc == 0) rc = slack__json_with_defaults(own, v, v, &merged);
    if (rc == 0) rc = slack__json_text(own, merged, NULL) ? 0 : SLACK_ENOMEM;
    slack__arena_free(own);
    return rc;
}

TEST(test_nth_allocation)
{
    assert_true(alloc_fail_each(write_all, NULL) >= 3);
}
