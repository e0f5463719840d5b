/* SPDX-License-Identifier: MIT */
#include "protocol/ts.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define SECONDS_MAX 12 /* digits */
#define FRACTION    6

bool slack__ts_ok(const char *ts)
{
    const size_t seconds = strspn(ts, "0123456789");
    if (seconds == 0 || seconds > SECONDS_MAX || (*ts == '0' && seconds > 1)) return false;
    return ts[seconds] == '.' && strspn(ts + seconds + 1, "0123456789") == FRACTION &&
           ts[seconds + 1 + FRACTION] == '\0';
}

int slack__ts_compare(const char *a, const char *b)
{
    const size_t a_len = strlen(a), b_len = strlen(b);
    if (a_len != b_len) return a_len < b_len ? -1 : 1;
    return strcmp(a, b);
}

void slack__ts_of_ms(int64_t wall_ms, char ret[SLACK_TS_SIZE])
{
    const int64_t most = INT64_C(999999999999), seconds = wall_ms / 1000;
    snprintf(ret, SLACK_TS_SIZE, "%" PRId64 ".000000",
             seconds < 0      ? 0
             : seconds > most ? most
                              : seconds);
}
