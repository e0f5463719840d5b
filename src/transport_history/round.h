/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TRANSPORT_HISTORY_ROUND_H
#define SLACK_TRANSPORT_HISTORY_ROUND_H

#include "transport_history/cursor_store.h"
#include "transport_history/walk.h"

/*
 * A round reads every channel that is behind:
 *
 *   LISTING -> LOADING -> READING -> IDLE
 *   channels   cursors    one channel after the other, those with the newest messages first
 *
 * A channel that Slack does not let the bot read is left, with a line of the log. After any other
 * failure the round ends as failed, and a later one reads what is still behind.
 */
enum slack_round_step {
    SLACK_ROUND_IDLE,
    SLACK_ROUND_LISTING,
    SLACK_ROUND_LOADING,
    SLACK_ROUND_READING,
    SLACK_ROUND_STOPPED
};

typedef struct slack_round slack_round_t;

typedef struct slack_round_events {
    /* walk.gather has the messages of walk.channel. slack__round_next() follows when they are
     * handed on. */
    void (*gathered)(slack_round_t *round);
    void (*ended)(slack_round_t *round, bool failed);
} slack_round_events_t;

struct slack_round {
    const slack_round_events_t *events;
    slack_net_t *net;
    slack_client_t *client;
    const char *wanted; /* "member", or ids of channels, separated by commas */
    slack_channels_t channels;
    slack_channel_t *mark; /* how far the app as a whole has got; no channel has it in a list */
    slack_cursor_store_t cursors;
    slack_walk_t walk;
    int64_t since_ms; /* wall clock: without a mark in the store, the app begins here */

    enum slack_round_step step;
    unsigned number;
    unsigned type;                     /* LISTING: of the list under way */
    slack_slice_t rest;                /* LISTING: ids that are not looked up yet */
    char id[SLACK_CHANNEL_ID_MAX + 1]; /* LISTING: the one that is looked up */
    bool failed;                       /* something can be read later */
    bool stale;                        /* more messages may be missing since the round began */
    bool only_one;                     /* reads the first channel only, of those that are known */
    unsigned refused_types;            /* bits: no scope for them in this round */
    unsigned told_types;               /* bits: a line of the log says so */
    uint64_t channels_read;            /* in all rounds */
    uint64_t left_out;                 /* messages, in all rounds */
};

/* The caller has set events, net, client, wanted, walk.options and cursors.store and .app.
 * 0; SLACK_ENOMEM. */
int slack__round_init(slack_round_t *round);
void slack__round_done(slack_round_t *round);

/* Begins a round; events->ended() follows, from the loop. */
void slack__round_begin(slack_round_t *round);
/* Reads a single channel, that with the newest message, without listing them again. False: none is
 * known. */
bool slack__round_probe(slack_round_t *round);
/* The gathered messages are handed on. */
void slack__round_next(slack_round_t *round);
/* The cursors are loaded: cursors.idle. */
void slack__round_loaded(slack_round_t *round, int status);
/* No function of the round is called any more, and none calls back. */
void slack__round_stop(slack_round_t *round);

/* All channels are behind from now on, also those that are read at this moment. */
void slack__round_fall_behind(slack_round_t *round);

#endif
