/* SPDX-License-Identifier: MIT */
#include "sim/ids.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

static void write_base36(uint64_t n, char *out, size_t digits)
{
    for (out[digits] = '\0'; digits > 0; n /= 36)
        out[--digits] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[n % 36];
}

void sim_ids_init(sim_ids_t *ids, const slack_clock_t *clock)
{
    memset(ids, 0, sizeof *ids);
    ids->clock = clock;
    write_base36((uint64_t)slack__wall_ms(clock), ids->run, 9);
}

void sim_ids_next(sim_ids_t *ids, const char *prefix, char id[SIM_ID_SIZE])
{
    char digits[8];
    write_base36(++ids->last_id, digits, 5);
    snprintf(id, SIM_ID_SIZE, "%s%s%s", prefix, ids->run, digits);
}

bool sim_is_ts(const char *text)
{
    size_t seconds = strspn(text, "0123456789");
    return seconds > 0 && text[seconds] == '.' && strlen(text) < SIM_TS_SIZE &&
           strspn(text + seconds + 1, "0123456789") == strlen(text + seconds + 1);
}

bool sim_is_time(const char *text)
{
    size_t len = strspn(text, "0123456789");
    return len > 0 && (!text[len] || (text[len] == '.' && strspn(text + len + 1, "0123456789") ==
                                                              strlen(text + len + 1)));
}

int sim_ts_compare(const char *a, const char *b)
{
    size_t a_len = strspn(a, "0123456789"), b_len = strspn(b, "0123456789");
    if (a_len != b_len) return a_len < b_len ? -1 : 1;
    return strcmp(a, b);
}

void sim_ids_ts(sim_ids_t *ids, char ts[SIM_TS_SIZE])
{
    int64_t now_us = slack__wall_ms(ids->clock) * 1000;
    ids->last_ts_us = now_us > ids->last_ts_us ? now_us : ids->last_ts_us + 1;
    snprintf(ts, SIM_TS_SIZE, "%" PRId64 ".%06" PRId64, ids->last_ts_us / 1000000,
             ids->last_ts_us % 1000000);
}
