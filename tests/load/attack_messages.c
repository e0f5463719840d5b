/* SPDX-License-Identifier: MIT */
/* Attackers who are members of the workspace: Slack signs what they write. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <slack/limits.h>

#include "load/attackers.h"
#include "load/load.h"

#define TEXT_BYTES 39000 /* Slack's limit is 40,000 characters */

/* A message with this JSON behind "text": `begin`, `len` bytes of `fill` over and over, and `end`.
 * From malloc(). */
static char *message_new(const char *begin, const char *fill, size_t len, const char *end,
                         size_t *ret_len)
{
    static unsigned number;
    const size_t max = len + 512;
    char *body = malloc(max);
    if (!body) load_die("out of memory");
    size_t n = (size_t)snprintf(
        body, max,
        "{\"type\":\"event_callback\",\"team_id\":\"T1\",\"api_app_id\":\"A1\",\"event_id\":"
        "\"EvAttack%u\",\"event_time\":1525215129,\"event\":{\"type\":\"message\",\"user\":\"U2\","
        "\"channel\":\"C2\",\"ts\":\"1.000001\",\"text\":%s",
        number++, begin);
    for (size_t i = 0; i < len; i++)
        body[n++] = fill[i % strlen(fill)];
    *ret_len = n + (size_t)snprintf(body + n, max - n, "%s}}", end);
    return body;
}

/* Sends a message on a kept connection, and the next one when it is answered. */
static void say_messages(attacker_t *attacker, const char *begin, const char *fill, size_t bytes,
                         const char *end)
{
    static struct {
        char *request;
        size_t len;
        unsigned answers;
    } last[ATTACKERS_MAX];
    size_t len;
    if (attacker->step == 1 || (attacker->answers > last[attacker->number].answers &&
                                attacker->sent == last[attacker->number].len)) {
        char *body = message_new(begin, fill, bytes, end, &len);
        free(last[attacker->number].request);
        last[attacker->number].request =
            attackers_signed_request(body, len, &last[attacker->number].len);
        last[attacker->number].answers = attacker->answers;
        attacker->sent = 0;
        free(body);
    }
    attacker_say_rest(attacker, last[attacker->number].request, last[attacker->number].len);
}

/* What the patterns of attack_bot.c search longest. */
static void act_pattern(attacker_t *attacker)
{
    static const struct {
        const char *fill, *end;
    } texts[] = {{" ", "x\""}, {"a", "\""}, {"a@", "!\""}, {"a.", "@\""}};
    const size_t i = attacker->number % (sizeof texts / sizeof *texts);
    say_messages(attacker, "\"", texts[i].fill, TEXT_BYTES, texts[i].end);
}

void attack_patterns(void)
{
    static const attacker_kind_t kind = {"texts that patterns search long", act_pattern, 0, 0,
                                         false};
    attackers_add(&kind, 12, 1);
}

static void act_large(attacker_t *attacker)
{
    say_messages(attacker, "\"slow\",\"blocks\":[\"", "a", SLACK_HTTP_BODY_BYTES_DEFAULT - 1024,
                 "\"]");
}

void attack_large_http(void)
{
    static const attacker_kind_t kind = {"signed bodies of 1 MiB", act_large, 0, 0, false};
    attackers_add(&kind, 120, 1);
}
