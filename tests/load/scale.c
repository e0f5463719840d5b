/* SPDX-License-Identifier: MIT */
/*
 * One process receives and 1, 2 and 4 processes work, on a PostgreSQL of this program's own. Each
 * event takes 20 ms of a worker process's time, and more events come than they can run. Every event
 * is acked, none is lost, none runs twice, and every process ends with status 0. Measured: the
 * events that are run in a second, which have to rise with the cores of the machine, and the time
 * of the acks, of which 99 % have to come within 20 ms. The server does not sync its commits: this
 * is about the processors, and bench/postgres.c about the disk.
 *
 * usage: scale BOT SECONDS   measures each number of processes for so long
 *        scale BOT untimed   measures nothing, for a machine that does other things
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "load/client.h"
#include "load/load.h"
#include "support/postgres.h"

#define PER_SECOND     150
#define UNTIMED_MS     1000
#define ACK_P99_MAX_MS 20.0
#define RISE_MIN       1.4 /* of two processes that work, beside one */
#define PATIENCE_MS    120000

static const unsigned counts[] = {1, 2, 4};
#define COUNTS (sizeof counts / sizeof *counts)

static struct {
    const char *program, *conninfo;
    unsigned seconds; /* 0: untimed */
    size_t which;     /* counts[which] work now */
    load_bot_t bots[5];
    unsigned running, badly;
    uint64_t begun_ns; /* when the first event was sent */
    double per_second[COUNTS], p99_ms[COUNTS];
    bool lost, over;
    uv_timer_t timer, watchdog;
} t;

static void bot_start(void);

static unsigned number_of(const char *query)
{
    return (unsigned)strtoul(postgres_query(query), NULL, 10);
}

static unsigned done_rows(void)
{
    return number_of("SELECT count(*) FROM slackapp.inbox WHERE state = 2");
}

static void bots_stop(void)
{
    t.over = true;
    for (size_t i = 0; i < sizeof t.bots / sizeof *t.bots; i++)
        load_bot_stop(&t.bots[i]);
}

/* Untimed, every event is run before the bots stop. */
static void on_settled(uv_timer_t *timer)
{
    const load_result_t *r = load_client_result();
    /* No query meanwhile: it would hold the client up, which has the same loop. */
    t.per_second[t.which] = done_rows() * 1e9 / (double)(uv_hrtime() - t.begun_ns);
    const bool all =
        r->good == r->sent && number_of("SELECT count(*) FROM slackapp.inbox") == r->good;
    if (all && t.seconds == 0 && done_rows() < r->good) {
        uv_timer_start(timer, on_settled, 100, 0);
        return;
    }
    t.lost = t.lost || !all || number_of("SELECT count(*) FROM slackapp.inbox WHERE attempt > 1");
    const double kept = load_times_ms(&r->kept, 99), newly = load_times_ms(&r->newly, 99);
    t.p99_ms[t.which] = kept > newly ? kept : newly;
    load_client_print();
    if (t.seconds > 0)
        printf("# %u work: %.1f events a second, 99 %% of the acks within %.1f ms\n",
               counts[t.which], t.per_second[t.which], t.p99_ms[t.which]);
    fflush(stdout);
    bots_stop();
}

static void on_all_answered(void)
{
    uv_timer_start(&t.timer, on_settled, 0, 0);
}

static void on_time_over(uv_timer_t *timer)
{
    load_client_stop(on_all_answered);
}

static void on_ready(load_bot_t *bot)
{
    if (++t.running <= counts[t.which]) {
        bot_start();
        return;
    }
    load_client_start(&(load_client_options_t){
        .port = t.bots[0].port, .per_second = t.seconds > 0 ? PER_SECOND : PER_SECOND / 5});
    t.begun_ns = uv_hrtime();
    uv_timer_start(&t.timer, on_time_over, t.seconds > 0 ? t.seconds * 1000 : UNTIMED_MS, 0);
}

static void on_ended(load_bot_t *bot, int64_t status, int signal)
{
    if (status != 0 || signal != 0) {
        t.badly++;
        printf("# a bot ended with status %d, signal %d: %s\n", (int)status, signal, bot->log);
    }
    if (!t.over) load_die("a bot ended by itself");
    if (--t.running > 0) return;
    if (++t.which == COUNTS) {
        uv_stop(uv_default_loop());
        return;
    }
    t.over = false;
    postgres_clean();
    bot_start();
}

static void bot_start(void)
{
    char store[128];
    snprintf(store, sizeof store, "SLACK_STORE=postgres:%s", t.conninfo);
    const char *const variables[] = {store, t.running ? "SLACK_ROLE=work" : "SLACK_ROLE=receive",
                                     "SLACK_HTTP_PORT=0", "SLACK_DRAIN_MS=2000", NULL};
    load_bot_t *bot = &t.bots[t.running];
    load_bot_start(bot, t.program, variables, -1);
    bot->ready = on_ready;
    bot->ended = on_ended;
}

static void on_watchdog(uv_timer_t *timer)
{
    for (unsigned i = 0; i < t.running; i++) {
        printf("# %s\n", t.bots[i].log);
        if (t.bots[i].alive) uv_process_kill(&t.bots[i].process, SIGKILL);
    }
    load_die("it takes too long");
}

int main(int argc, char **argv)
{
    t.program = argc > 2 ? realpath(argv[1], NULL) : NULL;
    if (!t.program) return 2;
    t.seconds = (unsigned)strtoul(argv[2], NULL, 10);
    t.conninfo = postgres_start();
    if (!t.conninfo) {
        printf("1..0 # SKIP there is no PostgreSQL\n");
        return 0;
    }
    load_open();
    printf("1..1\n");
    uv_timer_init(uv_default_loop(), &t.timer);
    uv_timer_init(uv_default_loop(), &t.watchdog);
    uv_timer_start(&t.watchdog, on_watchdog, PATIENCE_MS + COUNTS * t.seconds * 1000, 0);
    bot_start();
    uv_run(uv_default_loop(), UV_RUN_DEFAULT);

    bool good = !t.lost && t.badly == 0;
    for (size_t i = 0; t.seconds > 0 && i < COUNTS; i++)
        good = good && t.p99_ms[i] < ACK_P99_MAX_MS;
    if (t.seconds > 0 && sysconf(_SC_NPROCESSORS_ONLN) > 1)
        good = good && t.per_second[1] > RISE_MIN * t.per_second[0];
    printf("%s 1 - one process receives, and 1, 2 and 4 work\n", good ? "ok" : "not ok");
    load_close();
    postgres_end();
    fflush(stdout);
    _exit(!good); /* the kernel releases what lives on the loop */
}
