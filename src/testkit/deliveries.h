/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTKIT_DELIVERIES_H
#define SLACK_TESTKIT_DELIVERIES_H

#include "testkit/runner.h"

/* A body that the kit delivered, or a job that came due, over all of its attempts. */
typedef struct kit_delivery {
    struct kit_delivery *next; /* the delivery before it in time */
    struct kit_deliveries *deliveries;
    slack_test_ack_t ack;
    const char *what; /* "command /deploy" */
    kit_place_t place;
    enum slack_kind kind;
    const slack_json_t *body; /* identifies its first attempt; NULL once that has ended */
    slack_slice_t key;        /* the deduplication key: identifies later attempts of an event */
    int64_t row;              /* identifies a job */
    uint64_t at_us;
    uint64_t acked_us;
    unsigned ack_order; /* among all acks and calls */
    bool ack_is_text;
    bool compared;                  /* a replay compares it with the recording, so it is not judged
                                     * here */
    int unauthorized;               /* why it has no grant; 0: it has one */
    bool unmatched;                 /* no listener took it */
    bool reached;                   /* the first middleware saw it */
    bool done;                      /* no attempt runs */
    const slack_ctx_t *ctx;         /* of the attempt that runs; NULL: none does */
    int status;                     /* of the last attempt */
    const char *why;                /* the sentence of `status`; "" for 0 */
    bool ack_judged, status_judged; /* the test has said what it expects */
} kit_delivery_t;

typedef struct kit_deliveries {
    kit_base_t *base;
    kit_runner_t *runner;
    kit_delivery_t *first; /* the newest */
    kit_delivery_t *jobs;  /* the newest */
    bool compared;         /* `compared` of the deliveries to come */
    int retry_num;         /* of the next one */
    const char *retry_reason;
    bool recovered;          /* the next one is */
    slack_error_fn error_fn; /* the function that the test has set with slack_on_error() */
    void *error_data;
} kit_deliveries_t;

/* The kind and what a listener matches: "command /deploy". NULL: SLACK_ENOMEM. */
const char *slack__kit_delivery_name(slack_arena_t *arena, const slack_json_t *body);

void slack__deliveries_init(kit_deliveries_t *deliveries, kit_base_t *base, kit_runner_t *runner);
/* Register the middleware that follows deliveries, before any of the test's. As slack_use(). */
int slack__deliveries_watch(kit_deliveries_t *deliveries);
/* A delivery is a failure unless it was acknowledged in time and its handlers succeeded, or the
 * test said otherwise. */
void slack__deliveries_check(const kit_deliveries_t *deliveries);

#endif
