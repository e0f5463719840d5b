/* SPDX-License-Identifier: MIT */
#include "load/client.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <llhttp.h>
#include <slack/error.h>
#include <uv.h>

#include "bench/request.h"
#include "load/load.h"
#include "net/tls.h"
#include "protocol/signature.h"
#include "util/clock.h"

#define LATE_MS   3000 /* Slack's own limit */
#define KEPT      25   /* connections that are used again */
#define TIMES_MAX 1000000
#define WRITE_MAX ((size_t)16 << 20)

/* A connection. */
typedef struct line {
    uv_tcp_t tcp;
    uv_connect_t connect;
    llhttp_t llhttp;
    slack_tls_t *tls; /* NULL: plain */
    char *request;
    size_t len;
    uint64_t sent_us;
    bool open;    /* the request may be sent */
    bool kept;    /* to be used again */
    bool used;    /* it had a request before */
    bool waiting; /* for an answer */
    bool closing;
    struct line *next; /* in the list of all */
} line_t;

static struct {
    load_client_options_t options;
    struct sockaddr_in address;
    slack_signer_t *signer;
    slack_tls_context_t *tls;
    unsigned number;
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

/* ---- connections ---- */

static void look_for_end(void)
{
    if (!client.over || client.lines || !client.done) return;
    void (*fn)(void) = client.done;
    client.done = NULL;
    fn();
}

static void on_line_closed(uv_handle_t *handle)
{
    line_t *line = handle->data;
    line_t **at = &client.lines;
    while (*at != line)
        at = &(*at)->next;
    *at = line->next;
    slack__tls_free(line->tls);
    free(line->request);
    free(line);
    look_for_end();
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
}

static int on_answer(llhttp_t *llhttp)
{
    line_t *line = llhttp->data;
    load_result_t *r = &client.result;
    load_times_t *times = line->used ? &r->kept : &r->newly;
    const bool stays = llhttp_should_keep_alive(llhttp);
    if (!line->waiting) return -1;
    if (llhttp->status_code == 200 && times->count < TIMES_MAX)
        times->us[times->count++] = (unsigned)(now_us() - line->sent_us);
    settle(line, llhttp->status_code == 200 ? &r->good : &r->other);
    r->told += !stays;
    if (stays && line->kept && !client.over)
        client.idle[client.idle_count++] = line;
    else
        line_close(line);
    return 0;
}

static const llhttp_settings_t settings = {.on_message_complete = on_answer};

/* ---- bytes, with and without TLS ---- */

typedef struct write {
    uv_write_t base;
    char data[];
} write_t;

static void on_written(uv_write_t *write, int status)
{
    free(write);
}

static void write_bytes(line_t *line, const char *data, size_t len)
{
    write_t *write = malloc(sizeof *write + len);
    if (!write) load_die("out of memory");
    for (size_t i = 0; i < len; i++)
        write->data[i] = data[i];
    const uv_buf_t buf = uv_buf_init(write->data, (unsigned)len);
    int rc = uv_write(&write->base, (uv_stream_t *)&line->tcp, &buf, 1, on_written);
    if (rc == 0) return;
    free(write);
    fail(line, rc);
}

static void flush_tls(line_t *line)
{
    slack_buf_t *out = slack__tls_out(line->tls);
    if (out->len == 0) return;
    write_bytes(line, slack__buf_ptr(out), out->len);
    slack__buf_clear(out);
}

static void send_request(line_t *line)
{
    if (!line->tls) {
        write_bytes(line, line->request, line->len);
        return;
    }
    if (slack__tls_write(line->tls, line->request, line->len) != 0) load_die("cannot encrypt");
    flush_tls(line);
}

static void parse(line_t *line, const char *data, size_t len)
{
    if (llhttp_execute(&line->llhttp, data, len) != HPE_OK) fail(line, UV_EPROTO);
}

static void pump_tls(line_t *line)
{
    char plain[16 << 10];
    size_t len;
    int rc = line->open ? 0 : slack__tls_handshake(line->tls);
    flush_tls(line);
    if (rc == 0 && !line->open) {
        line->open = true;
        send_request(line);
    }
    while (rc == 0 && !line->closing &&
           (rc = slack__tls_read(line->tls, plain, sizeof plain, &len)) == 0)
        parse(line, plain, len);
    if (rc != SLACK_EBUSY && !line->closing) fail(line, rc == SLACK_ECLOSED ? UV_EOF : UV_EPROTO);
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *ret)
{
    static char buffer[64 << 10];
    *ret = uv_buf_init(buffer, sizeof buffer);
}

static void on_read(uv_stream_t *stream, ssize_t len, const uv_buf_t *buf)
{
    line_t *line = stream->data;
    if (line->closing || len == 0) return;
    if (len < 0) {
        fail(line, (int)len);
    } else if (!line->tls) {
        parse(line, buf->base, (size_t)len);
    } else if (slack__tls_feed(line->tls, buf->base, (size_t)len) == 0) {
        pump_tls(line);
    } else {
        load_die("out of memory");
    }
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
    if (line->tls) {
        pump_tls(line);
    } else {
        line->open = true;
        send_request(line);
    }
}

static line_t *line_new(bool kept)
{
    line_t *line = calloc(1, sizeof *line);
    if (!line ||
        (client.tls && slack__tls_new(&line->tls, client.tls, "127.0.0.1", WRITE_MAX) != 0))
        load_die("out of memory");
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

/* ---- requests ---- */

/* Blanks behind the JSON make it large. */
static void write_request(line_t *line, size_t large_bytes)
{
    const size_t max = BENCH_EVENT_MAX + large_bytes;
    char *body = malloc(max), signature[SLACK_SIGNATURE_LEN + 1], stamp[24];
    free(line->request);
    line->request = malloc(max + 512);
    if (!body || !line->request) load_die("out of memory");
    size_t len = bench_event(body, client.number++);
    while (len < large_bytes)
        body[len++] = ' ';
    snprintf(stamp, sizeof stamp, "%" PRIu64, slack__wall_ms(&slack__clock_system) / 1000);
    if (slack__signature_make(client.signer, slack__slice(stamp), (slack_slice_t){body, len},
                              signature) != 0)
        load_die("cannot sign");
    line->len = (size_t)snprintf(line->request, max + 512,
                                 "POST /slack/events HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                                 "Content-Type: application/json\r\nContent-Length: %zu\r\n"
                                 "X-Slack-Request-Timestamp: %s\r\nX-Slack-Signature: %s\r\n"
                                 "\r\n%.*s",
                                 len, stamp, signature, (int)len, body);
    free(body);
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
    const unsigned n = client.result.sent++;
    const bool kept = n % 2 && (client.kept < KEPT || client.idle_count > 0);
    line_t *line = kept && client.kept >= KEPT ? take_idle() : NULL;
    const bool is_new = !line;
    if (is_new) line = line_new(kept);
    write_request(line, n / 2 % 4 == 3 ? client.options.large_bytes : 0);
    line->waiting = true;
    line->sent_us = now_us();
    client.waiting++;
    line->used = !is_new;
    if (!is_new) {
        send_request(line);
        return;
    }
    int rc = uv_tcp_connect(&line->connect, &line->tcp, (const struct sockaddr *)&client.address,
                            on_connect);
    if (rc != 0) fail(line, rc);
}

static void on_tick(uv_timer_t *timer)
{
    const uint64_t now = now_us();
    const uint64_t due = (now - client.begun_us) * client.options.per_second / 1000000;
    while (!client.over && client.result.sent < due)
        send_one();
    for (line_t *line = client.lines; line; line = line->next)
        if (line->waiting && now > line->sent_us + LATE_MS * 1000) fail(line, UV_ETIMEDOUT);
}

void load_client_start(const load_client_options_t *options)
{
    load_times_t *times[] = {&client.result.kept, &client.result.newly};
    unsigned *us[2] = {times[0]->us, times[1]->us};
    client.result = (load_result_t){0};
    for (size_t i = 0; i < 2; i++) {
        times[i]->us = us[i] ? us[i] : calloc(TIMES_MAX, sizeof *us[i]);
        if (!times[i]->us) load_die("out of memory");
    }
    if (!client.signer && slack__signer_new(&client.signer, LOAD_SECRET) != 0)
        load_die("out of memory");
    if (options->ca_file && slack__tls_context_client(&client.tls, options->ca_file) != 0)
        load_die("cannot read the certificate");
    client.options = *options;
    client.over = false;
    uv_ip4_addr("127.0.0.1", (int)options->port, &client.address);
    client.begun_us = now_us();
    uv_timer_init(uv_default_loop(), &client.tick);
    uv_timer_start(&client.tick, on_tick, 1, 1);
}

static void on_stopped(uv_handle_t *handle)
{
    slack__tls_context_unref(client.tls);
    client.tls = NULL;
    look_for_end();
}

static void on_all_settled(uv_timer_t *timer)
{
    on_tick(timer);
    if (client.waiting > 0) return;
    uv_close((uv_handle_t *)timer, on_stopped);
}

void load_client_stop(void (*fn)(void))
{
    client.over = true;
    client.done = fn;
    while (client.idle_count > 0)
        line_close(client.idle[0]);
    uv_timer_start(&client.tick, on_all_settled, 1, 1);
}

const load_result_t *load_client_result(void)
{
    return &client.result;
}

double load_times_ms(const load_times_t *times, unsigned percent)
{
    return bench_percentile(times->us, times->count, percent) / 1e3;
}

static void print_times(const char *what, const load_times_t *times)
{
    printf("# %s connections: %u answered, p50 %.1f, p99 %.1f, at most %.1f ms\n", what,
           times->count, load_times_ms(times, 50), load_times_ms(times, 99),
           load_times_ms(times, 100));
}

void load_client_print(void)
{
    const load_result_t *r = &client.result;
    printf("# %u requests: %u answered 200, %u otherwise, %u refused, %u lost, %u reset, "
           "%u closed, %u late; %u told to close\n",
           r->sent, r->good, r->other, r->refused, r->lost, r->reset, r->closed, r->late, r->told);
    print_times("kept", &r->kept);
    print_times("new", &r->newly);
}
