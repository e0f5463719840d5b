/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <sys/types.h>

#include "support/alloc_fail.h"
#include "support/heap.h"
#include "support/json.h"

/* Templates from tables, and templates that the compiler refuses. */
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-security"

/* ---- without conversions ---- */

static const struct {
    const char *template, *json;
} good[] = {
    {"null", "null"},
    {"true", "true"},
    {" false ", "false"},
    {"0", "0"},
    {"-12", "-12"},
    {"1.5e3", "1500.0"},
    {"\"\"", "\"\""},
    {"''", "\"\""},
    {"[]", "[]"},
    {"{}", "{}"},
    {"[1]", "[1]"},
    {"[1,]", "[1]"},
    {"[1, 2 , 3 ,\n]", "[1,2,3]"},
    {"[[],[[]],{},]", "[[],[[]],{}]"},
    {"{a:1}", "{\"a\":1}"},
    {"{a:1,}", "{\"a\":1}"},
    {"{'a': 1, \"b\": 2, c: 3}", "{\"a\":1,\"b\":2,\"c\":3}"},
    {"{a: {b: [{c: {}}]}}", "{\"a\":{\"b\":[{\"c\":{}}]}}"},
    {"{true: false, null: 1, _x$: 2, $: 3, a-b: 4, A9: 5}",
     "{\"true\":false,\"null\":1,\"_x$\":2,\"$\":3,\"a-b\":4,\"A9\":5}"},
    {"{\"\": '', '': \"\"}", "{\"\":\"\",\"\":\"\"}"},
    {"'it\\'s'", "\"it's\""},
    {"\"it's \\'ok\\'\"", "\"it's 'ok'\""},
    {"'say \"hi\"'", "\"say \\\"hi\\\"\""},
    {"'\\\" \\\\ \\/ \\b \\f \\n \\r \\t'", "\"\\\" \\\\ / \\b \\f \\n \\r \\t\""},
    {"'\\u00e9 \\u20AC \\ud83d\\ude00 \\u0000'", "\"é € 😀 \\u0000\""},
    {"'é € 😀'", "\"é € 😀\""},
    {"'\xFF \xE2\x82'", "\"\xEF\xBF\xBD \xEF\xBF\xBD\xEF\xBF\xBD\""},
    {"'\x7F'", "\"\x7F\""},
    /* The same string after C's escapes. */
    {"'a\nb\r\nc\td'", "\"a\\nb\\r\\nc\\td\""},
    {"{'a\nb': \"\b\f\x1b\"}", "{\"a\\nb\":\"\\b\\f\\u001B\"}"},
    {"{a?: null, b?: 1, 'c'?: null, d ? : 'null'}", "{\"b\":1,\"d\":\"null\"}"},
    {"{a: {b?: null}, c?: {d?: null}, e?: []}", "{\"a\":{},\"c\":{},\"e\":[]}"},
    {"[{a?: null, b: [null?, 1?, null?]}, null?]", "[{\"b\":[1]}]"},
    {"// first\n[1, // one\r\n2 /* two */, /* * / ** */ 3] // end", "[1,2,3]"},
    {"/**/{/**/a/**/:/**/1/**/,/**/}/**/", "{\"a\":1}"},
    {"'// no comment /* here */'", "\"// no comment /* here */\""},
    {"\t\r\n [ \t1\r\n] \n", "[1]"},
    {"{\"blocks\":[{\"type\":\"section\",\"text\":{\"type\":\"mrkdwn\",\"text\":\"*hi*\"}}]}",
     "{\"blocks\":[{\"type\":\"section\",\"text\":{\"type\":\"mrkdwn\",\"text\":\"*hi*\"}}]}"},
};

#define GOOD (sizeof good / sizeof good[0])

ARENA_TEST(test_good)
{
    for (size_t i = 0; i < GOOD; i++) {
        const slack_json_t *v = NULL;
        slack_json_error_t error = {0};
        int rc = slack__jsonf(arena, &v, &error, good[i].template);
        if (rc != 0) fail_msg("%s: %s at %zu", good[i].template, error.what, error.offset);
        assert_string_equal(slack__json_text(arena, v, NULL), good[i].json);
    }
}

/* Strict JSON is a subset: the result equals that of the JSON parser. */
ARENA_TEST(test_strict_json)
{
    for (size_t i = 0; i < GOOD; i++) {
        const slack_json_t *v, *strict;
        assert_int_equal(
            slack__json_parse(arena, good[i].json, strlen(good[i].json), &strict, NULL), 0);
        assert_int_equal(slack__jsonf(arena, &v, NULL, good[i].json), 0);
        assert_true(slack__json_equal(v, strict));
    }
}

/* A template that is cut anywhere is an error at an offset before the cut, or a value. */
ARENA_TEST(test_every_cut)
{
    for (size_t i = 0; i < GOOD; i++)
        for (size_t cut = 0; cut < strlen(good[i].template); cut++) {
            char *exact = calloc(1, cut + 1);
            memcpy(exact, good[i].template, cut);
            slack_json_error_t error = {0};
            const slack_json_t *v = NULL;
            int rc = slack__jsonf(arena, &v, &error, exact);
            if (rc != 0) {
                assert_int_equal(rc, SLACK_ETEMPLATE);
                assert_int_equal(error.code, rc);
                assert_true(error.offset <= cut);
                assert_null(v);
            } else {
                assert_non_null(v);
            }
            free(exact);
        }
}

static const struct {
    const char *template;
    size_t offset;
    const char *what;
} bad[] = {
    {"", 0, "a value is missing"},
    {"  // nothing", 12, "a value is missing"},
    {"[", 1, "an array is not closed"},
    {"[1", 2, "an array is not closed"},
    {"[1,", 3, "an array is not closed"},
    {"{", 1, "an object is not closed"},
    {"{a", 2, "':' is missing after a key"},
    {"{a:", 3, "a value is missing"},
    {"{a:1", 4, "an object is not closed"},
    {"{a:1,", 5, "an object is not closed"},
    {"[,]", 1, "a value is missing"},
    {"[1,,2]", 3, "a value is missing"},
    {"{,}", 1, "a key is missing"},
    {"{a:1,,}", 5, "a key is missing"},
    {"[1 2]", 3, "',' or ']' is missing"},
    {"['a' 'b']", 5, "',' or ']' is missing"},
    {"{a:1 b:2}", 5, "',' or '}' is missing"},
    {"{a 1}", 3, "':' is missing after a key"},
    {"{a=1}", 2, "':' is missing after a key"},
    {"{a:}", 3, "a value is missing"},
    {"{a:,}", 3, "a value is missing"},
    {"{1:2}", 1, "a key is missing"},
    {"{-a:2}", 1, "a key is missing"},
    {"{é:2}", 1, "a key is missing"},
    {"{[]:2}", 1, "a key is missing"},
    {"[1}", 2, "',' or ']' is missing"},
    {"{a:1]", 4, "',' or '}' is missing"},
    {"]", 0, "a value is missing"},
    {"[]]", 2, "something stands behind the value"},
    {"1 2", 2, "something stands behind the value"},
    {"{} // ok\n x", 10, "something stands behind the value"},
    {"null,", 4, "something stands behind the value"},
    {"[undefined]", 1, "a bare word other than true, false and null"},
    {"[True]", 1, "a bare word other than true, false and null"},
    {"nullx", 0, "a bare word other than true, false and null"},
    {"[true-false]", 1, "a bare word other than true, false and null"},
    {"[01]", 1, "malformed or out of range as a number"},
    {"[-]", 1, "malformed or out of range as a number"},
    {"[1.]", 1, "malformed or out of range as a number"},
    {"[1e]", 1, "malformed or out of range as a number"},
    {"[1e999]", 1, "malformed or out of range as a number"},
    {"[+1]", 1, "a value is missing"},
    {"[.5]", 1, "a value is missing"},
    {"[0x1]", 2, "',' or ']' is missing"},
    {"[-Infinity]", 1, "malformed or out of range as a number"},
    {"'abc", 0, "a string is not closed"},
    {"[\"abc]", 1, "a string is not closed"},
    {"['abc\"]", 1, "a string is not closed"},
    {"'abc\\", 4, "an unknown escape"},
    {"'ab\\x41'", 3, "an unknown escape"},
    {"'\\\n'", 1, "an unknown escape"},
    {"'\\u12'", 1, "\\u needs four hex digits"},
    {"'\\u00g0'", 1, "\\u needs four hex digits"},
    {"'\\u", 1, "\\u needs four hex digits"},
    {"'x\\ud83d'", 2, "half of a surrogate pair"},
    {"'x\\ud83d\\u0041'", 2, "half of a surrogate pair"},
    {"'x\\ude00'", 2, "half of a surrogate pair"},
    {"'x\\ud83d\\ud83d'", 2, "half of a surrogate pair"},
    {"'x\\ud83d\\ude", 2, "half of a surrogate pair"},
    {"[1, / 2]", 4, "'/' starts no comment"},
    {"[1 /* 2]", 3, "a comment is not closed"},
    {"/*/", 0, "a comment is not closed"},
    {"[1] /", 4, "'/' starts no comment"},
    {"#", 0, "a value is missing"},
    {"\xEF\xBB\xBF{}", 0, "a value is missing"},
    /* Conversions that may not be; no argument is there, so none may be read. */
    {"[%]", 1, "an unknown conversion"},
    {"[%", 1, "an unknown conversion"},
    {"'%'", 1, "an unknown conversion"},
    {"[%5d]", 1, "an unknown conversion"},
    {"[%-s]", 1, "an unknown conversion"},
    {"[%.3s]", 1, "an unknown conversion"},
    {"[%.*f]", 1, "an unknown conversion"},
    {"[%.*d]", 1, "an unknown conversion"},
    {"[%hd]", 1, "an unknown conversion"},
    {"[%lf]", 1, "an unknown conversion"},
    {"[%x]", 1, "an unknown conversion"},
    {"'a%x'", 2, "an unknown conversion"},
    {"[%n]", 1, "an unknown conversion"},
    {"[%c]", 1, "%c stands outside of quotes"},
    {"[%%]", 1, "%% stands outside of quotes"},
    {"'ab%p'", 3, "%p stands inside quotes"},
    {"{%d: 1}", 1, "a key that is no string"},
    {"{%p: 1}", 1, "a key that is no string"},
    {"{%q: 1}", 1, "an unknown conversion"},
    {"{%%: 1}", 1, "a key that is no string"},
    {"[!true]", 1, "'!' and '!!' stand before an integer conversion"},
    {"[!!]", 1, "'!' and '!!' stand before an integer conversion"},
    {"[!!%s]", 1, "'!' and '!!' stand before an integer conversion"},
    {"[!!%f]", 1, "'!' and '!!' stand before an integer conversion"},
    {"{a?}", 3, "':' is missing after a key"},
    {"{a??: 1}", 3, "':' is missing after a key"},
    {"{?: 1}", 1, "a key is missing"},
    {"{a: null?}", 8, "',' or '}' is missing"},
    {"[?]", 1, "a value is missing"},
    {"[[]?]", 3, "',' or ']' is missing"},
};

#define BAD (sizeof bad / sizeof bad[0])

ARENA_TEST(test_bad)
{
    for (size_t i = 0; i < BAD; i++) {
        slack_json_error_t error = {0};
        const slack_json_t *v = NULL;
        int rc = slack__jsonf(arena, &v, &error, bad[i].template);
        if (rc != SLACK_ETEMPLATE || error.offset != bad[i].offset ||
            strcmp(error.what, bad[i].what) != 0)
            fail_msg("%s: %s, \"%s\" at %zu", bad[i].template, slack_err_name(rc), error.what,
                     error.offset);
        assert_int_equal(error.code, rc);
        assert_null(v); /* untouched */
        assert_int_equal(slack__jsonf(arena, &v, NULL, bad[i].template), rc);
    }
}

/* ---- conversions ---- */

#define assert_json(want, ...)                                                                     \
    do {                                                                                           \
        const slack_json_t *v_ = NULL;                                                             \
        slack_json_error_t e_ = {0};                                                               \
        if (slack__jsonf(arena, &v_, &e_, __VA_ARGS__) != 0)                                       \
            fail_msg("%s at %zu", e_.what, e_.offset);                                             \
        assert_string_equal(slack__json_text(arena, v_, NULL), want);                              \
    } while (0)

#define assert_error(code_, offset_, what_, ...)                                                   \
    do {                                                                                           \
        const slack_json_t *v_ = NULL;                                                             \
        slack_json_error_t e_ = {0};                                                               \
        assert_int_equal(slack__jsonf(arena, &v_, &e_, __VA_ARGS__), code_);                       \
        assert_int_equal(e_.code, code_);                                                          \
        assert_string_equal(e_.what, what_);                                                       \
        assert_int_equal(e_.offset, offset_);                                                      \
        assert_null(v_);                                                                           \
    } while (0)

/* Where the compiler knows that a %s is NULL, it warns. */
static const char *volatile no_string;

ARENA_TEST(test_strings)
{
    assert_json("\"x\"", "%s", "x");
    assert_json("{\"text\":\"say \\\"hi\\\"\\n\\\\\"}", "{text: %s}", "say \"hi\"\n\\");
    assert_json("[\"a\",null,\"b\"]", "[%s, %s, %s]", "a", no_string, "b");
    assert_json("[\"<@U1> & <@U2>!\",\"\"]", "['<@%s> & <@%s>!', '%s']", "U1", "U2", no_string);
    assert_json("\"a\\\"b'c\"", "'a%sc'", "\"b'");
    assert_json("[\"ab\",\"xy\",\"abc\",null]", "[%.*s, 'x%.*s', %.*s, %.*s]", 2, "abc", 1, "yz", 9,
                "abc", 3, no_string);
    assert_json("[\"\xEF\xBF\xBD\",\"-\xEF\xBF\xBD-\"]", "[%s, '-%s-']", "\xFF", "\xC3");
    assert_json("{\"k\\\"1\":1,\"k2\":2,\"k3x\":3}", "{%s: 1, %.*s: 2, 'k%dx': 3}", "k\"1", 2,
                "k2zzz", 3);
    assert_json("[\"50%\",\"%s\"]", "['50%%', '%%s']");
    /* What comes in as text stays text: no value ends its string, no % is looked at again. */
    assert_json("[\"\\\", x: \\\"%d %s', /* \"]", "[%s]", "\", x: \"%d %s', /* ");
    assert_json("[\"a', b: '\"]", "['%s']", "a', b: '");
    assert_error(SLACK_ETEMPLATE, 7, "a key that is NULL", "{a: 1, %s: 2}", no_string);
}

ARENA_TEST(test_unterminated_string)
{
    char *bytes = malloc(2); /* exactly two bytes: a sanitizer sees a third */
    memcpy(bytes, "ab", 2);
    assert_json("[\"ab\",\"ab\"]", "[%.*s, '%.*s']", 2, bytes, 2, bytes);
    free(bytes);
}

ARENA_TEST(test_numbers)
{
    assert_json("[-1,-2,3,\"4\"]", "[%d, %i, %u, '%d']", -1, -2, 3u, 4);
    assert_json("[-9223372036854775808,18446744073709551615,1]", "[%lld, %llu, %d]", LLONG_MIN,
                ULLONG_MAX, 1);
    assert_json("[-2147483648,4294967295,1]", "[%ld, %lu, %d]", -2147483647L - 1, 4294967295UL, 1);
    assert_json("[-5,6,7]", "[%lld, %llu, %d]", -5LL, 6ULL, 7);
    assert_json("[1,-2,3,4,5]", "[%zu, %zd, %jd, %ju, %d]", (size_t)1, (ssize_t)-2, (intmax_t)3,
                (uintmax_t)4, 5);
    assert_json("[7,8]", "[%" PRId64 ", %" PRIu64 "]", INT64_C(7), UINT64_C(8));
    assert_json("[0.5,1e-9,0.13,\"2.00\",1]", "[%f, %g, %.2f, '%.2f', %d]", 0.5, 1e-9,
                0.125 + 0.005, 2.0, 1);
    assert_json("[1e308]", "[%.0f]", 1e308);
    assert_json("[\"nan\",\"inf\",\"-inf\"]", "['%f', '%g', '%f']", (double)NAN, (double)INFINITY,
                -(double)INFINITY);
    assert_json("[\"x%\\\"\"]", "['%c%%%c']", 'x', '"');
    assert_json("[\"\xEF\xBF\xBD\\u0000\"]", "['%c%c']", 0xE9, 0);
    assert_error(SLACK_ETEMPLATE, 5, "the number is not finite", "[%d, %f]", 1, (double)NAN);
    assert_error(SLACK_ETEMPLATE, 1, "the number is not finite", "[%g]", -(double)INFINITY);
}

ARENA_TEST(test_values)
{
    const slack_json_t *inner = NULL;
    const void *none = NULL;
    assert_int_equal(slack__jsonf(arena, &inner, NULL, "[{a: %s}, 'é']", "b"), 0);
    assert_json("{\"blocks\":[{\"a\":\"b\"},\"é\"],\"x\":null,\"n\":1}",
                "{blocks: %p, x: %p, n: %d}", (const void *)inner, none, 1);
    assert_json("{\"a\":\"b\"}", "%p", (const void *)slack_json_get(inner, "/0"));
}

/* A value put into another does not depend on the arena that it came from. */
ARENA_TEST(test_booleans)
{
    assert_json("[true,false,false,true]", "[!!%d, !!%d, !%d, !%d]", 5, 0, 5, 0);
    assert_json("[true,true]", "[!!%lld, !!%zu]", 1LL << 40, (size_t)1 << 20);
    assert_json("{\"a\":false}", "{a?: !!%d}", 0); /* false is not null */
}

ARENA_TEST(test_optional)
{
    const slack_json_t *null = NULL;
    assert_int_equal(slack__jsonf(arena, &null, NULL, "null"), 0);
    assert_json("{\"d\":1}", "{a?: %s, b?: %p, c?: %p, d?: %d}", no_string, NULL,
                (const void *)null, 1);
    assert_json("[{\"x\":[{}]}]", "[{x: [{accessory?: %p}]}]", NULL);
    assert_json("[1,2,3]", "[%p?, 1, %s?, 2, 3, %p?]", NULL, no_string, NULL);
    assert_json("[null]", "[%p]", NULL); /* without the '?' it stays */
}

/* A failed value fails whatever it is put into, with its own code and sentence. */
ARENA_TEST(test_failed_values)
{
    const slack_json_t *failed = slack__json_failed(arena, SLACK_ENOTFOUND, "no %s", "file");
    assert_int_equal(slack_json_error(failed), SLACK_ENOTFOUND);
    assert_string_equal(slack_json_reason(failed), "no file");
    assert_error(SLACK_ENOTFOUND, 10, "no file", "{blocks: [%p]}", (const void *)failed);
    assert_error(SLACK_ENOTFOUND, 5, "no file", "{a?: %p}", (const void *)failed);
    assert_error(SLACK_ENOTFOUND, 1, "no file", "[%p?]", (const void *)failed);
    const slack_json_t *v = NULL;
    assert_int_equal(slack__json_with_defaults(arena, failed, NULL, &v), SLACK_ENOTFOUND);
    assert_int_equal(slack__json_array(arena, &failed, 1, &v), SLACK_ENOTFOUND);
    assert_null(v);
    assert_null(slack__json_text(arena, failed, NULL));
    /* It is no value, and what is read of it fails as well. */
    assert_int_equal(slack_json_type(failed), SLACK_JSON_NONE);
    assert_string_equal(slack_json_str(failed, "a"), "");
    assert_string_equal(slack_json_str(failed, ""), "");
    assert_ptr_equal(slack_json_get(failed, "/a/b"), failed);
    assert_int_equal(slack_json_count(failed, ""), 0);
}

/* %p takes any pointer as far as the compiler knows. */
ARENA_TEST(test_pointers_to_something_else)
{
    static const char what[] = "%p is given a pointer to something that is not a JSON value: it "
                               "takes a const slack_json_t *, and %s a text";
    char *one = strdup("x"), *empty = strdup(""), *text = strdup("a string"), *odd = text + 1;
    double number = 1.5;
    void *pointers[4] = {one, text, &number, NULL};
    const void *wrong[] = {one, empty, text, odd, pointers, &number, arena, stdout, "{}"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_error(SLACK_ETEMPLATE, 4, what, "{a: %p}", wrong[i]);
    free(one);
    free(empty);
    free(text);

    static const char *const all[] = {"null", "true", "false",        "0",
                                      "-1",   "1.5",  "''",           "'x'",
                                      "[]",   "{}",   "[1, [2], {}]", "{a: {b: [1]}, c: 'd'}"};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        const slack_json_t *v = NULL;
        assert_int_equal(slack__jsonf(arena, &v, NULL, all[i]), 0);
        assert_true(slack__json_is_value(v));
        for (slack_json_iter_t it = {0}; slack_json_next(v, &it);)
            assert_true(slack__json_is_value(it.value));
    }
}

ARENA_TEST(test_macro)
{
    assert_json("{\"type\":\"section\",\"text\":{\"type\":\"mrkdwn\",\"text\":\"a, \\\"b\\\"\"},"
                "\"on\":true,\"off\":false,\"list\":[1,\"it's\",\"https://"
                "x\"],\"say\":\"\\\"hi\\\"\\n50%\"}",
                SLACK_JSON({
                    type: 'section', /* vanishes, as this line does: */
                    // { not even seen
                    text: { type: "mrkdwn", text: %s },
                    accessory?: %p, on: true, off: !!%d,
                    list: [1, 'it\'s', 'https://x'],
                    say: '"hi"\n50%%'
                }),
                             "a, \"b\"", NULL, 0);
}

ARENA_TEST(test_values_are_copied)
{
    slack_arena_t *other = slack__arena_new(0, 0);
    const slack_json_t *inner = NULL, *outer = NULL;
    assert_int_equal(slack__jsonf(other, &inner, NULL, "['text']"), 0);
    assert_int_equal(slack__jsonf(arena, &outer, NULL, "{a: %p}", (const void *)inner), 0);
    slack__arena_free(other);
    assert_string_equal(slack_json_str(outer, "/a/0"), "text");
}

ARENA_TEST(test_depth)
{
    char text[2 * SLACK_JSON_DEPTH_MAX + 8];
    const size_t max = SLACK_JSON_DEPTH_MAX;
    const slack_json_t *deepest = NULL;
    memset(text, '[', max);
    memset(text + max, ']', max);
    text[2 * max] = '\0';
    assert_int_equal(slack__jsonf(arena, &deepest, NULL, text), 0);
    assert_int_equal(slack__json_depth(deepest), max);
    assert_json(text, "%p", (const void *)deepest);
    assert_error(SLACK_ETOOBIG, 4, "nested too deeply", "[1, %p]", (const void *)deepest);
    assert_error(SLACK_ETOOBIG, 4, "nested too deeply", "{a: %p}", (const void *)deepest);
    const slack_json_t *v = NULL;
    assert_int_equal(
        slack__jsonf(arena, &v, NULL, "[%p]", (const void *)slack_json_get(deepest, "/0")), 0);

    memset(text, '[', max + 1);
    text[max + 1] = '\0';
    assert_error(SLACK_ETOOBIG, max, "nested too deeply", text);
}

ARENA_TEST(test_too_large)
{
    slack_buf_t buf;
    slack__buf_init(&buf, SIZE_MAX);
    char *tail;
    assert_int_equal(slack__buf_reserve(&buf, SLACK_ARENA_MAX, &tail), 0);
    memset(tail, 'x', SLACK_ARENA_MAX);
    slack__buf_commit(&buf, SLACK_ARENA_MAX);
    assert_error(SLACK_ETOOBIG, 1, "the result is too large", "[%s]", slack__buf_ptr(&buf));
    slack__buf_done(&buf);
}

/* ---- memory ---- */

static int build(void *ctx)
{
    slack_arena_t *own = slack__arena_new(256, 0);
    if (!own) return SLACK_ENOMEM;
    const slack_json_t *inner = NULL, *v = NULL;
    slack_json_error_t error = {0};
    int rc = slack__jsonf(own, &inner, &error, "[{a: %s}, %d, '%s']", "b", 5, "c");
    if (rc == 0)
        rc = slack__jsonf(own, &v, &error, "{inner: %p, long: '%s', number: %f}",
                          (const void *)inner, (const char *)ctx, 0.5);
    assert_int_equal(error.code, rc);
    if (rc == 0) assert_string_equal(slack_json_str(v, "/inner/0/a"), "b");
    slack__arena_free(own);
    return rc;
}

TEST(test_nth_allocation)
{
    char text[3001];
    memset(text, '"', 3000);
    text[3000] = '\0';
    assert_true(alloc_fail_each(build, text) >= 5);
}

TEST(test_wiped)
{
    heap_watch("xoxb-1234");
    slack_arena_t *own = slack__arena_new(0, 0);
    const slack_json_t *v = NULL, *outer = NULL;
    assert_int_equal(slack__jsonf(own, &v, NULL, "{token: %s}", "xoxb-1234"), 0);
    assert_int_equal(slack__jsonf(own, &outer, NULL, "[%p, 'xoxb-%d'", (const void *)v, 1234),
                     SLACK_ETEMPLATE);
    assert_non_null(slack__json_text(own, v, NULL));
    slack__arena_free(own);
    assert_int_equal(heap_unwiped(), 0);
    heap_watch(NULL);
}
