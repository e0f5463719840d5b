/* SPDX-License-Identifier: MIT */
#include "hooks/hooks.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "hooks/hook.h"

static const char usage[] =
    "Answers what the Slack CLI asks of a project, for `slack run` and others.\n"
    "\n"
    "usage: slackapp hooks HOOK [OPTION…]\n"
    "\n"
    "Hooks:\n"
    "  get-hooks     the commands of the other hooks, with these options\n"
    "  get-manifest  manifest.json, with what the bot's listeners need\n"
    "  start         build the bot, and run it with the tokens of the CLI\n"
    "  doctor        the versions of the compiler and the libraries\n"
    "  check-update  the version that the bot runs with, and the installed one\n"
    "  deploy        run the command of --deploy\n"
    "\n"
    "Options:\n"
    "  --bot BOT         the program of the bot\n"
    "  --build COMMAND   how to build it, for a shell (default: Meson, CMake or\n"
    "                    make, whose folder BOT is in)\n"
    "  --deploy COMMAND  how to deploy it, for a shell\n"
    "  --protocol NAME   default or message-boundaries, as the CLI has it\n"
    "  --boundary TEXT   what stands around an answer with message-boundaries\n"
    "\n"
    "Paths are relative to the project: the folder here or above that has\n"
    ".slack/hooks.json. Other options are ignored, as the CLI passes its own.\n"
    "\n"
    "Examples:\n"
    "  slackapp hooks get-hooks --bot build/mybot\n"
    "  slackapp hooks get-manifest --bot build/mybot\n"
    "\n"
    "Exit status:\n"
    "  0  the hook has answered\n"
    "  1  the hook fails\n"
    "  2  the command's words are wrong\n";

static const struct hook {
    const char *name;
    int (*run)(const hook_request_t *request, char problem[CLI_PROBLEM_SIZE]);
} hooks[] = {
    {"get-hooks", hook_get_hooks},
    {"get-manifest", hook_get_manifest},
    {"start", hook_start},
    {"doctor", hook_doctor},
    {"check-update", hook_check_update},
    {"deploy", hook_deploy},
    {NULL, NULL},
};

/* Enter the folder of the project: the first one, from here up, with .slack/hooks.json. Without
 * one, stay. */
static void enter_project(const char *here)
{
    char folder[PATH_MAX];
    snprintf(folder, sizeof folder, "%s", here);
    for (size_t len = strlen(folder); len > 0; len = (size_t)(strrchr(folder, '/') - folder)) {
        char file[PATH_MAX + 32];
        folder[len] = '\0';
        snprintf(file, sizeof file, "%s/.slack/hooks.json", folder);
        if (access(file, F_OK) != 0) continue;
        if (chdir(folder) != 0)
            fprintf(stderr, "slackapp hooks: cannot enter %s: %s\n", folder, strerror(errno));
        return;
    }
}

/* The program of the bot: that of `slack run PATH`, relative to `here`, else that of --bot. A path
 * of one word is a file of the project, no name in PATH. NULL: none is named. */
static const char *bot_path(slack_arena_t *arena, const char *here, const char *given)
{
    const char *path = getenv("SLACK_CLI_CUSTOM_FILE_PATH");
    if (!path || !*path) path = getenv("SLACK_APP_PATH");
    if (path && *path && *path != '/') path = slack__arena_printf(arena, "%s/%s", here, path);
    if (!path || !*path) path = given;
    if (path && !strchr(path, '/')) path = slack__arena_printf(arena, "./%s", path);
    return path;
}

/* The protocol: "default", unless the CLI names another one that it and this program know. */
static bool read_protocol(const char *protocol, hook_request_t *request,
                          char problem[CLI_PROBLEM_SIZE])
{
    const bool bounded = protocol && strcmp(protocol, "message-boundaries") == 0;
    if (!bounded) request->boundary = NULL;
    if (!bounded || (request->boundary && *request->boundary)) return true;
    snprintf(problem, CLI_PROBLEM_SIZE,
             "--protocol=message-boundaries needs --boundary, with the text around the answer");
    return false;
}

static int run_hook(const struct hook *hook, hook_request_t *request,
                    char problem[CLI_PROBLEM_SIZE])
{
    char here[PATH_MAX], self[PATH_MAX];
    size_t self_len = sizeof self;
    if (uv_exepath(self, &self_len) != 0 || !getcwd(here, sizeof here)) {
        snprintf(problem, CLI_PROBLEM_SIZE,
                 "cannot find this program and the working directory: %s", strerror(errno));
        return CLI_FAILED;
    }
    request->self = self;
    enter_project(here);
    if (request->bot && !*request->bot) request->bot = NULL;
    if (hook->run != hook_get_hooks) request->bot = bot_path(request->arena, here, request->bot);
    return hook->run(request, problem);
}

int hooks_command(int argc, const char **argv)
{
    hook_request_t request = {0};
    const char *protocol = NULL;
    bool help = false;
    char problem[CLI_PROBLEM_SIZE];
    const cli_option_t options[] = {
        {"--bot", &request.bot, NULL},
        {"--build", &request.build, NULL},
        {"--deploy", &request.deploy, NULL},
        {"--protocol", &protocol, NULL},
        {"--boundary", &request.boundary, NULL},
        {"--help", NULL, &help},
        {NULL, NULL, NULL},
    };
    /* The CLI adds its options behind the name of the hook. */
    if (argc > 0 && strncmp(argv[0], "--", 2) != 0) argc = cli_options_keep(argc, argv, options);
    const int words = cli_options_read(argc, argv, options, problem);
    if (words < 0) return cli_fail("hooks", CLI_USAGE, problem);
    if (help) {
        fputs(usage, stdout);
        return CLI_OK;
    }
    const struct hook *hook =
        cli_command_find(hooks, sizeof *hooks, words > 0 ? argv[0] : NULL, problem);
    if (!hook)
        snprintf(problem, sizeof problem,
                 "name one of get-hooks, get-manifest, start, doctor, "
                 "check-update and deploy, not \"%.100s\"",
                 words > 0 ? argv[0] : "");
    if (!hook || !read_protocol(protocol, &request, problem))
        return cli_fail("hooks", CLI_USAGE, problem);
    request.arena = slack__arena_new(0, 0);
    if (!request.arena) return cli_fail("hooks", CLI_FAILED, "out of memory");
    const int status = run_hook(hook, &request, problem);
    slack__arena_free(request.arena);
    return status == CLI_OK ? status : cli_fail("hooks", status, problem);
}
