/* SPDX-License-Identifier: MIT */
/* Texts with blanks are filled, or have a sentence; files are written whole. */

#include "cli/fill.h"
#include "cli/write_files.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/test.h"

static const cli_value_t values[] = {
    {"name", "Ada"}, {"yes", "1"}, {"no", "0"}, {"empty", ""}, {NULL, NULL},
};

static slack_arena_t *arena;

static int begin(void **state)
{
    arena = slack__arena_new(0, 0);
    return arena ? 0 : -1;
}

static int end(void **state)
{
    slack__arena_free(arena);
    return 0;
}

/* The filled text, or the sentence. */
static const char *fill(const char *text)
{
    static char problem[CLI_PROBLEM_SIZE];
    const char *filled = cli_fill(arena, text, values, problem);
    return filled ? filled : problem;
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
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_string_equal(fill(rows[i].text), rows[i].filled);
}

static void test_a_text_that_is_too_long(void **state)
{
    char *text = test_malloc(CLI_FILL_MAX + 2);
    memset(text, 'a', CLI_FILL_MAX + 1);
    text[CLI_FILL_MAX + 1] = '\0';
    assert_string_equal(fill(text), "the text is too long");
    test_free(text);
}

/* A file is replaced whole, with its mode; a link leads to the file; a device is written. */
static void test_a_file_is_replaced(void **state)
{
    char folder[] = "/tmp/write_files.XXXXXX", path[64], link[64], text[32] = "",
         problem[CLI_PROBLEM_SIZE];
    struct stat found;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/file", folder);
    snprintf(link, sizeof link, "%s/link", folder);
    assert_true(cli_write_file(path, "one", problem));
    assert_int_equal(chmod(path, 0640), 0);
    assert_int_equal(symlink(path, link), 0);
    assert_true(cli_write_file(link, "two", problem));
    assert_int_equal(lstat(link, &found), 0);
    assert_true(S_ISLNK(found.st_mode));
    assert_int_equal(stat(path, &found), 0);
    assert_int_equal(found.st_mode & 0777, 0640);
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    assert_int_equal(fread(text, 1, sizeof text - 1, file), 3);
    fclose(file);
    assert_string_equal(text, "two");
    assert_true(cli_write_file("/dev/null", "three", problem));
    assert_false(cli_write_file("/dev/full", "four", problem));
    assert_string_equal(problem, "cannot write /dev/full: No space left on device");
    assert_false(cli_write_file(folder, "five", problem));
    assert_non_null(strstr(problem, "Is a directory"));
    unlink(link);
    unlink(path);
    assert_int_equal(rmdir(folder), 0); /* no file is left beside it */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_blanks_and_sections, begin, end),
        cmocka_unit_test_setup_teardown(test_a_text_that_is_too_long, begin, end),
        cmocka_unit_test(test_a_file_is_replaced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
