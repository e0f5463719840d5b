/* SPDX-License-Identifier: MIT */
#include "cli/describe.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "util/alloc.h"
#include "util/file.h"
#include "util/json.h"

#define DESCRIPTION_MAX ((size_t)64 << 20)
#define LOOK_MS         5

/* Only what may run between fork() and exec(). */
static void child_run(const char *const *argv)
{
    dup2(STDERR_FILENO, STDOUT_FILENO);
    execvp(argv[0], (char *const *)(uintptr_t)argv);
    _exit(errno == ENOENT ? 127 : 126);
}

/* Waits for the end. False: it took too long, and the process was killed. */
static bool child_wait(pid_t child, int *ret_status)
{
    const struct timespec pause = {.tv_nsec = LOOK_MS * 1000000L};
    for (unsigned waited_ms = 0; waited_ms < CLI_DESCRIBE_MS; waited_ms += LOOK_MS) {
        if (waitpid(child, ret_status, WNOHANG) == child) return true;
        nanosleep(&pause, NULL);
    }
    kill(child, SIGKILL);
    waitpid(child, ret_status, 0);
    return false;
}

static void explain_end(const char *bot, int status, char problem[CLI_PROBLEM_SIZE])
{
    if (WIFSIGNALED(status))
        snprintf(problem, CLI_PROBLEM_SIZE, "%.120s ended by signal %d (%s) without a description",
                 bot, WTERMSIG(status), strsignal(WTERMSIG(status)));
    else if (WEXITSTATUS(status) == 127 || WEXITSTATUS(status) == 126)
        snprintf(
            problem, CLI_PROBLEM_SIZE,
            "cannot start %.120s: name a program that may be executed, build/mybot for example",
            bot);
    else
        snprintf(problem, CLI_PROBLEM_SIZE,
                 "%.120s ended with status %d without a description: it has to reach "
                 "slack_app_run(), and be linked with slackapp 0.1 or later",
                 bot, WEXITSTATUS(status));
}

static bool read_description(const char *path, slack_arena_t *arena, const slack_json_t **ret)
{
    char *text = NULL;
    slack_file_fault_t fault;
    const ssize_t len = slack__file_read(path, SLACK_FILE_PUBLIC, DESCRIPTION_MAX, &text, &fault);
    const bool good = len > 0 && slack__json_parse(arena, text, (size_t)len, ret, NULL) == 0 &&
                      slack_json_int(*ret, "/describe") == 1;
    slack__free(text);
    return good;
}

bool cli_describe(const char *const *argv, slack_arena_t *arena, const slack_json_t **ret,
                  char problem[CLI_PROBLEM_SIZE])
{
    char path[] = "/tmp/slackapp-describe-XXXXXX";
    const int fd = mkstemp(path);
    if (fd < 0) {
        snprintf(problem, CLI_PROBLEM_SIZE, "cannot make a file in /tmp: %s", strerror(errno));
        return false;
    }
    close(fd);
    setenv("SLACK_DESCRIBE", path, 1);
    fflush(NULL);
    const pid_t child = fork();
    if (child == 0) child_run(argv);
    unsetenv("SLACK_DESCRIBE");
    int status = 0;
    bool good = false;
    if (child < 0)
        snprintf(problem, CLI_PROBLEM_SIZE, "cannot start a process: %s", strerror(errno));
    else if (!child_wait(child, &status))
        snprintf(problem, CLI_PROBLEM_SIZE,
                 "%.120s gave no description within %d s and was killed: it has to reach "
                 "slack_app_run()",
                 argv[0], CLI_DESCRIBE_MS / 1000);
    else if (!(good = read_description(path, arena, ret)))
        explain_end(argv[0], status, problem);
    unlink(path);
    return good;
}
