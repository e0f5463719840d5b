/* SPDX-License-Identifier: MIT */
#include "hooks/hook.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include "run/project.h"

static const int ending[] = {SIGINT, SIGTERM, SIGHUP};
#define ENDINGS (sizeof ending / sizeof *ending)

static volatile sig_atomic_t caught; /* a signal; 0: none */
static volatile pid_t builder;       /* the group of the build; 0: none yet */

static void pass_on(int number)
{
    const int before = errno;
    caught = number;
    if (builder > 0) kill(-builder, number);
    errno = before;
}

/* Only what may run between fork() and exec(). The build gets a group of its own, so that a signal
 * reaches the compilers too. */
static void child_build(const char *command, const sigset_t *mask)
{
    setpgid(0, 0);
    for (size_t i = 0; i < ENDINGS; i++)
        if (signal(ending[i], SIG_DFL) == SIG_IGN) signal(ending[i], SIG_IGN);
    sigprocmask(SIG_SETMASK, mask, NULL);
    const int nothing = open("/dev/null", O_RDONLY);
    if (nothing >= 0) dup2(nothing, STDIN_FILENO);
    dup2(STDERR_FILENO, STDOUT_FILENO);
    execl("/bin/sh", "sh", "-c", command, (char *)NULL);
    _exit(127);
}

/* Run a command, and hand signals on to it. Returns its status as waitpid() has it, or -1 with
 * errno. */
static int run_build(const char *command)
{
    struct sigaction before[ENDINGS];
    const struct sigaction action = {.sa_handler = pass_on};
    sigset_t set, mask;
    sigemptyset(&set);
    for (size_t i = 0; i < ENDINGS; i++)
        sigaddset(&set, ending[i]);
    sigprocmask(SIG_BLOCK, &set, &mask); /* until the handler knows the group */
    for (size_t i = 0; i < ENDINGS; i++) {
        sigaction(ending[i], NULL, &before[i]);
        if (before[i].sa_handler != SIG_IGN) sigaction(ending[i], &action, NULL);
    }
    fflush(NULL);
    int status = -1;
    const pid_t child = fork();
    if (child == 0) child_build(command, &mask);
    if (child > 0) {
        setpgid(child, child); /* both do: whoever is first */
        builder = child;
    }
    sigprocmask(SIG_SETMASK, &mask, NULL);
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    builder = 0;
    /* A process that the shell was just starting has missed the signal. */
    if (caught && child > 0) kill(-child, SIGTERM);
    for (size_t i = 0; i < ENDINGS; i++)
        sigaction(ending[i], &before[i], NULL);
    if (caught) raise(caught);
    return status;
}

/* Builds of a project take turns. Without a lock, as on a file system that has none, they run at
 * once, as without this program. */
static int lock_project(void)
{
    const int fd = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    while (fd >= 0 && flock(fd, LOCK_EX) < 0 && errno == EINTR)
        continue;
    return fd;
}

int hook_build(const hook_request_t *request, char problem[CLI_PROBLEM_SIZE])
{
    run_project_t project = {.build = request->build};
    if (!project.build && !run_project_find(request->bot, request->arena, &project, problem))
        return CLI_FAILED;
    if (!project.build) return CLI_OK;
    const int lock = lock_project();
    const int status = run_build(project.build);
    if (lock >= 0) close(lock);
    if (status == 0) return CLI_OK;
    if (status < 0)
        snprintf(problem, CLI_PROBLEM_SIZE, "cannot start the build: %s", strerror(errno));
    else if (WIFSIGNALED(status))
        snprintf(problem, CLI_PROBLEM_SIZE, "signal %d (%s) ended the build, \"%.140s\"",
                 WTERMSIG(status), strsignal(WTERMSIG(status)), project.build);
    else
        snprintf(
            problem, CLI_PROBLEM_SIZE,
            "the build, \"%.140s\", ended with status %d: correct what it says, or name another "
            "command with --build",
            project.build, WEXITSTATUS(status));
    return CLI_FAILED;
}
