/* SPDX-License-Identifier: MIT */
#include "new/new.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "new/project.h"

#define PROJECT_MAX ((size_t)1 << 20)

static const char usage[] =
    "Makes the folder of a new bot: its code, a test, the files of the build, its\n"
    "manifest, an image and CI.\n"
    "\n"
    "usage: slackapp new [OPTION…] NAME\n"
    "       slackapp new --list\n"
    "\n"
    "  NAME               the bot and its folder: lower-case letters, digits and\n"
    "                     dashes\n"
    "  --template TEMPLATE\n"
    "                     hello, agent, distributed or worker (default hello)\n"
    "  --list             say what each template is\n"
    "\n"
    "The folder must not exist, or be empty.\n"
    "\n"
    "Examples:\n"
    "  slackapp new mybot\n"
    "  slackapp new --template agent helper\n"
    "\n"
    "Exit status:\n"
    "  0  the folder is made\n"
    "  1  it cannot be made\n"
    "  2  the command's words are wrong\n";

static int new_fail(int status, const char *problem)
{
    return cli_fail("new", status, problem);
}

/* True if there is no such folder, or an empty one. */
static bool folder_is_free(const char *path, char problem[CLI_PROBLEM_SIZE])
{
    DIR *folder = opendir(path);
    if (!folder && errno == ENOENT) return true;
    if (!folder) {
        snprintf(problem, CLI_PROBLEM_SIZE, "%s: %s: choose another name", path, strerror(errno));
        return false;
    }
    size_t count = 0;
    for (const struct dirent *entry = readdir(folder); entry; entry = readdir(folder))
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) count++;
    closedir(folder);
    if (count == 0) return true;
    snprintf(problem, CLI_PROBLEM_SIZE,
             "the folder %s is there and not empty: choose another name, or empty it", path);
    return false;
}

static void print_done(const new_template_t *chosen, const char *name, const cli_file_t *files)
{
    for (const cli_file_t *file = files; file->path; file++)
        printf("%s/%s\n", name, file->path);
    printf("\nNext:\n"
           "  cd %s\n"
           "  meson setup build\n"
           "  slackapp run %sbuild/%s\n",
           name, strcmp(chosen->name, "distributed") == 0 ? "--transport http " : "", name);
}

static int make_project(const new_template_t *chosen, const char *name)
{
    cli_file_t files[NEW_FILES_MAX + 1];
    char problem[CLI_PROBLEM_SIZE] = "out of memory";
    slack_arena_t *arena = slack__arena_new(4096, PROJECT_MAX);
    const bool good = arena && folder_is_free(name, problem) &&
                      new_project(chosen, name, arena, files, problem) &&
                      cli_write_files(name, files, false, problem);
    if (good) print_done(chosen, name, files);
    slack__arena_free(arena);
    return good ? CLI_OK : new_fail(CLI_FAILED, problem);
}

int new_command(int argc, const char **argv)
{
    const char *wanted = new_templates->name;
    bool help = false, list = false;
    char problem[CLI_PROBLEM_SIZE];
    const cli_option_t table[] = {{"--template", &wanted, NULL},
                                  {"--list", NULL, &list},
                                  {"--help", NULL, &help},
                                  {NULL, NULL, NULL}};
    const int count = cli_options_read(argc, argv, table, problem);
    if (count < 0) return new_fail(CLI_USAGE, problem);
    if (help) {
        fputs(usage, stdout);
        return CLI_OK;
    }
    if (list) {
        for (const new_template_t *row = new_templates; row->name; row++)
            cli_help_item(row->name, row->help, 15);
        return CLI_OK;
    }
    if (count != 1) return new_fail(CLI_USAGE, "new takes one argument, the name of the bot");
    if (!new_name_check(argv[0], problem)) return new_fail(CLI_USAGE, problem);
    const new_template_t *chosen = new_templates;
    while (chosen->name && strcmp(chosen->name, wanted) != 0)
        chosen++;
    if (chosen->name) return make_project(chosen, argv[0]);
    snprintf(problem, sizeof problem,
             "there is no template %.60s: choose hello, agent, distributed or worker", wanted);
    return new_fail(CLI_USAGE, problem);
}
