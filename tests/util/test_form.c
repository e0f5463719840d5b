/* SPDX-License-Identifier: MIT */
#include "support/alloc_fail.h"
#include "support/json.h"
#include "util/form.h"

#define TEXT(literal) (literal), sizeof(literal) - 1

static const struct {
    const char *form;
    size_t len;
    const char *json;
} cases[] = {
    {TEXT(""), "{}"},
    {TEXT("a=1"), "{\"a\":\"1\"}"},
    {TEXT("a=1&b=2"), "{\"a\":\"1\",\"b\":\"2\"}"},
    {TEXT("command=%2Fdeploy&text=web+now%21"), "{\"command\":\"/deploy\",\"text\":\"web now!\"}"},
    {TEXT("a"), "{\"a\":\"\"}"},
    {TEXT("a="), "{\"a\":\"\"}"},
    {TEXT("a=b=c"), "{\"a\":\"b=c\"}"},
    {TEXT("=x&a=1&="), "{\"a\":\"1\"}"},
    {TEXT("&&a=1&&b&"), "{\"a\":\"1\",\"b\":\"\"}"},
    {TEXT("a=1&a=2&%61=3"), "{\"a\":\"1\"}"},
    {TEXT("a=%41%4a%4A%7e"), "{\"a\":\"AJJ~\"}"},
    {TEXT("a=%&b=%4&c=%zz&d=%4g&e=100%"),
     "{\"a\":\"%\",\"b\":\"%4\",\"c\":\"%zz\",\"d\":\"%4g\",\"e\":\"100%\"}"},
    {TEXT("a=%%41"), "{\"a\":\"%A\"}"},
    {TEXT("a=%C3%A9&b=\xC3\xA9"), "{\"a\":\"é\",\"b\":\"é\"}"},
    {TEXT("a=%FFx%C3&b\xFF=1"), "{\"a\":\"\xEF\xBF\xBDx\xEF\xBF\xBD\",\"b\xEF\xBF\xBD\":\"1\"}"},
    {TEXT("a=x%00y&b=\0"), "{\"a\":\"x\\u0000y\",\"b\":\"\\u0000\"}"},
    {TEXT("a=1;b=2"), "{\"a\":\"1;b=2\"}"},
    {TEXT("a+b=c%3Dd%26"), "{\"a b\":\"c=d&\"}"},
    {TEXT("payload=%7B%22type%22%3A%22x%22%7D"), "{\"payload\":\"{\\\"type\\\":\\\"x\\\"}\"}"},
};

#define CASES (sizeof cases / sizeof cases[0])

ARENA_TEST(test_read)
{
    for (size_t i = 0; i < CASES; i++) {
        const slack_json_t *v = NULL;
        assert_int_equal(slack__form_parse(arena, cases[i].form, cases[i].len, &v), 0);
        assert_string_equal(slack__json_text(arena, v, NULL), cases[i].json);
    }
    const slack_json_t *v = NULL;
    assert_int_equal(slack__form_parse(arena, NULL, 0, &v), 0);
    assert_int_equal(slack_json_count(v, ""), 0);
}

/* A form that is cut anywhere gives an object of UTF-8 strings, from the bytes before the cut. */
ARENA_TEST(test_every_cut)
{
    for (size_t i = 0; i < CASES; i++)
        for (size_t cut = 0; cut <= cases[i].len; cut++) {
            char *exact = malloc(cut ? cut : 1);
            memcpy(exact, cases[i].form, cut);
            const slack_json_t *v = NULL, *again;
            size_t len;
            assert_int_equal(slack__form_parse(arena, exact, cut, &v), 0);
            const char *text = slack__json_text(arena, v, &len);
            assert_int_equal(slack__json_parse(arena, text, len, &again, NULL), 0);
            assert_true(slack__json_equal(v, again));
            free(exact);
        }
}

static int read_fields(size_t count, const char *format)
{
    slack_buf_t buf;
    const slack_json_t *v = NULL;
    slack__buf_init(&buf, 100000);
    for (size_t i = 0; i < count; i++) {
        char name[32];
        int len = snprintf(name, sizeof name, "f%zu", i);
        slack__buf_append(&buf, *format == 'f' ? name : format,
                          *format == 'f' ? (size_t)len : strlen(format));
        slack__buf_append(&buf, "=1&", 3);
    }
    int rc = slack__form_parse(arena, slack__buf_ptr(&buf), buf.len, &v);
    if (rc == 0 && *format == 'f') assert_int_equal(slack_json_count(v, ""), count);
    slack__buf_done(&buf);
    return rc;
}

ARENA_TEST(test_bound)
{
    assert_int_equal(read_fields(SLACK_FORM_FIELDS_MAX, "f"), 0);
    assert_int_equal(read_fields(SLACK_FORM_FIELDS_MAX + 1, "f"), SLACK_ETOOBIG);
    assert_int_equal(read_fields(SLACK_FORM_FIELDS_MAX + 1, "same"), SLACK_ETOOBIG);
    assert_int_equal(read_fields(SLACK_FORM_FIELDS_MAX + 1, ""), 0); /* no fields at all */
}

static const slack_json_t *json(const char *text)
{
    const slack_json_t *v = NULL;
    assert_int_equal(slack__json_parse(arena, text, strlen(text), &v, NULL), 0);
    return v;
}

ARENA_TEST(test_write)
{
    static const struct {
        const char *json, *form;
    } writes[] = {
        {"{}", ""},
        {"{\"a\":\"1\"}", "a=1"},
        {"{\"channel\":\"C1\",\"text\":\"a b&c=d+é~/\"}",
         "channel=C1&text=a+b%26c%3Dd%2B%C3%A9~%2F"},
        {"{\"n\":-5,\"r\":0.5,\"t\":true,\"f\":false}", "n=-5&r=0.5&t=true&f=false"},
        {"{\"a\":null,\"b\":\"\",\"c\":null}", "b="},
        {"{\"blocks\":[{\"type\":\"x\"}],\"o\":{}}",
         "blocks=%5B%7B%22type%22%3A%22x%22%7D%5D&o=%7B%7D"},
        {"{\"k y\":\"\\u0000\",\"\\u0000\":\"1\"}", "k+y=%00&%00=1"},
        {"{\"a\":\"-._~*!'()\"}", "a=-._~%2A%21%27%28%29"},
    };
    for (size_t i = 0; i < sizeof writes / sizeof writes[0]; i++) {
        slack_buf_t buf;
        slack__buf_init(&buf, 1000);
        assert_int_equal(slack__buf_append(&buf, "?", 1), 0);
        assert_int_equal(slack__form_write(&buf, json(writes[i].json)), 0);
        assert_string_equal(slack__buf_ptr(&buf) + 1, writes[i].form);
        size_t len = buf.len - 1;
        slack__buf_done(&buf);
        for (size_t max = 1; max < 1 + len; max++) { /* every maximum that is too small */
            slack__buf_init(&buf, max);
            assert_int_equal(slack__buf_append(&buf, "?", 1), 0);
            assert_int_equal(slack__form_write(&buf, json(writes[i].json)), SLACK_ETOOBIG);
            assert_string_equal(slack__buf_ptr(&buf), "?");
            slack__buf_done(&buf);
        }
    }
    slack_buf_t buf;
    slack__buf_init(&buf, 1000);
    assert_int_equal(slack__form_write(&buf, json("[1]")), SLACK_EINVAL);
    assert_int_equal(slack__form_write(&buf, NULL), SLACK_EINVAL);
    slack__buf_done(&buf);
}

/* A written form reads back as the same value. */
ARENA_TEST(test_round_trip)
{
    for (size_t i = 0; i < CASES; i++) {
        const slack_json_t *v = json(cases[i].json), *again;
        slack_buf_t buf;
        slack__buf_init(&buf, 1000);
        assert_int_equal(slack__form_write(&buf, v), 0);
        assert_int_equal(slack__form_parse(arena, slack__buf_ptr(&buf), buf.len, &again), 0);
        assert_true(slack__json_equal(v, again));
        slack__buf_done(&buf);
    }
}

static int both_ways(void *ctx)
{
    slack_arena_t *own = slack__arena_new(128, 0);
    if (!own) return SLACK_ENOMEM;
    const char form[] = "a=%FF%FF%FF%FF%FF%FF%FF%FF%FF%FF%FF%FF%FF%FF%FF%FF%FF&b=2&c=%5B1%5D";
    const slack_json_t *v = NULL;
    slack_buf_t buf;
    slack__buf_init(&buf, 10000);
    int rc = slack__form_parse(own, form, sizeof form - 1, &v);
    if (rc == 0) rc = slack__jsonf(own, &v, NULL, "{a: %p, n: [1, 2]}", (const void *)v);
    if (rc == 0) rc = slack__form_write(&buf, v);
    if (rc != 0) assert_int_equal(buf.len, 0);
    slack__buf_done(&buf);
    slack__arena_free(own);
    return rc;
}

TEST(test_nth_allocation)
{
    assert_true(alloc_fail_each(both_ways, NULL) >= 5);
}
