/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TRANSPORT_HISTORY_GATHER_H
#define SLACK_TRANSPORT_HISTORY_GATHER_H

#include <stddef.h>

#include "protocol/ts.h"

/*
 * The missed messages of one channel and its threads, in the order of their timestamps, whatever
 * the order in which they are added. Two bounds hold:
 *
 *   messages_max  the oldest messages are left out, for good
 *   bytes_max     the newest messages are cut off: the caller hands on the others, and reads the
 *                 channel again from there
 */
typedef struct slack_missed {
    char ts[SLACK_TS_SIZE];
    size_t len;
    char json[]; /* the message, NUL-terminated */
} slack_missed_t;

typedef struct slack_gather {
    size_t messages_max, bytes_max;
    slack_missed_t **items;
    size_t first, count, room; /* in `items`: the first one, the number, the capacity */
    size_t bytes;
    size_t left_out;           /* messages */
    char floor[SLACK_TS_SIZE]; /* the newest message that was left out; "": none */
    char cut[SLACK_TS_SIZE];   /* the oldest message that was cut off; "": none */
} slack_gather_t;

void slack__gather_init(slack_gather_t *gather, size_t messages_max, size_t bytes_max);
/* Drops all messages, and what is known of those that were left out or cut off. */
void slack__gather_reset(slack_gather_t *gather);
void slack__gather_done(slack_gather_t *gather);

/* Adds a copy of a message; one with the same timestamp is there once. 0; SLACK_ENOMEM. */
int slack__gather_add(slack_gather_t *gather, const char *ts, const char *json, size_t len);
/* The oldest message, borrowed; NULL: there is none. */
const slack_missed_t *slack__gather_first(const slack_gather_t *gather);
/* Drops the oldest message. */
void slack__gather_shift(slack_gather_t *gather);

#endif
