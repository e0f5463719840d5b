/* SPDX-License-Identifier: MIT */
#include "run/project.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/alloc.h"
#include "util/file.h"
#include "util/json.h"

/* The content of a file in a folder, in the arena; NULL if it cannot be read. */
static const char *read_in(slack_arena_t *arena, const char *folder, const char *name)
{
    slack_file_fault_t fault;
    char *text = NULL;
    const char *path = slack__arena_printf(arena, "%s/%s", folder, name), *copy = NULL;
    if (path && slack__file_read(path, SLACK_FILE_PUBLIC, (size_t)8 << 20, &text, &fault) >= 0)
        copy = slack__arena_strndup(arena, text, strlen(text));
    slack__free(text);
    return copy;
}

static bool is_in(slack_arena_t *arena, const char *folder, const char *name)
{
    const char *path = slack__arena_printf(arena, "%s/%s", folder, name);
    return path && access(path, R_OK) == 0;
}

/* The folder of the sources of a build folder of Meson; NULL if it is none. */
static const char *meson_sources(slack_arena_t *arena, const char *folder)
{
    const char *text = read_in(arena, folder, "meson-info/meson-info.json");
    const slack_json_t *info = NULL;
    if (!text || slack__json_parse(arena, text, strlen(text), &info, NULL) != 0) return NULL;
    const char *sources = slack_json_str(info, "/directories/source");
    return *sources ? sources : NULL;
}

/* The same of CMake. Its cache has lines NAME:TYPE=VALUE. */
static const char *cmake_sources(slack_arena_t *arena, const char *folder)
{
    static const char name[] = "\nCMAKE_HOME_DIRECTORY:INTERNAL=";
    const char *text = read_in(arena, folder, "CMakeCache.txt");
    const char *at = text ? strstr(text, name) : NULL;
    if (!at) return NULL;
    at += sizeof name - 1;
    return slack__arena_strndup(arena, at, strcspn(at, "\r\n"));
}

static bool project_in(const char *folder, slack_arena_t *arena, run_project_t *ret)
{
    const char *word = cli_shell_word(arena, folder);
    ret->sources = meson_sources(arena, folder);
    if (ret->sources) {
        ret->build = slack__arena_printf(arena, "meson compile -C %s", word);
        ret->output = folder;
    } else if ((ret->sources = cmake_sources(arena, folder)) != NULL) {
        ret->build = slack__arena_printf(arena, "cmake --build %s", word);
        ret->output = folder;
    } else if (is_in(arena, folder, "Makefile") || is_in(arena, folder, "GNUmakefile")) {
        ret->sources = folder;
        ret->build = slack__arena_printf(arena, "make -C %s", word);
    }
    return ret->sources != NULL;
}

bool run_project_find(const char *bot, slack_arena_t *arena, run_project_t *ret,
                      char problem[CLI_PROBLEM_SIZE])
{
    *ret = (run_project_t){0};
    char here[PATH_MAX];
    if (*bot != '/' && !getcwd(here, sizeof here)) {
        snprintf(problem, CLI_PROBLEM_SIZE, "the path of the working directory: %s",
                 strerror(errno));
        return false;
    }
    char *folder = *bot == '/' ? slack__arena_printf(arena, "%s", bot)
                               : slack__arena_printf(arena, "%s/%s", here, bot);
    while (folder && *folder) {
        char *slash = strrchr(folder, '/');
        *slash = '\0';
        char path[PATH_MAX]; /* "./bot" lies in no folder of the name "." */
        const char *at = realpath(folder, path) ? slack__arena_printf(arena, "%s", path) : NULL;
        if (at && project_in(at, arena, ret)) break;
    }
    if (folder && (!ret->sources || ret->build)) return true;
    snprintf(problem, CLI_PROBLEM_SIZE, "out of memory");
    return false;
}
