/* SPDX-License-Identifier: MIT */
#ifndef SLACK_CONTEXT_SERVICES_H
#define SLACK_CONTEXT_SERVICES_H

#include <stdatomic.h>

#include <slack/app.h>

#include "context/streams.h"
#include "net/loop.h"
#include "net/worker_pool.h"
#include "ops/counters.h"
#include "util/lifetime.h"
#include "webapi/block_guard.h"
#include "webapi/fetch.h"

struct slack_ack_deadlines;

/* The parts that the code of a delivery may use. The app sets them at its start. After that only
 * `lifetimes`, `own_rows`, `running`, `streams` and `stopping` change. */
typedef struct slack_services {
    slack_app_t *app;          /* opaque: only passed to functions of the program */
    const slack_logger_t *log; /* with the clock; valid until the app is freed */
    slack_net_t *net;
    slack_webapi_t *webapi;
    slack_fetcher_t *fetcher; /* NULL: before the start, and after the stop */
    slack_pool_t *pool;
    slack_counters_t *counters;
    slack_budget_t calls; /* the memory of calls, and of the answers that handlers keep */
    slack_block_guard_t blocks;
    struct slack_ack_deadlines *deadlines;
    slack_streams_t streams;     /* that are not over */
    slack_lifetimes_t lifetimes; /* knows which entries have ended: see ended.c */
    uint64_t own_rows;           /* the number of rows that the program has stored by itself */
    struct slack_ctx *running;   /* whose handler is on the loop's stack; NULL: none */
    atomic_bool stopping;        /* the app drains or closes; read by workers too */
} slack_services_t;

#endif
