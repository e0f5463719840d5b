/* SPDX-License-Identifier: MIT */
#include "run/run.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/options.h"
#include "run/session.h"
#include "cli/sim_server.h"

static const char usage[] =
    "Runs a bot beside a local Slack, and builds and replaces it after each change of\n"
    "its sources.\n"
    "\n"
    "usage: slackapp run [OPTION…] [--] BOT [ARG…]\n"
    "\n"
    "  BOT                the bot's program, and its arguments\n"
    "  --transport socket|http|both\n"
    "                     how the simulator reaches the bot (default socket)\n"
    "  --build COMMAND    how to build the bot, for a shell (default: Meson, CMake or\n"
    "                     make, whose folder BOT is in)\n"
    "  --watch FOLDER     the sources (default: those of that project)\n"
    "  --port N           the port of the simulator (default 4390; 0: any)\n"
    "  --port-file FILE   write that port to FILE once the simulator accepts\n"
    "                     connections\n"
    "  --distributed      an app that others install: the bot gets no token\n"
    "\n"
    "The bot gets the simulator's variables, its listening sockets, and all other\n"
    "variables of this shell; it reads .env as always. Its output, \"bot| …\", and the\n"
    "conversation are printed. A new process takes over once it is ready, and the old\n"
    "one then ends as after SIGTERM. A build that fails leaves the old one in place.\n"
    "\n"
    "Examples:\n"
    "  slackapp run build/mybot\n"
    "  slackapp run --transport both build/mybot\n"
    "  slackapp run --build 'cc -o mybot main.c -lslackapp' --watch . ./mybot\n"
    "\n"
    "Exit status:\n"
    "  0  Ctrl-C has ended it\n"
    "  1  the command has failed\n"
    "  2  its words are wrong\n";

static const struct transport {
    const char *word, *value;
    bool http;
} transports[] = {
    {"socket", "socket", false},
    {"http", "http", true},
    {"both", "http,socket", true},
    {NULL, NULL, false},
};

static int run_fail(int status, const char *problem)
{
    return cli_fail("run", status, problem);
}

/* The path of the request URL, as the bot's environment and .env have it. */
static const char *request_path(slack_arena_t *arena, char problem[CLI_PROBLEM_SIZE])
{
    slack_options_t options = {0};
    char error[SLACK_ERROR_TEXT_MAX] = "";
    const char *path = NULL;
    int rc = slack_options_from_env(&options, error);
    if (rc == 0) rc = slack__options_set_defaults(&options);
    if (rc == 0) path = slack__arena_printf(arena, "%s", options.http_path);
    if (!path) snprintf(problem, CLI_PROBLEM_SIZE, "%s", *error ? error : slack_strerror(rc));
    slack_options_done(&options);
    return path;
}

static int run_session(run_request_t *request, const sim_server_options_t *options)
{
    char log[] = "/tmp/slackapp-run-XXXXXX";
    char problem[CLI_PROBLEM_SIZE];
    const int fd = mkstemp(log);
    if (fd < 0) {
        snprintf(problem, sizeof problem, "cannot make a file for the log of the bot in /tmp: %s",
                 strerror(errno));
        return run_fail(CLI_FAILED, problem);
    }
    close(fd);
    request->log = log;
    run_session_t session = {.request = request};
    const sim_companion_t companion = {run_session_start, run_session_end, &session};
    sim_server_options_t server = *options;
    server.companion = &companion;
    server.sim.bot_log = log;
    server.sim.not_installed = request->distributed;
    const int status = sim_server_run(&server);
    unlink(log);
    return status;
}

static bool is_program(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

/* Whether a shell would find the program: by its path, or by its name in PATH. */
static bool can_start(const char *program)
{
    char path[PATH_MAX];
    const char *paths = getenv("PATH");
    if (strchr(program, '/')) return is_program(program);
    slack_slice_t rest = slack__slice(paths ? paths : ""), folder;
    while (slack__slice_split(&rest, ':', &folder)) {
        snprintf(path, sizeof path, "%.*s/%s", (int)folder.len, folder.ptr, program);
        if (is_program(path)) return true;
    }
    return false;
}

/* A bot that nothing builds has to be there. */
static bool check_bot(const char *program, char problem[CLI_PROBLEM_SIZE])
{
    if (can_start(program)) return true;
    const bool here = !strchr(program, '/') && is_program(program);
    snprintf(problem, CLI_PROBLEM_SIZE,
             here
                 ? "%.150s is not in PATH: write ./%.100s"
                 : "%.150s is no program that can be started, and no build of Meson, CMake or make "
                   "was found for it: build it first, or name the build with --build and --watch",
             program, program);
    return false;
}

static bool find_project(run_request_t *request, const char *build, const char *watch,
                         slack_arena_t *arena, char problem[CLI_PROBLEM_SIZE])
{
    if (!run_project_find(request->argv[0], arena, &request->project, problem)) return false;
    if (build) request->project.build = build;
    if (watch) {
        char path[PATH_MAX];
        request->project.sources =
            realpath(watch, path) ? slack__arena_printf(arena, "%s", path) : NULL;
        if (!request->project.sources) {
            snprintf(problem, CLI_PROBLEM_SIZE,
                     "--watch %.180s: %s; name the folder of the sources", watch, strerror(errno));
            return false;
        }
    } else if (build && !request->project.sources) {
        snprintf(problem, CLI_PROBLEM_SIZE, "--build needs --watch with the folder of the sources");
    }
    if (!request->project.build) return check_bot(request->argv[0], problem);
    return request->project.sources != NULL;
}

static int run_words(int argc, const char **argv, slack_arena_t *arena)
{
    const char *transport = "socket", *build = NULL, *watch = NULL, *port = NULL;
    sim_server_options_t server = {.sim.port = SIM_DEFAULT_PORT};
    run_request_t request = {0};
    bool help = false;
    char problem[CLI_PROBLEM_SIZE];
    const cli_option_t options[] = {
        {"--transport", &transport, NULL},
        {"--build", &build, NULL},
        {"--watch", &watch, NULL},
        {"--port", &port, NULL},
        {"--port-file", &server.port_file, NULL},
        {"--distributed", NULL, &request.distributed},
        {"--help", NULL, &help},
        {NULL, NULL, NULL},
    };
    const int own = cli_options_before(argc, argv, options);
    if (cli_options_read(own, argv, options, problem) < 0) return run_fail(CLI_USAGE, problem);
    if (help) {
        fputs(usage, stdout);
        return CLI_OK;
    }
    request.argv = argv + own;
    if (own < argc && strcmp(argv[own], "--") == 0) request.argv++;
    if (request.argv >= argv + argc)
        return run_fail(CLI_USAGE, "the bot is missing: slackapp run build/mybot");
    const struct transport *row = cli_command_find(transports, sizeof *row, transport, problem);
    if (!row) return run_fail(CLI_USAGE, "--transport takes socket, http or both");
    if (port && !cli_options_port(port, &server.sim.port, problem))
        return run_fail(CLI_USAGE, problem);
    request.transport = row->value;
    if (row->http && !(request.request_path = request_path(arena, problem)))
        return run_fail(CLI_FAILED, problem);
    if (!find_project(&request, build, watch, arena, problem)) return run_fail(CLI_FAILED, problem);
    return run_session(&request, &server);
}

int run_command(int argc, const char **argv)
{
    slack_arena_t *arena = slack__arena_new(0, 0);
    if (!arena) return run_fail(CLI_FAILED, "out of memory");
    /* main() ends its words with NULL, which the bot's words share. */
    const int status = run_words(argc, argv, arena);
    slack__arena_free(arena);
    return status;
}
