/* SPDX-License-Identifier: MIT */
/* Texts with blanks are filled, or have a sentence. */

#include "cli/fill.h"

#include "support/test.h"

static const cli_value_t values[] = {
    {"name", "Ada"}, {"yes", "1"}, {"no", "0"}, {"empty", ""}, {NULL, NULL},
};

static const char *fill(slack_buf_t *out, const char *text)
{
    static char problem[CLI_PROBLEM_SIZE];
    slack__buf_clear(out);
    problem[0] = '\0';
    if (!cli_fill(out, text, values, problem)) return problem;
    return out->len > 0 ? slack__buf_ptr(out) : "";
}

static void test_blanks_and_sections(void **state)
{
    static const struct {
        const char *text, *filled;
    } rows[] = {
        {"", ""},
        {"a\n\nb\n", "a\n\nb\n"},
        {"a", "a\n"},
        {"{{name}}!{{name}}\n", "Ada!Ada\n"},
        {"{a: {{name}}}}}\n", "{a: Ada}}}\n"},
        {"{ { {a}} }}\n", "{ { {a}} }}\n"},
        {"{{#yes}}\na\n{{/yes}}\n{{#no}}\nb\n{{/no}}\nc\n", "a\nc\n"},
        {"{{^yes}}\na\n{{/yes}}\n{{^no}}\nb\n{{/no}}\n{{^empty}}\nc\n{{/empty}}\n", "b\nc\n"},
        {"x {{#yes}}{{name}}{{/yes}}{{#no}}b{{/no}} y\n", "x Ada y\n"},
        {"{{#no}}\n{{#yes}}\na\n{{/yes}}\n{{^yes}}\nb\n{{/yes}}\n{{/no}}\nc\n", "c\n"},
        {"{{#yes}}\n{{#no}}\na\n{{/no}}\nb\n{{/yes}}\n", "b\n"},
        {"{{gone}}\n", "there is no value for: {{gone}}"},
        {"{{#no}}{{gone}}{{/no}}\n", "there is no value for: {{gone}}"},
        {"{{}}\n", "there is no value for: {{}}"},
        {"{{#gone}}\n", "there is no value for the section: {{gone}}"},
        {"{{#yes}}\n", "the section has no end: {{yes}}"},
        {"{{/yes}}\n", "no such section is open here: {{yes}}"},
        {"{{#yes}}{{#no}}{{/yes}}{{/no}}\n", "no such section is open here: {{yes}}"},
        {"{{#yes}}{{#yes}}{{#yes}}{{#yes}}{{#yes}}{{#yes}}{{#yes}}{{#yes}}{{#yes}}\n",
         "too many sections in each other: {{yes}}"},
        {"{{name\n", "{{name\n"},
    };
    slack_buf_t out;
    slack__buf_init(&out, 4096);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_string_equal(fill(&out, rows[i].text), rows[i].filled);
    slack__buf_done(&out);
}

static void test_a_text_that_is_too_long(void **state)
{
    slack_buf_t out;
    slack__buf_init(&out, 8);
    assert_string_equal(fill(&out, "{{name}} {{name}} {{name}}\n"), "out of memory");
    slack__buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blanks_and_sections),
        cmocka_unit_test(test_a_text_that_is_too_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
