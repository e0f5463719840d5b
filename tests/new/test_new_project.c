/* SPDX-License-Identifier: MIT */
/* The names and the files of new projects, without a disk. */

#include "new/project.h"

#include "support/test.h"

static slack_arena_t *arena;
static char problem[CLI_PROBLEM_SIZE];

static int begin(void **state)
{
    arena = slack__arena_new(0, 0);
    return 0;
}

static int end(void **state)
{
    slack__arena_free(arena);
    return 0;
}

static void test_names_that_are_safe_in_every_file(void **state)
{
    static const char *const good[] = {"a", "mybot", "my-bot-2",
                                       "abcdefghijklmnopqrstuvwxyz-12345678", NULL};
    for (const char *const *name = good; *name; name++)
        assert_true(new_name_check(*name, problem));
}

static void test_names_that_a_file_would_misread(void **state)
{
    static const char *const bad[] = {"",
                                      "2bot",
                                      "-bot",
                                      "bot-",
                                      "my--bot",
                                      "MyBot",
                                      "my_bot",
                                      "a b",
                                      "../bot",
                                      "a/b",
                                      "a.b",
                                      "b\xc3\xb6t",
                                      "test",
                                      "all",
                                      "meson-x",
                                      "a\"b",
                                      "a$b",
                                      "a\nb",
                                      "abcdefghijklmnopqrstuvwxyz-123456789",
                                      NULL};
    for (const char *const *name = bad; *name; name++) {
        if (new_name_check(*name, problem)) fail_msg("\"%s\" is taken", *name);
        assert_non_null(strstr(problem, "cannot be the name of a project: "));
    }
}

static const cli_file_t *find(const cli_file_t *files, const char *path)
{
    while (files->path && strcmp(files->path, path) != 0)
        files++;
    return files->path ? files : NULL;
}

static void test_every_template_has_all_files_and_no_mark(void **state)
{
    static const char *const paths[] = {
        "main.c",           "listeners.c",       "listeners.h",
        "listeners_test.c", "meson.build",       "Makefile",
        "manifest.json",    ".slack/hooks.json", ".env.example",
        ".gitignore",       "README.md",         ".github/workflows/build.yml",
        "Dockerfile",       ".dockerignore",     NULL};
    for (const new_template_t *row = new_templates; row->name; row++) {
        cli_file_t files[NEW_FILES_MAX + 1];
        if (!new_project(row, "mybot", arena, files, problem)) fail_msg("%s", problem);
        for (const char *const *path = paths; *path; path++)
            if (!find(files, *path)) fail_msg("%s has no %s", row->name, *path);
        for (const cli_file_t *file = files; file->path; file++) {
            assert_null(strstr(file->text, "{{"));
            for (const cli_file_t *other = file + 1; other->path; other++)
                assert_string_not_equal(file->path, other->path);
        }
        assert_non_null(strstr(find(files, "meson.build")->text, "project('mybot', 'c'"));
    }
}

static void test_a_template_replaces_common_files(void **state)
{
    cli_file_t files[NEW_FILES_MAX + 1];
    assert_true(new_project(&new_templates[2], "mybot", arena, files, problem));
    assert_string_equal(new_templates[2].name, "distributed");
    assert_non_null(strstr(find(files, "main.c")->text, ".scopes ="));
    assert_non_null(strstr(find(files, ".env.example")->text, "SLACK_CLIENT_ID"));
    assert_non_null(strstr(find(files, "Dockerfile")->text, "EXPOSE 3000"));
    assert_true(new_project(&new_templates[0], "mybot", arena, files, problem));
    assert_null(strstr(find(files, "Dockerfile")->text, "EXPOSE"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_names_that_are_safe_in_every_file, begin, end),
        cmocka_unit_test_setup_teardown(test_names_that_a_file_would_misread, begin, end),
        cmocka_unit_test_setup_teardown(test_every_template_has_all_files_and_no_mark, begin, end),
        cmocka_unit_test_setup_teardown(test_a_template_replaces_common_files, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
