/* SPDX-License-Identifier: MIT */
/*
 * Slack at the other end of a Socket Mode connection, in one process on 127.0.0.1: it answers
 * auth.test and apps.connections.open, takes the WebSocket, and sends events, each when the ack of
 * the one before it is there. It prints how long the acks took.
 *
 * usage: load_socket COUNT COMMAND…
 *            starts the bot with SLACK_API_URL set, and ends it again. A tenth as many events go
 *            before the clock starts.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <uv.h>

#include "net/websocket.h"
#include "request.h"

#define PATIENCE_MS 60000u
#define SETTLE_MS   300u

static struct {
    uv_loop_t *loop;
    slack_net_t *net;
    slack_http_server_t *server;
    slack_ws_t *ws; /* the one that is sent on */
    uv_process_t bot;
    uv_timer_t timer;
    unsigned warm, count; /* to be sent before the clock starts, and after */
    unsigned sent, acked; /* of both */
    unsigned *us;
    uint64_t sent_ns, begun_ns, ended_ns, cpu_ns;
    char id[40];
} load;

static void die(const char *what)
{
    fprintf(stderr, "load_socket: %s\n", what);
    if (load.bot.pid > 0) uv_process_kill(&load.bot, SIGTERM);
    exit(1);
}

/* --- events and acks --- */

static void send_next(void)
{
    char event[BENCH_EVENT_MAX], frame[BENCH_EVENT_MAX + 256];
    if (load.sent == load.warm) {
        load.cpu_ns = bench_cpu_ns(load.bot.pid);
        load.begun_ns = uv_hrtime();
    }
    bench_event(event, load.sent++);
    snprintf(load.id, sizeof load.id, "1d3b79ab-0ffb-41f3-a080-%012u", load.sent);
    int len = snprintf(frame, sizeof frame,
                       "{\"envelope_id\":\"%s\",\"payload\":%s,\"type\":\"events_api\","
                       "\"accepts_response_payload\":false,\"retry_attempt\":0,"
                       "\"retry_reason\":\"\"}",
                       load.id, event);
    load.sent_ns = uv_hrtime();
    if (slack__ws_send(load.ws, true, frame, (size_t)len) != 0) die("cannot send");
}

static void finish(void)
{
    load.ended_ns = uv_hrtime();
    load.cpu_ns = bench_cpu_ns(load.bot.pid) - load.cpu_ns;
    uv_process_kill(&load.bot, SIGTERM);
}

static void on_message(slack_ws_t *ws, bool text, const char *data, size_t len, void *user_data)
{
    uint64_t now = uv_hrtime();
    if (ws != load.ws || !strstr(data, load.id)) return;
    if (load.acked >= load.warm)
        load.us[load.acked - load.warm] = (unsigned)((now - load.sent_ns) / 1000);
    if (++load.acked == load.warm + load.count)
        finish();
    else
        send_next();
}

static void on_settled(uv_timer_t *timer)
{
    send_next();
}

static void on_closed(slack_ws_t *ws, int status, unsigned code, void *user_data)
{
    if (ws == load.ws && load.acked < load.warm + load.count) die("the bot closed its socket");
}

/* --- what Slack answers --- */

static void accept_socket(slack_http_request_t *request)
{
    static const slack_ws_events_t events = {.message = on_message, .closed = on_closed};
    static const slack_ws_options_t options = {
        .events = &events,
        .open_ms = 10000,
        .message_max = (size_t)1 << 20,
        .write_max = (size_t)1 << 20,
    };
    static const char hello[] =
        "{\"type\":\"hello\",\"num_connections\":1,\"debug_info\":{\"host\":\"bench\","
        "\"build_number\":1,\"approximate_connection_time\":18060},\"connection_info\":{"
        "\"app_id\":\"A0MDYCDME\"}}";
    slack_ws_t *ws;
    if (slack__ws_accept(&ws, load.net, request, &options, NULL) != 0) return;
    slack__ws_send(ws, true, hello, sizeof hello - 1);
    if (load.ws) return;
    load.ws = ws;
    uv_timer_start(&load.timer, on_settled, SETTLE_MS, 0);
}

static void on_request(slack_http_server_t *server, slack_http_request_t *request, void *user_data)
{
    static const char who[] =
        "{\"ok\":true,\"url\":\"https://bench.slack.com/\",\"team\":\"Bench\",\"user\":\"bot\","
        "\"team_id\":\"T061EG9R6\",\"user_id\":\"U0BOTBOT1\",\"bot_id\":\"B0BOTBOT1\"}";
    char link[128];
    if (request->upgrade) {
        accept_socket(request);
    } else {
        snprintf(link, sizeof link, "{\"ok\":true,\"url\":\"ws://127.0.0.1:%u/link/?ticket=1\"}",
                 slack__http_server_port(server));
        const char *body = strstr(request->path.ptr, "connections.open") ? link : who;
        slack__http_respond(server, request->id,
                            &(slack_http_response_t){.status = 200,
                                                     .content_type = "application/json",
                                                     .body = body,
                                                     .body_len = strlen(body)});
    }
    slack__arena_free(request->arena);
}

/* --- the run --- */

static void on_bot_exit(uv_process_t *process, int64_t status, int signal)
{
    load.bot.pid = 0;
    uv_stop(load.loop);
}

static void start_bot(char **command)
{
    char url[64];
    uv_stdio_container_t stdio[] = {
        {.flags = UV_IGNORE}, {.flags = UV_IGNORE}, {.flags = UV_INHERIT_FD, .data.fd = 2}};
    const uv_process_options_t options = {.exit_cb = on_bot_exit,
                                          .file = command[0],
                                          .args = command,
                                          .stdio = stdio,
                                          .stdio_count = 3};
    snprintf(url, sizeof url, "http://127.0.0.1:%u/api/", slack__http_server_port(load.server));
    setenv("SLACK_API_URL", url, 1);
    if (uv_spawn(load.loop, &load.bot, &options) != 0) die("cannot start the bot");
}

static void on_patience_lost(uv_timer_t *timer)
{
    die("the bot did not answer");
}

static void serve(void)
{
    const slack_http_server_options_t options = {
        .listen = {.host = "127.0.0.1", .open_ms = 5000, .write_max = 1 << 20}, .fn = on_request};
    load.loop = uv_default_loop();
    uv_timer_init(load.loop, &load.timer);
    if (slack__net_new(&load.net, load.loop, &slack__clock_system, NULL) != 0 ||
        slack__http_server_open(&load.server, load.net, &options, NULL) != 0)
        die("cannot listen");
}

int main(int argc, char **argv)
{
    uv_timer_t patience;
    if (argc < 3 || atoi(argv[1]) <= 0) die("usage: load_socket COUNT COMMAND…");
    load.count = (unsigned)atoi(argv[1]);
    load.warm = load.count / 10;
    load.us = calloc(load.count, sizeof *load.us);
    if (!load.us) die("out of memory");
    serve();
    start_bot(argv + 2);
    uv_timer_init(load.loop, &patience);
    uv_timer_start(&patience, on_patience_lost, PATIENCE_MS, 0);
    uv_run(load.loop, UV_RUN_DEFAULT);
    if (load.acked < load.warm + load.count) die("the bot ended too early");
    printf("acks=%u seconds=%.3f p50_us=%u p99_us=%u cpu_us=%.2f\n", load.count,
           (double)(load.ended_ns - load.begun_ns) / 1e9, bench_percentile(load.us, load.count, 50),
           bench_percentile(load.us, load.count, 99), (double)load.cpu_ns / 1000 / load.count);
    return 0;
}
