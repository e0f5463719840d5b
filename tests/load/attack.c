/* SPDX-License-Identifier: MIT */
/*
 * Bots under attack. In each case attackers meet a bot with its settings, while a well-behaved
 * client sends it signed events over kept and over new connections. Every event gets its 200, and
 * the bot's memory stays within the sum of its limits (slack/limits.h). With `timed`, 99 of 100
 * events are answered within 250 ms on kept connections and within a second on new ones, and all
 * within two.
 *
 * usage: attack BOT timed | untimed | unmeasured SECONDS [CASE…]
 *            unmeasured: the bot only has to survive and to end well. For one that a sanitizer
 * makes slow and large. attack --at CASE PORT SECONDS the attackers, in a process of their own
 */
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <slack/limits.h>

#include "bench/request.h"
#include "load/attackers.h"
#include "load/client.h"
#include "load/load.h"
#include "support/orphan.h"

/* The "16 KiB for each connection", and what TLS adds to them, of slack/limits.h. */
#define CONNECTION_KIB 16
#define TLS_KIB        50
#define PER_SECOND     100 /* unless the case says otherwise */
#define P99_KEPT_MS    250.0
#define P99_NEW_MS     1000.0
#define MAX_MS         2000.0

typedef struct attack_case {
    const char *name, *what;
    void (*attackers)(void);
    const char *secrets; /* SLACK_SIGNING_SECRET; NULL: one */
    const char *store;   /* SLACK_STORE; NULL: in memory */
    const char *key;     /* of the bot's certificate, see load_make_certificate(); NULL: no TLS */
    size_t client_large_bytes;
    unsigned per_second;     /* 0: PER_SECOND */
    unsigned connections;    /* SLACK_HTTP_CONNECTIONS; half of it for one address */
    unsigned memory_mib;     /* SLACK_HTTP_MEMORY_BYTES */
    unsigned deliveries_mib; /* SLACK_DELIVERIES_MIB, where deliveries are the attack */
    unsigned messages_mib;   /* what the sockets hold until a message is a delivery, and the copies
                              * that a store on disk makes of it while it writes */
    bool socket;             /* the attack comes over Socket Mode */
} attack_case_t;

#define SECRETS_16                                                                                 \
    "s01,s02,s03,s04,s05,s06,s07,s08,s09,s10,s11,s12,s13,s14,s15," LOAD_SECRET /* worst last */

#define KEY_EC "-algorithm EC -pkeyopt ec_paramgen_curve:P-256"

static const attack_case_t cases[] = {
    {.name = "mix",
     .what = "eleven kinds of HTTP spoken badly, from eight addresses",
     .attackers = attack_http_mix,
     .connections = 256,
     .memory_mib = 8},
    {.name = "mix-tls",
     .what = "the same at a port that speaks TLS",
     .attackers = attack_http_mix,
     .key = KEY_EC,
     .connections = 512,
     .memory_mib = 8},
    {.name = "forged-1",
     .what = "bodies of 1 MiB with a wrong signature, from one address; one secret",
     .attackers = attack_forged_from_one,
     .connections = 256,
     .memory_mib = 64},
    {.name = "forged-16",
     .what = "the same; sixteen secrets",
     .attackers = attack_forged_from_one,
     .secrets = SECRETS_16,
     .connections = 256,
     .memory_mib = 64},
    {.name = "forged-16-shared",
     .what = "the same; from the address of the client",
     .attackers = attack_forged_from_the_clients,
     .secrets = SECRETS_16,
     .connections = 256,
     .memory_mib = 64},
    {.name = "forged-1-from-8",
     .what = "bodies of 1 MiB with a wrong signature, from eight addresses; one secret",
     .attackers = attack_forged_from_eight,
     .connections = 256,
     .memory_mib = 64},
    {.name = "forged-16-from-8",
     .what = "the same; sixteen secrets",
     .attackers = attack_forged_from_eight,
     .secrets = SECRETS_16,
     .connections = 256,
     .memory_mib = 64},
    {.name = "held",
     .what = "150 connections of one address hold the last byte of 1 MiB back",
     .attackers = attack_held,
     .client_large_bytes = (size_t)200 << 10,
     .connections = 1024,
     .memory_mib = 64},
    {.name = "hellos-ec",
     .what = "replayed ClientHellos from eight addresses; an EC key",
     .attackers = attack_hellos,
     .key = KEY_EC,
     .connections = 512,
     .memory_mib = 8},
    {.name = "hellos-rsa-2048",
     .what = "the same; an RSA key of 2048 bits",
     .attackers = attack_hellos,
     .key = "-algorithm RSA -pkeyopt rsa_keygen_bits:2048",
     .connections = 512,
     .memory_mib = 8},
    {.name = "hellos-rsa-4096",
     .what = "the same; of 4096 bits",
     .per_second = 40, /* a hundred would need a core for their own handshakes */
     .attackers = attack_hellos,
     .key = "-algorithm RSA -pkeyopt rsa_keygen_bits:4096",
     .connections = 512,
     .memory_mib = 8},
    {.name = "patterns",
     .what = "messages that patterns search long",
     .attackers = attack_patterns,
     .connections = 256,
     .memory_mib = 8},
    {.name = "large-http",
     .what = "signed bodies of 1 MiB for a slow handler",
     .attackers = attack_large_http,
     .connections = 256,
     .memory_mib = 8,
     .deliveries_mib = 64},
    {.name = "large-socket",
     .what = "events of 7 MiB over Socket Mode for a slow handler",
     .attackers = attack_large_socket,
     .connections = 256,
     .memory_mib = 8,
     .deliveries_mib = 256,
     .messages_mib = 32,
     .socket = true},
    {.name = "large-stored",
     .what = "the same with a store on disk",
     .attackers = attack_large_socket,
     .store = "sqlite:attack.db",
     .connections = 256,
     .memory_mib = 8,
     .deliveries_mib = 256,
     .messages_mib = 64,
     .socket = true},
};

static struct {
    char self[512];
    const char *program;
    const char *seconds;
    const attack_case_t *now;
    bool timed, measured;
    load_bot_t bot;
    uv_process_t attackers;
    uv_timer_t timer;
    int listener; /* where the attackers take the bot's sockets */
    unsigned long idle_kib, peak_kib;
    uint64_t attack_ns, cpu_ns; /* the time of the attack, and the bot's processor time in it */
    bool ended_well;
} t;

/* ---- the run of a case ---- */

static void on_ended(load_bot_t *bot, int64_t status, int signal)
{
    t.ended_well = status == 0 && signal == 0;
    if (!t.ended_well)
        printf("# the bot ended with status %d, signal %d: %s\n", (int)status, signal, bot->log);
    uv_stop(uv_default_loop());
}

static void on_all_answered(void)
{
    t.peak_kib = load_bot_peak_kib(&t.bot);
    load_bot_stop(&t.bot);
}

static void on_attack_over(uv_process_t *process, int64_t status, int signal)
{
    uv_close((uv_handle_t *)process, NULL);
    if (status != 0 || signal != 0) load_die("the attackers failed");
    t.cpu_ns = bench_cpu_ns(t.bot.process.pid) - t.cpu_ns;
    t.attack_ns = uv_hrtime() - t.attack_ns;
    load_client_stop(on_all_answered);
}

static void on_calm_over(uv_timer_t *timer)
{
    char port[16];
    const char *args[] = {t.self, "--at", t.now->name, port, t.seconds, NULL};
    uv_stdio_container_t stdio[] = {{.flags = UV_IGNORE},
                                    {.flags = UV_INHERIT_FD, .data.fd = 1},
                                    {.flags = UV_INHERIT_FD, .data.fd = 2},
                                    {.flags = UV_INHERIT_FD, .data.fd = t.listener}};
    const uv_process_options_t options = {.exit_cb = on_attack_over,
                                          .file = t.self,
                                          .args = (char **)(uintptr_t)args,
                                          .stdio = stdio,
                                          .stdio_count = 4};
    snprintf(port, sizeof port, "%u", t.bot.port);
    t.idle_kib = load_bot_peak_kib(&t.bot);
    t.attack_ns = uv_hrtime();
    t.cpu_ns = bench_cpu_ns(t.bot.process.pid);
    fflush(stdout);
    if (uv_spawn(uv_default_loop(), &t.attackers, &options) != 0)
        load_die("cannot start the attackers");
}

static void on_ready(load_bot_t *bot)
{
    load_client_start(
        &(load_client_options_t){.port = bot->port,
                                 .per_second = t.now->per_second ? t.now->per_second : PER_SECOND,
                                 .large_bytes = t.now->client_large_bytes,
                                 .ca_file = t.now->key ? load_certificate() : NULL});
    uv_timer_start(&t.timer, on_calm_over, t.timed ? 1000 : 100, 0);
}

/* Adds NAME=VALUE to the variables of a bot. */
static void set(char variables[][256], const char **all, size_t *n, const char *name,
                const char *value)
{
    snprintf(variables[*n], sizeof variables[*n], "%s=%s", name, value);
    all[*n] = variables[*n];
    ++*n;
}

static void bot_start(const attack_case_t *now)
{
    static const char *const times[][2] = {{"SLACK_HTTP_PORT", "0"},
                                           {"SLACK_LOG_LEVEL", "info"},
                                           {"SLACK_HTTP_FIRST_BYTE_MS", "2000"},
                                           {"SLACK_HTTP_HEADER_MS", "2000"},
                                           {"SLACK_HTTP_BODY_MS", "3000"},
                                           {"SLACK_HTTP_IDLE_MS", "5000"},
                                           {"SLACK_DRAIN_MS", "300"}};
    char variables[24][256], number[24];
    const char *all[25] = {NULL};
    size_t n = 0;
    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        set(variables, all, &n, times[i][0], times[i][1]);
    snprintf(number, sizeof number, "%u", now->connections);
    set(variables, all, &n, "SLACK_HTTP_CONNECTIONS", number);
    snprintf(number, sizeof number, "%u", now->connections / 2);
    set(variables, all, &n, "SLACK_HTTP_CONNECTIONS_PER_PEER", number);
    snprintf(number, sizeof number, "%u", now->memory_mib << 20);
    set(variables, all, &n, "SLACK_HTTP_MEMORY_BYTES", number);
    if (now->deliveries_mib) {
        snprintf(number, sizeof number, "%u", now->deliveries_mib);
        set(variables, all, &n, "SLACK_DELIVERIES_MIB", number);
    }
    if (now->store) set(variables, all, &n, "SLACK_STORE", now->store);
    if (now->secrets) set(variables, all, &n, "SLACK_SIGNING_SECRET", now->secrets);
    if (now->socket) {
        set(variables, all, &n, "SLACK_TRANSPORT", "http,socket");
        set(variables, all, &n, "SLACK_APP_TOKEN", "xapp-1-A1-load");
        set(variables, all, &n, "SLACK_SOCKET_CONNECTIONS", "1");
    }
    if (now->key) {
        load_make_certificate(now->key);
        set(variables, all, &n, "SLACK_HTTP_TLS_CERT", load_certificate());
        set(variables, all, &n, "SLACK_HTTP_TLS_KEY", load_key());
    }
    load_bot_start(&t.bot, t.program, all, -1);
    t.bot.ready = on_ready;
    t.bot.ended = on_ended;
}

/* ---- its judgement ---- */

/* An event of 7 MiB is written to the disk up to four times, and the others wait for each. */
static bool in_time(const attack_case_t *now, const load_result_t *r)
{
    return load_times_ms(&r->kept, 99) < (now->store ? P99_NEW_MS : P99_KEPT_MS) &&
           load_times_ms(&r->newly, 99) < P99_NEW_MS && load_times_ms(&r->kept, 100) < MAX_MS &&
           load_times_ms(&r->newly, 100) < MAX_MS;
}

static bool judge(const attack_case_t *now)
{
    const load_result_t *r = load_client_result();
    const unsigned long connection_kib =
        SLACK_HTTP_SMALL_BYTES / 1024 + CONNECTION_KIB + (now->key ? TLS_KIB : 0);
    const unsigned long bound_kib =
        t.idle_kib + now->connections * connection_kib +
        ((now->memory_mib + now->deliveries_mib + now->messages_mib) << 10);
    load_client_print();
    printf("# the bot used %.2f of a processor\n", (double)t.cpu_ns / (double)t.attack_ns);
    printf("# resident memory of the bot: %.1f MB before, %.1f MB at its peak, bound %.1f MB\n",
           (double)t.idle_kib / 1024, (double)t.peak_kib / 1024, (double)bound_kib / 1024);
    if (r->good == 0 || !t.ended_well) return false;
    if (!t.measured) return true;
    if (r->good != r->sent || t.peak_kib > bound_kib) return false;
    return !t.timed || in_time(now, r);
}

static bool run(const attack_case_t *now)
{
    t.now = now;
    printf("# %s: %s\n", now->name, now->what);
    bot_start(now);
    uv_run(uv_default_loop(), UV_RUN_DEFAULT);
    return judge(now);
}

/* ---- the cases that are asked for ---- */

static bool is_asked_for(const attack_case_t *asked, char **names)
{
    if (!*names) return true;
    for (; *names; names++)
        if (strcmp(asked->name, *names) == 0) return true;
    return false;
}

/* Slack's end of Socket Mode is a socket that the attackers inherit. */
static void listen_for_sockets(void)
{
    static char url[64];
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    t.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (t.listener < 0 || bind(t.listener, (const struct sockaddr *)&address, len) != 0 ||
        listen(t.listener, 16) != 0 ||
        getsockname(t.listener, (struct sockaddr *)&address, &len) != 0)
        load_die("no port is free");
    snprintf(url, sizeof url, "ws://127.0.0.1:%u/link/?ticket=1", ntohs(address.sin_port));
    load_set_socket_url(url);
}

static int attack(const char *name, unsigned port, double seconds)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (strcmp(cases[i].name, name) != 0) continue;
        end_with_the_parent();
        cases[i].attackers();
        attackers_run(port, seconds);
        return 0;
    }
    return 2;
}

int main(int argc, char **argv)
{
    size_t size = sizeof t.self;
    unsigned asked = 0, number = 0, bad = 0;
    if (argc == 5 && strcmp(argv[1], "--at") == 0)
        return attack(argv[2], (unsigned)atoi(argv[3]), atof(argv[4]));
    t.program = argc > 3 ? realpath(argv[1], NULL) : NULL;
    for (size_t i = 0; t.program && i < sizeof cases / sizeof *cases; i++)
        asked += is_asked_for(&cases[i], argv + 4);
    if (asked == 0 || uv_exepath(t.self, &size) != 0) {
        fprintf(stderr, "usage: attack BOT timed|untimed|unmeasured SECONDS [CASE...]\ncases:");
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
            fprintf(stderr, " %s", cases[i].name);
        fprintf(stderr, "\n");
        return 2;
    }
    t.timed = strcmp(argv[2], "timed") == 0;
    t.measured = strcmp(argv[2], "unmeasured") != 0;
    t.seconds = argv[3];
    load_open();
    listen_for_sockets();
    printf("1..%u\n", asked);
    uv_timer_init(uv_default_loop(), &t.timer);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (!is_asked_for(&cases[i], argv + 4)) continue;
        const bool good = run(&cases[i]);
        bad += !good;
        printf("%s %u - %s\n", good ? "ok" : "not ok", ++number, cases[i].name);
    }
    load_close();
    fflush(stdout);
    _exit(bad > 0); /* the kernel releases what lives on the loop */
}
