/* SPDX-License-Identifier: MIT */
#include "transport_history/cursor.h"

#include <string.h>

static void ts_set(char *to, const char *ts)
{
    memcpy(to, ts, strlen(ts) + 1); /* every timestamp has passed slack__ts_ok() */
}

/* The newest message waits, unless the cursor is there already. */
static void cursor_wait(slack_cursor_t *cursor, uint64_t now_ms)
{
    ts_set(cursor->waiting, slack__ts_after(cursor->newest, cursor->ts) ? cursor->newest : "");
    cursor->since_ms = now_ms;
}

void slack__cursor_arrived(slack_cursor_t *cursor, const char *ts, uint64_t now_ms)
{
    if (slack__ts_after(ts, cursor->newest)) ts_set(cursor->newest, ts);
    if (!cursor->behind && *cursor->waiting == '\0') cursor_wait(cursor, now_ms);
}

void slack__cursor_settle(slack_cursor_t *cursor, uint64_t now_ms)
{
    if (*cursor->waiting == '\0' || now_ms - cursor->since_ms < SLACK_CURSOR_SETTLE_MS) return;
    slack__cursor_walked(cursor, cursor->waiting);
    cursor_wait(cursor, now_ms);
}

void slack__cursor_fall_behind(slack_cursor_t *cursor)
{
    cursor->behind = true;
    *cursor->waiting = '\0';
}

void slack__cursor_walked(slack_cursor_t *cursor, const char *ts)
{
    if (!slack__ts_after(ts, cursor->ts)) return;
    ts_set(cursor->ts, ts);
    cursor->dirty = true;
}

void slack__cursor_caught_up(slack_cursor_t *cursor, uint64_t now_ms)
{
    cursor->behind = false;
    cursor_wait(cursor, now_ms);
}
