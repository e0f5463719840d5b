/* SPDX-License-Identifier: MIT */
#include "load/load.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <llhttp.h>

#include "bench/request.h"
#include "net/http_server.h"
#include "protocol/signature.h"

#define SECRET     "load-secret"
#define LATE_MS    3000 /* Slack's own limit */
#define KEPT       25   /* connections that are used again */
#define RESULT_MAX 2000000

static struct {
    slack_net_t *net;
    slack_http_server_t *api;
    slack_signer_t *signer;
    char folder[32];
} load;

void load_die(const char *what)
{
    printf("Bail out! %s\n", what);
    fflush(stdout);
    _exit(1);
}

/* ---- the Web API ---- */

static void on_call(slack_http_server_t *server, slack_http_request_t *request, void *user_data)
{
    static const char body[] =
        "{\"ok\":true,\"team_id\":\"T1\",\"user_id\":\"U1\",\"bot_id\":\"B1\"}";
    slack__http_respond(server, request->id,
                        &(slack_http_response_t){.status = 200,
                                                 .content_type = "application/json",
                                                 .body = body,
                                                 .body_len = sizeof body - 1});
    slack__arena_free(request->arena);
}

void load_open(void)
{
    const slack_http_server_options_t options = {
        .listen = {.host = "127.0.0.1", .write_max = 1 << 16}, .fn = on_call};
    signal(SIGPIPE, SIG_IGN);
    setvbuf(stdout, NULL, _IOLBF, 0);
    snprintf(load.folder, sizeof load.folder, "/tmp/slackapp-load-XXXXXX");
    if (!mkdtemp(load.folder)) load_die("no temporary folder");
    if (slack__net_new(&load.net, uv_default_loop(), &slack__clock_system, NULL) != 0 ||
        slack__http_server_open(&load.api, load.net, &options, NULL) != 0 ||
        slack__signer_new(&load.signer, SECRET) != 0)
        load_die("cannot set up");
}

void load_close(void)
{
    rmdir(load.folder);
}

/* ---- bots ---- */

static void on_bot_closed(uv_handle_t *handle)
{
    load_bot_t *bot = handle->data;
    if (--bot->handles == 0) bot->ended(bot, bot->status, bot->signal);
}

static void on_exit_of_bot(uv_process_t *process, int64_t status, int signal)
{
    load_bot_t *bot = process->data;
    bot->alive = false;
    bot->status = status;
    bot->signal = signal;
    uv_close((uv_handle_t *)process, on_bot_closed);
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *ret)
{
    static char buffer[64 << 10];
    *ret = uv_buf_init(buffer, sizeof buffer);
}

/* "transport transport=http state=ready reason=none port=3000" */
static void look_for_ready(load_bot_t *bot)
{
    const char *line = bot->told ? NULL : strstr(bot->log, "transport=http state=ready");
    if (!line || !strchr(line, '\n')) return;
    const char *port = strstr(line, " port=");
    bot->told = true;
    if (port) bot->port = (unsigned)atoi(port + 6);
    if (bot->ready) bot->ready(bot);
}

static void on_log(uv_stream_t *stream, ssize_t len, const uv_buf_t *buf)
{
    load_bot_t *bot = stream->data;
    if (len < 0) {
        uv_close((uv_handle_t *)stream, on_bot_closed);
        return;
    }
    for (ssize_t i = 0; i < len && bot->log_len < LOAD_LOG_MAX; i++)
        bot->log[bot->log_len++] = buf->base[i];
    bot->log[bot->log_len] = '\0';
    look_for_ready(bot);
}

void load_bot_start(load_bot_t *bot, const char *program, const char *const *variables, int fd)
{
    static const char passed[] = "LISTEN_FDS=1 LISTEN_PID=$$ exec \"$0\"";
    const char *args[] = {"/bin/sh", "-c", fd >= 0 ? passed : "exec \"$0\"", program, NULL};
    char api[64];
    const char *env[32] = {api,
                           "SLACK_TRANSPORT=http",
                           "SLACK_HTTP_HOST=127.0.0.1",
                           "SLACK_BOT_TOKEN=xoxb-load",
                           "SLACK_SIGNING_SECRET=" SECRET,
                           "SLACK_STORE=memory:"};
    size_t n = 0;
    snprintf(api, sizeof api, "SLACK_API_URL=http://127.0.0.1:%u/api/",
             slack__http_server_port(load.api));
    while (env[n])
        n++;
    for (size_t i = 0; variables[i] && n < 31; i++)
        env[n++] = variables[i];

    memset(bot, 0, offsetof(load_bot_t, process));
    uv_pipe_init(uv_default_loop(), &bot->err, 0);
    uv_stdio_container_t stdio[] = {
        {.flags = UV_IGNORE},
        {.flags = UV_IGNORE},
        {UV_CREATE_PIPE | UV_WRITABLE_PIPE, {.stream = (uv_stream_t *)&bot->err}},
        {.flags = UV_INHERIT_FD, .data.fd = fd},
    };
    const uv_process_options_t options = {.exit_cb = on_exit_of_bot,
                                          .file = args[0],
                                          .args = (char **)(uintptr_t)args,
                                          .env = (char **)(uintptr_t)env,
                                          .cwd = load.folder,
                                          .stdio = stdio,
                                          .stdio_count = fd >= 0 ? 4 : 3};
    bot->told = false;
    bot->process.data = bot->err.data = bot;
    bot->handles = 2;
    if (uv_spawn(uv_default_loop(), &bot->process, &options) != 0) load_die("cannot start a bot");
    bot->alive = true;
    uv_read_start((uv_stream_t *)&bot->err, on_alloc, on_log);
}

void load_bot_stop(load_bot_t *bot)
{
    if (bot->alive) uv_process_kill(&bot->process, SIGTERM);
}

unsigned long load_bot_peak_kib(const load_bot_t *bot)
{
    char path[64], line[256];
    unsigned long kib = 0;
    snprintf(path, sizeof path, "/proc/%d/status", (int)bot->process.pid);
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, "VmHWM: %lu", &kib) == 1) break;
    if (file) fclose(file);
    return kib;
}

/* ---- the client: a connection ---- */

typedef struct line {
    uv_tcp_t tcp;
    uv_connect_t connect;
    uv_write_t write;
    llhttp_t llhttp;
    char request[BENCH_EVENT_MAX + 512];
    size_t len;
    uint64_t sent_us;
    bool kept;    /* to be used again */
    bool used;    /* it had a request before */
    bool waiting; /* for an answer */
    bool closing;
    struct line *next; /* in the list of all */
} line_t;

static struct {
    struct sockaddr_in address;
    unsigned per_second, number;
    uint64_t begun_us;
    uv_timer_t tick;
    line_t *lines;
    line_t *idle[KEPT]; /* the one that is idle longest first */
    unsigned idle_count, kept, waiting;
    bool over;
    void (*done)(void);
    load_result_t result;
} client;

static uint64_t now_us(void)
{
    return uv_hrtime() / 1000;
}

static void on_line_closed(uv_handle_t *handle)
{
    line_t *line = handle->data;
    line_t **at = &client.lines;
    while (*at != line)
        at = &(*at)->next;
    *at = line->next;
    free(line);
}

static void forget_idle(const line_t *line)
{
    unsigned left = 0;
    for (unsigned i = 0; i < client.idle_count; i++)
        if (client.idle[i] != line) client.idle[left++] = client.idle[i];
    client.idle_count = left;
}

static void line_close(line_t *line)
{
    if (line->closing) return;
    line->closing = true;
    forget_idle(line);
    client.kept -= line->kept;
    uv_close((uv_handle_t *)&line->tcp, on_line_closed);
}

static void look_for_end(void)
{
    if (!client.over || client.waiting > 0 || !client.done) return;
    void (*fn)(void) = client.done;
    client.done = NULL;
    fn();
}

/* The request has its answer, or will not get one. */
static void settle(line_t *line, unsigned *count)
{
    if (!line->waiting) return;
    line->waiting = false;
    client.waiting--;
    ++*count;
}

static void fail(line_t *line, int uv_error)
{
    load_result_t *r = &client.result;
    if (line->waiting)
        settle(line, uv_error == UV_ECONNREFUSED                ? &r->refused
                     : uv_error == UV_ECONNRESET && !line->used ? &r->lost
                     : uv_error == UV_EOF                       ? &r->closed
                     : uv_error == UV_ETIMEDOUT                 ? &r->late
                                                                : &r->reset);
    line_close(line);
    look_for_end();
}

static int on_answer(llhttp_t *llhttp)
{
    line_t *line = llhttp->data;
    load_result_t *r = &client.result;
    const bool stays = llhttp_should_keep_alive(llhttp);
    if (!line->waiting) return -1;
    if (llhttp->status_code == 200 && r->good < RESULT_MAX)
        r->us[r->good] = (unsigned)(now_us() - line->sent_us);
    settle(line, llhttp->status_code == 200 ? &r->good : &r->other);
    r->told += !stays;
    if (stays && line->kept && !client.over)
        client.idle[client.idle_count++] = line;
    else
        line_close(line);
    return 0;
}

static const llhttp_settings_t settings = {.on_message_complete = on_answer};

static void on_read(uv_stream_t *stream, ssize_t len, const uv_buf_t *buf)
{
    line_t *line = stream->data;
    if (line->closing) return;
    if (len < 0)
        fail(line, (int)len);
    else if (llhttp_execute(&line->llhttp, buf->base, (size_t)len) != HPE_OK)
        fail(line, UV_EPROTO);
    look_for_end();
}

static void line_write(line_t *line)
{
    const uv_buf_t buf = uv_buf_init(line->request, (unsigned)line->len);
    int rc = uv_write(&line->write, (uv_stream_t *)&line->tcp, &buf, 1, NULL);
    if (rc != 0) fail(line, rc);
}

static void on_connect(uv_connect_t *connect, int status)
{
    line_t *line = connect->data;
    if (line->closing) return;
    if (status != 0) {
        fail(line, status);
        return;
    }
    uv_tcp_nodelay(&line->tcp, 1);
    uv_read_start((uv_stream_t *)&line->tcp, on_alloc, on_read);
    line_write(line);
}

static line_t *line_new(bool kept)
{
    line_t *line = calloc(1, sizeof *line);
    if (!line) load_die("out of memory");
    uv_tcp_init(uv_default_loop(), &line->tcp);
    line->tcp.data = line->connect.data = line;
    llhttp_init(&line->llhttp, HTTP_RESPONSE, &settings);
    line->llhttp.data = line;
    line->kept = kept;
    client.kept += kept;
    line->next = client.lines;
    client.lines = line;
    return line;
}

/* ---- the client: requests ---- */

static void write_request(line_t *line)
{
    char body[BENCH_EVENT_MAX], signature[SLACK_SIGNATURE_LEN + 1], stamp[24];
    const size_t len = bench_event(body, client.number++);
    snprintf(stamp, sizeof stamp, "%" PRIu64, slack__wall_ms(&slack__clock_system) / 1000);
    if (slack__signature_make(load.signer, slack__slice(stamp), (slack_slice_t){body, len},
                              signature) != 0)
        load_die("cannot sign");
    line->len = (size_t)snprintf(line->request, sizeof line->request,
                                 "POST /slack/events HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                                 "Content-Type: application/json\r\nContent-Length: %zu\r\n"
                                 "X-Slack-Request-Timestamp: %s\r\nX-Slack-Signature: %s\r\n"
                                 "\r\n%s",
                                 len, stamp, signature, body);
}

/* curl checks this, too, before it uses a connection again. */
static bool is_open(const line_t *line)
{
    char byte;
    uv_os_fd_t fd;
    if (uv_fileno((const uv_handle_t *)&line->tcp, &fd) != 0) return false;
    return recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
}

static line_t *take_idle(void)
{
    while (client.idle_count > 0) {
        line_t *line = client.idle[0];
        forget_idle(line);
        if (is_open(line)) return line;
        line_close(line);
    }
    return NULL;
}

static void send_one(void)
{
    const bool kept = client.result.sent++ % 2 && (client.kept < KEPT || client.idle_count > 0);
    line_t *line = kept && client.kept >= KEPT ? take_idle() : NULL;
    const bool is_new = !line;
    if (is_new) line = line_new(kept);
    write_request(line);
    line->waiting = true;
    line->sent_us = now_us();
    client.waiting++;
    line->used = !is_new;
    client.result.kept += line->used;
    if (!is_new) {
        line_write(line);
        return;
    }
    int rc = uv_tcp_connect(&line->connect, &line->tcp, (const struct sockaddr *)&client.address,
                            on_connect);
    if (rc != 0) fail(line, rc);
}

static void on_tick(uv_timer_t *timer)
{
    const uint64_t now = now_us();
    const uint64_t due = (now - client.begun_us) * client.per_second / 1000000;
    while (!client.over && client.result.sent < due)
        send_one();
    line_t *next;
    for (line_t *line = client.lines; line; line = next) {
        next = line->next;
        if (line->waiting && now > line->sent_us + LATE_MS * 1000) fail(line, UV_ETIMEDOUT);
    }
}

void load_client_start(unsigned port, unsigned per_second)
{
    client.result.us = calloc(RESULT_MAX, sizeof *client.result.us);
    if (!client.result.us) load_die("out of memory");
    uv_ip4_addr("127.0.0.1", (int)port, &client.address);
    client.per_second = per_second;
    client.begun_us = now_us();
    uv_timer_init(uv_default_loop(), &client.tick);
    uv_timer_start(&client.tick, on_tick, 1, 1);
}

void load_client_stop(void (*fn)(void))
{
    client.over = true;
    client.done = fn;
    while (client.idle_count > 0)
        line_close(client.idle[0]);
    look_for_end();
}

const load_result_t *load_client_result(void)
{
    return &client.result;
}

void load_client_print(void)
{
    const load_result_t *r = &client.result;
    printf(
        "# %u requests, %u of them over a connection used before: %u answered 200, %u otherwise, "
        "%u refused, %u lost, %u reset, %u closed, %u late; %u told to close\n",
        r->sent, r->kept, r->good, r->other, r->refused, r->lost, r->reset, r->closed, r->late,
        r->told);
    printf("# answered after p50 %.1f, p99 %.1f, p99.9 %.1f, at most %.1f ms\n",
           bench_percentile(r->us, r->good, 50) / 1e3, bench_percentile(r->us, r->good, 99) / 1e3,
           (r->good ? r->us[(size_t)(r->good - 1) * 999 / 1000] : 0) / 1e3,
           bench_percentile(r->us, r->good, 100) / 1e3);
}
