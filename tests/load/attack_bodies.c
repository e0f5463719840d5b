/* SPDX-License-Identifier: MIT */
/* Attackers who send bodies that are not Slack's: with a wrong signature, as fast as they can, or
 * without the last byte. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <slack/limits.h>

#include "load/attackers.h"
#include "load/load.h"

#define BODY_BYTES SLACK_HTTP_BODY_BYTES_DEFAULT

/* The largest request. Its signature has the right form. */
static const char *forged_request(size_t *ret_len)
{
    static char *request;
    static size_t len;
    static time_t signed_s;
    const time_t now_s = time(NULL);
    if (!request) request = malloc(BODY_BYTES + 512);
    if (!request) load_die("out of memory");
    if (now_s > signed_s + 60) {
        signed_s = now_s;
        len = (size_t)snprintf(request, 512,
                               "POST /slack/events HTTP/1.1\r\nHost: x\r\n"
                               "X-Slack-Request-Timestamp: %lld\r\nX-Slack-Signature: v0=%064d\r\n"
                               "Content-Length: %d\r\n\r\n",
                               (long long)now_s, 0, BODY_BYTES);
        for (size_t i = 0; i < BODY_BYTES; i++)
            request[len++] = 'a';
    }
    *ret_len = len;
    return request;
}

static void act_forged(attacker_t *attacker)
{
    size_t len;
    const char *request = forged_request(&len);
    attacker_say_rest(attacker, request, len);
}

static void act_held(attacker_t *attacker)
{
    size_t len;
    const char *request = forged_request(&len);
    attacker_say_rest(attacker, request, len - 1);
}

static const attacker_kind_t forged = {"forged bodies of 1 MiB", act_forged, 0, 0, false};

void attack_forged_from_one(void)
{
    attackers_add(&forged, 40, 1);
}

void attack_forged_from_eight(void)
{
    attackers_add(&forged, 80, 8);
}

void attack_forged_from_the_clients(void)
{
    attackers_add(&forged, 40, 0);
}

void attack_held(void)
{
    static const attacker_kind_t held = {"bodies without the last byte", act_held, 0, 0, false};
    attackers_add(&held, 150, 1);
}
