/* SPDX-License-Identifier: MIT */
/*
 * Starts a PostgreSQL of its own, and runs a script beside it.
 *
 * usage: with_postgres COMMAND…
 *
 * The script finds the server's conninfo in TEST_POSTGRES. On a machine without PostgreSQL it is
 * not run, and the test is skipped.
 */
#include "support/postgres.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <signal.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    const char *conninfo = postgres_start();
    if (argc < 2 || !conninfo) {
        puts("1..0 # SKIP no PostgreSQL is on this machine");
        return argc < 2 ? 2 : 0;
    }
    setenv("TEST_POSTGRES", conninfo, 1);
    const pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        execvp(argv[1], argv + 1);
        _exit(127);
    }
    int status = 0;
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
