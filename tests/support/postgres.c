/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE /* nftw() */
#include "support/postgres.h"

#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <grp.h>
#include <poll.h>
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

#define START_MS 20000

static char programs[64];
static const char *const *more_options;
static PGconn *held;
static pid_t maker; /* a forked child must not end the servers */

/* The server of a test, and one that may be its standby. */
static struct server {
    char folder[40], conninfo[96];
    pid_t pid; /* 0: it does not run */

    /* Its log, since it was started. */
    char log[4096];
    size_t log_len;
    int log_fd; /* 0: it was never started */
    bool ready;

    /* Those that run while the server does, if they were killed with it. */
    pid_t children[256];
    size_t child_count;
} servers[2], *own = servers;

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    return remove(path);
}

/* SIGSTOP comes first, so that the server starts no more processes. */
static void signal_all(int signum)
{
    char path[64];
    int pid;
    kill(own->pid, SIGSTOP);
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)own->pid, (int)own->pid);
    FILE *file = fopen(path, "r");
    size_t count = 0;
    while (file && count < sizeof own->children / sizeof *own->children &&
           fscanf(file, "%d", &pid) == 1)
        own->children[count++] = pid;
    if (file) fclose(file);
    for (size_t i = 0; i < count; i++)
        kill(own->children[i], signum);
    kill(own->pid, signum);
    if (signum != SIGKILL) return;
    prctl(PR_SET_CHILD_SUBREAPER, 1); /* so that postgres_is_gone() can wait for them */
    own->child_count = count;
}

void postgres_signal(int signum)
{
    if (own->pid <= 0) return;
    if (signum == SIGINT || signum == SIGQUIT)
        kill(own->pid, signum);
    else
        signal_all(signum);
}

/* Wait with the options of waitpid(). */
static bool is_gone(int options)
{
    if (own->pid > 0 && waitpid(own->pid, NULL, options) == own->pid) own->pid = 0;
    while (own->pid == 0 && own->child_count > 0 &&
           waitpid(own->children[own->child_count - 1], NULL, options) != 0)
        own->child_count--;
    return own->pid == 0 && own->child_count == 0;
}

bool postgres_is_gone(void)
{
    return is_gone(WNOHANG);
}

void postgres_crash(void)
{
    postgres_signal(SIGQUIT);
    is_gone(0);
}

void postgres_end(void)
{
    if (getpid() != maker) return;
    for (own = servers; own < servers + 2; own++) {
        postgres_signal(SIGKILL); /* it may be stopped */
        is_gone(0);
        if (*own->folder) nftw(own->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    }
    own = servers;
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
    if (*argv[0] == '/') snprintf(path, sizeof path, "%s", argv[0]);
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

pid_t postgres_peer(const char *const argv[])
{
    const int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    const pid_t pid = run(argv, null);
    close(null);
    return pid;
}

void postgres_peer_end(pid_t pid)
{
    kill(pid, SIGTERM);
    waitpid(pid, NULL, 0);
}

static bool make_folder(void)
{
    const struct passwd *nobody = getuid() == 0 ? getpwnam("nobody") : NULL;
    snprintf(own->folder, sizeof own->folder, "/tmp/slackapp-postgres-XXXXXX");
    if (!mkdtemp(own->folder)) return false;
    if (!maker) atexit(postgres_end);
    maker = getpid();
    if (nobody && chown(own->folder, nobody->pw_uid, nobody->pw_gid) != 0) return false;
    snprintf(own->conninfo, sizeof own->conninfo, "host=%s user=slackapp dbname=postgres",
             own->folder);
    return true;
}

static bool make_cluster(void)
{
    char data[64];
    if (!make_folder()) return false;
    snprintf(data, sizeof data, "%s/data", own->folder);
    const char *const argv[] = {"initdb",          "-D", data,       "--no-sync", "--auth=trust",
                                "--encoding=UTF8", "-U", "slackapp", NULL};
    int status = 1;
    waitpid(postgres_peer(argv), &status, 0);
    return status == 0;
}

void postgres_use(unsigned which)
{
    own = &servers[which];
    if (!*own->folder) make_folder();
}

pid_t postgres_copy(unsigned primary)
{
    char data[64];
    snprintf(data, sizeof data, "%s/data", own->folder);
    nftw(data, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    const char *const argv[] = {
        "pg_basebackup",     "-D",        data, "-d", servers[primary].conninfo, "-R",
        "--checkpoint=fast", "--no-sync", NULL};
    return postgres_peer(argv);
}

void postgres_launch(void)
{
    char data[64];
    int pipe_fds[2];
    snprintf(data, sizeof data, "%s/data", own->folder);
    const char *argv[32] = {"postgres", "-D", data, "-k", own->folder,
                            "-h",       "",   "-F", "-c", "log_min_messages=log"};
    for (size_t i = 0, at = 10; more_options && more_options[i] && at < 31; i++, at++)
        argv[at] = more_options[i];
    if (own->log_fd > 0) close(own->log_fd);
    /* Nobody reads all of the log, and the server must not wait for a reader. */
    if (pipe2(pipe_fds, O_NONBLOCK | O_CLOEXEC) != 0) return;
    own->log_fd = pipe_fds[0];
    own->log_len = 0;
    own->ready = false;
    own->pid = run(argv, pipe_fds[1]);
    close(pipe_fds[1]);
}

bool postgres_is_ready(void)
{
    ssize_t n;
    while ((n = read(own->log_fd, own->log + own->log_len, sizeof own->log - 1 - own->log_len)) >
           0) {
        own->log_len += (size_t)n;
        own->log[own->log_len] = '\0';
        if (strstr(own->log, "ready to accept")) own->ready = true;
        if (own->ready || own->log_len == sizeof own->log - 1) own->log_len = 0;
    }
    return own->ready && own->pid > 0;
}

const char *postgres_start(void)
{
    if (own->pid == 0 && !maker && (!find_programs() || !make_cluster())) return NULL;
    if (own->pid == 0) postgres_launch();
    for (;;) {
        struct pollfd log = {.fd = own->log_fd, .events = POLLIN};
        if (postgres_is_ready()) return own->conninfo;
        if (poll(&log, 1, START_MS) != 1 || (log.revents & POLLHUP)) return NULL;
    }
}

const char *postgres_query(const char *sql)
{
    static char text[512];
    PGconn *conn = PQconnectdb(own->conninfo);
    PGresult *result = PQexec(conn, sql);
    const bool some = PQresultStatus(result) == PGRES_TUPLES_OK && PQntuples(result) > 0;
    snprintf(text, sizeof text, "%s", some ? PQgetvalue(result, 0, 0) : "");
    if (PQresultStatus(result) == PGRES_FATAL_ERROR)
        snprintf(text, sizeof text, "%s", PQresultErrorMessage(result));
    PQclear(result);
    PQfinish(conn);
    return text;
}

void postgres_options(const char *const *options)
{
    more_options = options;
}

const char *postgres_folder(void)
{
    return own->folder;
}

void postgres_set(const char *name, const char *value)
{
    char sql[256], show[128];
    if (value)
        snprintf(sql, sizeof sql, "ALTER SYSTEM SET %s = '%s'", name, value);
    else
        snprintf(sql, sizeof sql, "ALTER SYSTEM RESET %s", name);
    snprintf(show, sizeof show, "SELECT reset_val = boot_val FROM pg_settings WHERE name = '%s'",
             name);
    postgres_query(sql);
    postgres_query("SELECT pg_reload_conf()");
    if (value) snprintf(show, sizeof show, "SELECT current_setting('%s') = '%s'", name, value);
    while (strcmp(postgres_query(show), "t") != 0) {
    }
    /* Commits wait for standbys once the checkpointer has read synchronous_standby_names. */
    postgres_query("CHECKPOINT");
}

void postgres_hold(const char *sql, bool wait)
{
    if (!held) held = PQconnectdb(own->conninfo);
    if (wait)
        PQclear(PQexec(held, sql));
    else
        PQsendQuery(held, sql);
}

void postgres_let_go(void)
{
    PQfinish(held);
    held = NULL;
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

void postgres_launch(void)
{
}

bool postgres_is_ready(void)
{
    return false;
}

void postgres_signal(int signum)
{
}

bool postgres_is_gone(void)
{
    return true;
}

void postgres_crash(void)
{
}

void postgres_end(void)
{
}

const char *postgres_query(const char *sql)
{
    return "";
}

void postgres_options(const char *const *options)
{
}

const char *postgres_folder(void)
{
    return "";
}

void postgres_set(const char *name, const char *value)
{
}

void postgres_hold(const char *sql, bool wait)
{
}

pid_t postgres_peer(const char *const argv[])
{
    return -1;
}

void postgres_use(unsigned which)
{
}

pid_t postgres_copy(unsigned primary)
{
    return -1;
}

void postgres_peer_end(pid_t pid)
{
}

void postgres_let_go(void)
{
}

void postgres_clean(void)
{
}
#endif
