/* SPDX-License-Identifier: MIT */
/*
 * A bot with small limits is attacked from eight addresses, while a well-behaved client sends it
 * signed events over kept and over new connections. The bot's memory stays within the sum of its
 * limits (slack/limits.h), and every event gets its 200; with `timed`, 99 of 100 within 250 ms.
 *
 * usage: attack BOT [SECONDS [timed | untimed | unmeasured]]
 *            unmeasured: the bot only has to survive and to end well. For one that a sanitizer
 *            makes slow and large.
 *        attack --at PORT SECONDS
 *            the attackers, in a process of their own
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <slack/limits.h>

#include "bench/request.h"
#include "load/load.h"

#define CONNECTIONS  256
#define MEMORY_BYTES 8388608
/* The "some KiB per connection" of slack/limits.h. */
#define CONNECTION_BYTES (16u << 10)
#define PER_SECOND       100
#define CALM_MS          1000
#define P99_MS           250.0

/* ---- the attackers ---- */

#define TICK_MS   20
#define REST      5 /* ticks between two connections of an attacker whose connections are closed */
#define OF_EACH   40
#define ADDRESSES 8

enum kind {
    LORIS,     /* a byte of a head now and then */
    SLOW_BODY, /* all but the last byte of the largest body, then nothing */
    FORGED,    /* the largest body, with a wrong signature */
    OVERSIZE,  /* a length beyond the limit, and such a body */
    BOMB,      /* chunks of one byte, and chunk extensions */
    HEADERS,   /* without an end */
    HALF,      /* half a request and a FIN; the answer is not read */
    FLOOD,     /* connections that are reset at once */
    SILENT,    /* connections without a byte */
    PIPELINE,  /* requests in a row; the answers are not read */
    GARBAGE,
    KINDS
};

static const char *const names[KINDS] = {
    "slow loris",  "slow bodies", "forged bodies", "oversize",  "chunked bombs", "endless headers",
    "half-closed", "floods",      "silence",       "pipelines", "garbage"};

typedef struct attacker {
    uv_tcp_t tcp;
    uv_connect_t connect;
    uv_shutdown_t shutdown;
    enum kind kind;
    unsigned address;
    unsigned step; /* ticks of this connection */
    unsigned rest; /* ticks until the next one */
    size_t sent;
    bool open, closing;
} attacker_t;

static struct {
    unsigned port;
    attacker_t all[KINDS * OF_EACH];
    unsigned connections[KINDS], failed;
    unsigned statuses[600];
    uint64_t bytes;
    char junk[32 << 10];
} a;

static void on_closed(uv_handle_t *handle)
{
    attacker_t *attacker = handle->data;
    attacker->open = attacker->closing = false;
    attacker->rest = attacker->kind == FLOOD ? 0 : REST;
}

static void leave(attacker_t *attacker)
{
    if (!attacker->open || attacker->closing) return;
    attacker->closing = true;
    uv_close((uv_handle_t *)&attacker->tcp, on_closed);
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *ret)
{
    static char buffer[64 << 10];
    *ret = uv_buf_init(buffer, sizeof buffer);
}

static void on_read(uv_stream_t *stream, ssize_t len, const uv_buf_t *buf)
{
    static const char status[] = "HTTP/1.1 ";
    if (len > 12 && memcmp(buf->base, status, sizeof status - 1) == 0) {
        const int code = atoi(buf->base + sizeof status - 1);
        if (code >= 100 && code < 600) a.statuses[code]++;
    }
    if (len < 0) leave(stream->data);
}

/* Sends as much of it as the kernel takes. */
static void say(attacker_t *attacker, const char *data, size_t len)
{
    const uv_buf_t buf = uv_buf_init((char *)(uintptr_t)data, (unsigned)len);
    const int sent = uv_try_write((uv_stream_t *)&attacker->tcp, &buf, 1);
    if (sent > 0) {
        a.bytes += (unsigned)sent;
        attacker->sent += (size_t)sent;
    } else if (sent != UV_EAGAIN) {
        leave(attacker);
    }
}

#define HEAD "POST /slack/events HTTP/1.1\r\nHost: x\r\n"

static void say_text(attacker_t *attacker, const char *text)
{
    say(attacker, text, strlen(text));
}

static void say_loris(attacker_t *attacker)
{
    static const char head[] = HEAD "X-A: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    if (attacker->step % 10 == 1) say(attacker, head + attacker->sent % (sizeof head - 1), 1);
}

/* A body without its last byte; with it if it is forged. */
static void say_slow_body(attacker_t *attacker)
{
    const bool forged = attacker->kind == FORGED;
    char head[256];
    snprintf(head, sizeof head,
             HEAD "X-Slack-Request-Timestamp: %lld\r\nX-Slack-Signature: v0=%064d\r\n"
                  "Content-Length: 1048576\r\n\r\n",
             (long long)time(NULL), 0);
    const size_t end = strlen(head) + SLACK_HTTP_BODY_BYTES_DEFAULT - !forged;
    if (attacker->step == 1)
        say_text(attacker, head);
    else if (attacker->sent < end)
        say(attacker, a.junk,
            end - attacker->sent < sizeof a.junk ? end - attacker->sent : sizeof a.junk);
}

static void say_bomb(attacker_t *attacker)
{
    static char chunks[6 * 2000];
    for (size_t i = 0; !chunks[sizeof chunks - 1] && i < sizeof chunks; i++)
        chunks[i] = "1\r\na\r\n"[i % 6];
    if (attacker->step == 1)
        say_text(attacker, HEAD "Transfer-Encoding: chunked\r\n\r\n");
    else if (attacker->step == 2 && attacker->address % 2)
        say_text(attacker, "1;"); /* and an extension without an end */
    else if (attacker->address % 2)
        say(attacker, a.junk, 8 << 10);
    else
        say(attacker, chunks, sizeof chunks);
}

static void say_headers(attacker_t *attacker)
{
    static const char lines[] = "A: bbbbbbbbbbbbbbbbbbbbbbbbbbbb\r\nC: d\r\n";
    if (attacker->step == 1) say_text(attacker, HEAD);
    for (int i = 0; i < 5 && attacker->open && !attacker->closing; i++)
        say_text(attacker, lines);
}

static void say_half(attacker_t *attacker)
{
    if (attacker->step > 150) leave(attacker);
    if (attacker->step > 1) return;
    say_text(attacker, HEAD "Content-Length: 10\r\n\r\n123");
    if (!attacker->closing) uv_shutdown(&attacker->shutdown, (uv_stream_t *)&attacker->tcp, NULL);
}

static void say_pipeline(attacker_t *attacker)
{
    static const char one[] = HEAD "Content-Length: 2\r\n\r\n{}";
    char many[50 * (sizeof one - 1)];
    for (size_t i = 0; i < sizeof many; i++)
        many[i] = one[i % (sizeof one - 1)];
    say(attacker, many, sizeof many);
}

static void act(attacker_t *attacker)
{
    attacker->step++;
    switch (attacker->kind) {
    case LORIS: say_loris(attacker); break;
    case FORGED:
    case SLOW_BODY: say_slow_body(attacker); break;
    case OVERSIZE:
        say_text(attacker, attacker->step == 1 ? HEAD "Content-Length: 100000000\r\n\r\n" : a.junk);
        break;
    case BOMB: say_bomb(attacker); break;
    case HEADERS: say_headers(attacker); break;
    case HALF: say_half(attacker); break;
    case FLOOD: {
        const struct linger reset = {.l_onoff = 1};
        uv_os_fd_t fd;
        if (uv_fileno((uv_handle_t *)&attacker->tcp, &fd) == 0)
            setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
        leave(attacker);
        break;
    }
    case PIPELINE: say_pipeline(attacker); break;
    case GARBAGE: say(attacker, a.junk + attacker->step % 100, 1000); break;
    default: break;
    }
}

static void on_connect(uv_connect_t *connect, int status)
{
    attacker_t *attacker = connect->data;
    if (status != 0) {
        a.failed += !attacker->closing;
        leave(attacker);
        return;
    }
    if (attacker->kind != HALF && attacker->kind != PIPELINE)
        uv_read_start((uv_stream_t *)&attacker->tcp, on_alloc, on_read);
    attacker->step = 0;
    act(attacker);
}

static void come(attacker_t *attacker)
{
    struct sockaddr_in from, to;
    char address[16];
    snprintf(address, sizeof address, "127.0.1.%u", 1 + attacker->address);
    uv_ip4_addr(address, 0, &from);
    uv_ip4_addr("127.0.0.1", (int)a.port, &to);
    uv_tcp_init(uv_default_loop(), &attacker->tcp);
    attacker->tcp.data = attacker->connect.data = attacker;
    attacker->open = true;
    attacker->step = 0;
    attacker->sent = 0;
    a.connections[attacker->kind]++;
    if (uv_tcp_bind(&attacker->tcp, (const struct sockaddr *)&from, 0) != 0 ||
        uv_tcp_connect(&attacker->connect, &attacker->tcp, (const struct sockaddr *)&to,
                       on_connect) != 0)
        leave(attacker);
}

static void on_tick(uv_timer_t *timer)
{
    for (size_t i = 0; i < sizeof a.all / sizeof *a.all; i++) {
        attacker_t *attacker = &a.all[i];
        if (!attacker->open && attacker->rest > 0)
            attacker->rest--;
        else if (!attacker->open)
            come(attacker);
        else if (attacker->step > 0 && !attacker->closing)
            act(attacker);
    }
}

static void on_over(uv_timer_t *timer)
{
    uv_stop(uv_default_loop());
}

static int attack(unsigned port, unsigned seconds)
{
    uv_timer_t tick, over;
    signal(SIGPIPE, SIG_IGN);
    a.port = port;
    for (size_t i = 0; i + 1 < sizeof a.junk; i++)
        a.junk[i] = (char)(' ' + 1 + i * 31 % 90);
    for (unsigned i = 0; i < KINDS * OF_EACH; i++) {
        a.all[i].kind = (enum kind)(i % KINDS);
        a.all[i].address = i / KINDS % ADDRESSES;
        a.all[i].rest = i % 25; /* not all in one moment */
    }
    uv_timer_init(uv_default_loop(), &tick);
    uv_timer_init(uv_default_loop(), &over);
    uv_timer_start(&tick, on_tick, TICK_MS, TICK_MS);
    uv_timer_start(&over, on_over, (uint64_t)seconds * 1000, 0);
    uv_run(uv_default_loop(), UV_RUN_DEFAULT);

    printf("# connections of attackers:");
    for (int i = 0; i < KINDS; i++)
        printf(" %s %u%s", names[i], a.connections[i], i + 1 < KINDS ? "," : "\n");
    printf("# they sent %.1f MB, and got:", (double)a.bytes / 1e6);
    for (int i = 0; i < 600; i++)
        if (a.statuses[i] > 0) printf(" %d x %u,", i, a.statuses[i]);
    printf(" nothing by most; %u could not connect\n", a.failed);
    fflush(stdout);
    return 0;
}

/* ---- the bot, and the client beside ---- */

static struct {
    char self[512];
    const char *program;
    unsigned seconds;
    bool timed, measured;
    load_bot_t bot;
    uv_process_t attackers;
    uv_timer_t timer;
    unsigned long idle_kib, peak_kib;
    bool ended_well;
} t;

static void on_ended(load_bot_t *bot, int64_t status, int signal)
{
    t.ended_well = status == 0 && signal == 0;
    if (!t.ended_well) printf("# the bot ended with status %d, signal %d\n", (int)status, signal);
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
    load_client_stop(on_all_answered);
}

static void on_calm_over(uv_timer_t *timer)
{
    char port[16], seconds[16];
    const char *args[] = {t.self, "--at", port, seconds, NULL};
    uv_stdio_container_t stdio[] = {{.flags = UV_IGNORE},
                                    {.flags = UV_INHERIT_FD, .data.fd = 1},
                                    {.flags = UV_INHERIT_FD, .data.fd = 2}};
    const uv_process_options_t options = {.exit_cb = on_attack_over,
                                          .file = t.self,
                                          .args = (char **)(uintptr_t)args,
                                          .stdio = stdio,
                                          .stdio_count = 3};
    snprintf(port, sizeof port, "%u", t.bot.port);
    snprintf(seconds, sizeof seconds, "%u", t.seconds);
    t.idle_kib = load_bot_peak_kib(&t.bot);
    if (uv_spawn(uv_default_loop(), &t.attackers, &options) != 0)
        load_die("cannot start the attackers");
}

static void on_ready(load_bot_t *bot)
{
    load_client_start(bot->port, PER_SECOND);
    uv_timer_start(&t.timer, on_calm_over, CALM_MS, 0);
}

#define SETTING(name, number)  SETTING_(name, number)
#define SETTING_(name, number) "SLACK_HTTP_" name "=" #number

static bool judge(void)
{
    const load_result_t *r = load_client_result();
    const unsigned long bound_kib =
        t.idle_kib +
        (CONNECTIONS * (SLACK_HTTP_SMALL_BYTES + CONNECTION_BYTES) + MEMORY_BYTES) / 1024;
    load_client_print();
    printf("# resident memory of the bot: %.1f MB before, %.1f MB at its peak, bound %.1f MB\n",
           (double)t.idle_kib / 1024, (double)t.peak_kib / 1024, (double)bound_kib / 1024);
    if (r->good == 0 || !t.ended_well) return false;
    if (!t.measured) return true;
    if (r->good != r->sent || t.peak_kib > bound_kib) return false;
    return !t.timed || bench_percentile(r->us, r->good, 99) / 1e3 <= P99_MS;
}

int main(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[1], "--at") == 0)
        return attack((unsigned)atoi(argv[2]), (unsigned)atoi(argv[3]));
    const char *variables[] = {"SLACK_HTTP_PORT=0",
                               "SLACK_LOG_LEVEL=info",
                               SETTING("CONNECTIONS", CONNECTIONS),
                               SETTING("CONNECTIONS_PER_PEER", 64),
                               SETTING("MEMORY_BYTES", MEMORY_BYTES),
                               SETTING("FIRST_BYTE_MS", 2000),
                               SETTING("HEADER_MS", 2000),
                               SETTING("BODY_MS", 3000),
                               SETTING("IDLE_MS", 5000),
                               NULL};
    size_t size = sizeof t.self;
    t.program = argc > 1 ? realpath(argv[1], NULL) : NULL;
    if (!t.program || uv_exepath(t.self, &size) != 0) return 2;
    t.seconds = argc > 2 ? (unsigned)atoi(argv[2]) : 30;
    t.timed = argc <= 3 || strcmp(argv[3], "timed") == 0;
    t.measured = argc <= 3 || strcmp(argv[3], "unmeasured") != 0;
    load_open();
    printf("1..1\n");
    uv_timer_init(uv_default_loop(), &t.timer);
    load_bot_start(&t.bot, t.program, variables, -1);
    t.bot.ready = on_ready;
    t.bot.ended = on_ended;
    uv_run(uv_default_loop(), UV_RUN_DEFAULT);

    const bool good = judge();
    printf("%s 1 - %u s of attack%s%s\n", good ? "ok" : "not ok", t.seconds,
           t.measured ? ": memory within its bound, every event answered" : ", and it lives",
           t.timed ? ", 99 of 100 within 250 ms" : "");
    load_close();
    fflush(stdout);
    _exit(!good); /* the kernel releases what lives on the loop */
}
