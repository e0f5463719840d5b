/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TRANSPORT_HISTORY_WALK_H
#define SLACK_TRANSPORT_HISTORY_WALK_H

#include "transport_history/channels.h"
#include "transport_history/gather.h"
#include "util/buf.h"
#include "webapi/webapi.h"

/*
 * Reads the missed messages of one channel: its history, and then each thread that has replies
 * after the cursor. Roots of threads may be older than the cursor; they are only looked at.
 *
 * Slack gives the pages of a history from the newest message on, or with `oldest` alone from the
 * oldest one on (slackhq/slack-api-docs#4), and the messages of a page in either order. Nothing
 * here depends on it. One page is in memory at a time, beside what was gathered of it.
 * https://docs.slack.dev/reference/methods/conversations.history
 */
#define SLACK_WALK_BYTES_MAX   ((size_t)8 << 20) /* of messages gathered at once */
#define SLACK_WALK_THREADS_MAX 1000

typedef struct slack_walk_options {
    int64_t age_ms;        /* older messages are not missed any more */
    int64_t thread_age_ms; /* older roots are not looked at; not less than age_ms */
    size_t messages_max;   /* of one channel with its threads; the oldest are left out */
} slack_walk_options_t;

/* The end of a walk. The texts are borrowed until the callback returns. */
typedef struct slack_walk_end {
    int status;         /* 0: walk.gather has the messages */
    const char *error;  /* Slack's error, or a sentence; never NULL */
    const char *needed; /* of missing_scope: the scope; else "" */
} slack_walk_end_t;

typedef struct slack_walk slack_walk_t;
struct slack_walk {
    slack_client_t *client;
    const slack_clock_t *clock;
    slack_walk_options_t options;
    void (*ended)(slack_walk_t *walk, const slack_walk_end_t *end);

    slack_channel_t *channel; /* that is being read; NULL: none */
    char from[SLACK_TS_SIZE]; /* messages after this one are missed */
    slack_gather_t gather;
    char (*threads)[SLACK_TS_SIZE]; /* the roots of threads to read */
    size_t thread_count, thread_room, thread_next;
    size_t threads_left_out;
    slack_buf_t text; /* of one message */
    bool stopped;     /* the list under way ends without a callback */
};

void slack__walk_init(slack_walk_t *walk);
void slack__walk_done(slack_walk_t *walk);
/* Begins to read a channel. 0: `ended` will be called, unless the walk is stopped. Else the error
 * with which the first call could not begin. */
int slack__walk_begin(slack_walk_t *walk, slack_channel_t *channel);
/* The walk ends without a callback, and never begins again. */
void slack__walk_stop(slack_walk_t *walk);

#endif
