/* SPDX-License-Identifier: MIT */
/* A mix of attackers who speak HTTP badly, from eight addresses. */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include <slack/limits.h>

#include "load/attackers.h"

#define HEAD      "POST /slack/events HTTP/1.1\r\nHost: x\r\n"
#define OF_EACH   40
#define ADDRESSES 8
#define EVERY     4
#define REST      20

/* A byte of a head now and then. */
static void act_loris(attacker_t *attacker)
{
    static const char head[] = HEAD "X-A: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    attacker_say(attacker, head + attacker->sent % (sizeof head - 1), 1);
}

/* A body with a signature that has the right form, up to `end`, 32 KiB at a time. */
static void say_body(attacker_t *attacker, size_t end)
{
    char head[256];
    const int len =
        snprintf(head, sizeof head,
                 HEAD "X-Slack-Request-Timestamp: %lld\r\nX-Slack-Signature: v0=%064d\r\n"
                      "Content-Length: %d\r\n\r\n",
                 (long long)time(NULL), 0, SLACK_HTTP_BODY_BYTES_DEFAULT);
    end += (size_t)len;
    if (attacker->step == 1)
        attacker_say_text(attacker, head);
    else if (attacker->sent < end)
        attacker_say(attacker, attackers_junk,
                     end - attacker->sent < ATTACKERS_JUNK_BYTES ? end - attacker->sent
                                                                 : ATTACKERS_JUNK_BYTES);
}

/* All but the last byte of the largest body, then nothing. */
static void act_slow_body(attacker_t *attacker)
{
    say_body(attacker, SLACK_HTTP_BODY_BYTES_DEFAULT - 1);
}

static void act_forged(attacker_t *attacker)
{
    say_body(attacker, SLACK_HTTP_BODY_BYTES_DEFAULT);
}

/* A length beyond the limit, and such a body. */
static void act_oversize(attacker_t *attacker)
{
    attacker_say_text(attacker, attacker->step == 1 ? HEAD "Content-Length: 100000000\r\n\r\n"
                                                    : attackers_junk);
}

/* Chunks of one byte, and a chunk extension without an end. */
static void act_bomb(attacker_t *attacker)
{
    static char chunks[6 * 2000];
    for (size_t i = 0; !chunks[sizeof chunks - 1] && i < sizeof chunks; i++)
        chunks[i] = "1\r\na\r\n"[i % 6];
    if (attacker->step == 1)
        attacker_say_text(attacker, HEAD "Transfer-Encoding: chunked\r\n\r\n");
    else if (attacker->step == 2 && attacker->address % 2)
        attacker_say_text(attacker, "1;");
    else if (attacker->address % 2)
        attacker_say(attacker, attackers_junk, 8 << 10);
    else
        attacker_say(attacker, chunks, sizeof chunks);
}

/* Headers without an end. */
static void act_headers(attacker_t *attacker)
{
    static const char lines[] = "A: bbbbbbbbbbbbbbbbbbbbbbbbbbbb\r\nC: d\r\n";
    if (attacker->step == 1) attacker_say_text(attacker, HEAD);
    for (int i = 0; i < 5; i++)
        attacker_say_text(attacker, lines);
}

/* Half a request and a FIN; the answer is not read. */
static void act_half(attacker_t *attacker)
{
    if (attacker->step > 150) attacker_leave(attacker);
    if (attacker->step > 1) return;
    attacker_say_text(attacker, HEAD "Content-Length: 10\r\n\r\n123");
    attacker_end(attacker);
}

/* Connections that are reset at once. */
static void act_flood(attacker_t *attacker)
{
    const struct linger reset = {.l_onoff = 1};
    uv_os_fd_t fd;
    if (uv_fileno((uv_handle_t *)&attacker->tcp, &fd) == 0)
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    attacker_leave(attacker);
}

/* Connections without a byte. */
static void act_silent(attacker_t *attacker)
{
}

/* Requests in a row; the answers are not read. */
static void act_pipeline(attacker_t *attacker)
{
    static const char one[] = HEAD "Content-Length: 2\r\n\r\n{}";
    char many[50 * (sizeof one - 1)];
    for (size_t i = 0; i < sizeof many; i++)
        many[i] = one[i % (sizeof one - 1)];
    attacker_say(attacker, many, sizeof many);
}

static void act_garbage(attacker_t *attacker)
{
    attacker_say(attacker, attackers_junk + attacker->step % 100, 1000);
}

void attack_http_mix(void)
{
    static const attacker_kind_t kinds[] = {
        {"slow loris", act_loris, 40, REST, false},
        {"slow bodies", act_slow_body, EVERY, REST, false},
        {"forged bodies", act_forged, EVERY, REST, false},
        {"oversize", act_oversize, EVERY, REST, false},
        {"chunked bombs", act_bomb, EVERY, REST, false},
        {"endless headers", act_headers, EVERY, REST, false},
        {"half-closed", act_half, EVERY, REST, true},
        {"floods", act_flood, EVERY, 4, false},
        {"silence", act_silent, EVERY, REST, false},
        {"pipelines", act_pipeline, EVERY, REST, true},
        {"garbage", act_garbage, EVERY, REST, false},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        attackers_add(&kinds[i], OF_EACH, ADDRESSES);
}
