/* SPDX-License-Identifier: MIT */
#include "new/project.h"

#include <stdio.h>
#include <string.h>

#include "cli/fill.h"

extern const cli_text_t new_template_files[];

const new_template_t new_templates[] = {
    {"hello", "answers a message and a command, over Socket Mode"},
    {"agent", "an assistant that streams its answers"},
    {"distributed", "an app that other workspaces install, over HTTP"},
    {"worker", "slow work: stored jobs that run on worker threads"},
    {NULL, NULL},
};

#define TEMPLATES_MAX (sizeof new_templates / sizeof *new_templates)

/* Names that Meson or the project's Makefile need for themselves. */
static const char *const taken[] = {
    "all",  "benchmark",   "build", "clean",     "dist", "install",
    "main", "reconfigure", "test",  "uninstall", NULL,
};

static bool name_fail(const char *name, const char *why, char problem[CLI_PROBLEM_SIZE])
{
    snprintf(problem, CLI_PROBLEM_SIZE, "\"%.60s\" cannot be the name of a project: %s", name, why);
    return false;
}

bool new_name_check(const char *name, char problem[CLI_PROBLEM_SIZE])
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz";
    const size_t len = strlen(name);
    if (len == 0 || len > NEW_NAME_MAX)
        return name_fail(name, "it has to have 1 to 35 characters", problem);
    if (!strchr(letters, name[0]))
        return name_fail(name, "it has to begin with a lower-case letter", problem);
    if (strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") != len)
        return name_fail(name, "it may have lower-case letters, digits and dashes", problem);
    if (strstr(name, "--") || name[len - 1] == '-')
        return name_fail(name, "a dash has to stand between letters or digits", problem);
    if (strncmp(name, "meson-", 6) == 0)
        return name_fail(name, "Meson keeps names that begin with \"meson-\" for itself", problem);
    for (const char *const *word = taken; *word; word++)
        if (strcmp(*word, name) == 0)
            return name_fail(name, "the build needs this name for itself", problem);
    return true;
}

/* The path behind "FOLDER/"; NULL if the file lies elsewhere. */
static const char *path_below(const char *path, const char *folder)
{
    const size_t len = strlen(folder);
    return strncmp(path, folder, len) == 0 && path[len] == '/' ? path + len + 1 : NULL;
}

static bool has_path(const cli_file_t *files, size_t count, const char *path)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(files[i].path, path) == 0) return true;
    return false;
}

/* Adds the files of a folder of the templates, but none that the project has. */
static bool add_folder(const char *folder, const cli_value_t *values, slack_arena_t *arena,
                       cli_file_t *files, size_t *count, char problem[CLI_PROBLEM_SIZE])
{
    for (const cli_text_t *row = new_template_files; row->name; row++) {
        const char *path = path_below(row->name, folder);
        if (!path) continue;
        if (strncmp(path, "dot.", 4) == 0) path += 3;
        if (has_path(files, *count, path)) continue;
        if (*count == NEW_FILES_MAX) {
            snprintf(problem, CLI_PROBLEM_SIZE, "the template has more than %d files",
                     NEW_FILES_MAX);
            return false;
        }
        const char *text = cli_fill(arena, row->text, values, problem);
        if (!text) return false;
        files[(*count)++] = (cli_file_t){.path = path, .text = text};
    }
    return true;
}

bool new_project(const new_template_t *chosen, const char *name, slack_arena_t *arena,
                 cli_file_t ret[NEW_FILES_MAX + 1], char problem[CLI_PROBLEM_SIZE])
{
    cli_value_t values[TEMPLATES_MAX + 1] = {{"name", name}};
    size_t count = 0;
    for (size_t i = 0; new_templates[i].name; i++)
        values[i + 1] =
            (cli_value_t){new_templates[i].name, &new_templates[i] == chosen ? "1" : "0"};
    if (!add_folder(chosen->name, values, arena, ret, &count, problem) ||
        !add_folder("common", values, arena, ret, &count, problem))
        return false;
    ret[count] = (cli_file_t){0};
    return true;
}
