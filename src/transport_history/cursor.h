/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TRANSPORT_HISTORY_CURSOR_H
#define SLACK_TRANSPORT_HISTORY_CURSOR_H

#include "protocol/ts.h"
#include "transport/catch_up.h"

/*
 * How far an app has read a channel. Pure.
 *
 * Every message up to `ts` has been stored, or is older than the app. Events may come out of order:
 * Slack sends one that it got no ack for a second and a third time, up to six minutes later. So a
 * message that arrives moves the cursor only after SLACK_CURSOR_SETTLE_MS, and never while a walk
 * has to come first: what is missing may be older. A crash therefore leaves a cursor that is too
 * old, and never one that is too new.
 */
#define SLACK_CURSOR_SETTLE_MS ((uint64_t)SLACK_CATCH_UP_REDELIVERED_MS)

typedef struct slack_cursor {
    char ts[SLACK_TS_SIZE];      /* "": not known */
    char newest[SLACK_TS_SIZE];  /* the newest message that has arrived; "": none has */
    char waiting[SLACK_TS_SIZE]; /* the next `ts`; "": none waits */
    uint64_t since_ms;           /* when it began to wait */
    bool behind;                 /* messages may be missing: a walk comes first */
    bool dirty;                  /* `ts` is newer than in the store */
} slack_cursor_t;

/* A message has arrived and is stored. */
void slack__cursor_arrived(slack_cursor_t *cursor, const char *ts, uint64_t now_ms);
/* Moves the cursor to a message that has waited long enough. Called now and then. */
void slack__cursor_settle(slack_cursor_t *cursor, uint64_t now_ms);
/* Messages may be missing from now on. */
void slack__cursor_fall_behind(slack_cursor_t *cursor);
/* A walk has handed on every message up to `ts`. */
void slack__cursor_walked(slack_cursor_t *cursor, const char *ts);
/* A walk has ended: nothing is missing. */
void slack__cursor_caught_up(slack_cursor_t *cursor, uint64_t now_ms);

#endif
