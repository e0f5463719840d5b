/* SPDX-License-Identifier: MIT */
/*
 * Two bots serve one port under 500 signed requests a second, half of them over new connections.
 * They are replaced one after the other: another one is started, and when it is ready the oldest
 * gets SIGTERM. Every request gets its 200, and every bot ends with status 0. Only if each bot has
 * a socket of its own may connections be lost that are in the kernel's queue when the socket is
 * closed: one per restart at most, and none with net.ipv4.tcp_migrate_req = 1.
 *
 * With --postgres there are three, which share a store on a PostgreSQL of this program's own.
 *
 * usage: rolling [--postgres] BOT [RESTARTS [port | socket]]
 *            port: the bots share it by SLACK_HTTP_REUSE_PORT. socket: one socket is passed to all
 *            of them, as systemd passes it.
 *
 * SLACK_DRAIN_DELAY_MS is passed to the bots; its default is 300.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "load/client.h"
#include "load/load.h"
#include "support/postgres.h"

#define PER_SECOND  500
#define BETWEEN_MS  150
#define PATIENCE_MS 60000
#define BOTS_MAX    4

static struct {
    const char *program;
    const char *conninfo; /* NULL: each bot has a store of its own */
    unsigned restarts, done, port;
    bool by_socket, over;
    int fd; /* bound to the port, and passed to the bots */
    load_bot_t bots[BOTS_MAX];
    unsigned count; /* of bots that serve */
    unsigned oldest, running;
    unsigned badly; /* bots that ended badly */
    uv_timer_t timer, watchdog;
} t;

static void bot_start(void);

static load_bot_t *oldest(void)
{
    return &t.bots[t.oldest % BOTS_MAX];
}

static void on_all_answered(void)
{
    for (unsigned i = 0; i < BOTS_MAX; i++)
        load_bot_stop(&t.bots[i]);
}

static void on_pause_over(uv_timer_t *timer)
{
    if (t.done < t.restarts) {
        bot_start();
        return;
    }
    t.over = true;
    load_client_stop(on_all_answered);
}

static void pause_then_go_on(void)
{
    uv_timer_start(&t.timer, on_pause_over, BETWEEN_MS, 0);
}

static void on_ready(load_bot_t *bot)
{
    t.running++;
    if (t.running < t.count) {
        bot_start();
    } else if (t.running == t.count) {
        load_client_start(&(load_client_options_t){.port = t.port, .per_second = PER_SECOND});
        pause_then_go_on();
    } else {
        load_bot_stop(oldest());
    }
}

static void on_ended(load_bot_t *bot, int64_t status, int signal)
{
    t.running--;
    if (status != 0 || signal != 0) {
        t.badly++;
        printf("# a bot ended with status %d, signal %d: %s\n", (int)status, signal, bot->log);
    }
    if (t.over) {
        if (t.running == 0) uv_stop(uv_default_loop());
    } else if (bot != oldest()) {
        load_die("a bot ended by itself");
    } else {
        t.oldest++;
        t.done++;
        pause_then_go_on();
    }
}

static void bot_start(void)
{
    char port[40], delay[40], store[128];
    const char *set = getenv("SLACK_DRAIN_DELAY_MS");
    snprintf(port, sizeof port, "SLACK_HTTP_PORT=%u", t.port);
    snprintf(delay, sizeof delay, "SLACK_DRAIN_DELAY_MS=%s", set ? set : "300");
    snprintf(store, sizeof store, "SLACK_STORE=postgres:%s", t.conninfo ? t.conninfo : "");
    const char *variables[] = {port, set && !*set ? "NO_DELAY=" : delay,
                               t.conninfo ? store : "SLACK_STORE=memory:",
                               t.by_socket ? NULL : "SLACK_HTTP_REUSE_PORT=1", NULL};
    load_bot_t *bot = &t.bots[(t.oldest + t.running) % BOTS_MAX];
    load_bot_start(bot, t.program, variables, t.by_socket ? t.fd : -1);
    bot->ready = on_ready;
    bot->ended = on_ended;
}

/* A socket that is bound and does not listen reserves the port for the bots. */
static void take_port(void)
{
    const int on = 1;
    struct sockaddr_in address;
    socklen_t len = sizeof address;
    uv_ip4_addr("127.0.0.1", 0, &address);
    t.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (t.fd < 0 || (!t.by_socket && setsockopt(t.fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on)) ||
        bind(t.fd, (const struct sockaddr *)&address, len) != 0 ||
        getsockname(t.fd, (struct sockaddr *)&address, &len) != 0 ||
        (t.by_socket && listen(t.fd, 512) != 0))
        load_die("no port is free");
    t.port = ntohs(address.sin_port);
}

static bool kernel_migrates(void)
{
    FILE *file = fopen("/proc/sys/net/ipv4/tcp_migrate_req", "r");
    const bool migrates = file && fgetc(file) == '1';
    if (file) fclose(file);
    return migrates;
}

/* The events that the bots have stored and handled. */
static unsigned done_rows(void)
{
    return (unsigned)atoi(postgres_query("SELECT count(*) FROM slackapp.inbox WHERE state = 2"));
}

static void on_watchdog(uv_timer_t *timer)
{
    static unsigned last = (unsigned)-1;
    if (t.done == last) {
        for (unsigned i = 0; i < BOTS_MAX; i++) {
            printf("# %s\n", t.bots[i].log);
            if (t.bots[i].alive) uv_process_kill(&t.bots[i].process, SIGKILL);
        }
        load_die("nothing moves any more");
    }
    last = t.done;
}

int main(int argc, char **argv)
{
    const bool shared = argc > 1 && strcmp(argv[1], "--postgres") == 0;
    argc -= shared;
    argv += shared;
    t.program = argc > 1 ? realpath(argv[1], NULL) : NULL;
    if (!t.program) return 2;
    t.restarts = argc > 2 ? (unsigned)atoi(argv[2]) : 20;
    t.by_socket = argc > 3 && strcmp(argv[3], "socket") == 0;
    t.conninfo = shared ? postgres_start() : NULL;
    t.count = shared ? 3 : 2;
    if (shared && !t.conninfo) {
        printf("1..0 # SKIP there is no PostgreSQL\n");
        return 0;
    }
    load_open();
    printf("1..1\n");
    take_port();
    uv_timer_init(uv_default_loop(), &t.timer);
    uv_timer_init(uv_default_loop(), &t.watchdog);
    uv_timer_start(&t.watchdog, on_watchdog, PATIENCE_MS, PATIENCE_MS);
    bot_start();
    uv_run(uv_default_loop(), UV_RUN_DEFAULT);

    const load_result_t *r = load_client_result();
    const unsigned lost_max = t.by_socket || kernel_migrates() ? 0 : t.done;
    const bool good = r->sent > 0 && r->good + r->lost == r->sent && r->lost <= lost_max &&
                      t.badly == 0 && (!t.conninfo || done_rows() == r->good);
    load_client_print();
    printf("%s 1 - %u restarts, %u bots on one %s: every request got its 200\n",
           good ? "ok" : "not ok", t.done, t.count, t.by_socket ? "socket" : "port");
    load_close();
    postgres_end();
    fflush(stdout);
    _exit(!good); /* the kernel releases what lives on the loop */
}
