/* SPDX-License-Identifier: MIT */
#ifndef SLACK_CLUSTER_SHARES_H
#define SLACK_CLUSTER_SHARES_H

#include "cluster/share.h"
#include "store/store.h"
#include "util/heap.h"
#include "util/map.h"
#include "webapi/pace.h"
#include "webapi/webapi.h"

/*
 * The rates of Web API calls that processes share: leases for the lanes of the pacer
 * (webapi/pace.h) from buckets in the store, and the 429s that other processes have got.
 *
 * An entry "pace/APP/LANE" is a bucket. A lease is a compare-and-swap of it; if another process was
 * first, the entry is read, and the swap is tried again. An entry "limited/APP/LANE" says until
 * when a 429 closes a lane; these entries are listed every SLACK_SHARES_LOOK_MS, while there are
 * calls. LANE is the number of the lane in 16 hexadecimal digits. Entries expire a few minutes
 * after their use.
 *
 * With one process, the store is asked for nothing. If the store fails or is slow, each lane that
 * waits for it is alone (webapi/rate_bucket.h) until it answers.
 */
#define SLACK_SHARES_LOOK_MS 500
/* Of more lanes that are closed at once, those with the smallest numbers. */
#define SLACK_SHARES_CLOSED_MAX 500

typedef struct slack_shares {
    /* Set by the owner. */
    slack_net_t *net;
    slack_store_t *store; /* durable */
    slack_webapi_t *webapi;
    slack_slice_t app;

    unsigned processes;
    uint64_t ahead_ms;  /* the shared clock less the monotonic one */
    slack_map_t *lanes; /* that have asked */
    slack_link_t idle;  /* of them those that wait for nothing, the oldest first */
    slack_heap_t due;   /* lanes that wait for the store, or to ask it again */
    slack_timer_t timer;
    unsigned closings;  /* that are being written */
    unsigned under_way; /* operations of the store */
    uint64_t warn_ms;   /* the log has a line about the store, and no other one until then */
    bool started;

    struct slack_shares_look {
        slack_timer_t timer;
        slack_store_op_t op;
        slack_store_batch_t batch;
        char *prefix, *after; /* of the keys */
        slack_pace_closing_t lists[2][SLACK_SHARES_CLOSED_MAX];
        unsigned list; /* that is being written; the pacer has the other one */
        size_t count;
        uint64_t calls;     /* of the webapi, at the last look */
        uint64_t called_ms; /* there was a new one */
        bool busy;
    } look;

    uint64_t leases, late; /* that the store gave; that came too late, or not at all */
} slack_shares_t;

/* A lane waits so long for its lease before it is alone, and asks a store that fails so often. */
#define SLACK_SHARES_LATE_MS  250
#define SLACK_SHARES_RETRY_MS 1000

/* 0; SLACK_ENOMEM: slack__shares_done() is still called. */
int slack__shares_start(slack_shares_t *shares);
/* Sets the number of processes, this one included. */
void slack__shares_set_processes(slack_shares_t *shares, size_t processes);
/* Begins no more operations. The lanes are alone from now on. */
void slack__shares_stop(slack_shares_t *shares);
/* The store is closed. One of zeros is allowed. */
void slack__shares_done(slack_shares_t *shares);

#endif
