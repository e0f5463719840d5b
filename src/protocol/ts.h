/* SPDX-License-Identifier: MIT */
#ifndef SLACK_PROTOCOL_TS_H
#define SLACK_PROTOCOL_TS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The timestamp of a message, "1512085950.000216", which is also its id in the channel: up to
 * twelve digits, a point, six digits. It is a text everywhere, because a double cannot hold it.
 * Pure.
 */
#define SLACK_TS_SIZE 24

/* Whether the text is such a timestamp. */
bool slack__ts_ok(const char *ts);
/* The order of two timestamps, as strcmp() has it. "" is before all others. */
int slack__ts_compare(const char *a, const char *b);
static inline bool slack__ts_after(const char *a, const char *b)
{
    return slack__ts_compare(a, b) > 0;
}
/* The first timestamp of a second on the wall clock. */
void slack__ts_of_ms(int64_t wall_ms, char ret[SLACK_TS_SIZE]);

#endif
