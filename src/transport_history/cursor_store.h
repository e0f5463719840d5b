/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TRANSPORT_HISTORY_CURSOR_STORE_H
#define SLACK_TRANSPORT_HISTORY_CURSOR_STORE_H

#include "store/kv.h"
#include "store/store.h"
#include "transport_history/channels.h"

/*
 * Loads and saves cursors: the entry "catch-up/APP/CHANNEL" of the store has the timestamp of a
 * channel's cursor, and "catch-up/APP/" that of the app as a whole. The version of an entry is its
 * timestamp, so a process that is behind never moves a cursor back. Without a durable store nothing
 * is loaded or saved.
 *
 * A few operations are under way at once, and the store commits them together.
 */
#define SLACK_CURSOR_SLOTS   32
#define SLACK_CURSOR_KEEP_MS ((int64_t)30 * 24 * 3600 * 1000)

typedef struct slack_cursor_store slack_cursor_store_t;

typedef struct slack_cursor_slot {
    slack_store_op_t op;
    slack_store_batch_t batch;
    slack_cursor_store_t *store;
    slack_channel_t *channel; /* NULL: the slot is free */
    char key[160], ts[SLACK_TS_SIZE];
} slack_cursor_slot_t;

struct slack_cursor_store {
    slack_net_t *net;
    slack_store_t *store;
    const char *app;
    /* Nothing is under way. `status` is the first error of a load since the last call. */
    void (*idle)(slack_cursor_store_t *store, int status);
    slack_link_t loads, saves; /* channel->io */
    size_t busy;               /* slots */
    bool read_only;            /* nothing is saved */
    int status;
    bool failing; /* the last save has failed, and the log says so */
    slack_cursor_slot_t slots[SLACK_CURSOR_SLOTS];
};

void slack__cursor_store_init(slack_cursor_store_t *store);
/* Adds a channel to those that are to be loaded, or saved if its cursor is dirty. A channel that
 * waits already stays where it is. */
void slack__cursor_store_load(slack_cursor_store_t *store, slack_channel_t *channel);
void slack__cursor_store_save(slack_cursor_store_t *store, slack_channel_t *channel);
/* Begins the operations. False: there are none, and `idle` is not called. */
bool slack__cursor_store_run(slack_cursor_store_t *store);

/* The key of a channel's entry. */
int slack__cursor_key(char *ret, size_t size, const char *app, const char *channel);

#endif
