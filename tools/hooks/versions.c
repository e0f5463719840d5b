/* SPDX-License-Identifier: MIT */
/* The hooks that report versions: doctor and check-update. */
#include "hooks/hook.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cli/describe.h"
#include "cli/libraries.h"
#include "util/library_faults.h"

/* The first line that a command of a shell prints, in the arena. NULL: it fails, or prints
 * nothing. */
static const char *first_line(slack_arena_t *arena, const char *command)
{
    char line[200] = "";
    FILE *out = popen(command, "re");
    if (!out) return NULL;
    const bool read = fgets(line, sizeof line, out) != NULL;
    while (read && fgetc(out) != EOF)
        continue;
    if (pclose(out) != 0 || !read) return NULL;
    line[strcspn(line, "\r\n")] = '\0';
    return *line ? slack__arena_strdup(arena, line) : NULL;
}

/* The version of the library that this machine builds with: pkg-config knows it, unless the library
 * is not installed and this program is one of its build folder. */
static const char *installed_version(slack_arena_t *arena)
{
    const char *version = first_line(arena, "pkg-config --modversion slackapp 2>/dev/null");
    return version ? version : SLACKAPP_VERSION;
}

/* The version of the library that the bot runs with. NULL with a sentence. */
static const char *bot_version(const hook_request_t *request, char problem[CLI_PROBLEM_SIZE])
{
    const char *const argv[] = {request->bot, NULL};
    const slack_json_t *description = NULL;
    if (!hook_has_bot(request, problem)) return NULL;
    if (access(request->bot, X_OK) != 0) {
        snprintf(problem, CLI_PROBLEM_SIZE, "%.120s: %s: build the bot first", request->bot,
                 strerror(errno));
        return NULL;
    }
    if (!cli_describe(argv, request->arena, &description, problem)) return NULL;
    return slack_json_str(description, "/version");
}

/* ---- check-update ---- */

int hook_check_update(const hook_request_t *request, char problem[CLI_PROBLEM_SIZE])
{
    sim_json_builder_t json = {request->arena, 0};
    const char *current = bot_version(request, problem);
    const slack_json_t *release =
        hook_release(&json, current, installed_version(request->arena), current ? NULL : problem);
    return hook_answer(request, &json,
                       sim_json(&json, "{name: 'slackapp', releases: [%p]}", release), problem);
}

/* ---- doctor ---- */

/* Add a row. `message` and `error` are optional. The CLI takes an error for an object, although its
 * documentation has a string. */
static void add_version(sim_json_builder_t *json, sim_list_t *list, const char *name,
                        const char *current, const char *message, const char *error)
{
    sim_list_t row;
    sim_list_begin(json, &row, '{');
    sim_list_put(json, &row, "name", sim_json(json, "%s", name));
    sim_list_put(json, &row, "current", sim_json(json, "%s", current ? current : ""));
    if (message) sim_list_put(json, &row, "message", sim_json(json, "%s", message));
    if (error) sim_list_put(json, &row, "error", sim_json(json, "{message: %s}", error));
    sim_list_add(json, list, sim_list_end(json, &row));
}

/* A distribution may have corrected a fault without a new version, so it is a message. */
static void add_library(sim_json_builder_t *json, sim_list_t *list, const char *name,
                        const char *version)
{
    const slack_library_fault_t *fault = slack__library_fault_next(NULL, name, version);
    const char *message = fault ? slack__arena_printf(json->arena, "%s: %s: %s", fault->id,
                                                      fault->effect, fault->cure)
                                : NULL;
    add_version(json, list, name, version, message, NULL);
}

static void add_compiler(sim_json_builder_t *json, sim_list_t *list)
{
    const char *compiler = first_line(json->arena, "${CC:-cc} --version 2>/dev/null");
    add_version(json, list, "c", compiler, NULL,
                compiler ? NULL
                         : "There is no C compiler: install gcc or clang, or name one with CC.");
}

static void add_bot(sim_json_builder_t *json, sim_list_t *list, const hook_request_t *request)
{
    char problem[CLI_PROBLEM_SIZE];
    if (!request->bot) return;
    const char *version = bot_version(request, problem);
    const char *current = version ? slack__arena_printf(json->arena, "slackapp %s", version) : NULL;
    add_version(json, list, request->bot, current, NULL, version ? NULL : problem);
}

/* The CLI calls no hook of a project whose file is broken; a person may. */
static void add_hooks_file(sim_json_builder_t *json, sim_list_t *list)
{
    static const char path[] = ".slack/hooks.json";
    char problem[CLI_PROBLEM_SIZE];
    const slack_json_t *file = NULL;
    const int found = hook_read_json(json->arena, path, &file, problem);
    const bool has_hook = *slack_json_str(file, "/hooks/get-hooks") != '\0';
    if (found > 0 && has_hook) return;
    if (found == 0)
        snprintf(problem, sizeof problem,
                 "There is no %s here or above: make it as docs/slack-cli.md shows.", path);
    else if (found > 0)
        snprintf(problem, sizeof problem,
                 "%s has no command \"get-hooks\": add it as docs/slack-cli.md shows.", path);
    add_version(json, list, path, NULL, NULL, problem);
}

int hook_doctor(const hook_request_t *request, char problem[CLI_PROBLEM_SIZE])
{
    sim_json_builder_t json = {request->arena, 0};
    cli_library_t libraries[CLI_LIBRARIES_MAX];
    const size_t count = cli_libraries(libraries);
    sim_list_t list;
    sim_list_begin(&json, &list, '[');
    add_compiler(&json, &list);
    add_library(&json, &list, "slackapp", installed_version(request->arena));
    for (size_t i = 0; i < count; i++)
        add_library(&json, &list, libraries[i].name, libraries[i].version);
    add_bot(&json, &list, request);
    add_hooks_file(&json, &list);
    return hook_answer(request, &json,
                       sim_json(&json, "{versions: %p}", sim_list_end(&json, &list)), problem);
}
