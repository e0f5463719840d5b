/* SPDX-License-Identifier: MIT */
/*
 * Load for a request URL on 127.0.0.1: signed events, each with an event_id of its own and signed
 * before the clock starts. Each connection sends the next one when the last was answered.
 *
 * usage: load_http PORT COUNT CONNECTIONS SECONDS [PID]
 *            sends COUNT events, or as many as SECONDS allow, and prints what was measured; of the
 *            process PID also what an ack cost it.
 *        load_http --write FILE COUNT
 *            writes that many requests, each behind a line with its length (bench/wrk.lua).
 *        load_http --start COMMAND…
 *            starts a bot on a free port (SLACK_HTTP_PORT), prints how long it takes to its first
 *            ack, and ends it.
 *
 * SLACK_SIGNING_SECRET signs.
 */
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <llhttp.h>
#include <uv.h>

#include "request.h"

#define CONNECTIONS_MAX 1024u
#define START_MS        20000u

typedef struct line {
    uv_tcp_t tcp;
    uv_connect_t connect;
    uv_write_t write;
    llhttp_t llhttp;
    uint64_t sent_ns;
    bool waits;
} line_t;

static struct {
    uv_loop_t *loop;
    uv_timer_t timer;
    struct sockaddr_in address;
    bench_requests_t requests;
    unsigned next, acked, refused, broken;
    unsigned waiting; /* lines */
    bool over;
    unsigned *us; /* of each ack */
    uint64_t begun_ns, ended_ns;
    line_t lines[CONNECTIONS_MAX];
    unsigned line_count;
    char buffer[64 * 1024];
} load;

static void die(const char *what)
{
    fprintf(stderr, "load_http: %s\n", what);
    exit(1);
}

/* --- a line --- */

static void line_send(line_t *line)
{
    size_t len;
    if (load.over || load.next == load.requests.count) return;
    const char *request = bench_request(&load.requests, load.next++, &len);
    uv_buf_t buf = {.base = (char *)(uintptr_t)request, .len = len};
    line->waits = true;
    load.waiting++;
    line->sent_ns = uv_hrtime();
    if (uv_write(&line->write, (uv_stream_t *)&line->tcp, &buf, 1, NULL) != 0) die("cannot write");
}

static void end_if_done(void)
{
    if (load.waiting > 0) return;
    load.ended_ns = uv_hrtime();
    uv_stop(load.loop);
}

static int on_answer(llhttp_t *llhttp)
{
    line_t *line = llhttp->data;
    if (!line->waits) return -1;
    line->waits = false;
    load.waiting--;
    if (llhttp->status_code == 200)
        load.us[load.acked++] = (unsigned)((uv_hrtime() - line->sent_ns) / 1000);
    else
        load.refused++;
    line_send(line);
    end_if_done();
    return 0;
}

static const llhttp_settings_t settings = {.on_message_complete = on_answer};

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *ret)
{
    *ret = uv_buf_init(load.buffer, sizeof load.buffer);
}

/* A line that breaks is not made again. */
static void on_read(uv_stream_t *stream, ssize_t len, const uv_buf_t *buf)
{
    line_t *line = stream->data;
    if (len >= 0 && llhttp_execute(&line->llhttp, buf->base, (size_t)len) == HPE_OK) return;
    uv_close((uv_handle_t *)stream, NULL);
    load.broken++;
    if (!line->waits) return;
    line->waits = false;
    load.waiting--;
    end_if_done();
}

static void line_open(line_t *line, uv_connect_cb fn)
{
    memset(line, 0, sizeof *line);
    uv_tcp_init(load.loop, &line->tcp);
    line->tcp.data = line->connect.data = line;
    llhttp_init(&line->llhttp, HTTP_RESPONSE, &settings);
    line->llhttp.data = line;
    if (uv_tcp_connect(&line->connect, &line->tcp, (struct sockaddr *)&load.address, fn) != 0)
        die("cannot connect");
}

static void line_begin(line_t *line)
{
    uv_tcp_nodelay(&line->tcp, 1);
    uv_read_start((uv_stream_t *)&line->tcp, on_alloc, on_read);
}

static void prepare(const char *port, unsigned count)
{
    const char *secret = getenv("SLACK_SIGNING_SECRET");
    load.loop = uv_default_loop();
    uv_timer_init(load.loop, &load.timer);
    uv_ip4_addr("127.0.0.1", atoi(port), &load.address);
    bench_requests_make(&load.requests, count, secret);
    load.us = calloc(count, sizeof *load.us);
    if (!load.us) die("out of memory");
}

/* --- a run --- */

/* The clock starts when all lines stand. */
static void on_line(uv_connect_t *connect, int status)
{
    if (status != 0) die(uv_strerror(status));
    line_begin(connect->data);
    if (++load.line_count < load.waiting) return;
    uv_stop(load.loop);
}

static void on_time_over(uv_timer_t *timer)
{
    load.over = true;
    end_if_done();
}

static void print_result(uint64_t cpu_ns)
{
    const double seconds = (double)(load.ended_ns - load.begun_ns) / 1e9;
    const unsigned acked = load.acked ? load.acked : 1;
    printf("acks=%u refused=%u broken=%u seconds=%.3f rate=%.0f p50_us=%u p99_us=%u cpu_us=%.2f\n",
           load.acked, load.refused, load.broken, seconds, load.acked / seconds,
           bench_percentile(load.us, load.acked, 50), bench_percentile(load.us, load.acked, 99),
           (double)cpu_ns / 1000 / acked);
}

static int run(const char *port, unsigned count, unsigned connections, unsigned seconds, pid_t pid)
{
    if (!count || !connections || connections > CONNECTIONS_MAX) die("see the source for usage");
    prepare(port, count);
    load.waiting = connections;
    for (unsigned i = 0; i < connections; i++)
        line_open(&load.lines[i], on_line);
    uv_run(load.loop, UV_RUN_DEFAULT);

    load.waiting = 0;
    uv_timer_start(&load.timer, on_time_over, (uint64_t)seconds * 1000, 0);
    uint64_t cpu_ns = bench_cpu_ns(pid);
    load.begun_ns = uv_hrtime();
    for (unsigned i = 0; i < load.line_count; i++)
        line_send(&load.lines[i]);
    uv_run(load.loop, UV_RUN_DEFAULT);
    print_result(bench_cpu_ns(pid) - cpu_ns);
    return load.refused + load.broken > 0;
}

/* --- requests for others --- */

static int write_requests(const char *path, unsigned count)
{
    prepare("0", count);
    FILE *file = fopen(path, "w");
    if (!file) die("cannot write that file");
    for (unsigned i = 0; i < count; i++) {
        size_t len;
        const char *request = bench_request(&load.requests, i, &len);
        fprintf(file, "%zu\n", len);
        fwrite(request, 1, len, file);
    }
    return fclose(file) != 0;
}

/* --- the start of a bot --- */

static uv_process_t bot;

static void start_try(uv_timer_t *timer);

static void try_again(uv_handle_t *handle)
{
    uv_timer_start(&load.timer, start_try, 1, 0);
}

static void on_start_line(uv_connect_t *connect, int status)
{
    line_t *line = connect->data;
    if (status != 0) {
        uv_close((uv_handle_t *)&line->tcp, try_again);
        return;
    }
    line_begin(line);
    line_send(line);
}

static void start_try(uv_timer_t *timer)
{
    if (uv_hrtime() - load.begun_ns > (uint64_t)START_MS * 1000000) uv_stop(load.loop);
    line_open(&load.lines[0], on_start_line);
}

static void on_exit_of_bot(uv_process_t *process, int64_t status, int signal)
{
    uv_stop(load.loop);
}

/* Free a moment ago, at least. */
static void choose_port(char ret[8])
{
    uv_tcp_t tcp;
    struct sockaddr_in address;
    int len = sizeof address;
    uv_ip4_addr("127.0.0.1", 0, &address);
    uv_tcp_init(uv_default_loop(), &tcp);
    if (uv_tcp_bind(&tcp, (const struct sockaddr *)&address, 0) != 0 ||
        uv_tcp_getsockname(&tcp, (struct sockaddr *)&address, &len) != 0)
        die("no port is free");
    uv_close((uv_handle_t *)&tcp, NULL);
    uv_run(uv_default_loop(), UV_RUN_DEFAULT);
    snprintf(ret, 8, "%u", (unsigned)ntohs(address.sin_port));
    setenv("SLACK_HTTP_PORT", ret, 1);
}

static int start(char **command)
{
    char port[8];
    uv_stdio_container_t stdio[] = {
        {.flags = UV_IGNORE}, {.flags = UV_IGNORE}, {.flags = UV_IGNORE}};
    const uv_process_options_t options = {.exit_cb = on_exit_of_bot,
                                          .file = command[0],
                                          .args = command,
                                          .stdio = stdio,
                                          .stdio_count = 3};
    choose_port(port);
    prepare(port, 1);
    load.begun_ns = uv_hrtime();
    if (uv_spawn(load.loop, &bot, &options) != 0) die("cannot start the bot");
    start_try(&load.timer);
    uv_run(load.loop, UV_RUN_DEFAULT);
    if (uv_is_active((uv_handle_t *)&bot)) {
        uv_process_kill(&bot, SIGTERM);
        uv_run(load.loop, UV_RUN_DEFAULT);
    }
    if (load.acked == 0) die("no ack");
    printf("start_ms=%.1f\n", (double)(load.ended_ns - load.begun_ns) / 1e6);
    return 0;
}

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN);
    if (argc == 4 && strcmp(argv[1], "--write") == 0)
        return write_requests(argv[2], (unsigned)atoi(argv[3]));
    if (argc > 2 && strcmp(argv[1], "--start") == 0) return start(argv + 2);
    if (argc != 5 && argc != 6) die("see the source for usage");
    return run(argv[1], (unsigned)atoi(argv[2]), (unsigned)atoi(argv[3]), (unsigned)atoi(argv[4]),
               argc == 6 ? (pid_t)atoi(argv[5]) : 0);
}
