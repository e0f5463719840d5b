/* SPDX-License-Identifier: MIT */
#ifndef SLACK_OPS_METRICS_H
#define SLACK_OPS_METRICS_H

#include <uv.h>

#include "protocol/kind.h"
#include "util/buf.h"

/*
 * What an app counts, and shows in Prometheus' text format
 * (https://prometheus.io/docs/instrumenting/exposition_formats/).
 */

/* How a delivery ended. */
enum slack_result {
    SLACK_RESULT_OK,
    SLACK_RESULT_FAILED,
    SLACK_RESULT_UNMATCHED, /* no listener */
    SLACK_RESULT_DUPLICATE, /* known: acknowledged, not run again */
    SLACK_RESULT_LATER,     /* put off: Slack is to send it again */
    SLACK_RESULT_REFUSED,   /* there is no authorization for it */
    SLACK_RESULTS
};

/* How deliveries came by a tenant's token. */
enum slack_lookup {
    SLACK_LOOKUP_GRANTED,
    SLACK_LOOKUP_REFUSED,
    SLACK_LOOKUP_FAILED,     /* or was not answered in time */
    SLACK_LOOKUP_REMEMBERED, /* a delivery's, without a lookup */
    SLACK_LOOKUPS
};

#define SLACK_BUCKETS        11
#define SLACK_METHODS_MAX    64 /* Web API methods told apart; the rest is "other" */
#define SLACK_METHOD_MAX_LEN 63

typedef struct slack_histogram {
    uint64_t buckets[SLACK_BUCKETS + 1]; /* not summed up; the last is +Inf */
    uint64_t sum_us;
} slack_histogram_t;

typedef struct slack_metrics {
    uint64_t deliveries[SLACK_KINDS][SLACK_RESULTS];
    uint64_t retries;      /* deliveries that Slack sends again, as it says */
    uint64_t late_acks;    /* acks that a handler gave too late */
    uint64_t default_acks; /* default acks: the handler had not acked in time */
    uint64_t dead;         /* deliveries given up */
    uint64_t lookups[SLACK_LOOKUPS];
    slack_histogram_t ack; /* from the first byte to the ack on its way */
    slack_histogram_t lag; /* how much later than asked for the loop calls back */
    struct {
        char name[SLACK_METHOD_MAX_LEN + 1];
        uint64_t ok, failed;
    } methods[SLACK_METHODS_MAX];
    size_t method_count;
    uint64_t others_ok, others_failed;
    bool store_failing; /* the store's last word was an error */

    uv_timer_t beat; /* asks the loop to call back, and looks when it does */
    uint64_t beat_ns;
} slack_metrics_t;

void slack__histogram_add(slack_histogram_t *histogram, uint64_t us);
void slack__metrics_call(slack_metrics_t *metrics, const char *method, int status);

/* `beat` is a handle on the loop from now on; it does not keep the loop alive. */
void slack__metrics_start(slack_metrics_t *metrics, uv_loop_t *loop);

/* Append all of it. 0, SLACK_ETOOBIG, SLACK_ENOMEM. */
int slack__metrics_write(const slack_app_t *app, slack_buf_t *out);

#endif
