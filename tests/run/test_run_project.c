/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "run/env.h"
#include "run/project.h"
#include "run/source_watch.h"
#include "support/alloc_fail.h"
#include "support/heap.h"
#include "support/test.h"
#include "util/json.h"

/* The project, the environment and the sources of a bot that `slackapp run` starts. */

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

/* A folder with another one, "src/deep", and the working directory. */
static char folder[] = "/tmp/run-project-XXXXXX";

static int make_folder(void **state)
{
    memcpy(folder + sizeof folder - 7, "XXXXXX", 6);
    return !mkdtemp(folder) || chdir(folder) || mkdir("src", 0700) || mkdir("src/deep", 0700);
}

static int remove_folder(void **state)
{
    char command[64];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return chdir("/") || system(command);
}

static run_project_t find(slack_arena_t *arena, const char *bot)
{
    char problem[CLI_PROBLEM_SIZE];
    run_project_t project;
    assert_true(run_project_find(bot, arena, &project, problem));
    return project;
}

static void test_the_nearest_project_counts(void **state)
{
    slack_arena_t *arena = slack__arena_new(0, 0);
    assert_null(find(arena, "./bot").build);
    assert_null(find(arena, "nowhere/at/all/bot").build);

    write_file("Makefile", "");
    run_project_t project = find(arena, "src/deep/bot");
    assert_string_equal(project.sources, folder);
    assert_string_equal(project.build, slack__arena_printf(arena, "make -C %s", folder));
    assert_null(project.output);

    assert_int_equal(mkdir("src/deep/meson-info", 0700), 0);
    write_file("src/deep/meson-info/meson-info.json",
               "{\"directories\": {\"source\": \"/the/sources\"}}");
    project = find(arena, "src/deep/bot");
    assert_string_equal(project.sources, "/the/sources");
    assert_string_equal(project.output, slack__arena_printf(arena, "%s/src/deep", folder));
    assert_non_null(strstr(project.build, "meson compile -C "));

    write_file("src/CMakeCache.txt", "A:B=C\nCMAKE_HOME_DIRECTORY:INTERNAL=/its/sources\nD:E=F\n");
    assert_string_equal(find(arena, "src/deep/bot").sources, "/the/sources");
    write_file("src/deep/meson-info/meson-info.json", "{"); /* a folder of something else */
    project = find(arena, "src/deep/bot");
    assert_string_equal(project.sources, "/its/sources");
    assert_string_equal(project.build, slack__arena_printf(arena, "cmake --build %s/src", folder));
    slack__arena_free(arena);
}

static void test_words_of_a_shell(void **state)
{
    slack_arena_t *arena = slack__arena_new(0, 0);
    assert_string_equal(cli_shell_word(arena, "a-b_c/d.e:f@g%h+i=j,K9"), "a-b_c/d.e:f@g%h+i=j,K9");
    assert_string_equal(cli_shell_word(arena, ""), "''");
    assert_string_equal(cli_shell_word(arena, "it's $HOME"), "'it'\\''s $HOME'");
    slack__arena_free(arena);
}

static const char given_text[] =
    "{\"SLACK_API_URL\": \"http://x/api/\", \"SLACK_BOT_TOKEN\": \"token\", "
    "\"SLACK_CLIENT_ID\": \"id\", \"SLACKAPP_SIM\": \"http://x\"}";

static void make_env(const char *transport, bool distributed, const char *expected)
{
    static const char *const inherited[] = {
        "PATH=/bin",
        "SLACK_BOT_TOKEN=mine",
        "SLACK_BOT_TOKEN_FILE=/a",
        "PORT=80",
        "PORTAL=1",
        "SLACK_CLIENT_ID=c",
        "LISTEN_FDS=7",
        "SLACK_STORE=bot.db",
        "odd",
        NULL,
    };
    slack_arena_t *arena = slack__arena_new(0, 0);
    const slack_json_t *given = NULL;
    assert_int_equal(slack__json_parse(arena, given_text, strlen(given_text), &given, NULL), 0);
    const char **env = run_env(arena, inherited, given, transport, distributed);
    char text[512] = "";
    for (size_t i = 0; env[i]; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s ", env[i]);
    assert_string_equal(text, expected);
    slack__arena_free(arena);
}

static void test_a_bot_gets_the_variables_of_the_simulator(void **state)
{
    make_env("socket", false,
             "PATH=/bin PORTAL=1 SLACK_STORE=bot.db odd SLACK_API_URL=http://x/api/ "
             "SLACKAPP_SIM=http://x SLACK_BOT_TOKEN=token SLACK_TRANSPORT=socket "
             "SLACK_HTTP_ADMIN_PORT=0 ");
    make_env("http,socket", true,
             "PATH=/bin PORTAL=1 SLACK_STORE=bot.db odd SLACK_API_URL=http://x/api/ "
             "SLACKAPP_SIM=http://x SLACK_CLIENT_ID=id SLACK_TRANSPORT=http,socket "
             "SLACK_HTTP_ADMIN_PORT=0 ");
}

static bool attempt(size_t nth, bool all)
{
    static const char *const inherited[] = {"A=1", NULL};
    char problem[CLI_PROBLEM_SIZE];
    run_project_t project;
    const slack_json_t *given = NULL;
    slack_arena_t *arena = slack__arena_new(0, 0);
    heap_fail_at(nth, all);
    const bool found = run_project_find("src/deep/bot", arena, &project, problem);
    const bool made = slack__json_parse(arena, given_text, strlen(given_text), &given, NULL) == 0 &&
                      run_env(arena, inherited, given, "http", false) != NULL &&
                      cli_shell_word(arena, "a b") != NULL;
    const bool failed = heap_heal();
    assert_true(failed || (found && made));
    slack__arena_free(arena);
    return failed;
}

static void test_without_memory(void **state)
{
    write_file("Makefile", "");
    alloc_fail_attempts(attempt);
}

static void test_names_of_sources(void **state)
{
    assert_true(run_is_source("main.c") && run_is_source("meson.build") && run_is_source(".env") &&
                run_is_source("Makefile") && run_is_source("manifest.json"));
    assert_false(run_is_source("main.o") || run_is_source(".main.c.swp") || run_is_source(".c") ||
                 run_is_source("bot") || run_is_source("bot.db-wal") || run_is_source(".#main.c"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_nearest_project_counts),
        cmocka_unit_test(test_words_of_a_shell),
        cmocka_unit_test(test_a_bot_gets_the_variables_of_the_simulator),
        cmocka_unit_test(test_without_memory),
        cmocka_unit_test(test_names_of_sources),
    };
    heap_install();
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
