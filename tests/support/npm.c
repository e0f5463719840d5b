/* SPDX-License-Identifier: MIT */
#include "support/npm.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATH_BYTES 4096

static const char *variable(const char *name)
{
    const char *value = getenv(name);
    return value ? value : "."; /* started by hand, in the right folder */
}

static bool exists(const char *folder, const char *package)
{
    char path[PATH_BYTES + 256];
    struct stat info;
    snprintf(path, sizeof path, "%s/node_modules/%s/package.json", folder, package);
    return stat(path, &info) == 0;
}

/* Run `command ARGUMENTS…` with its output thrown away. */
static bool run(const char *const *args)
{
    pid_t pid = fork();
    if (pid == 0) {
        int null = open("/dev/null", O_RDWR);
        dup2(null, 0);
        dup2(null, 1);
        dup2(null, 2);
        execvp(args[0], (char *const *)(uintptr_t)args);
        _exit(127);
    }
    int status = -1;
    return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
           WEXITSTATUS(status) == 0;
}

static bool install(const char *folder, const char *package)
{
    if (!run((const char *const[]){"node", "--version", NULL})) return false;
    return run((const char *const[]){"npm", "install", "--prefix", folder, "--no-audit",
                                     "--no-fund", "--fetch-retries=0", "--fetch-timeout=20000",
                                     package, NULL}) &&
           exists(folder, package);
}

const char *npm_folder(const char *package)
{
    static char folder[PATH_BYTES];
    char lock[PATH_BYTES + 8], made[PATH_BYTES];
    snprintf(made, sizeof made, "%s/npm", variable("SLACKAPP_BUILD_DIR"));
    mkdir(made, 0777);
    if (!realpath(made, folder)) return NULL;
    /* Test programs run side by side, and npm does not like that. */
    snprintf(lock, sizeof lock, "%s/lock", folder);
    int fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0) return NULL;
    flock(fd, LOCK_EX);
    bool there = exists(folder, package) || install(folder, package);
    close(fd);
    return there ? folder : NULL;
}

const char *npm_script(const char *name)
{
    static char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s/tests/support/%s", variable("SLACKAPP_SOURCE_DIR"), name);
    return path;
}
