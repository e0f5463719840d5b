/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE /* nftw() */
#include "support/postgres.h"

#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef SLACK_HAVE_LIBPQ
#include <libpq-fe.h>

static char folder[] = "/tmp/slackapp-postgres-XXXXXX";
static char conninfo[96], programs[64];
static pid_t maker, server; /* a forked child must not end the server */

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    return remove(path);
}

void postgres_crash(void)
{
    if (server > 0) {
        kill(server, SIGQUIT);
        waitpid(server, NULL, 0);
    }
    server = 0;
}

static void clean_up(void)
{
    if (getpid() != maker) return;
    postgres_crash();
    nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* The newest version's folder of programs. */
static bool find_programs(void)
{
    glob_t found;
    bool any = glob("/usr/lib/postgresql/*/bin/initdb", 0, NULL, &found) == 0;
    if (any) {
        const char *last = found.gl_pathv[found.gl_pathc - 1];
        snprintf(programs, sizeof programs, "%.*s", (int)(strrchr(last, '/') - last), last);
    }
    globfree(&found);
    return any;
}

/* PostgreSQL refuses to run as root: there it runs as nobody. */
static void become_nobody(void)
{
    const struct passwd *nobody = getuid() == 0 ? getpwnam("nobody") : NULL;
    if (nobody &&
        (setgroups(0, NULL) != 0 || setgid(nobody->pw_gid) != 0 || setuid(nobody->pw_uid) != 0))
        _exit(126);
    prctl(PR_SET_PDEATHSIG, SIGQUIT);
}

/* Start a program whose output goes to `out`. */
static pid_t run(const char *const argv[], int out)
{
    const pid_t pid = fork();
    if (pid != 0) return pid;
    char path[96];
    snprintf(path, sizeof path, "%s/%s", programs, argv[0]);
    become_nobody();
    dup2(out, STDOUT_FILENO);
    dup2(out, STDERR_FILENO);
    union { /* exec does not change its arguments */
        const char *const *in;
        char *const *out;
    } args = {.in = argv};
    execv(path, args.out);
    _exit(127);
}

static bool make_cluster(void)
{
    const struct passwd *nobody = getuid() == 0 ? getpwnam("nobody") : NULL;
    if (!mkdtemp(folder)) return false;
    maker = getpid();
    atexit(clean_up);
    if (nobody && chown(folder, nobody->pw_uid, nobody->pw_gid) != 0) return false;
    char data[64];
    snprintf(data, sizeof data, "%s/data", folder);
    const char *const argv[] = {"initdb",          "-D", data,       "--no-sync", "--auth=trust",
                                "--encoding=UTF8", "-U", "slackapp", NULL};
    const int null = open("/dev/null", O_WRONLY);
    int status = 1;
    waitpid(run(argv, null), &status, 0);
    close(null);
    snprintf(conninfo, sizeof conninfo, "host=%s user=slackapp dbname=postgres", folder);
    return status == 0;
}

/* Start the server, and read its log until it is ready. */
static bool start_server(void)
{
    char data[64], text[4096];
    int pipe_fds[2];
    snprintf(data, sizeof data, "%s/data", folder);
    const char *const argv[] = {
        "postgres", "-D", data, "-k", folder, "-h", "", "-F", "-c", "log_min_messages=log", NULL};
    if (pipe(pipe_fds) != 0) return false;
    server = run(argv, pipe_fds[1]);
    close(pipe_fds[1]);
    size_t len = 0;
    for (ssize_t n;
         len < sizeof text - 1 && (n = read(pipe_fds[0], text + len, sizeof text - 1 - len)) > 0;) {
        len += (size_t)n;
        text[len] = '\0';
        if (strstr(text, "ready to accept connections")) return true; /* the pipe stays open */
    }
    close(pipe_fds[0]);
    return false;
}

const char *postgres_start(void)
{
    if (server > 0) return conninfo;
    if (!maker && (!find_programs() || !make_cluster())) return NULL;
    return start_server() ? conninfo : NULL;
}

const char *postgres_query(const char *sql)
{
    static char text[512];
    PGconn *conn = PQconnectdb(conninfo);
    PGresult *result = PQexec(conn, sql);
    const bool some = PQresultStatus(result) == PGRES_TUPLES_OK && PQntuples(result) > 0;
    snprintf(text, sizeof text, "%s", some ? PQgetvalue(result, 0, 0) : "");
    if (PQresultStatus(result) == PGRES_FATAL_ERROR)
        snprintf(text, sizeof text, "%s", PQresultErrorMessage(result));
    PQclear(result);
    PQfinish(conn);
    return text;
}

void postgres_clean(void)
{
    postgres_query("SET client_min_messages TO warning; DROP SCHEMA IF EXISTS slackapp CASCADE");
}

#else

const char *postgres_start(void)
{
    return NULL;
}

void postgres_crash(void)
{
}

const char *postgres_query(const char *sql)
{
    return "";
}

void postgres_clean(void)
{
}
#endif
