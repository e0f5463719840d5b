/* SPDX-License-Identifier: MIT */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include "kill/kill.h"
#include "support/cut_proxy.h"
#include "support/postgres.h"

static void open_proxy(void)
{
    char own[96], server[96];
    snprintf(own, sizeof own, "%s/.s.PGSQL.6000", postgres_folder());
    snprintf(server, sizeof server, "%s/.s.PGSQL.5432", postgres_folder());
    cut_proxy_start(own, server);
}

void open_store(void)
{
    t.count = t.postgres ? 3 : 1;
    snprintf(t.file, sizeof t.file, "%s/inbox.db", t.folder);
    snprintf(t.store, sizeof t.store, "sqlite:%s", t.file);
    if (!t.postgres) return;
    const char *conninfo = postgres_start();
    if (!conninfo) {
        printf("1..0 # SKIP there is no PostgreSQL\n");
        rmdir(t.folder);
        exit(0);
    }
    snprintf(t.store, sizeof t.store, "postgres:%s", conninfo);
    if (t.failover) open_pair();
    if (t.partition) open_proxy();
}

/* The bots had the store for which this program was asked. */
static void check_store(void)
{
    if (!t.postgres || strcmp(postgres_query("SELECT count(*) > 0 FROM slackapp.inbox"), "t") == 0)
        return;
    die("no bot has stored anything on the server");
}

void close_store(void)
{
    check_store();
    if (t.partition) cut_proxy_stop();
    postgres_end();
}

/* ---- faults ---- */

/* More than a lease, and a look at it. */
#define PARTITION_MS 80000
#define ANSWERS_MS   200
#define CLAIMED_MS   2500 /* a row of another bot does not run for so long */

/* The time between two looks for an answer "later". */
#define LATER_MS 100
/* The time between two looks after the server. */
#define LOOK_MS 5

/* The ways in which the store fails, and for how long. */
typedef struct fault {
    const char *name;
    unsigned ms;
    int signum; /* for the server of PostgreSQL */
} fault_t;

static const fault_t sqlite_faults[] = {
    {"full", 1500, 0},
    {"readonly", 1500, 0},
    {"error", 1500, 0},
    {"locked", 5000, 0}, /* SQLite waits 1.5 s for another transaction */
};

/* A server that is killed recovers from its log. What it has not written to a file is lost. */
static const fault_t postgres_faults[] = {
    {"killed", 0, SIGKILL},  {"ended at once", 0, SIGQUIT}, {"ended", 0, SIGINT},
    {"away", 2500, SIGKILL}, {"hangs", 2500, SIGSTOP},
};

static sqlite3 *lock; /* an open transaction of another process */
static void (*healed)(void);

unsigned faults_count(void)
{
    return t.postgres ? sizeof postgres_faults / sizeof *postgres_faults
                      : sizeof sqlite_faults / sizeof *sqlite_faults;
}

static const fault_t *this_fault(void)
{
    return &(t.postgres ? postgres_faults : sqlite_faults)[(t.done - 1) % faults_count()];
}

/* ---- the end of a fault ---- */

static void set_fault(const char *what)
{
    FILE *file = fopen(t.fault, "w");
    if (!file || fputs(what, file) < 0 || fclose(file) != 0) die("cannot write the fault");
}

static void on_works(void)
{
    t.healed_ms = uv_now(t.loop);
    healed();
}

static void look_for_server(uv_timer_t *timer)
{
    if (postgres_is_ready())
        on_works();
    else if (uv_now(t.loop) - t.fault_ms > PATIENCE_MS)
        die("the server does not start");
    else
        uv_timer_start(&t.blow, look_for_server, LOOK_MS, 0);
}

static void heal_server(void)
{
    if (this_fault()->signum == SIGSTOP)
        postgres_signal(SIGCONT);
    else
        postgres_launch();
    look_for_server(&t.blow);
}

static void heal_file(void)
{
    set_fault("");
    sqlite3_close(lock);
    lock = NULL;
    on_works();
}

static void on_fault_over(uv_timer_t *timer)
{
    const fault_t *fault = this_fault();
    if (fault->ms > 0 && t.later == 0 && uv_now(t.loop) - t.fault_ms < PATIENCE_MS) {
        uv_timer_start(&t.blow, on_fault_over, LATER_MS, 0); /* the machine is busy */
        return;
    }
    if (fault->ms > 0 || t.unsound > 0)
        printf("# %s: %u answers \"later\" in %u ms, %u acks of what cannot have been stored\n",
               fault->name, t.later, (unsigned)(uv_now(t.loop) - t.fault_ms), t.unsound);
    if (fault->ms > 0 && t.later == 0) die("no request got 503 while the store could not write");
    t.deaf = false;
    if (t.postgres)
        heal_server();
    else
        heal_file();
}

/* ---- its begin ---- */

static void lock_file(void)
{
    if (sqlite3_open(t.file, &lock) != SQLITE_OK) die("cannot open the store");
    sqlite3_busy_timeout(lock, 5000);
    if (sqlite3_exec(lock, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK)
        die("cannot lock the store");
}

static void on_broken(void)
{
    uv_update_time(t.loop);
    t.fault_ms = uv_now(t.loop);
    t.deaf = true;
    uv_timer_start(&t.blow, on_fault_over, this_fault()->ms, 0);
}

static void look_for_end(uv_timer_t *timer)
{
    if (this_fault()->signum == SIGSTOP || postgres_is_gone())
        on_broken();
    else
        uv_timer_start(&t.blow, look_for_end, LOOK_MS, 0);
}

void break_store(void (*fn)(void))
{
    const fault_t *fault = this_fault();
    healed = fn;
    t.later = 0;
    if (t.postgres) {
        postgres_signal(fault->signum);
        look_for_end(&t.blow);
        return;
    }
    if (strcmp(fault->name, "locked") == 0)
        lock_file();
    else
        set_fault(fault->name);
    on_broken();
}

/* ---- a partition ---- */

/* The rows that have run for so long. */
static int count_old(unsigned ms)
{
    char sql[128];
    snprintf(sql, sizeof sql,
             "SELECT count(*) FROM slackapp.inbox WHERE state = 1 AND changed_ms < %lld",
             (long long)slack__wall_ms(&slack__clock_system) - ms);
    return atoi(postgres_query(sql));
}

static void on_joined(uv_timer_t *timer)
{
    const int left = count_old(CLAIMED_MS);
    cut_proxy_hold(0);
    printf("# cut off for %u s; of its rows, %d were claimed by nobody\n", PARTITION_MS / 1000,
           left);
    if (left > 0) die("rows of a bot that was cut off are left");
    healed();
}

static void look_at_rows(uv_timer_t *timer)
{
    printf("# the bot that is cut off has %d rows\n", count_old(CLAIMED_MS));
    uv_timer_start(&t.blow, on_joined, PARTITION_MS, 0);
}

static void cut_both(uv_timer_t *timer)
{
    cut_proxy_hold(CUT_BOTH);
    uv_timer_start(&t.blow, look_at_rows, 2 * CLAIMED_MS, 0);
}

/* To the others the bot is as good as dead: the events that it has begun run again. At first only
 * answers are lost, so that it has claimed rows without knowing it. */
void cut_off(void (*fn)(void))
{
    healed = fn;
    log_line("K %u\n", t.bots[0].run);
    cut_proxy_hold(1u << CUT_TO_CLIENT);
    uv_timer_start(&t.blow, cut_both, ANSWERS_MS, 0);
}

/* ---- the inbox command ---- */

static const char *const commands[][2] = {
    {"stats", NULL}, {"list", NULL}, {"retry", "all"},
    {"stats", NULL}, {"list", NULL}, {"drop", "all"},
};
#define COMMANDS (sizeof commands / sizeof *commands)

static void (*tool_ended)(void);

unsigned commands_count(void)
{
    return COMMANDS;
}

static void on_tool_freed(uv_handle_t *handle)
{
    tool_ended();
}

static void on_tool_exit(uv_process_t *process, int64_t status, int signal)
{
    if (status != 0 || signal != 0) {
        printf("# \"inbox %s\" ended with status %d, by signal %d\n",
               commands[(t.done - 1) % COMMANDS][0], (int)status, signal);
        die("the inbox command failed");
    }
    uv_close((uv_handle_t *)process, on_tool_freed);
}

void use_tool(void (*fn)(void))
{
    const char *const *command = commands[(t.done - 1) % COMMANDS];
    char *args[] = {
        (char *)(uintptr_t)t.tool,     "inbox", (char *)(uintptr_t)command[0], "--store", t.store,
        (char *)(uintptr_t)command[1], NULL};
    tool_ended = fn;
    spawn(&t.tool_process, args, NULL, on_tool_exit);
}
