/* SPDX-License-Identifier: MIT */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "kill/kill.h"
#include "support/postgres.h"

/* The primary is server `primary`, and the standby the other one. Before each kill replication
 * stands still in one of three ways, so that commits wait for an answer that never comes. */

#define LOOK_MS   10
#define STILL_MS  150
#define RESUME_MS 2000
#define PASSWORD  "kill-test-password"

/* The SQL finds the process that is to be stopped. After the last way, and most often after the
 * second one, the standby has the commits when it is promoted. */
static const struct way {
    const char *name, *sql;
    bool on_standby; /* where to run it */
} ways[] = {
    {"nothing is sent", "SELECT pid FROM pg_stat_replication", false},
    {"nothing is received", "SELECT pid FROM pg_stat_wal_receiver", true},
    {"nothing is applied", "SELECT pg_wal_replay_pause(), 0", true},
};

static unsigned primary, rounds, held;
static pid_t still; /* the process that stands still; 0: none */
static pid_t copying;
static void (*over)(void);

static const struct way *this_way(void)
{
    return &ways[(rounds - 1) % (sizeof ways / sizeof *ways)];
}

static bool says(unsigned server, const char *sql, const char *answer)
{
    postgres_use(server);
    return strcmp(postgres_query(sql), answer) == 0;
}

static void look_again(uv_timer_cb look)
{
    if (uv_now(t.loop) - t.fault_ms > 2 * PATIENCE_MS) die("the failover does not end");
    t.progress_ms = uv_now(t.loop);
    uv_timer_start(&t.blow, look, LOOK_MS, 0);
}

/* ---- a new standby ---- */

static bool is_synchronous(void)
{
    return says(primary, "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'", "1");
}

static void await_commits(uv_timer_t *timer)
{
    if (is_synchronous())
        over();
    else
        look_again(await_commits);
}

static void await_stream(uv_timer_t *timer)
{
    if (!says(primary, "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'", "1")) {
        look_again(await_stream);
        return;
    }
    postgres_set("synchronous_standby_names", "*");
    await_commits(timer);
}

static void await_copy(uv_timer_t *timer)
{
    int status;
    const pid_t done = waitpid(copying, &status, WNOHANG);
    if (done != 0 && (done != copying || status != 0)) die("pg_basebackup failed");
    if (done == 0) {
        look_again(await_copy);
        return;
    }
    postgres_use(1 - primary);
    postgres_launch();
    await_stream(timer);
}

static void make_standby(void)
{
    postgres_use(1 - primary);
    copying = postgres_copy(primary);
    await_copy(&t.blow);
}

/* ---- the failover ---- */

static void await_primary(uv_timer_t *timer)
{
    if (says(primary, "SELECT pg_is_in_recovery()", "f"))
        make_standby();
    else
        look_again(await_primary);
}

/* Until it has a standby itself, a commit of the new primary waits for none. */
static void promote(void)
{
    primary = 1 - primary;
    postgres_use(primary);
    if (still > 0) kill(still, SIGCONT);
    postgres_set("synchronous_standby_names", NULL);
    uv_update_time(t.loop);
    t.healed_ms = uv_now(t.loop);
    postgres_query("SELECT pg_promote(false)");
    await_primary(&t.blow);
}

static void await_end(uv_timer_t *timer)
{
    if (postgres_is_gone())
        promote();
    else
        look_again(await_end);
}

static void end_primary(uv_timer_t *timer)
{
    postgres_use(primary);
    const int waiting =
        atoi(postgres_query("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"));
    held += (unsigned)waiting;
    printf("# %s: %d commits have no answer\n", this_way()->name, waiting);
    postgres_signal(SIGKILL);
    await_end(timer);
}

void fail_over(void (*fn)(void))
{
    over = fn;
    rounds++;
    t.fault_ms = uv_now(t.loop);
    postgres_use(this_way()->on_standby ? 1 - primary : primary);
    still = atoi(postgres_query(this_way()->sql));
    if (still > 0) kill(still, SIGSTOP);
    uv_timer_start(&t.blow, end_primary, STILL_MS, 0);
}

/* ---- the run ---- */

/* A commit waits until the standby has applied it, so that all three ways hold it up. */
void open_pair(void)
{
    char first[48];
    snprintf(first, sizeof first, "%s", postgres_folder());
    postgres_use(1);
    snprintf(t.store, sizeof t.store,
             "postgres://slackapp:" PASSWORD "@/postgres?host=%s,%s&target_session_attrs=read-write"
             "&options=-csynchronous_commit%%3Dremote_apply",
             first, postgres_folder());
    copying = postgres_copy(0);
    waitpid(copying, NULL, 0);
    postgres_launch();
    while (!says(0, "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'", "1")) {
    }
    postgres_set("synchronous_standby_names", "*");
    while (!is_synchronous()) {
    }
}

static unsigned count_lines(const char *words)
{
    char line[2048];
    unsigned count = 0;
    FILE *file = fopen(t.words, "r");
    while (file && fgets(line, sizeof line, file))
        count += strstr(line, words) != NULL;
    if (file) fclose(file);
    return count;
}

bool judge_failovers(void)
{
    const unsigned secrets = count_lines(PASSWORD);
    printf("# %u failovers; %u commits without an answer; looked up and made %u, not made %u\n",
           rounds, held, count_lines("it was looked up, and had been made"),
           count_lines("it was looked up, and had not been made"));
    printf("# the first ack after a promotion: at most %u ms; lines with the password: %u\n",
           (unsigned)t.resumed_ms, secrets);
    return (!t.timed || t.resumed_ms <= RESUME_MS) && secrets == 0 && held > 0;
}
