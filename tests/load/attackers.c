/* SPDX-License-Identifier: MIT */
#include "load/attackers.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "load/load.h"
#include "protocol/signature.h"
#include "util/clock.h"

#define KINDS_MAX    16
#define STATUSES_MAX 600

static struct {
    struct sockaddr_in target;
    attacker_t all[ATTACKERS_MAX];
    unsigned count;
    struct {
        const attacker_kind_t *kind;
        unsigned connections;
    } kinds[KINDS_MAX];
    unsigned failed, statuses[STATUSES_MAX];
    uint64_t bytes;
} a;

char attackers_junk[ATTACKERS_JUNK_BYTES];

/* ---- a connection ---- */

static void on_closed(uv_handle_t *handle)
{
    attacker_t *attacker = handle->data;
    attacker->open = attacker->closing = false;
    attacker->rest = attacker->kind->rest;
}

bool attacker_is_open(const attacker_t *attacker)
{
    return attacker->open && !attacker->closing;
}

void attacker_leave(attacker_t *attacker)
{
    if (!attacker_is_open(attacker)) return;
    attacker->closing = true;
    uv_close((uv_handle_t *)&attacker->tcp, on_closed);
}

void attacker_end(attacker_t *attacker)
{
    if (attacker_is_open(attacker))
        uv_shutdown(&attacker->shutdown, (uv_stream_t *)&attacker->tcp, NULL);
}

void attacker_say(attacker_t *attacker, const char *data, size_t len)
{
    if (!attacker_is_open(attacker)) return;
    const uv_buf_t buf = uv_buf_init((char *)(uintptr_t)data, (unsigned)len);
    const int sent = uv_try_write((uv_stream_t *)&attacker->tcp, &buf, 1);
    if (sent > 0) {
        a.bytes += (unsigned)sent;
        attacker->sent += (size_t)sent;
    } else if (sent != UV_EAGAIN) {
        attacker_leave(attacker);
    }
}

void attacker_say_text(attacker_t *attacker, const char *text)
{
    attacker_say(attacker, text, strlen(text));
}

void attacker_say_rest(attacker_t *attacker, const char *data, size_t len)
{
    if (attacker->sent < len) attacker_say(attacker, data + attacker->sent, len - attacker->sent);
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *ret)
{
    static char buffer[64 << 10];
    *ret = uv_buf_init(buffer, sizeof buffer);
}

static void on_read(uv_stream_t *stream, ssize_t len, const uv_buf_t *buf)
{
    static const char status[] = "HTTP/1.1 ";
    attacker_t *attacker = stream->data;
    if (len > 12 && memcmp(buf->base, status, sizeof status - 1) == 0) {
        const int code = atoi(buf->base + sizeof status - 1);
        if (code >= 100 && code < STATUSES_MAX) a.statuses[code]++;
        attacker->answers++;
    }
    if (len < 0) attacker_leave(attacker);
}

static void act(attacker_t *attacker)
{
    attacker->ticks = 0;
    attacker->step++;
    attacker->kind->act(attacker);
}

static void on_connect(uv_connect_t *connect, int status)
{
    attacker_t *attacker = connect->data;
    if (status != 0) {
        a.failed += !attacker->closing;
        attacker_leave(attacker);
        return;
    }
    if (!attacker->kind->deaf) uv_read_start((uv_stream_t *)&attacker->tcp, on_alloc, on_read);
    act(attacker);
}

static void come(attacker_t *attacker)
{
    struct sockaddr_in from;
    char address[16];
    snprintf(address, sizeof address, "127.0.%u.%u",
             attacker->address > 0, /* 127.0.0.1 is shared */
             attacker->address > 0 ? attacker->address : 1);
    uv_ip4_addr(address, 0, &from);
    uv_tcp_init(uv_default_loop(), &attacker->tcp);
    attacker->tcp.data = attacker->connect.data = attacker;
    attacker->open = true;
    attacker->step = attacker->answers = 0;
    attacker->sent = 0;
    for (size_t i = 0; i < KINDS_MAX; i++)
        a.kinds[i].connections += a.kinds[i].kind == attacker->kind;
    if (uv_tcp_bind(&attacker->tcp, (const struct sockaddr *)&from, 0) != 0 ||
        uv_tcp_connect(&attacker->connect, &attacker->tcp, (const struct sockaddr *)&a.target,
                       on_connect) != 0)
        attacker_leave(attacker);
}

/* ---- all of them ---- */

void attackers_add(const attacker_kind_t *kind, unsigned count, unsigned addresses)
{
    size_t known = 0;
    while (known < KINDS_MAX && a.kinds[known].kind)
        known++;
    if (known == KINDS_MAX || a.count + count > ATTACKERS_MAX) load_die("too many attackers");
    a.kinds[known].kind = kind;
    for (unsigned i = 0; i < count; i++) {
        a.all[a.count++] = (attacker_t){.kind = kind,
                                        .number = i,
                                        .address = addresses ? 1 + i % addresses : 0,
                                        .rest = i % 50}; /* not all in one moment */
    }
}

static void on_tick(uv_timer_t *timer)
{
    for (unsigned i = 0; i < a.count; i++) {
        attacker_t *attacker = &a.all[i];
        if (!attacker->open && attacker->rest > 0)
            attacker->rest--;
        else if (!attacker->open)
            come(attacker);
        else if (attacker->step > 0 && !attacker->closing &&
                 ++attacker->ticks >= attacker->kind->every)
            act(attacker);
    }
}

static void on_over(uv_timer_t *timer)
{
    uv_stop(uv_default_loop());
}

void attackers_run(unsigned port, double seconds)
{
    uv_timer_t tick, over;
    signal(SIGPIPE, SIG_IGN);
    uv_ip4_addr("127.0.0.1", (int)port, &a.target);
    for (size_t i = 0; i + 1 < sizeof attackers_junk; i++)
        attackers_junk[i] = (char)(' ' + 1 + i * 31 % 90);
    uv_timer_init(uv_default_loop(), &tick);
    uv_timer_init(uv_default_loop(), &over);
    uv_timer_start(&tick, on_tick, ATTACKERS_TICK_MS, ATTACKERS_TICK_MS);
    uv_timer_start(&over, on_over, (uint64_t)(seconds * 1000), 0);
    uv_run(uv_default_loop(), UV_RUN_DEFAULT);

    for (size_t i = 0; i < KINDS_MAX && a.kinds[i].kind; i++)
        printf("# %u connections of attackers: %s\n", a.kinds[i].connections,
               a.kinds[i].kind->name);
    if (a.count == 0) return;
    printf("# they sent %.1f MB, and got", (double)a.bytes / 1e6);
    for (int i = 0; i < STATUSES_MAX; i++)
        if (a.statuses[i] > 0) printf(" %d x %u,", i, a.statuses[i]);
    printf(" nothing by the others; %u could not connect\n", a.failed);
}

char *attackers_signed_request(const char *body, size_t len, size_t *ret_len)
{
    static slack_signer_t *signer;
    char stamp[24], signature[SLACK_SIGNATURE_LEN + 1], *request = malloc(len + 512);
    if (!signer && slack__signer_new(&signer, LOAD_SECRET) != 0) load_die("out of memory");
    snprintf(stamp, sizeof stamp, "%" PRIu64, slack__wall_ms(&slack__clock_system) / 1000);
    if (!request || slack__signature_make(signer, slack__slice(stamp), (slack_slice_t){body, len},
                                          signature) != 0)
        load_die("out of memory");
    *ret_len = (size_t)snprintf(request, len + 512,
                                "POST /slack/events HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                                "Content-Type: application/json\r\nContent-Length: %zu\r\n"
                                "X-Slack-Request-Timestamp: %s\r\nX-Slack-Signature: %s\r\n"
                                "\r\n%.*s",
                                len, stamp, signature, (int)len, body);
    return request;
}
