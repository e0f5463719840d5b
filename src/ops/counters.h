/* SPDX-License-Identifier: MIT */
#ifndef SLACK_OPS_COUNTERS_H
#define SLACK_OPS_COUNTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <slack/listener.h>

#include "protocol/kind.h"

/*
 * What an app counts. Each part adds to the counters on the loop; ops/metrics.h writes them as
 * text. A plain counter or a histogram is a row of ops/counters.def.
 */

/* How a delivery ended. */
enum slack_result {
    SLACK_RESULT_OK,
    SLACK_RESULT_FAILED,
    SLACK_RESULT_UNMATCHED, /* no listener matched */
    SLACK_RESULT_DUPLICATE, /* a redelivery or a repeat: not run again */
    SLACK_RESULT_LATER,     /* answered "later", so that Slack sends it again */
    SLACK_RESULT_REFUSED,   /* the program refused to authorize the tenant */
    SLACK_RESULTS
};

#define SLACK_BUCKETS        17
#define SLACK_METHODS_MAX    64 /* methods with figures of their own; the others share a row */
#define SLACK_METHOD_MAX_LEN 63

/* The upper bounds of the buckets, and how Prometheus writes them. */
extern const struct slack_bucket {
    uint64_t us;
    const char *text;
} slack__buckets[SLACK_BUCKETS];

/* Durations. */
typedef struct slack_histogram {
    uint64_t buckets[SLACK_BUCKETS + 1]; /* each without the smaller ones; the last is +Inf */
    uint64_t sum_us;
} slack_histogram_t;

/* Web API calls by method, in the order of their first call. */
typedef struct slack_call_count {
    char name[SLACK_METHOD_MAX_LEN + 1];
    uint64_t ok, failed;
    uint64_t limited;  /* tries that Slack refused because of a rate limit */
    uint64_t repeated; /* tries after the first one of their call */
} slack_call_count_t;

typedef struct slack_call_counts {
    slack_call_count_t methods[SLACK_METHODS_MAX];
    size_t method_count;
    slack_call_count_t others; /* without a name */
} slack_call_counts_t;

typedef struct slack_counters {
    uint64_t deliveries[SLACK_KINDS][SLACK_RESULTS];
    slack_call_counts_t calls;
#define COUNTER(field, name, help)   uint64_t field;
#define HISTOGRAM(field, name, help) slack_histogram_t field;
#include "ops/counters.def"
} slack_counters_t;

static inline void slack__histogram_add(slack_histogram_t *histogram, uint64_t us)
{
    size_t i = 0;
    while (i < SLACK_BUCKETS && us > slack__buckets[i].us)
        i++;
    histogram->buckets[i]++;
    histogram->sum_us += us;
}

/* Count a call that ended. `status` is 0 or a negative error. */
void slack__counters_call(slack_counters_t *counters, const char *method, int status);
/* Count a try that ended: `limited` by Slack, and `again` if another one follows. */
void slack__counters_try(slack_counters_t *counters, const char *method, bool limited, bool again);

#endif
